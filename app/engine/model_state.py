"""What the model is doing now, as one value with one signal."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from runtime.events import ModelFacts
from runtime.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPicture:
    """The engine looks at picture `number` of `count`."""

    number: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPrompt:
    """The engine has read `read` of the `total` new tokens."""

    read: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Thinking:
    """The model thinks before it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """The answer streams in; the speed is None until it has been measured."""

    tokens_per_second: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """A stop was asked for and the engine has not confirmed it yet."""


Activity = ReadingPicture | ReadingPrompt | Thinking | Answering | Stopping


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """We find out what this computer can do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoModel:
    """There is no model to load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """A model is being loaded; the fraction goes from 0 to 1."""

    name: str
    fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The model waits for a question."""

    facts: ModelFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """The model works on an answer."""

    facts: ModelFacts
    activity: Activity


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """The model was let go to free its memory; the next question loads it again."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The model cannot be used."""

    problem: Problem
    detail: str = ""


ModelStateValue = Looking | NoModel | Loading | Ready | Busy | Resting | Broken


class ModelState(QObject):
    """Holds the one value that says what the model is doing.

    Signals:
        changed: the new value; not emitted when an equal value is set
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._value: ModelStateValue = Looking()

    @property
    def value(self) -> ModelStateValue:
        """What the model is doing now."""
        return self._value

    def set(self, value: ModelStateValue) -> None:
        """Take a new value and tell everybody, if it is one."""
        if value != self._value:
            self._value = value
            self.changed.emit(value)
