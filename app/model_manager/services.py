"""The window's side of models, built once."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Slot

from app.engine.engine_cache import CacheLimits
from app.engine.engine_link import EngineLink
from app.engine.model_state import ModelState
from app.model_manager.actions import ModelActions
from app.model_manager.delete_models import ModelDeletion
from app.model_manager.download_factory import DownloadFactory
from app.model_manager.downloads import Arrived, Downloads, MakeTransfer
from app.model_manager.idle_unload import IdleUnload
from app.model_manager.inventory import ModelInventory
from app.model_manager.inventory_snapshot import InventorySnapshot
from app.model_manager.load_fallback import LoadFallback
from app.model_manager.loading import ModelLoading
from app.model_manager.measurement_recorder import MeasurementRecorder
from app.model_manager.measurements import machine_key, measurements_file
from app.model_manager.model_imports import ModelImports
from app.model_manager.model_options import ModelOption, ModelsFolderUse
from app.model_manager.model_selection import DEMO_KEY, ModelSelection
from app.model_manager.move_folder import FolderMove
from app.model_manager.options.options_model import OptionsModel
from app.model_manager.options.options_updater import OptionsUpdater
from app.model_manager.planner import LoadTarget, Planner
from app.notifications import messages
from app.notifications.notification_center import NotificationCenter
from app.platform.paths import Paths
from app.platform.task_pool import TaskPool
from app.settings.settings_store import SettingsStore
from runtime.events import Event, Finished
from runtime.hardware.memory_budget import Budget, budgets
from runtime.models.download.progress import Paused
from runtime.requests import ModelFiles


class ModelServices(QObject):
    """Everything that looks after models.

    Nothing is looked at before the start-up steps ask for it. The files named on the command
    line go before any other model.

    Attributes:
        loading: what is in memory
        knowledge: what is known of machine and models
        choosing: which model is loaded
        downloads: those that run or stand still
        deletion: deletes what is on this computer
        imports: what the user brings along
        relocation: where all of it lies
        idle: lets the model go when nobody needs it
    """

    def __init__(  # noqa: PLR0913 - what it is built of, given once
        self,
        *,
        paths: Paths,
        task_pool: TaskPool,
        link: EngineLink,
        state: ModelState,
        options: OptionsModel,
        settings: SettingsStore,
        notification_center: NotificationCenter,
        keeping: Callable[[], CacheLimits],
        planner: Planner,
        named_files: ModelFiles | None,
        make_transfer: MakeTransfer | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._planner = planner
        self._settings = settings
        self._notification_center = notification_center
        self._recorder = recorder = MeasurementRecorder(measurements_file(paths), task_pool.models)
        self.inventory = ModelInventory(
            tasks=task_pool.models,
            planner=planner,
            recorder=recorder,
            settings=settings,
            default_folder=paths.models,
            has_own=named_files is not None,
            notification_center=notification_center,
            parent=self,
        )
        self.loading = ModelLoading(
            link=link,
            state=state,
            notification_center=notification_center,
            keeping=keeping,
            recovery=LoadFallback(
                next_target=self._next_target,
                recorder=recorder,
                machine=self._machine,
                notification_center=notification_center,
            ),
        )
        self.choosing = ModelSelection(
            tasks=task_pool.models,
            planner=planner,
            inventory=self.inventory,
            loading=self.loading,
            state=state,
            settings=settings,
            notification_center=notification_center,
            named_files=named_files,
            parent=self,
        )
        self.downloads = Downloads(
            tasks=task_pool.transfers,
            make_transfer=make_transfer or DownloadFactory(self.inventory, settings).make,
            notification_center=notification_center,
            parent=self,
        )
        self._options = OptionsUpdater(
            tasks=task_pool.models,
            compose=planner.compose,
            shown=options,
            downloads=self.downloads,
            loading=self.loading,
            state=state,
            parent=self,
        )
        self.deletion = ModelDeletion(
            tasks=task_pool.models,
            inventory=self.inventory,
            choosing=self.choosing,
            loading=self.loading,
            state=state,
            notification_center=notification_center,
            parent=self,
        )
        self.imports = ModelImports(
            tasks=task_pool.transfers,
            inventory=self.inventory,
            choosing=self.choosing,
            notification_center=notification_center,
            parent=self,
        )
        self.folder_move = FolderMove(
            tasks=task_pool.transfers,
            inventory=self.inventory,
            loading=self.loading,
            downloads=self.downloads,
            settings=settings,
            notification_center=notification_center,
            parent=self,
        )
        self.idle = IdleUnload(
            loading=self.loading,
            state=state,
            minutes=lambda: settings.settings.idle_unload_minutes,
            parent=self,
        )
        self.inventory.changed.connect(self._on_known)
        self.downloads.arrived.connect(self._on_arrived)
        link.event_received.connect(self._on_event)

    def follow(self, actions: ModelActions) -> None:
        """Do what the user asks of models from now on."""
        actions.model_chosen.connect(self.choose)
        actions.demo_chosen.connect(self.choose_demo)
        actions.download_requested.connect(self.fetch)
        actions.fetch_and_use_requested.connect(self.fetch_and_use)
        actions.resume_requested.connect(self.fetch)
        actions.pause_requested.connect(self.pause)
        actions.cancel_requested.connect(self.cancel)
        actions.delete_requested.connect(self.delete)
        actions.context_previewed.connect(self.preview_context)
        actions.context_chosen.connect(self.choose_context)
        actions.import_chosen.connect(self.imports.take)
        actions.models_folder_chosen.connect(self.folder_move.change)
        actions.folder_requested.connect(self.folder_move.show)
        actions.unload_requested.connect(self.loading.unload)
        actions.load_cancel_requested.connect(self.loading.cancel)

    def place(self) -> ModelsFolderUse:
        """Where models are kept and on what they run."""
        snapshot = self.inventory.snapshot
        used = sum(each.size_bytes for each in snapshot.inventory.installed if each.is_ours)
        place = ModelsFolderUse(folder=self.inventory.folder, used_bytes=used)
        graphics = [device for device in _devices(snapshot) if device.device]
        if not graphics:
            return place
        return replace(place, device=graphics[0].name, device_bytes=graphics[0].total_bytes or None)

    def take_settings(self) -> None:
        """The settings were edited."""
        self.idle.begin_anew()
        if self._settings.settings.offline:
            # What flows already would go on: only new connections are refused.
            self.downloads.end()
        self.inventory.look(_nothing)

    def end(self) -> None:
        """Begin nothing any more."""
        self.idle.end()
        self.downloads.end()
        self.imports.end()
        self.folder_move.end()

    @Slot(object)
    def choose(self, option: ModelOption) -> None:
        """Load an installed model."""
        self.choosing.choose(option.key)

    @Slot()
    def choose_demo(self) -> None:
        """Look around with the demonstration; it runs already at the first start."""
        target = self.loading.target
        if target is None or target.key != DEMO_KEY:
            self.choosing.choose(DEMO_KEY)

    @Slot(object)
    def fetch(self, option: ModelOption) -> None:
        """Download a model, or go on with it."""
        self.downloads.begin(option.key, total_bytes=option.download_bytes)

    @Slot(object)
    def fetch_and_use(self, option: ModelOption) -> None:
        """Download a model and load it once it is there."""
        self.downloads.begin(option.key, total_bytes=option.download_bytes, uses=True)

    @Slot(object)
    def pause(self, option: ModelOption) -> None:
        """Let a download stand still."""
        self.downloads.pause(option.key)

    @Slot(object)
    def cancel(self, option: ModelOption) -> None:
        """End a download and keep nothing of it."""
        self.downloads.cancel(option.key)

    @Slot(object)
    def delete(self, option: ModelOption) -> None:
        """Delete a model's files."""
        self.deletion.delete(option.key)

    @Slot(int)
    def preview_context(self, tokens: int) -> None:
        """Show what another context would cost."""
        self._options.show(replace(self.inventory.snapshot, context=max(tokens, 0)))

    @Slot(int)
    def choose_context(self, tokens: int) -> None:
        """Plan with another context from now on."""
        if tokens == self._settings.settings.context_length:
            self._options.show(self.inventory.snapshot)
            return
        self._settings.change(context_length=tokens)
        self._options.show(self.inventory.snapshot)
        self.choosing.plan_again()

    @Slot()
    def _on_known(self) -> None:
        snapshot = self.inventory.snapshot
        self.downloads.restore(
            {
                (each.name, each.quantisation): Paused(
                    done_bytes=each.done_bytes, total_bytes=each.total_bytes
                )
                for each in snapshot.inventory.unfinished
            }
        )
        if snapshot.report is not None:
            self._options.show(snapshot)

    @Slot(object)
    def _on_arrived(self, arrived: Arrived) -> None:
        if not arrived.uses:
            self._notification_center.show(messages.model_arrived(arrived.installed.name))
        self.inventory.count(lambda: self._use(arrived))

    def _use(self, arrived: Arrived) -> None:
        if arrived.uses:
            self.choosing.choose(arrived.key)

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        target = self.loading.target
        if isinstance(event, Finished) and target is not None and target.plan is not None:
            self._recorder.measure(self._machine(), target.plan, event)

    def _next_target(self, target: LoadTarget) -> LoadTarget | None:
        # Pure figures over a handful of values: quick enough for the GUI thread.
        return self._planner.next_target(self.inventory.snapshot, target)

    def _machine(self) -> str:
        report = self.inventory.snapshot.report
        return "" if report is None else machine_key(report)


def _devices(snapshot: InventorySnapshot) -> tuple[Budget, ...]:
    return () if snapshot.report is None else budgets(snapshot.report)


def _nothing() -> None:
    """Nobody waits for it."""
