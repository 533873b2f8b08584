"""Tries smaller and smaller plans when a model does not fit, and tells what was given up."""

from collections.abc import Callable

from app.model_manager.measurement_recorder import Learning
from app.model_manager.planner import LoadTarget
from app.notifications import messages
from app.notifications.notification_center import NoticeDesk
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


class LadderWalk:
    """What is tried after a load failed for want of memory; see `loading.Recovery`."""

    def __init__(
        self,
        *,
        next_target: NextTarget,
        learning: Learning,
        machine: Callable[[], str],
        desk: NoticeDesk,
    ) -> None:
        """Prepare.

        Args:
            next_target: the next rung below a target; None at the bottom
            learning: remembers which rung held
            machine: which machine it held on
            desk: tells the user
        """
        self._next_target = next_target
        self._learning = learning
        self._machine = machine
        self._desk = desk
        self._first: LoadTarget | None = None
        self._newest: LoadTarget | None = None
        self._steps = 0
        self._deaths = 0

    def after_failure(self, target: LoadTarget, problem: Problem) -> LoadTarget | None:
        """The next rung; None if there is none, or memory was not the reason."""
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
        log.engine.info("%s: step %d down the ladder", problem, self._steps)
        return self._newest

    def after_success(self, target: LoadTarget, loaded: Loaded) -> None:
        """Tell what was given up, and begin with what holds from now on."""
        first = self._first if target is self._newest else None
        self._begin(None)
        if target.plan is None:
            return
        self._learning.compare(target.plan, loaded.buffers)
        if first is not None and first.plan is not None:
            self._learning.remember(self._machine(), target.plan)
            self._desk.show(messages.loaded_differently(target.name, first.plan, target.plan))

    def _begin(self, target: LoadTarget | None) -> None:
        self._first = self._newest = target
        self._steps = self._deaths = 0
