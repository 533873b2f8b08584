"""Tries smaller and smaller plans when a model does not fit, and tells what was given up."""

from collections.abc import Callable

from app.model_manager.measurement_recorder import MeasurementRecorder
from app.model_manager.planner import LoadTarget
from app.notifications import messages
from app.notifications.notification_center import NotificationCenter
from app.platform import log
from runtime.events import Loaded
from runtime.problems import Problem

# From the largest plan to a bare one on the CPU there are fewer steps than this.
_MOST_STEPS = 16
# A process that dies may have another reason than memory: a third death is not tried again.
_MOST_DEATHS = 3

_DEATHS = frozenset({Problem.ENGINE_KILLED, Problem.ENGINE_CRASHED})
_WANT_OF_MEMORY = _DEATHS | {Problem.OUT_OF_MEMORY}

NextTarget = Callable[[LoadTarget], LoadTarget | None]


class LoadFallback:
    """What is tried after a load failed for want of memory; see `loading.Recovery`."""

    def __init__(
        self,
        *,
        next_target: NextTarget,
        recorder: MeasurementRecorder,
        machine: Callable[[], str],
        notification_center: NotificationCenter,
    ) -> None:
        """Prepare.

        Args:
            next_target: the next smaller target; None where there is none
            recorder: remembers which target was loaded
            machine: on which machine
            notification_center: tells the user
        """
        self._next_target = next_target
        self._recorder = recorder
        self._machine = machine
        self._notification_center = notification_center
        self._first: LoadTarget | None = None
        self._newest: LoadTarget | None = None
        self._steps = 0
        self._deaths = 0

    def after_failure(self, target: LoadTarget, problem: Problem) -> LoadTarget | None:
        """The next smaller target; None if there is none, or memory was not the reason."""
        if target is not self._newest:
            self._begin(target)
        self._deaths += problem in _DEATHS
        if (
            problem not in _WANT_OF_MEMORY
            or self._steps >= _MOST_STEPS
            or self._deaths >= _MOST_DEATHS
        ):
            return None
        self._newest = self._next_target(target)
        self._steps += 1
        log.engine.info("%s: fallback %d", problem, self._steps)
        return self._newest

    def after_success(self, target: LoadTarget, loaded: Loaded) -> None:
        """Tell what was given up, and begin with what holds from now on."""
        first = self._first if target is self._newest else None
        self._begin(None)
        if target.plan is None:
            return
        self._recorder.compare(target.plan, loaded.buffers)
        if first is not None and first.plan is not None:
            self._recorder.remember(self._machine(), target.plan)
            self._notification_center.show(
                messages.loaded_differently(target.name, first.plan, target.plan)
            )

    def _begin(self, target: LoadTarget | None) -> None:
        self._first = self._newest = target
        self._steps = self._deaths = 0
