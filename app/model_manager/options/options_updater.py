"""Works out what could run here, off the GUI thread, and keeps what the window shows up to date."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.engine.model_state import Busy, ModelState, Ready
from app.model_manager.downloads import Downloads
from app.model_manager.inventory_snapshot import InventorySnapshot
from app.model_manager.loading import ModelLoading
from app.model_manager.model_options import ModelKey, ModelOption, ModelOptions
from app.model_manager.options.options_model import OptionsModel
from app.platform.task_pool import TaskQueue

Compose = Callable[[InventorySnapshot], ModelOptions]


class OptionsUpdater(QObject):
    """Composes the options from what is known, again whenever that changes.

    Downloads and the loaded model change often, and nothing else changes with them: they are
    put into the options without composing them anew.

    Signals:
        composed: new ModelOptions were worked out
    """

    composed = Signal(object)

    def __init__(  # noqa: PLR0913 - everything it ties together, given once
        self,
        *,
        tasks: TaskQueue,
        compose: Compose,
        shown: OptionsModel,
        downloads: Downloads,
        loading: ModelLoading,
        state: ModelState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._compose = compose
        self._shown = shown
        self._downloads = downloads
        self._loading = loading
        self._state = state
        self._bare = ModelOptions()
        self._is_composing = False
        self._wanted: InventorySnapshot | None = None
        downloads.changed.connect(self._show)
        state.changed.connect(self._on_state_changed)

    def show(self, snapshot: InventorySnapshot) -> None:
        """Work out what could run; of several requests in a row the newest counts."""
        if self._is_composing:
            self._wanted = snapshot
            return
        self._is_composing = True
        self._tasks.run(
            partial(self._compose, snapshot),
            then=self._on_composed,
            failed=lambda _failure: self._on_composed(self._bare),
        )

    def find(self, key: ModelKey) -> ModelOption | None:
        """An option as it is now."""
        return next((option for option in self._shown.value.options if option.key == key), None)

    def _on_composed(self, options: ModelOptions) -> None:
        self._is_composing = False
        self._bare = options
        self._show()
        self.composed.emit(options)
        if self._wanted is not None:
            snapshot, self._wanted = self._wanted, None
            self.show(snapshot)

    @Slot()
    def _on_state_changed(self) -> None:
        # Not for every token: only a model that comes or goes changes an option.
        loaded = next((option for option in self._shown.value.options if option.is_loaded), None)
        if (None if loaded is None else loaded.key) != self._loaded_key():
            self._show()

    def _loaded_key(self) -> ModelKey | None:
        target = self._loading.target
        if target is None or not isinstance(self._state.value, Ready | Busy):
            return None
        return target.key

    @Slot()
    def _show(self) -> None:
        states, loaded = self._downloads.states, self._loaded_key()

        def as_it_is(option: ModelOption) -> ModelOption:
            return replace(option, transfer=states.get(option.key), is_loaded=option.key == loaded)

        look = self._bare.first_look
        if look is not None:
            look = replace(
                look,
                recommendation=look.recommendation and as_it_is(look.recommendation),
                alternatives=tuple(as_it_is(option) for option in look.alternatives),
            )
        options = tuple(as_it_is(option) for option in self._bare.options)
        self._shown.set(replace(self._bare, options=options, first_look=look))
