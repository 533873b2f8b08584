"""What the controller needs of the window, whatever it looks like."""

from typing import Protocol

from app.notices import Notice


class Front(Protocol):
    """The window, as far as the conversation knows it."""

    def show_notice(self, notice: Notice) -> None:
        """Tell the user something."""

    def show_draft(self, text: str) -> None:
        """Put a text into the composer, in place of what is there."""

    def composer_text(self) -> str:
        """What the user has written and not sent yet."""

    def show_waiting(self, text: str) -> None:
        """Show a question that was sent and cannot be on screen yet; "" for none."""
