"""Has the model loaded, and says in one value what it is doing."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from app import log
from app.engine_link import EngineLink
from app.model_state import (
    Activity,
    Broken,
    Busy,
    Loading,
    Looking,
    ModelState,
    NoModel,
    Ready,
)
from app.notice_desk import NoticeDesk
from runtime.events import EngineDied, Failed, Loaded, LoadProgress, ModelFacts
from runtime.problems import Problem
from runtime.requests import LoadRequest, ModelFiles, RequestId


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Where and how much of what was read may be kept.

    Attributes:
        folder: for the next start; None keeps nothing there
        disk_bytes: most that it may take there
        memory_bytes: most RAM for chats that are not open
    """

    folder: Path | None = None
    disk_bytes: int = 4 << 30
    memory_bytes: int = 1 << 30


class ModelLoading:
    """The only writer of the model's state.

    The state says when an answer may be asked for: never behind a load, because a stop
    reaches every older request, and would end the load as well.
    """

    def __init__(
        self,
        *,
        link: EngineLink,
        state: ModelState,
        desk: NoticeDesk,
        keeping: Callable[[], Keeping] = Keeping,
    ) -> None:
        self._link = link
        self._keeping = keeping
        self._state = state
        self._desk = desk
        self._files: ModelFiles | None = None
        self._request_id: RequestId | None = None
        self._facts: ModelFacts | None = None

    @property
    def is_coming(self) -> bool:
        """Whether it is worth waiting for the model."""
        return isinstance(self._state.value, Looking | Loading)

    @property
    def is_loaded(self) -> bool:
        """Whether an answer can be asked for."""
        return isinstance(self._state.value, Ready | Busy)

    @property
    def model_name(self) -> str:
        """What the loaded model is called."""
        return "" if self._facts is None else self._facts.name

    def load(self, files: ModelFiles | None) -> None:
        """Load a model; None says that there is none."""
        self._files = files
        if files is None:
            self._state.set(NoModel())
            return
        self._request_id = self._link.next_id()
        self._state.set(Loading(name=files.model.stem, fraction=0.0))
        keeping = self._keeping()
        self._link.submit(
            LoadRequest(
                request_id=self._request_id,
                files=files,
                cache_folder=keeping.folder,
                cache_bytes=keeping.disk_bytes,
                memory_bytes=keeping.memory_bytes,
            )
        )

    def reload(self) -> bool:
        """Load the same model once more; False if there is none."""
        if self._files is None:
            return False
        self.load(self._files)
        return True

    def take(self, event: LoadProgress | Loaded) -> None:
        """Follow a load, ours or the one after the engine's restart."""
        match event:
            case LoadProgress():
                self._state.set(Loading(name=self._name(), fraction=event.fraction))
            case Loaded():
                log.engine.info("loaded in %.1f s", event.seconds)
                self._facts = event.facts
                self._state.set(Ready(facts=event.facts))
            case _:
                assert_never(event)

    def take_failure(self, event: Failed) -> bool:
        """Whether it was the load that failed; then say so."""
        # After a restart the engine's client loads again, under a number of its own.
        if event.request_id != self._request_id and not isinstance(self._state.value, Loading):
            return False
        self._break_down(event.problem, event.detail)
        return True

    def take_death(self, event: EngineDied) -> bool:
        """Whether the engine's end also ended a load; else the next question restarts it."""
        log.engine.info("the engine died while idle: %s", event.problem)
        if not isinstance(self._state.value, Loading):
            return False
        self._break_down(event.problem, event.detail)
        return True

    def show(self, activity: Activity) -> None:
        """Say what the model is doing for an answer."""
        if self._facts is not None:
            self._state.set(Busy(facts=self._facts, activity=activity))

    def rest(self) -> None:
        """The model has nothing to do."""
        if self._facts is not None and isinstance(self._state.value, Busy):
            self._state.set(Ready(facts=self._facts))

    def _break_down(self, problem: Problem, detail: str) -> None:
        self._request_id = None
        self._state.set(Broken(problem=problem, detail=detail))
        self._desk.show_problem(problem, detail, self._try_again)

    def _try_again(self) -> None:
        if isinstance(self._state.value, Broken):
            self.reload()

    def _name(self) -> str:
        if self._facts is not None:
            return self._facts.name
        return "" if self._files is None else self._files.model.stem
