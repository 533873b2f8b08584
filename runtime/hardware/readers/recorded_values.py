"""Values out of recorded output that may be anything, and notes of what was odd: pure."""

from collections.abc import Iterator, Mapping

from runtime.hardware.report import Finding, FindingKind, Memory, Rejection

_LARGEST = 1 << 64

_MEBIBYTE = 1 << 20
# No machine that a person sits at has more.
_MOST = 8 << 40


def fields(value: object) -> Mapping[str, object]:
    """A value as fields, empty if it has none."""
    return value if isinstance(value, dict) else {}


def entries(value: object) -> Iterator[Mapping[str, object]]:
    """The entries of a list that have fields."""
    if isinstance(value, list):
        yield from (entry for entry in value if isinstance(entry, dict))


def text(value: object) -> str:
    """A value as one line of text, "" if it is none."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def lines(value: object) -> list[str]:
    """A value as lines, none if it is no text."""
    return value.splitlines() if isinstance(value, str) else []


def number(value: object) -> int | None:
    """A value as a whole number from 0 to 2^64, also out of text and of 0x… hexadecimal."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value <= _LARGEST else None
    if isinstance(value, float):
        return int(value) if 0 <= value <= _LARGEST else None
    word = text(value).lower()
    # Python reads long runs of digits slowly, and "١٢" as well.
    if not word.isascii() or len(word) > 20:
        return None
    digits, base = (word[2:], 16) if word.startswith("0x") else (word, 10)
    try:
        found = int(digits, base) if digits.isalnum() else None
    except ValueError:
        return None
    return None if found is None or found > _LARGEST else found


class ReaderNotes:
    """Collects findings, each only once.

    Attributes:
        findings: in the order they were made
    """

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(self, kind: FindingKind, detail: str) -> None:
        """A finding about a device, a driver or a probe."""
        self._keep(Finding(kind=kind, detail=detail))

    def reject(
        self, whose: str, source: str, rejection: Rejection, figures: tuple[int, ...] = ()
    ) -> None:
        """A figure that is not believed."""
        self._keep(
            Finding(
                kind=FindingKind.FIGURE_REJECTED,
                detail=whose,
                sources=(source,),
                figures=figures,
                rejection=rejection,
            )
        )

    def compare(self, whose: str, one: Memory | None, two: Memory | None, percent: int) -> None:
        """Note when two sources say clearly different totals."""
        if one is None or two is None:
            return
        apart = abs(one.total_bytes - two.total_bytes)
        most = max(one.total_bytes, two.total_bytes)
        # Drivers keep some for themselves and only some sources count it.
        if apart > max(most * percent // 100, 512 * _MEBIBYTE):
            self._keep(
                Finding(
                    kind=FindingKind.SOURCES_DISAGREE,
                    detail=whose,
                    sources=(one.source, two.source),
                    figures=(one.total_bytes, two.total_bytes),
                )
            )

    def memory(
        self, whose: str, source: str, total: int | None, free: int | None, most: int = _MOST
    ) -> Memory | None:
        """Both figures as far as they can be true; None if not even the total can."""
        if total is None:
            return None
        # Backends that do not know have said 1 as well (ggml's OpenCL).
        if total < _MEBIBYTE:
            self.reject(whose, source, Rejection.ZERO)
            return None
        if total > most:
            self.reject(whose, source, Rejection.ABOVE_MACHINE, (total, most))
            return None
        if free is not None and free > total:
            self.reject(whose, source, Rejection.ABOVE_TOTAL, (free, total))
            free = None
        return Memory(total_bytes=total, free_bytes=free, source=source)

    def _keep(self, finding: Finding) -> None:
        if finding not in self.findings:
            self.findings.append(finding)
