"""Has the model loaded and let go, and says in one value what it is doing."""

from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto
from typing import Protocol, assert_never

from app.engine.engine_cache import CacheLimits
from app.engine.engine_link import EngineLink
from app.engine.model_state import (
    Activity,
    Broken,
    Busy,
    Loading,
    Looking,
    ModelState,
    NoModel,
    Ready,
    Resting,
)
from app.model_manager.planner import LoadTarget
from app.notifications import messages
from app.notifications.notification_center import NotificationCenter
from app.platform import log
from runtime.events import EngineDied, Failed, Loaded, LoadProgress, ModelFacts
from runtime.problems import Problem
from runtime.requests import LoadRequest, ModelFiles, RequestId


class LoadEnd(Enum):
    """What a failure meant for the model that was being loaded."""

    NOT_A_LOAD = auto()  # something else failed
    TRIED_AGAIN = auto()  # it is being loaded in another way
    GIVEN_UP = auto()  # no model is coming


class Recovery(Protocol):
    """Knows what else can be tried when a model could not be loaded."""

    def after_failure(self, target: LoadTarget, problem: Problem) -> LoadTarget | None:
        """What to load in its place; None when there is nothing left to try."""

    def after_success(self, target: LoadTarget, loaded: Loaded) -> None:
        """Learn what was loaded in the end."""


class NoRecovery:
    """Tries nothing."""

    def after_failure(self, target: LoadTarget, problem: Problem) -> LoadTarget | None:
        """There is nothing else to try."""
        return None

    def after_success(self, target: LoadTarget, loaded: Loaded) -> None:
        """There is nothing to learn."""


