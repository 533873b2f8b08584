"""Finds out about machine and models in the pool, and holds what was found."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.model_manager.inventory_snapshot import InventorySnapshot
from app.model_manager.measurement_recorder import MeasurementRecorder
from app.model_manager.measurements import Measurements
from app.model_manager.planner import Planner
from app.notifications.notification_center import NotificationCenter
from app.platform import log
from app.platform.task_pool import TaskQueue
from app.settings.settings_store import SettingsStore
from runtime.hardware.report import MachineReport
from runtime.models.catalogue import CatalogueModel
from runtime.models.library.library import Inventory, Library
from runtime.problems import RuntimeFailure

Done = Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Found:
    """What a look at the disk gives."""

    catalogue: tuple[CatalogueModel, ...]
    inventory: Inventory
    measurements: Measurements


class ModelInventory(QObject):
    """What we know, and how to find out more.

    Signals:
        changed: something is known that was not before
    """

    changed = Signal()

    def __init__(  # noqa: PLR0913 - where to look and whom to tell, given once
        self,
        *,
        tasks: TaskQueue,
        planner: Planner,
        recorder: MeasurementRecorder,
        settings: SettingsStore,
        default_folder: Path,
        has_own: bool,
        notification_center: NotificationCenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._planner = planner
        self._recorder = recorder
        self._settings = settings
        self._default_folder = default_folder
        self._has_own = has_own
        self._notification_center = notification_center
        self._report: MachineReport | None = None
        self._catalogue: tuple[CatalogueModel, ...] = ()
        self._inventory = Inventory()

    @property
    def snapshot(self) -> InventorySnapshot:
        """All that is known now."""
        return InventorySnapshot(
            report=self._report,
            catalogue=self._catalogue,
            inventory=self._inventory,
            measurements=self._recorder.measurements,
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

        def on_read(found: _Found) -> None:
            self._catalogue = found.catalogue
            self._recorder.measurements = found.measurements
            self._take(found.inventory)
            done()

        def on_failed(failure: RuntimeFailure) -> None:
            self._notification_center.show_failure(failure)
            done()

        library = self.library()
        self._tasks.run(lambda: self._read(library), then=on_read, failed=on_failed)

    def look(self, done: Done) -> None:
        """Look at this computer: takes a while."""

        def on_looked(report: MachineReport) -> None:
            self._report = report
            self._recorder.keep_speeds(report)
            log.models.info("%d findings about this computer", len(report.findings))
            self.changed.emit()
            done()

        def on_failed(failure: RuntimeFailure) -> None:
            # Models still load, as the engine sees fit.
            log.models.info("this computer could not be looked at: %s", failure.problem)
            done()

        folder, measurements = self.folder, self._recorder.measurements
        device_bytes = self._settings.settings.device_bytes
        self._tasks.run(
            lambda: self._planner.look(folder, device_bytes, measurements),
            then=on_looked,
            failed=on_failed,
        )

    def count(self, done: Done | None = None) -> None:
        """Look into the models folder again."""

        def on_counted(inventory: Inventory) -> None:
            self._take(inventory)
            if done is not None:
                done()

        self._tasks.run(self.library().look, then=on_counted)

    def _read(self, library: Library) -> _Found:
        return _Found(self._planner.catalogue(), library.look(), self._recorder.read())

    def _take(self, inventory: Inventory) -> None:
        if inventory.problem is not None and inventory.problem is not self._inventory.problem:
            self._notification_center.show_problem(inventory.problem, inventory.detail)
        self._inventory = inventory
        self.changed.emit()
