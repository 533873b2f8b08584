"""Turns what a media process answered into values, believing none of it."""

import math

from runtime.problems import FileFailure, Problem


class Answer:
    """A job's answer whose fields have to be what they should be.

    Raises:
        FileFailure: MEDIA_CRASHED, from every method, for a field that is missing or absurd
    """

    def __init__(self, raw: object, name: str) -> None:
        self._fields = raw if isinstance(raw, dict) else {}
        self._name = name

    def count(self, field: str) -> int:
        """A whole number from 1."""
        value = self._fields.get(field)
        if not isinstance(value, int) or value < 1:
            raise self._absurd()
        return value

    def seconds(self, field: str) -> float:
        """A finite time, not negative."""
        return self._seconds(self._fields.get(field))

    def times(self, field: str) -> tuple[float, ...]:
        """Finite times, none negative; at least one."""
        values = self._fields.get(field)
        if not isinstance(values, list) or not values:
            raise self._absurd()
        return tuple(self._seconds(value) for value in values)

    def _seconds(self, value: object) -> float:
        if not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise self._absurd()
        return float(value)

    def _absurd(self) -> FileFailure:
        return FileFailure(Problem.MEDIA_CRASHED, self._name)
