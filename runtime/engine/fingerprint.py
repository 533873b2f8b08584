"""What a saved state depends on: other files, another build or another setting, another state."""

import hashlib
from pathlib import Path

import llama_cpp

# Raised when what is kept, or how it is read, changes.
_FORMAT = 1
_SAMPLE_BYTES = 1 << 20
_SAMPLES = 16


def fingerprint(model: Path, projector: Path | None, *settings: object) -> str:
    """Identify everything that a state or an embedding depends on.

    Args:
        model: the GGUF file
        projector: its projector file, if any
        settings: whatever else changes what the model computes
    """
    facts = [
        str(_FORMAT),
        llama_cpp.__version__,
        str(llama_cpp.llama_print_system_info()),
        file_fingerprint(model),
        file_fingerprint(projector) if projector else "",
        *map(repr, settings),
    ]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def file_fingerprint(path: Path) -> str:
    """A file's length and samples of its bytes, its whole header among them.

    Hashing all of 18 GB would take longer than what it protects; two quantisations of one model
    differ in every sample.
    """
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        for index in range(_SAMPLES):
            file.seek(index * max(size - _SAMPLE_BYTES, 0) // (_SAMPLES - 1))
            digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()
