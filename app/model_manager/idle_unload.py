"""Frees the model's memory when nobody has needed it for a while."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

from app.engine.model_state import ModelState, Ready, Resting
from app.model_manager.loading import ModelLoading
from app.platform import log

# A timer counts milliseconds in 32 bits; nobody waits for longer than a week.
_LONGEST_MINUTES = 7 * 24 * 60


class IdleUnload(QObject):
    """Watches the model's state; every bit of work begins the wait anew.

    `minutes` says how long to wait; 0 keeps the model for ever.
    """

    def __init__(
        self,
        *,
        loading: ModelLoading,
        state: ModelState,
        minutes: Callable[[], int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._loading = loading
        self._state = state
        self._minutes = minutes
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timeout)
        state.changed.connect(self.begin_anew)

    @property
    def waits_ms(self) -> int | None:
        """How long the present wait is; None if there is none."""
        return self._timer.interval() if self._timer.isActive() else None

    @Slot()
    def begin_anew(self) -> None:
        """Something happened that shows that somebody is here, or another time was set."""
        self._timer.stop()
        minutes = min(self._minutes(), _LONGEST_MINUTES)
        if minutes > 0 and isinstance(self._state.value, Ready):
            self._timer.start(minutes * 60_000)

    @Slot()
    def wake(self) -> None:
        """Load what rests: it is about to be needed."""
        if isinstance(self._state.value, Resting):
            self._loading.reload()

    def end(self) -> None:
        """Wait for nothing any more."""
        self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        if self._loading.unload():
            log.engine.info("the model rests: nobody needed it")
