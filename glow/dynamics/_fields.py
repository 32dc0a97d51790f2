"""Typed reads from JSON that somebody else wrote: every surprise is one clear error."""

from __future__ import annotations

import itertools
import json
import math
from typing import TYPE_CHECKING, Any, NoReturn, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Sequence

_LARGEST_INTEGER = 2**53 - 1  # what every JSON reader, a browser's included, holds exactly


def parse_json(text: str | bytes, where: str, error: type[ValueError], remedy: str) -> Fields:
    """Parses ``text`` as one JSON object; ``error`` is raised for anything else."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as cause:
        raise error(f"{where}: expected JSON, got text that is none ({cause}). {remedy}") from cause
    return Fields(value, where, error, remedy)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


class Fields:
    """One JSON object whose fields are read by the type that is expected of them.

    Args:
        value: what stood in the JSON.
        where: its name in messages, such as ``recording.json``.
        error: the exception class for whatever is not as expected.
        remedy: the sentence that ends every message.
    """

    def __init__(self, value: object, where: str, error: type[ValueError], remedy: str) -> None:
        self._where, self._error, self._remedy = where, error, remedy
        if not isinstance(value, dict):
            raise self.complaint("a JSON object", value)
        self._value: dict[str, Any] = value

    def complaint(self, expected: str, got: object, field: str = "") -> ValueError:
        """Returns the exception that says what was expected of ``field`` and what it held."""
        place = f"{self._where}, field {field!r}" if field else self._where
        shown = repr(got)
        shown = shown if len(shown) <= 80 else f"{shown[:77]}..."
        return self._error(f"{place}: expected {expected}, got {shown}. {self._remedy}")

    def raw(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        """Returns the field as it stands, None where it is absent."""
        return self._value.get(name)

    def names(self) -> tuple[str, ...]:
        """Returns the names of all fields, in the order of the file."""
        return tuple(self._value)

    def text(self, name: str, choices: Sequence[str] = (), longest: int = 10_000) -> str:
        """Returns a string, one of ``choices`` where there are any."""
        value = self._value.get(name)
        if choices and value not in choices:
            raise self.complaint(f"one of {', '.join(map(repr, choices))}", value, name)
        if not isinstance(value, str) or len(value) > longest:
            raise self.complaint(f"a string of at most {longest} characters", value, name)
        return value

    def integer(self, name: str, low: int = 0, high: int = _LARGEST_INTEGER) -> int:
        """Returns a whole number from ``low`` to ``high``."""
        value = self._value.get(name)
        if not is_integer(value) or not low <= value <= high:
            raise self.complaint(f"an integer from {low} to {high}", value, name)
        return int(value)

    def number(self, name: str) -> float:
        """Returns a finite number."""
        value = self._value.get(name)
        if not is_number(value):
            raise self.complaint("a finite number", value, name)
        return float(value)

    def flag(self, name: str) -> bool:
        """Returns true or false."""
        value = self._value.get(name)
        if not isinstance(value, bool):
            raise self.complaint("true or false", value, name)
        return value

    def array(self, name: str, longest: int = 1_000_000) -> list[Any]:
        """Returns a list of anything, of at most ``longest`` entries."""
        value = self._value.get(name)
        if not isinstance(value, list) or len(value) > longest:
            raise self.complaint(f"a list of at most {longest} entries", value, name)
        return value

    def integers(self, name: str, low: int = 0) -> tuple[int, ...]:
        """Returns a list of strictly increasing whole numbers."""
        values = self.array(name)
        if not all(is_integer(value) and low <= value <= _LARGEST_INTEGER for value in values):
            raise self.complaint(f"integers of at least {low}", values, name)
        self._increasing(name, values)
        return tuple(values)

    def numbers(self, name: str) -> tuple[float, ...]:
        """Returns a list of strictly increasing finite numbers."""
        values = self.array(name)
        if not all(is_number(value) for value in values):
            raise self.complaint("finite numbers", values, name)
        self._increasing(name, values)
        return tuple(values)

    def strings(self, name: str, longest: int = 1000) -> tuple[str, ...]:
        """Returns a list of different, non-empty strings."""
        values = self.array(name)
        if not all(isinstance(value, str) and 0 < len(value) <= longest for value in values):
            raise self.complaint(f"strings of 1 to {longest} characters", values, name)
        if len(set(values)) != len(values):
            raise self.complaint("different strings", values, name)
        return tuple(values)

    def object(self, name: str) -> Fields:
        """Returns the JSON object in this field."""
        return Fields(
            self._value.get(name), f"{self._where}, field {name!r}", self._error, self._remedy
        )

    def objects(self, name: str) -> list[Fields]:
        """Returns the JSON objects in the list that is in this field."""
        return [
            Fields(value, f"{self._where}, {name}[{index}]", self._error, self._remedy)
            for index, value in enumerate(self.array(name))
        ]

    def _increasing(self, name: str, values: Sequence[float]) -> None:
        if any(later <= earlier for earlier, later in itertools.pairwise(values)):
            raise self.complaint("strictly increasing numbers", values, name)


def is_integer(value: object) -> TypeGuard[int]:
    """Tells whether a JSON value is a whole number (true and false are none)."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[float]:
    """Tells whether a JSON value is a number that a double holds (true and false are none)."""
    if is_integer(value):
        return abs(value) <= _LARGEST_INTEGER
    return isinstance(value, float) and math.isfinite(value)


def is_json_object(value: object) -> bool:
    """Tells whether a value is a dict that JSON can hold, NaN and infinity excepted."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return isinstance(value, dict)
