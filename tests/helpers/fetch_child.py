"""Fetches a model in a process of its own, which a test can kill: base, folder, size, hash."""

import sys
from pathlib import Path

from helpers.fetching import Fetcher, download_item_for

from runtime.models.catalogue import RemoteFile

if __name__ == "__main__":
    base, folder, size, sha256 = sys.argv[1:]
    fetcher = Fetcher(folder=Path(folder), endpoint=base, stall_s=60)
    fetcher.run(
        download_item_for(RemoteFile(name="model.gguf", size_bytes=int(size), sha256=sha256))
    )
