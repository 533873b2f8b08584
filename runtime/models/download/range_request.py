"""One request for a file, or for the rest of one, and what came of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from runtime.models.download.download_errors import AttemptError, AttemptFailed, error_of_status
from runtime.models.download.network import Network, Reply, now
from runtime.models.download.partial_file import PartialFile
from runtime.problems import Problem

GGUF_MAGIC = b"GGUF"

_BLOCK = 1 << 16
# How far a size that was published as "1.1 GiB" can be off.
_ROUNDED = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFile:
    """What is asked for.

    Attributes:
        part: where its bytes are kept
        size_bytes: of the whole file
        size_is_exact: to the byte; otherwise the server says, within reason
        sha256: of the whole file; None if nobody said
        offset: bytes that are not asked for
        etag: what the server must still call the file for a part of it to be of use
    """

    url: str
    part: Path
    size_bytes: int
    sha256: str | None
    size_is_exact: bool = True
    offset: int = 0
    etag: str | None = None

    def fits(self, size_bytes: int) -> bool:
        """Whether a file of this size can be the one."""
        if self.size_is_exact:
            return size_bytes == self.size_bytes
        return abs(size_bytes - self.size_bytes) <= self.size_bytes * _ROUNDED


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedFile:
    """What a server says of the file before it sends it.

    Attributes:
        etag: what it calls the content, if that is exact
        sha256: what it says the hash is
        start: where in the file its bytes begin
        size_bytes: of the whole file
    """

    etag: str | None
    sha256: str | None
    start: int
    size_bytes: int


def attempt(
    network: Network,
    wanted: WantedFile,
    on_served: Callable[[ServedFile], None],
    on_block: Callable[[PartialFile], None],
) -> PartialFile:
    """Ask once, and take what comes until the file is complete.

    Args:
        network: opens the connection
        wanted: what to ask for
        on_served: told once, before the first byte is written
        on_block: told after every block; may raise to end it

    Raises:
        AttemptFailed: the file is not complete; what came is kept
        DownloadFailure: the user wants no connection
        OSError: the part cannot be written
    """
    with network.get(wanted.url, _headers(wanted)) as reply:
        served = _served_file(reply, wanted)
        on_served(served)
        with PartialFile(wanted.part, start=served.start, size_bytes=served.size_bytes) as writer:
            for block in _blocks(reply, served):
                writer.take(block)
                on_block(writer)
    if not writer.is_complete:
        raise AttemptFailed(AttemptError(problem=Problem.DOWNLOAD_INTERRUPTED))
    return writer


def _headers(wanted: WantedFile) -> dict[str, str]:
    if not wanted.offset:
        return {}
    headers = {"Range": f"bytes={wanted.offset}-"}
    return {**headers, "If-Range": wanted.etag} if wanted.etag else headers


def _served_file(reply: Reply, wanted: WantedFile) -> ServedFile:
    """Make sure that this is the file that was asked for, as far as headers tell."""
    if reply.status not in (200, 206):
        raise AttemptFailed(error_of_status(reply.status, reply.headers, now()))
    if "text/html" in reply.headers.get("content-type", "").lower():
        raise AttemptFailed(AttemptError(problem=Problem.DOWNLOAD_WEB_PAGE))
    if reply.headers.get("content-encoding", "identity").lower() != "identity":
        raise AttemptFailed(AttemptError(problem=Problem.DOWNLOAD_SERVER_FAILED, is_final=True))
    if wanted.sha256 and reply.linked_sha256 and reply.linked_sha256 != wanted.sha256:
        raise AttemptFailed(AttemptError(problem=Problem.DOWNLOAD_CHANGED, is_final=True))
    start, size_bytes = _extent(reply, wanted)
    return ServedFile(
        etag=_exact_etag(reply), sha256=reply.linked_sha256, start=start, size_bytes=size_bytes
    )


def _extent(reply: Reply, wanted: WantedFile) -> tuple[int, int]:
    """Where in the file the bytes begin, and the file's whole size."""
    if reply.status == 206:
        start, total = _content_range(reply.headers.get("content-range", ""))
        if start != wanted.offset:
            raise AttemptFailed(
                AttemptError(problem=Problem.DOWNLOAD_SERVER_FAILED, asks_whole=True)
            )
        if wanted.etag and _exact_etag(reply) not in (None, wanted.etag):
            # It should have sent the whole file.
            raise AttemptFailed(AttemptError(problem=Problem.DOWNLOAD_CHANGED, asks_whole=True))
    else:
        start, total = 0, _number(reply.headers.get("content-length", ""))
    if total is None and wanted.size_is_exact:
        total = wanted.size_bytes
    if total is None:
        # Nobody could tell whether the file is complete.
        raise AttemptFailed(AttemptError(problem=Problem.DOWNLOAD_SERVER_FAILED, is_final=True))
    if not wanted.fits(total):
        raise AttemptFailed(AttemptError(problem=Problem.DOWNLOAD_CHANGED, is_final=True))
    return start, total


def _content_range(text: str) -> tuple[int | None, int | None]:
    """First byte and whole size of "bytes 5-9/10"; None for what it does not say."""
    item, _, rest = text.strip().partition(" ")
    span, _, total = rest.partition("/")
    if item.lower() != "bytes":
        return None, None
    return _number(span.partition("-")[0]), _number(total)


def _number(text: str) -> int | None:
    digits = text.strip()
    # Longer ones are no sizes, and Python refuses to read very long ones.
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None


def _exact_etag(reply: Reply) -> str | None:
    etag = reply.headers.get("etag", "").strip()
    # A weak one says only that two contents mean the same.
    return etag if etag.startswith('"') and etag.isascii() else None


def _blocks(reply: Reply, served: ServedFile) -> Iterator[bytes]:
    """The body in blocks, its first one long enough to see what it is."""
    head = b""
    is_known = served.start > 0
    for block in reply.response.iter_raw(_BLOCK):
        if is_known:
            yield block
            continue
        head += block
        if len(head) < len(GGUF_MAGIC):
            continue
        if not head.startswith(GGUF_MAGIC):
            raise AttemptFailed(_not_a_model(head))
        is_known = True
        yield head


def _not_a_model(head: bytes) -> AttemptError:
    if head.lstrip()[:1] in (b"<", b"{"):
        # The page of a network that wants a sign-in, which goes away after it.
        return AttemptError(problem=Problem.DOWNLOAD_WEB_PAGE)
    return AttemptError(problem=Problem.DOWNLOAD_CHANGED, is_final=True)
