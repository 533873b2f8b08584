"""The store against a model of a few lines: any jobs, in any order, reopened in between."""

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.chat.storage.records import Question
from app.chat.storage.store import Store
from app.chat.turns import ChatId, TurnId, TurnState


@dataclass
class ModelTurn:
    parent_id: TurnId | None
    text: str
    is_open: bool
    is_question: bool


@dataclass
class ModelChat:
    title: str
    leaf: TurnId
    turns: dict[TurnId, ModelTurn] = field(default_factory=dict)
    is_deleted: bool = False

    def path(self) -> list[TurnId]:
        path: list[TurnId] = []
        turn_id: TurnId | None = self.leaf
        while turn_id is not None:
            path.insert(0, turn_id)
            turn_id = self.turns[turn_id].parent_id
        return path

    def siblings(self, turn_id: TurnId) -> list[TurnId]:
        parent = self.turns[turn_id].parent_id
        return sorted(each for each, turn in self.turns.items() if turn.parent_id == parent)

    def is_below(self, turn_id: TurnId, ancestor: TurnId) -> bool:
        step: TurnId | None = turn_id
        while step is not None and step != ancestor:
            step = self.turns[step].parent_id
        return step == ancestor


CHOICE = st.integers(min_value=0, max_value=1000)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


class StoreMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._path = Path(self._folder.name)
        self._store = Store(self._path)
        self._chats: dict[ChatId, ModelChat] = {}

    def teardown(self) -> None:
        self._store.close()
        self._folder.cleanup()

    @rule(text=TEXT)
    def begin_a_chat(self, text: str) -> None:
        self._ask(None, None, text)

    @precondition(lambda self: self._chats)
    @rule(choice=CHOICE, text=TEXT)
    def ask_more(self, choice: int, text: str) -> None:
        chat_id, chat = self._pick(choice)
        self._ask(chat_id, chat.leaf, text)

    @precondition(lambda self: self._chats)
    @rule(choice=CHOICE, text=TEXT)
    def edit(self, choice: int, text: str) -> None:
        chat_id, chat = self._pick(choice)
        questions = [each for each in chat.path() if chat.turns[each].is_question]
        turn = chat.turns[questions[choice % len(questions)]]
        self._ask(chat_id, turn.parent_id, text)

    @precondition(lambda self: self._chats)
    @rule(choice=CHOICE)
    def regenerate(self, choice: int) -> None:
        chat_id, chat = self._pick(choice)
        questions = [each for each in chat.path() if chat.turns[each].is_question]
        question_id = questions[choice % len(questions)]
        exchange = self._store.begin_answer(question_id)
        assert exchange.chat.chat_id == chat_id
        self._add(chat, exchange.answer.turn_id, question_id)

    @precondition(lambda self: self._chats)
    @rule(choice=CHOICE, text=TEXT, is_complete=st.booleans())
    def save_an_answer(self, choice: int, text: str, is_complete: bool) -> None:
        _, chat = self._pick(choice)
        answers = [each for each, turn in chat.turns.items() if not turn.is_question]
        turn_id = answers[choice % len(answers)]
        state = TurnState.COMPLETE if is_complete else TurnState.WRITING
        self._store.save_answer(replace(self._store.path(turn_id)[-1], text=text, state=state))
        chat.turns[turn_id].text = text
        chat.turns[turn_id].is_open = not is_complete

    @precondition(lambda self: self._chats)
    @rule(choice=CHOICE, other=CHOICE)
    def choose_a_version(self, choice: int, other: int) -> None:
        _, chat = self._pick(choice)
        path = chat.path()
        turn_id = path[choice % len(path)]
        siblings = chat.siblings(turn_id)
        number = other % len(siblings)
        self._store.choose_version(turn_id, number + 1)
        chat.leaf = max(each for each in chat.turns if chat.is_below(each, siblings[number]))

    @precondition(lambda self: self._chats)
    @rule(choice=CHOICE, title=TEXT)
    def rename(self, choice: int, title: str) -> None:
        chat_id, chat = self._pick(choice)
        self._store.rename(chat_id, title)
        chat.title = title

    @precondition(lambda self: self._chats)
    @rule(choice=CHOICE)
    def delete(self, choice: int) -> None:
        chat_id, chat = self._pick(choice)
        self._store.delete(chat_id)
        chat.is_deleted = True

    @precondition(lambda self: self._chats)
    @rule(choice=CHOICE)
    def undo(self, choice: int) -> None:
        chat_id, chat = self._pick(choice)
        self._store.restore(chat_id)
        chat.is_deleted = False

    @rule()
    def purge(self) -> None:
        self._store.purge()
        self._chats = {key: chat for key, chat in self._chats.items() if not chat.is_deleted}

    @rule()
    def reopen(self) -> None:
        self._store.close()
        self._store = Store(self._path)
        for chat in self._chats.values():
            for turn in chat.turns.values():
                turn.is_open = False

    @invariant()
    def the_same_chats_are_listed(self) -> None:
        listed = {chat.chat_id: chat.title for chat in self._store.chats()}
        assert listed == {
            key: chat.title for key, chat in self._chats.items() if not chat.is_deleted
        }

    @invariant()
    def the_same_branches_are_shown(self) -> None:
        for chat_id, chat in self._chats.items():
            turns = self._store.open_chat(chat_id).turns
            assert [turn.turn_id for turn in turns] == chat.path()
            for turn in turns:
                model, siblings = chat.turns[turn.turn_id], chat.siblings(turn.turn_id)
                is_open = turn.state in (TurnState.QUEUED, TurnState.WRITING)
                assert (turn.text, is_open) == (model.text, model.is_open)
                assert turn.version == siblings.index(turn.turn_id) + 1
                assert turn.versions == len(siblings)

    def _pick(self, choice: int) -> tuple[ChatId, ModelChat]:
        return list(self._chats.items())[choice % len(self._chats)]

    def _ask(self, chat_id: ChatId | None, parent_id: TurnId | None, text: str) -> None:
        exchange = self._store.begin_exchange(
            Question(chat_id=chat_id, parent_id=parent_id, text=text, title=text)
        )
        question, answer = exchange.question.turn_id, exchange.answer.turn_id
        chat = self._chats.setdefault(exchange.chat.chat_id, ModelChat(title=text, leaf=answer))
        chat.turns[question] = ModelTurn(
            parent_id=parent_id, text=text, is_open=False, is_question=True
        )
        self._add(chat, answer, question)

    def _add(self, chat: ModelChat, answer: TurnId, question: TurnId) -> None:
        chat.turns[answer] = ModelTurn(parent_id=question, text="", is_open=True, is_question=False)
        chat.leaf = answer


StoreMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestStoreMachine = StoreMachine.TestCase
