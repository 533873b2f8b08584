"""Blobs whose right bytes are known from their names, and a process that hammers a store."""

import random
from pathlib import Path

import numpy as np

from runtime.engine.blob_store import Blob, BlobStore, Payload, name_of


def payload_of(number: int, version: int, size: int) -> Payload:
    """Bytes that no other number or version has."""
    return np.random.default_rng([number, version]).integers(0, 256, size, dtype=np.uint8)


def name(number: int) -> str:
    """The name of a numbered blob."""
    return name_of("test", str(number))


def put(store: BlobStore, number: int, size: int, *, version: int = 0) -> bool:
    """Save a blob of two payloads, `size` bytes together."""
    payload = payload_of(number, version, size)
    facts = {"number": number, "version": version, "size": size}
    return store.save(name(number), facts, [payload[: size // 3], payload[size // 3 :]])


def is_right(blob: Blob, number: int) -> bool:
    """Whether a loaded blob is one that `put` saved under that number, to its last byte."""
    facts = blob.header
    expected = payload_of(number, facts["version"], facts["size"])
    return bool(
        facts["number"] == number and np.array_equal(np.concatenate(blob.payloads), expected)
    )


def hammer(folder: Path, budget_bytes: int, seed: int, times: int) -> None:
    """Save, load and delete at random; ends in an error at the first wrong byte."""
    random_ = random.Random(seed)
    store = BlobStore(folder, budget_bytes=budget_bytes)
    for version in range(times):
        number = random_.randrange(8)
        match random_.randrange(4):
            case 0 | 1:
                blob = store.load(name(number))
                assert blob is None or is_right(blob, number)
            case 2:
                put(store, number, random_.randrange(1, 20_000), version=seed * times + version)
            case _:
                header = store.header(name(number))
                assert header is None or header["number"] == number
                if random_.random() < 0.2:
                    store.delete(name(number))
