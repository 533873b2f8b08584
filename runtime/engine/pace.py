"""Whether multi-token prediction pays, as measured on this machine with this model."""

import json
import logging
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from runtime.safe_file import replace_file

log = logging.getLogger("sideglance.engine")

# Tokens that must have been written in a way before its speed is believed.
_ENOUGH_TOKENS = 64
# The weight of what was measured before shrinks, so that a changed machine is noticed.
_REMEMBERED_TOKENS = 2000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Tokens and seconds of one way of writing."""

    tokens: float = 0.0
    seconds: float = 0.0

    def after(self, tokens: int, seconds: float) -> "Pace":
        """With one more answer."""
        pace = Pace(tokens=self.tokens + tokens, seconds=self.seconds + seconds)
        shrink = min(1.0, _REMEMBERED_TOKENS / max(pace.tokens, 1.0))
        return Pace(tokens=pace.tokens * shrink, seconds=pace.seconds * shrink)

    @property
    def is_known(self) -> bool:
        """Whether enough was measured."""
        return self.tokens >= _ENOUGH_TOKENS

    @property
    def speed(self) -> float:
        """Tokens per second."""
        return self.tokens / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Paces:
    """Both ways of writing."""

    plain: Pace = Pace()
    drafted: Pace = Pace()

    @property
    def drafting_pays(self) -> bool:
        """Which way to write the next answer: what is not known yet is tried first."""
        if not self.plain.is_known:
            return False
        return not self.drafted.is_known or self.drafted.speed > self.plain.speed

    def after(self, *, drafted: bool, tokens: int, seconds: float) -> "Paces":
        """With one more answer."""
        if drafted:
            return replace(self, drafted=self.drafted.after(tokens, seconds))
        return replace(self, plain=self.plain.after(tokens, seconds))


def load_paces(path: Path) -> Paces:
    """What was measured earlier; nothing if the file is missing or not ours."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Paces(plain=_pace(data["plain"]), drafted=_pace(data["drafted"]))
    except (OSError, ValueError, TypeError, KeyError):
        return Paces()


def _pace(data: Mapping[str, Any]) -> Pace:
    """A pace as it was written.

    Raises:
        ValueError: it is none
    """
    tokens, seconds = data["tokens"], data["seconds"]
    for number in (tokens, seconds):
        if not isinstance(number, int | float) or not 0 <= number < math.inf:
            raise ValueError(number)
    return Pace(tokens=tokens, seconds=seconds)


def save_paces(path: Path, paces: Paces) -> None:
    """Write what was measured; it can be measured again, so a failure is only logged."""
    try:
        replace_file(path, json.dumps(asdict(paces)).encode())
    except OSError as error:
        log.info("speeds were not kept: %s", error.strerror)
