"""What the readers notice on their way, and the figures they believe."""

from runtime.hardware.report import Finding, FindingKind, Memory, Rejection

_MEBIBYTE = 1 << 20
# No machine that a person sits at has more.
_MOST = 8 << 40


class Notes:
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
