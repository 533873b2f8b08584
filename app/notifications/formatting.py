"""Names, sizes, figures and lengths of time, the way people read them: pure."""

_MEGABYTE = 1 << 20

_GIGABYTE = 1 << 30


def quoted(name: str) -> str:
    """A name in quotation marks, its middle left out if it is long."""
    shown = name if len(name) <= 60 else f"{name[:40]}…{name[-18:]}"
    return f"“{shown}”"


def clock_time(seconds: float) -> str:
    """A length such as 0:07 or 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def rounded(number: float) -> str:
    """A figure as exactly as matters: "9.5", but "25"."""
    return f"{number:.1f}" if number < 9.95 else f"{number:.0f}"


def size_in_words(size_bytes: int) -> str:
    """A size such as "3 MB" or "1.2 GB", in the same units as the budget."""
    if size_bytes >= _GIGABYTE:
        return f"{size_bytes / _GIGABYTE:.1f} GB"
    # Rounded up, so that only nothing is called nothing.
    megabytes = -(-size_bytes // _MEGABYTE)
    return f"{megabytes} MB" if megabytes < 1024 else "1.0 GB"


def clock(seconds: float) -> str:
    """A video's length, such as 1:05 or 2:00:09."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def spoken(seconds: float) -> str:
    """How long something took, such as 0.8 s or 2 min 5 s."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
