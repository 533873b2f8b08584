"""Finds out about machine and models in the pool, and holds what was found."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.model_manager.inventory_snapshot import Known
from app.model_manager.measurement_recorder import Learning
from app.model_manager.measurements import Learnt
from app.model_manager.planner import Advice
from app.notifications.notification_center import NoticeDesk
from app.platform import log
from app.platform.task_pool import Lane
from app.settings.settings_store import SettingsKeeper
from runtime.hardware.report import MachineReport
from runtime.models.catalogue import CatalogueModel
from runtime.models.library.library import Inventory, Library
from runtime.problems import RuntimeFailure

Done = Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Stock:
    """What a look at the disk gives."""

    catalogue: tuple[CatalogueModel, ...]
    inventory: Inventory
    learnt: Learnt


class Knowledge(QObject):
    """What we know, and how to find out more.

    Signals:
        changed: something is known that was not before
    """

    changed = Signal()

    def __init__(  # noqa: PLR0913 - where to look and whom to tell, given once
        self,
        *,
        lane: Lane,
        advice: Advice,
        learning: Learning,
        settings: SettingsKeeper,
        default_folder: Path,
        has_own: bool,
        desk: NoticeDesk,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._lane = lane
        self._advice = advice
        self._learning = learning
        self._settings = settings
        self._default_folder = default_folder
        self._has_own = has_own
        self._desk = desk
        self._report: MachineReport | None = None
        self._catalogue: tuple[CatalogueModel, ...] = ()
        self._inventory = Inventory()

    @property
    def known(self) -> Known:
        """All that is known now."""
        return Known(
            report=self._report,
            catalogue=self._catalogue,
            inventory=self._inventory,
            learnt=self._learning.learnt,
            context=max(self._settings.settings.context_length, 0),
            has_own=self._has_own or self._settings.settings.model is not None,
        )

    @property
    def folder(self) -> Path:
        """Where models are kept."""
        chosen = self._settings.settings.models_folder
        return self._default_folder if chosen is None else Path(chosen)

    def library(self) -> Library:
        """The models folder; its methods are not for the GUI thread."""
        return Library(self.folder, is_chosen=self._settings.settings.models_folder is not None)

    def read(self, done: Done) -> None:
        """Read what is on the disk: quick."""

        def on_read(stock: _Stock) -> None:
            self._catalogue = stock.catalogue
            self._learning.learnt = stock.learnt
            self._take(stock.inventory)
            done()

        def on_failed(failure: RuntimeFailure) -> None:
            self._desk.show_failure(failure)
            done()

        library = self.library()
        self._lane.run(lambda: self._read(library), then=on_read, failed=on_failed)

    def look(self, done: Done) -> None:
        """Look at this computer: takes a while."""

        def on_looked(report: MachineReport) -> None:
            self._report = report
            self._learning.keep_speeds(report)
            log.models.info("%d findings about this computer", len(report.findings))
            self.changed.emit()
            done()

        def on_failed(failure: RuntimeFailure) -> None:
            # Models still load, as the engine sees fit.
            log.models.info("this computer could not be looked at: %s", failure.problem)
            done()

        folder, learnt = self.folder, self._learning.learnt
        device_bytes = self._settings.settings.device_bytes
        self._lane.run(
            lambda: self._advice.look(folder, device_bytes, learnt),
            then=on_looked,
            failed=on_failed,
        )

    def count(self, done: Done | None = None) -> None:
        """Look into the models folder again."""

        def on_counted(inventory: Inventory) -> None:
            self._take(inventory)
            if done is not None:
                done()

        self._lane.run(self.library().look, then=on_counted)

    def _read(self, library: Library) -> _Stock:
        return _Stock(self._advice.catalogue(), library.look(), self._learning.read())

    def _take(self, inventory: Inventory) -> None:
        if inventory.problem is not None and inventory.problem is not self._inventory.problem:
            self._desk.show_problem(inventory.problem, inventory.detail)
        self._inventory = inventory
        self.changed.emit()