class ModelLoading:
    """The only writer of the model's state.

    The state says when an answer may be asked for: never behind a load, because a stop
    reaches every older request, and would end the load as well. For the same reason a load
    waits for the answer that is at the engine.
    """

    def __init__(
        self,
        *,
        link: EngineLink,
        state: ModelState,
        notification_center: NotificationCenter,
        keeping: Callable[[], CacheLimits] = CacheLimits,
        recovery: Recovery | None = None,
    ) -> None:
        self._link = link
        self._state = state
        self._notification_center = notification_center
        self._keeping = keeping
        self._recovery: Recovery = recovery or NoRecovery()
        self._target: LoadTarget | None = None
        # The one that an answer keeps waiting.
        self._next: LoadTarget | None = None
        # The newest that was in memory: where a load that is cancelled leads back to.
        self._last: LoadTarget | None = None
        self._request_id: RequestId | None = None
        self._abandoned: set[RequestId] = set()
        self._facts: ModelFacts | None = None
        self._answers = False

    @property
    def is_coming(self) -> bool:
        """Whether it is worth waiting for the model."""
        return isinstance(self._state.value, Looking | Loading)

    @property
    def is_loaded(self) -> bool:
        """Whether an answer can be asked for."""
        return isinstance(self._state.value, Ready | Busy)

    @property
    def is_at_work(self) -> bool:
        """Whether the model is being loaded, or answers."""
        return self._answers or isinstance(self._state.value, Loading | Busy)

    @property
    def model_name(self) -> str:
        """What the loaded model is called."""
        return "" if self._facts is None else self._facts.name

    @property
    def target(self) -> LoadTarget | None:
        """What is loaded, being loaded, or resting."""
        return self._target

    def load(self, target: LoadTarget | None) -> None:
        """Load a model in place of the present one; None says that there is none."""
        if target is not None and self._answers:
            self._next = target
            self._notification_center.show(messages.model_waits(target.name))
            return
        self._next = None
        if self._request_id is not None:
            # A second choice while the first is still on its way.
            self._abandoned.add(self._request_id)
            self._link.stop(self._request_id)
            self._request_id = None
        self._target = target
        if target is None:
            self._state.set(NoModel())
        else:
            self._submit(target)

    def reload(self) -> bool:
        """Load the same model once more; False if there is none."""
        if self._target is None:
            return False
        self.load(self._target)
        return True

    def take_moved(self, files: ModelFiles) -> None:
        """The files of the present model lie elsewhere now."""
        if self._target is not None:
            self._target = self._last = replace(self._target, files=files)

    def cancel(self) -> None:
        """Load nothing after all."""
        self._next = None
        if self._request_id is not None:
            self._link.stop(self._request_id)

    def unload(self) -> bool:
        """Free the model's memory until it is needed again; False if that is not possible now."""
        if not isinstance(self._state.value, Ready) or self._answers:
            return False
        self._link.rest()
        self._state.set(Resting(name=self._name()))
        return True

    def take(self, event: LoadProgress | Loaded) -> None:
        """Follow a load, ours or the one after the engine's restart."""
        if event.request_id in self._abandoned:
            return
        match event:
            case LoadProgress():
                # After a restart the engine's client loads again, under a number of its own.
                self._request_id = event.request_id
                self._state.set(Loading(name=self._name(), fraction=event.fraction))
            case Loaded():
                log.engine.info("loaded in %.1f s", event.seconds)
                self._request_id = None
                self._abandoned.clear()
                self._facts = event.facts
                self._last = self._target
                self._state.set(Ready(facts=event.facts))
                if self._target is not None:
                    self._recovery.after_success(self._target, event)
            case _:
                assert_never(event)

    def take_failure(self, event: Failed) -> LoadEnd:
        """See whether it was the load that failed, and what can be done about it."""
        if event.request_id in self._abandoned:
            self._abandoned.discard(event.request_id)
            return LoadEnd.NOT_A_LOAD
        if event.request_id != self._request_id:
            return LoadEnd.NOT_A_LOAD
        self._request_id = None
        if event.problem is Problem.LOAD_STOPPED and self._target is not None:
            self._target = self._last or self._target
            self._state.set(Resting(name=self._target.name))
            return LoadEnd.GIVEN_UP
        another = self._target and self._recovery.after_failure(self._target, event.problem)
        if another is not None:
            self._target = another
            self._submit(another)
            return LoadEnd.TRIED_AGAIN
        self._break_down(event.problem, event.detail)
        return LoadEnd.GIVEN_UP

    def take_death(self, event: EngineDied) -> bool:
        """Whether the engine's end also ended a load; else the next question restarts it."""
        log.engine.info("the engine died while idle: %s", event.problem)
        if not isinstance(self._state.value, Loading):
            return False
        self._break_down(event.problem, event.detail)
        return True

    def begin_answer(self) -> None:
        """An answer is asked for; until `rest` no model may be loaded."""
        self._answers = True

    def take_loss(self) -> None:
        """The engine says that it has no model, although one was loaded."""
        if isinstance(self._state.value, Ready | Busy):
            self._state.set(Resting(name=self._name()))

    def show(self, activity: Activity) -> None:
        """Say what the model is doing for an answer."""
        if self._facts is not None:
            self._state.set(Busy(facts=self._facts, activity=activity))

    def rest(self) -> None:
        """The model has nothing to do."""
        self._answers = False
        if self._facts is not None and isinstance(self._state.value, Busy):
            self._state.set(Ready(facts=self._facts))
        if self._next is not None:
            self.load(self._next)

    def _submit(self, target: LoadTarget) -> None:
        self._request_id = self._link.next_id()
        self._state.set(Loading(name=target.name, fraction=0.0))
        self._link.submit(_make_request(self._request_id, target, self._keeping()))

    def _break_down(self, problem: Problem, detail: str) -> None:
        self._request_id = None
        self._state.set(Broken(problem=problem, detail=detail))
        self._notification_center.show_problem(problem, detail, self._try_again)

    def _try_again(self) -> None:
        if isinstance(self._state.value, Broken):
            self.reload()

    def _name(self) -> str:
        return "" if self._target is None else self._target.name


def _make_request(request_id: RequestId, target: LoadTarget, keeping: CacheLimits) -> LoadRequest:
    request = LoadRequest(
        request_id=request_id,
        files=target.files,
        cache_folder=keeping.folder,
        cache_bytes=keeping.disk_bytes,
        memory_bytes=keeping.memory_bytes,
    )
    plan = target.plan
    if plan is None:
        return request
    return replace(
        request,
        context_length=plan.context,
        gpu_layers=plan.gpu_layers,
        device=plan.device or None,
        kv_type=plan.kv_type,
        projector_on=plan.projector_on,
    )
