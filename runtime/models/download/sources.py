"""Where a file may be fetched from, one source after the other."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from runtime.models.catalogue import RemoteFile
from runtime.models.download.model_files import DownloadItem
from runtime.problems import DownloadFailure, Problem

HUGGING_FACE = "https://huggingface.co"
MODELSCOPE = "https://www.modelscope.cn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A server with models.

    Attributes:
        base: its address, without a slash at the end
        pins_revisions: it has files by the catalogue's commits; otherwise only its newest ones,
            which count only if their hash is known
    """

    base: str
    pins_revisions: bool = True

    @property
    def host(self) -> str:
        """For people."""
        return urlsplit(self.base).hostname or self.base

    def url(self, item: DownloadItem, file: RemoteFile) -> str:
        """The address of a file."""
        if self.pins_revisions:
            return f"{self.base}/{item.repository}/resolve/{item.revision}/{quote(file.name)}"
        # ModelScope's commits are its own, so only its newest version can be asked for.
        return f"{self.base}/models/{item.repository}/resolve/master/{quote(file.name)}"


def sources_for(endpoint: str = "") -> tuple[Source, ...]:
    """The sources in the order they are tried.

    Args:
        endpoint: the user's own address, or several with spaces between; then nobody else is
            asked. Each is laid out as Hugging Face, unless it is ModelScope itself.

    Raises:
        DownloadFailure: it is no address
    """
    bases = endpoint.split() or [HUGGING_FACE, MODELSCOPE]
    return tuple(_source(base) for base in bases)


def _source(base: str) -> Source:
    try:
        parts = urlsplit(base)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment:
        raise DownloadFailure(Problem.DOWNLOAD_ENDPOINT, base)
    host = parts.hostname or ""
    is_modelscope = host == "modelscope.cn" or host.endswith(".modelscope.cn")
    return Source(base=base.rstrip("/"), pins_revisions=not is_modelscope)
