"""Puts options, memory and downloads in words: pure."""

from collections.abc import Sequence
from typing import assert_never

from app.model_manager.model_options import Fit, MemoryUse, ModelOption
from app.notifications.formatting import rounded, size_in_words
from app.notifications.problem_messages import explain
from runtime.models.download.progress import Paused, Transferring, TransferState, Verifying, Waiting

_GIGABYTE = 1 << 30
_MEGABYTE = 1 << 20
# Of English text, as it is usually reckoned.
_WORDS_PER_TOKEN = 0.75
# Of a screenshot of 1920 by 1080 pixels.
_SCREENSHOT_TOKENS = 2040

FIT = {Fit.FULLY: "Fits fully", Fit.PARTLY: "Fits partly", Fit.NOT: "Does not fit"}


def title_of(option: ModelOption) -> str:
    """Model and quantisation, such as "Qwen3.5 4B · Q4_K_M"."""
    return " · ".join(part for part in (option.model, option.quantisation) if part)


def facts_of(option: ModelOption) -> str:
    """How it fits, how fast it is and what it weighs, in one line."""
    return _joined([FIT[option.fit], *speeds_of(option), _place_of(option)])


def speeds_of(option: ModelOption) -> tuple[str, ...]:
    """Its expected speeds, as far as they are known."""
    speeds = []
    if option.tokens_per_s is not None:
        speeds.append(f"≈ {rounded(option.tokens_per_s)} tokens/s")
    if option.picture_s is not None:
        speeds.append(f"a screenshot in ≈ {_duration(option.picture_s)}")
    return tuple(speeds)


def option_in_words(option: ModelOption) -> str:
    """All that a row shows, for somebody who hears it."""
    place = _place_of(option) or "In use"
    parts = [
        title_of(option).replace(" · ", ", "),
        "recommended" if option.is_recommended else "",
        option.quality,
        FIT[option.fit].lower(),
        *(speed.replace("≈", "about") for speed in speeds_of(option)),
        _lowered(place) if option.transfer is None else transfer_in_words(option.transfer),
    ]
    return _joined(parts, ", ")


def memory_parts(memory: MemoryUse) -> tuple[tuple[str, int], ...]:
    """What the segments of a memory bar are called, with their bytes, in their order."""
    parts = (
        ("Weights", memory.weights),
        ("Context", memory.context),
        ("Pictures", memory.pictures),
    )
    if memory.free < 0:
        return (*parts, ("Missing", -memory.free))
    return (*parts, ("Free", memory.free))


def memory_in_words(memory: MemoryUse) -> str:
    """A memory bar for somebody who hears it."""
    *used, (_, rest) = memory_parts(memory)
    parts = ", ".join(f"{name.lower()} {size_in_words(size)}" for name, size in used)
    end = f"{size_in_words(rest)} " + ("too little." if memory.free < 0 else "stay free.")
    return f"Memory on {memory.place}: {parts}, {end}"


def transfer_in_words(state: TransferState) -> str:
    """What a download does, in one line."""
    amount = f"{_percent(state)} % · {_amount(state)}"
    match state:
        case Transferring():
            return _joined([amount, _pace(state), _left(state)])
        case Verifying():
            return f"Checking the files, {_percent(state)} %"
        case Waiting():
            again = f"tries again in {_duration(max(state.retry_in_s, 1))}"
            return _joined([_reason(state), again, amount])
        case Paused():
            return _joined([_reason(state) or "Paused", amount])
        case _:
            assert_never(state)


def transfer_fraction(state: TransferState) -> float:
    """How far a download is, 0 to 1."""
    return min(state.done_bytes / state.total_bytes, 1.0) if state.total_bytes else 0.0


def download_in_short(state: TransferState) -> str:
    """A download in a few words, for a line that says other things too."""
    match state:
        case Transferring():
            return _joined([f"{_percent(state)} %", _left(state)])
        case Verifying():
            return "checking"
        case Waiting():
            return f"waiting at {_percent(state)} %"
        case Paused():
            return f"paused at {_percent(state)} %"
        case _:
            assert_never(state)


def context_in_words(tokens: int) -> str:
    """A length of context, such as "32k tokens"."""
    return f"{tokens // 1024}k tokens" if tokens % 1024 == 0 else f"{tokens:,} tokens"


def context_meaning(tokens: int) -> str:
    """What fits into so many tokens."""
    words = int(tokens * _WORDS_PER_TOKEN)
    step = 10 ** max(len(str(words)) - 2, 0)
    screenshots = tokens // _SCREENSHOT_TOKENS
    pictures = f" or {screenshots} screenshots" if screenshots > 1 else ""
    return f"The model looks back on about {words // step * step:,} words{pictures}."


def _place_of(option: ModelOption) -> str:
    if option.is_loaded:
        return ""
    if option.is_installed:
        return "Installed"
    return f"{size_in_words(option.download_bytes)} to download"


def _reason(state: Waiting | Paused) -> str:
    if state.problem is None:
        return ""
    return explain(state.problem, state.detail).title.rstrip(".")


def _percent(state: TransferState) -> int:
    # Rounded down: only what is done is called 100 %.
    return int(transfer_fraction(state) * 100)


def _amount(state: TransferState) -> str:
    if state.total_bytes < _GIGABYTE:
        megabytes = state.total_bytes / _MEGABYTE
        return f"{state.done_bytes / _MEGABYTE:.0f} of {megabytes:.0f} MB"
    return f"{state.done_bytes / _GIGABYTE:.1f} of {state.total_bytes / _GIGABYTE:.1f} GB"


def _pace(state: Transferring) -> str:
    if not state.bytes_per_s:
        return ""
    megabytes = state.bytes_per_s / _MEGABYTE
    return f"{rounded(megabytes)} MB/s" if megabytes >= 0.1 else "very slow"


def _left(state: Transferring) -> str:
    seconds = state.seconds_left
    if seconds is None:
        return ""
    if seconds < 60:
        return "less than a minute left"
    return f"{_duration(seconds)} left"


def _duration(seconds: float) -> str:
    if seconds < 1:
        return "1 s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _joined(parts: Sequence[str], between: str = " · ") -> str:
    return between.join(part for part in parts if part)


def _lowered(words: str) -> str:
    """Without the capital at the beginning; units keep theirs."""
    return words[:1].lower() + words[1:]
