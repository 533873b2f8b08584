"""What the window tells the user without a dialog."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from runtime.problems import Problem


class NotificationKind(StrEnum):
    """How much a notice matters."""

    INFO = "info"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One thing to tell the user.

    Attributes:
        title: what happened, in one short sentence
        explanation: why, or what to do about it
        action: the label of the one thing the user can do at once, such as "Undo"
    """

    title: str
    explanation: str = ""
    action: str | None = None
    kind: NotificationKind = NotificationKind.PROBLEM


# Says what to tell the user about a problem and the detail that came with it.
Explain = Callable[[Problem, str], Notification]
