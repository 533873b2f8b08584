"""Puts what an answer cost into words: pure."""

from app.chat.turns import Turn
from app.widgets.durations import spoken


def tokens_per_second(turn: Turn) -> float | None:
    """How fast the answer was written, if it can be said."""
    if turn.tokens is None or turn.seconds is None:
        return None
    writing = turn.seconds.total - turn.seconds.first_token
    if writing <= 0 or turn.tokens.generated < 2:
        return None
    return (turn.tokens.generated - 1) / writing


def short_numbers(turn: Turn) -> str:
    """The caption under an answer, such as "Qwen3.5 0.8B · 23 tokens/s · 1.4 s"."""
    parts = [turn.model_name] if turn.model_name else []
    if (speed := tokens_per_second(turn)) is not None:
        parts.append(f"{speed:.0f} tokens/s")
    if turn.seconds is not None:
        parts.append(spoken(turn.seconds.total))
    return " · ".join(parts)


def long_numbers(turn: Turn) -> str:
    """Where the tokens and the time went, one line each."""
    lines = []
    if (tokens := turn.tokens) is not None:
        pictures = f", {tokens.pictures} of them pictures" if tokens.pictures else ""
        lines.append(f"Prompt: {tokens.prompt} tokens{pictures}")
        lines.append(f"Remembered: {tokens.reused}, read now: {tokens.read}")
        lines.append(f"Written: {tokens.generated} tokens")
    if (seconds := turn.seconds) is not None:
        if seconds.pictures:
            lines.append(f"Looking at pictures: {spoken(seconds.pictures)}")
        lines.append(f"Reading: {spoken(seconds.prefill)}")
        lines.append(f"First word after: {spoken(seconds.first_token)}")
    return "\n".join(lines)
