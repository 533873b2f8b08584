"""What a fresh engine without any memory answers: the yardstick for every engine with one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from helpers.engines import NUMBER, Reply, ask

from runtime.content import Message
from runtime.engine.engine import Engine
from runtime.engine.llama_library import NativeLog
from runtime.engine.prefill_plan import Picture, Unit
from runtime.events import Finish
from runtime.models.installed_model import demo_model_files
from runtime.requests import LoadRequest

# Bounds an answer of a model that cannot end.
MAX_TOKENS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshAnswer:
    """An answer, and what memory holds after it, its pictures numbered."""

    thinking: str
    text: str
    finish: Finish
    prompt: int
    generated: int
    memory: tuple[Unit, ...]


class FreshAnswers:
    """Asks one engine that is emptied before each question; each conversation only once."""

    def __init__(self, native_log: NativeLog) -> None:
        request = LoadRequest(
            request_id=NUMBER,
            files=demo_model_files(),
            gpu_layers=0,
            threads=1,
            # Nothing is kept aside either: an emptied engine has only embeddings left.
            memory_bytes=0,
            drafting=False,
        )
        self._engine = Engine(request, native_log, lambda _fraction: True)
        self._known: dict[tuple[tuple[Message, ...], bool], FreshAnswer] = {}

    def to(self, messages: Sequence[Message], *, thinking: bool) -> FreshAnswer:
        """The answer to a conversation's last question."""
        key = (tuple(messages), thinking)
        if key not in self._known:
            self._known[key] = self._ask(messages, thinking=thinking)
        return self._known[key]

    def __len__(self) -> int:
        """How many different conversations were asked."""
        return len(self._known)

    def close(self) -> None:
        """Free the engine."""
        self._engine.close()

    def _ask(self, messages: Sequence[Message], *, thinking: bool) -> FreshAnswer:
        self._engine._session.forget()
        reply = ask(self._engine, messages, thinking=thinking, max_tokens=MAX_TOKENS)
        assert reply.finished.tokens.reused == 0
        return answer_of(reply, self._engine)


def answer_of(reply: Reply, engine: Engine) -> FreshAnswer:
    """What an engine just answered, in comparable form."""
    return FreshAnswer(
        thinking=reply.thinking,
        text=reply.text,
        finish=reply.finished.finish,
        prompt=reply.finished.tokens.prompt,
        generated=reply.finished.tokens.generated,
        memory=_numbered(engine.memory),
    )


def _numbered(units: Sequence[Unit]) -> tuple[Unit, ...]:
    """A picture's identity depends on how the engine was loaded; which are the same does not."""
    numbers: dict[str, str] = {}
    return tuple(
        replace(unit, identity=numbers.setdefault(unit.identity, str(len(numbers))))
        if isinstance(unit, Picture)
        else unit
        for unit in units
    )
