"""Tells the user things, and remembers what their buttons do."""

from collections.abc import Callable
from typing import Protocol

from app.notifications import problem_messages
from app.notifications.notification import Notification
from runtime.problems import Problem, RuntimeFailure

Act = Callable[[], None]

# Older notices have long been replaced on screen.
_REMEMBERED = 20


class NotificationView(Protocol):
    """Where notices are read."""

    def show_notification(self, notification: Notification) -> None:
        """Tell the user something."""


class NotificationCenter:
    """Where every notice passes on its way to the window."""

    def __init__(self, board: NotificationView) -> None:
        self._board = board
        self._acts: list[tuple[Notification, Act]] = []

    def show(self, notification: Notification, act: Act | None = None) -> None:
        """Show a notice; `act` is what its button does."""
        if act is not None:
            self._acts = [*self._acts[-_REMEMBERED:], (notification, act)]
        self._board.show_notification(notification)

    def show_problem(self, problem: Problem, detail: str, act: Act | None = None) -> None:
        """Show what went wrong."""
        notification = problem_messages.explain(problem, detail)
        if act is None and notification.action is not None:
            # A button that does nothing would be worse than none.
            notification = Notification(
                title=notification.title,
                explanation=notification.explanation,
                kind=notification.kind,
            )
        self.show(notification, act)

    def show_failure(self, failure: RuntimeFailure) -> None:
        """Show what went wrong in a job."""
        self.show_problem(failure.problem, failure.detail)

    def act_on(self, notification: Notification) -> bool:
        """Do what a notice's button says, once; False if it is not one of ours."""
        # The newest first: notices of the same words are equal.
        for index in reversed(range(len(self._acts))):
            if self._acts[index][0] == notification:
                _, act = self._acts.pop(index)
                act()
                return True
        return False
