"""Makes the downloads of the catalogue's models, by what the settings say."""

import threading
from collections.abc import Callable, Sequence

from app.model_manager.downloads import Report, Transfer
from app.model_manager.inventory import ModelInventory
from app.model_manager.model_options import ModelKey
from app.settings.settings_store import SettingsStore
from runtime.models.catalogue import CatalogueModel, Quantisation
from runtime.models.installed_model import InstalledModel
from runtime.models.library.library import Library
from runtime.problems import DownloadFailure, Problem


class DownloadFactory:
    """Knows the settings that downloads go by."""

    def __init__(self, inventory: ModelInventory, settings: SettingsStore) -> None:
        self._inventory = inventory
        self._settings = settings

    @property
    def is_offline(self) -> bool:
        """Whether no connection may be opened; asked again before each one, on any thread."""
        return self._settings.settings.offline

    def make(self, key: ModelKey) -> "CatalogueTransfer":
        """A download of one model."""
        settings = self._settings.settings
        return CatalogueTransfer(
            key,
            fetching=self,
            catalogue=self._inventory.snapshot.catalogue,
            library=self._inventory.library(),
            endpoint=settings.endpoint,
            proxy=settings.proxy,
        )


class CatalogueTransfer:
    """One download of a model that the catalogue knows."""

    def __init__(
        self,
        key: ModelKey,
        *,
        fetching: DownloadFactory,
        catalogue: Sequence[CatalogueModel],
        library: Library,
        endpoint: str,
        proxy: str,
    ) -> None:
        self._key = key
        self._fetching = fetching
        self._catalogue = catalogue
        self._library = library
        self._endpoint = endpoint
        self._proxy = proxy
        # The connections' modules are loaded in the pool, when the download begins; what is
        # wished before that waits for it.
        self._lock = threading.Lock()
        self._download: Transfer | None = None
        self._early: list[Callable[[Transfer], None]] = []

    def run(self, report: Report) -> InstalledModel | None:
        """Fetch until all is there and verified; None if it was paused or cancelled before.

        Raises:
            RuntimeFailure: it cannot go on by itself
        """
        download = self._make_download()
        with self._lock:
            self._download = download
            for request in self._early:
                request(download)
        return download.run(report)

    def pause(self) -> None:
        """Have `run` return soon, with what is there kept."""
        self._ask(lambda download: download.pause())

    def cancel(self) -> None:
        """Have `run` return soon, with nothing kept."""
        self._ask(lambda download: download.cancel())

    def _ask(self, request: Callable[[Transfer], None]) -> None:
        with self._lock:
            if self._download is None:
                self._early.append(request)
            else:
                request(self._download)

    def _make_download(self) -> Transfer:
        from runtime.models.download.model_download import ModelDownload
        from runtime.models.download.model_files import download_item_of
        from runtime.models.download.network import Network
        from runtime.models.download.sources import sources_for

        model, quantisation = self._find()
        return ModelDownload(
            download_item_of(model, quantisation),
            library=self._library,
            network=Network(is_offline=lambda: self._fetching.is_offline, proxy=self._proxy),
            sources=sources_for(self._endpoint),
        )

    def _find(self) -> tuple[CatalogueModel, Quantisation]:
        for model in self._catalogue:
            for quantisation in model.quantisations:
                if (model.name, quantisation.name) == self._key:
                    return model, quantisation
        raise DownloadFailure(Problem.MODEL_NAME_UNKNOWN, " ".join(self._key))
