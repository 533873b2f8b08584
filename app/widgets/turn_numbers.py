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
    """The caption under an answer, such as "Qwen3.5 · first word after 0.4 s · 23 tokens/s"."""
    parts = [turn.model_name] if turn.model_name else []
    if turn.seconds is not None and turn.seconds.first_token > 0:
        parts.append(f"first word after {spoken(turn.seconds.first_token)}")
    if (speed := tokens_per_second(turn)) is not None:
        parts.append(f"{speed:.0f} tokens/s")
    return " · ".join(parts)


def long_numbers(turn: Turn) -> str:
    """Where the tokens and the time went, one line each; screen readers read it too."""
    lines = []
    if (tokens := turn.tokens) is not None:
        pictures = f", {tokens.pictures:,} of them pictures" if tokens.pictures else ""
        lines.append(f"Prompt: {tokens.prompt:,} tokens{pictures}")
        lines.append(f"Remembered: {tokens.reused:,}, newly read: {tokens.read:,}")
        lines.append(f"Written: {tokens.generated:,} tokens")
    if (speed := tokens_per_second(turn)) is not None:
        lines.append(f"Speed: {speed:.1f} tokens/s")
    if (seconds := turn.seconds) is not None:
        if seconds.pictures:
            lines.append(f"Looking at pictures: {spoken(seconds.pictures)}")
        lines.append(f"Reading: {spoken(seconds.prefill)}")
        # An answer that was stopped before it began has no first word.
        if seconds.first_token > 0:
            lines.append(f"First word after: {spoken(seconds.first_token)}")
        lines.append(f"Altogether: {spoken(seconds.total)}")
    return "\n".join(lines)
