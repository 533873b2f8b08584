"""Small models on a lying server, and downloads of them that lose no time."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from helpers.lying_server import LyingServer

from runtime.models.catalogue import RemoteFile
from runtime.models.download.model_download import ModelDownload
from runtime.models.download.model_files import DownloadItem
from runtime.models.download.network import Network, Timeouts
from runtime.models.download.partial_file import DiskSpace
from runtime.models.download.progress import TransferState
from runtime.models.download.retry_policy import RetryPolicy
from runtime.models.download.sources import sources_for
from runtime.models.installed_model import InstalledModel
from runtime.models.library.library import Library

REPOSITORY = "someone/Small-GGUF"
REVISION = "0123456789abcdef0123456789abcdef01234567"

IMPATIENT = RetryPolicy(first_delay_s=0.0, longest_delay_s=0.0, longest_order_s=0.0, tries=6)
EMPTY_DISK = DiskSpace(floor_bytes=0, free=lambda _folder: 1 << 40)


def content_of(seed: int, size: int) -> bytes:
    """Bytes that begin as a model does and repeat nowhere."""
    blocks = (
        hashlib.sha256(f"{seed} {number}".encode()).digest() for number in range(size // 32 + 1)
    )
    return (b"GGUF" + b"".join(blocks))[:size]


def sha256(content: bytes) -> str:
    """In hex."""
    return hashlib.sha256(content).hexdigest()


def path_of(name: str) -> str:
    """Where a file is on a server that is laid out as Hugging Face."""
    return f"/{REPOSITORY}/resolve/{REVISION}/{name}"


def remote(name: str, content: bytes, *, has_hash: bool = True) -> RemoteFile:
    """A file as the catalogue names it."""
    return RemoteFile(
        name=name, size_bytes=len(content), sha256=sha256(content) if has_hash else None
    )


def download_item_for(model: RemoteFile, projector: RemoteFile | None = None) -> DownloadItem:
    """A model of one file or two."""
    return DownloadItem(
        name="Small 1B",
        quantisation="Q4_K_M",
        repository=REPOSITORY,
        revision=REVISION,
        model=model,
        projector=projector,
    )


@dataclass(slots=True, kw_only=True)
class Fetcher:
    """Downloads into one folder, again and again if need be.

    Attributes:
        states: all that the downloads said
    """

    folder: Path
    servers: Sequence[LyingServer] = ()
    retry_policy: RetryPolicy = IMPATIENT
    disk_space: DiskSpace = EMPTY_DISK
    is_offline: Callable[[], bool] = lambda: False
    stall_s: float = 0.3
    proxy: str = ""
    endpoint: str = ""
    states: list[TransferState] = field(default_factory=list)

    @property
    def library(self) -> Library:
        """Of the folder."""
        return Library(self.folder)

    def make(self, item: DownloadItem) -> ModelDownload:
        """A download that was not begun."""
        endpoint = self.endpoint or " ".join(server.base for server in self.servers)
        return ModelDownload(
            item,
            library=self.library,
            network=Network(
                is_offline=self.is_offline,
                proxy=self.proxy,
                timeouts=Timeouts(connect_s=5.0, stall_s=self.stall_s),
            ),
            sources=sources_for(endpoint),
            retry_policy=self.retry_policy,
            disk_space=self.disk_space,
        )

    def run(self, item: DownloadItem) -> InstalledModel | None:
        """Fetch a unit."""
        return self.make(item).run(self.states.append)
