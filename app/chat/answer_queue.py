"""The answers that were asked for: one at the engine, the others waiting their turn."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import assert_never

from PySide6.QtCore import QObject, Signal, Slot

from app.chat.answer_saver import AnswerSaver, OnSettled
from app.chat.presenter import ChatPresenter
from app.chat.storage.async_store import AsyncStore
from app.chat.storage.store import Store
from app.chat.streaming_answer import AnswerProgress, StreamingAnswer
from app.chat.turns import ChatId, Turn, TurnId, TurnState, messages_of
from app.engine.engine_link import EngineLink
from app.engine.model_state import Stopping
from app.model_manager.loading import LoadEnd, ModelLoading
from app.notifications import messages
from app.notifications.notification_center import NotificationCenter
from app.platform import log
from runtime.events import (
    EngineDied,
    EngineUnresponsive,
    Event,
    Failed,
    Finished,
    Loaded,
    LoadProgress,
    PictureProgress,
    PrefillDone,
    PromptProgress,
    SpeedReport,
    TextPiece,
    ThinkingPiece,
)
from runtime.problems import Problem, RuntimeFailure
from runtime.requests import AnswerRequest, RequestId


class AnswerQueue(QObject):
    """Asks the engine for one answer after the other, and follows what it says.

    An answer goes on in the background when another chat is on screen. Only one is at the
    engine at a time: a stop reaches every older request, so nothing may stand before it.

    Signals:
        failed: the Turn that ended with a problem
    """

    failed = Signal(object)

    def __init__(  # noqa: PLR0913 - everything it ties together, given once
        self,
        *,
        link: EngineLink,
        loading: ModelLoading,
        store: AsyncStore,
        presenter: ChatPresenter,
        notification_center: NotificationCenter,
        thinking: Callable[[], bool | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._loading = loading
        self._store = store
        self._presenter = presenter
        self._notification_center = notification_center
        self._thinking = thinking
        self._waiting: deque[StreamingAnswer] = deque()
        self._current: StreamingAnswer | None = None
        # Stopped for the user; the engine has not confirmed it yet.
        self._stopping: StreamingAnswer | None = None
        # Once is enough: an engine that never has its model would be asked for ever.
        self._asked_again: StreamingAnswer | None = None
        self._progress = AnswerProgress(loading=loading, presenter=presenter)
        self._saver = AnswerSaver(store=store, notification_center=notification_center, parent=self)
        link.event_received.connect(self._on_event)

    @property
    def is_idle(self) -> bool:
        """Whether the engine has nothing to do for an answer, and nothing waits."""
        return not (self._current or self._stopping or self._waiting)

    def ask(self, chat_id: ChatId, turn: Turn) -> None:
        """Have an empty answer written, after those that were asked for before."""
        self._waiting.append(StreamingAnswer(chat_id, turn))
        self._go_on()

    def stop(self, turn_id: TurnId) -> None:
        """End an answer; its text so far stays."""
        for answer in [answer for answer in self._all() if answer.turn_id == turn_id]:
            self._stop(answer)

    def stop_current(self) -> None:
        """End the answer that the engine works on."""
        if self._current is not None:
            self._stop(self._current)

    def stop_chat(self, chat_id: ChatId) -> None:
        """End all answers of a chat."""
        # The newest first, so that none of them begins for a moment.
        for answer in reversed([each for each in self._all() if each.chat_id == chat_id]):
            self._stop(answer)

    def stop_all(self) -> None:
        """End every answer and save it."""
        for answer in reversed(list(self._all())):
            self._stop(answer)

    def settle(self, then: OnSettled) -> None:
        """End every answer, and say whether everything is saved."""
        self.stop_all()
        self._saver.settle(then)

    def as_they_are(self, turns: Sequence[Turn]) -> tuple[Turn, ...]:
        """Stored turns, with those that are being written or not saved yet as they are now."""
        living = {answer.turn_id: answer for answer in (*self._saver.unsaved(), *self._all())}
        return tuple(
            # Versions may have been added since the answer was begun.
            replace(living[turn.turn_id].turn, version=turn.version, versions=turn.versions)
            if turn.turn_id in living
            else turn
            for turn in turns
        )

    def _all(self) -> Iterator[StreamingAnswer]:
        if self._current is not None:
            yield self._current
        yield from tuple(self._waiting)

    def _go_on(self) -> None:
        if self._current or self._stopping or not self._waiting or self._loading.is_coming:
            return
        if not self._loading.is_loaded:
            if not self._loading.reload():
                self._notification_center.show_problem(Problem.MODEL_NOT_LOADED, "")
                self._fail_all(Problem.MODEL_NOT_LOADED, "")
            return
        self._current = answer = self._waiting.popleft()
        # Read only now: the answers before it on its branch are complete now.
        self._store.run(
            partial(Store.path, turn_id=answer.turn_id),
            then=partial(self._submit, answer),
            failed=partial(self._on_unreadable, answer),
        )

    def _submit(self, answer: StreamingAnswer, turns: Sequence[Turn]) -> None:
        if answer is not self._current:
            # It was stopped while its history was read.
            return
        if not self._loading.is_loaded:
            # Another model was chosen meanwhile.
            self._put_back(answer)
            return
        self._loading.begin_answer()
        answer.learn_names(turns)
        answer.put(replace(answer.turn, model_name=self._loading.model_name))
        answer.request_id = self._link.next_id()
        self._saver.watch(answer)
        log.chat.info("turn %d is request %d", answer.turn_id, answer.request_id)
        self._link.submit(
            AnswerRequest(
                request_id=answer.request_id,
                messages=messages_of(self.as_they_are(turns)),
                thinking=self._thinking(),
            )
        )

    def _on_unreadable(self, answer: StreamingAnswer, failure: RuntimeFailure) -> None:
        if answer is self._current:
            self._end(answer, answer.fail(failure.problem, failure.detail))
            self.failed.emit(answer.turn)

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        match event:
            case LoadProgress():
                self._loading.take(event)
            case Loaded():
                self._loading.take(event)
                self._go_on()
            case Finished():
                self._on_finished(event)
            case Failed():
                self._on_failed(event)
            case EngineDied():
                if self._loading.take_death(event):
                    self._fail_all(event.problem, event.detail)
            case EngineUnresponsive():
                self._notification_center.show(messages.model_unresponsive(), self._restart_engine)
            case (
                PictureProgress() | PromptProgress() | ThinkingPiece() | TextPiece() | SpeedReport()
            ):
                # A stopped answer can still have pieces in the pipe.
                answer = self._at_engine(event.request_id)
                if answer is not None and answer is self._current:
                    self._progress.take(answer, event)
            case PrefillDone():
                log.chat.info("request %d read %d tokens ahead", event.request_id, event.read)
            case _:
                assert_never(event)

    def _on_finished(self, event: Finished) -> None:
        answer = self._at_engine(event.request_id)
        if answer is None:
            return
        turn = answer.finish(event)
        if answer is self._current:
            self._end(answer, turn)
        else:
            self._presenter.update(turn)
            self._saver.save(answer)
            self._on_stop_confirmed()

    def _on_failed(self, event: Failed) -> None:
        answer = self._at_engine(event.request_id)
        if answer is not None and answer is self._current:
            if self._deserves_another_try(answer, event.problem):
                self._asked_again = answer
                self._loading.rest()
                self._loading.take_loss()
                self._put_back(answer)
                return
            self._end(answer, answer.fail(event.problem, event.detail))
            self.failed.emit(answer.turn)
        elif answer is not None:
            log.engine.info("a stopped answer failed: %s", event.problem)
            self._on_stop_confirmed()
        elif self._loading.take_failure(event) is LoadEnd.GIVEN_UP:
            self._fail_all(event.problem, event.detail)

    def _deserves_another_try(self, answer: StreamingAnswer, problem: Problem) -> bool:
        """Whether an answer that failed is asked for again by itself, once."""
        if answer is self._asked_again:
            return False
        # The engine's own reload did not succeed; ours has more to try.
        if problem is Problem.MODEL_NOT_LOADED:
            return True
        # Nothing of it is lost by beginning anew, and nobody has given it up.
        return problem is Problem.ENGINE_SILENT and not answer.turn.text

    def _restart_engine(self) -> None:
        """The user does not want to wait any longer for an engine that does not react."""
        log.engine.info("the engine is restarted for the user")
        self._link.restart()

    def _put_back(self, answer: StreamingAnswer) -> None:
        """Ask for it once more when there is a model."""
        self._current = None
        answer.request_id = None
        self._waiting.appendleft(answer)
        self._go_on()

    def _on_stop_confirmed(self) -> None:
        self._stopping = None
        self._loading.rest()
        self._go_on()

    def _stop(self, answer: StreamingAnswer) -> None:
        turn = answer.enter(TurnState.STOPPED)
        if answer is not self._current:
            self._waiting.remove(answer)
            self._presenter.update(turn)
            self._saver.save(answer)
            return
        if answer.request_id is not None:
            self._stopping = answer
            self._loading.show(Stopping())
            self._link.stop(answer.request_id)
        self._end(answer, turn)

    def _end(self, answer: StreamingAnswer, turn: Turn) -> None:
        self._current = None
        self._saver.watch(None)
        self._presenter.update(turn)
        self._saver.save(answer)
        log.chat.info("turn %d: %s, %d characters", turn.turn_id, turn.state, len(turn.text))
        if self._stopping is None:
            self._loading.rest()
        self._go_on()

    def _fail_all(self, problem: Problem, detail: str) -> None:
        """End every answer; the reason was told once and for all of them."""
        answers = list(self._all())
        # Emptied first: an answer that ends lets the next one begin.
        self._waiting.clear()
        for answer in answers:
            turn = answer.fail(problem, detail)
            if answer is self._current:
                self._end(answer, turn)
            else:
                self._presenter.update(turn)
                self._saver.save(answer)

    def _at_engine(self, request_id: RequestId) -> StreamingAnswer | None:
        for answer in (self._current, self._stopping):
            if answer is not None and answer.request_id == request_id:
                return answer
        return None
