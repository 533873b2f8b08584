"""Decides which model is loaded: at the start, when the user chooses, when plans change."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Slot

from app.engine.model_state import ModelState, Ready
from app.model_manager.inventory import ModelInventory
from app.model_manager.inventory_snapshot import InventorySnapshot
from app.model_manager.loading import ModelLoading
from app.model_manager.model_options import DEMO_NAME, ModelKey
from app.model_manager.planner import LoadTarget, Planner
from app.notifications.notification_center import NotificationCenter
from app.platform.task_pool import TaskQueue
from app.settings.settings_store import SettingsStore
from runtime.models.installed_model import InstalledModel, demo_model_files
from runtime.problems import Problem
from runtime.requests import ModelFiles

DEMO_KEY: ModelKey = (DEMO_NAME, "")

Decide = Callable[[InventorySnapshot], LoadTarget | None]


def demo_target() -> LoadTarget | None:
    """The demonstration, if it came with the program."""
    files = demo_model_files()
    return LoadTarget(files=files, name=DEMO_NAME) if files.model.is_file() else None


class ModelSelection(QObject):
    """Turns a choice into a load, with a plan that was made in the pool.

    A model that the user chose is remembered once it is loaded, so that one that cannot be
    loaded does not greet them at the next start.
    """

    def __init__(  # noqa: PLR0913 - everything it ties together, given once
        self,
        *,
        tasks: TaskQueue,
        planner: Planner,
        inventory: ModelInventory,
        loading: ModelLoading,
        state: ModelState,
        settings: SettingsStore,
        notification_center: NotificationCenter,
        named_files: ModelFiles | None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._planner = planner
        self._inventory = inventory
        self._loading = loading
        self._settings = settings
        self._notification_center = notification_center
        self._named_files = named_files
        self._chosen: ModelKey | None = None
        # A choice that was followed by another while its plan was made.
        self._newest = 0
        state.changed.connect(self._on_state_changed)

    @property
    def needs_no_plan(self) -> bool:
        """Whether this start begins with the demonstration, which runs anywhere."""
        return self._named_files is None and not self._inventory.snapshot.inventory.installed

    def begin(self) -> None:
        """Load what this start begins with: named, chosen earlier, the best, the demonstration."""
        if self.needs_no_plan and self._settings.chosen_files() is None:
            self._loading.load(demo_target())
            return
        files = self._named_files or self._settings.chosen_files()
        self._decide(partial(self._first, files=files), wanted=files, or_else=demo_target())

    @Slot(object)
    def choose(self, key: ModelKey) -> None:
        """Load an installed model, or the demonstration, because the user wants it."""
        self._chosen = key
        if key == DEMO_KEY:
            self._newest += 1
            self._loading.load(demo_target())
            return
        self._decide(partial(self._target, key=key), or_else=self._loading.target)

    def plan_again(self) -> None:
        """Load the present model as it is planned now: the user wants another context."""
        target = self._loading.target
        if target is not None and target.plan is not None:
            self._decide(partial(self._target, key=target.key), or_else=target)

    def _decide(
        self,
        decide: Decide,
        *,
        wanted: ModelFiles | None = None,
        or_else: LoadTarget | None = None,
    ) -> None:
        self._newest += 1
        number = self._newest

        def on_decided(target: LoadTarget | None) -> None:
            if number != self._newest:
                return
            found = target or or_else
            if wanted is not None and (found is None or found.files.model != wanted.model):
                self._notification_center.show_problem(Problem.MODEL_MISSING, wanted.model.name)
            self._loading.load(found)

        self._tasks.run(
            partial(decide, self._inventory.snapshot),
            then=on_decided,
            failed=lambda _failure: on_decided(None),
        )

    def _first(self, snapshot: InventorySnapshot, *, files: ModelFiles | None) -> LoadTarget | None:
        # In the pool: reads files, touches nothing of ours that changes.
        if files is not None and (self._named_files is not None or files.model.is_file()):
            return self._target_of(snapshot, files)
        return self._planner.best(snapshot)

    def _target_of(self, snapshot: InventorySnapshot, files: ModelFiles) -> LoadTarget:
        for model in snapshot.inventory.installed:
            if model.files.model == files.model:
                return self._planner.target(snapshot, model)
        return self._planner.target(snapshot, _as_installed(files))

    def _target(self, snapshot: InventorySnapshot, *, key: ModelKey) -> LoadTarget | None:
        model = snapshot.installed(key)
        return None if model is None else self._planner.target(snapshot, model)

    @Slot(object)
    def _on_state_changed(self, state: object) -> None:
        target = self._loading.target
        if not isinstance(state, Ready) or target is None or target.key != self._chosen:
            return
        self._chosen = None
        is_demo = target.key == DEMO_KEY
        projector = target.files.projector
        self._settings.change(
            model=None if is_demo else str(target.files.model),
            projector=None if is_demo or projector is None else str(projector),
        )


def _as_installed(files: ModelFiles) -> InstalledModel:
    """A model that is not in the models folder."""
    paths = [path for path in (files.model, files.projector) if path is not None]
    size = sum(path.stat().st_size for path in paths if path.is_file())
    return InstalledModel(
        name=files.model.stem, quantisation="", files=files, size_bytes=size, is_ours=False
    )
