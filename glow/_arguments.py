"""Checks of plain arguments, with errors that say who, expected, received and what to do."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence


def integer(owner: str, name: str, value: object, low: int) -> int:
    """Return ``value`` as an int of at least ``low``; NumPy's integers are accepted, bool is not.

    Raises:
        ValueError: It is no integer, or too small.
    """
    number = _index(value)
    if number is None or number < low:
        raise ValueError(
            f"{owner}: {name} must be an integer of at least {low}, got {value!r}. "
            f"Choose e.g. {name}={max(low, 10)}."
        )
    return number


def integers(owner: str, name: str, value: object, count: int, low: int = 1) -> tuple[int, ...]:
    """Return ``count`` ints of at least ``low``; one number stands for all of them.

    Raises:
        ValueError: Neither one such integer nor ``count`` of them.
    """
    many = isinstance(value, Sequence) and not isinstance(value, str)
    given = list(value) if many else [value] * count  # type: ignore[call-overload]  # a sequence
    numbers = [_index(each) for each in given]
    if len(numbers) != count or any(number is None or number < low for number in numbers):
        several = "" if count == 1 else f" or {count} of them"
        raise ValueError(
            f"{owner}: {name} must be an integer of at least {low}{several}, got {value!r}. "
            f"Choose e.g. {name}={max(low, 2)}."
        )
    return tuple(number for number in numbers if number is not None)


def number(
    owner: str, name: str, value: object, low: float, high: float = math.inf, *, open: bool = False
) -> float:
    """Return ``value`` as a float from ``low`` to ``high``.

    Args:
        owner: Who asks, for the message.
        name: The argument.
        value: What was given.
        low: The least value.
        high: The largest value.
        open: Whether ``high`` itself is too much.

    Raises:
        ValueError: It is no such number.
    """
    given = float(value) if isinstance(value, (int, float)) else math.nan
    if isinstance(value, bool) or not low <= given <= high or (open and given == high):
        limit = "" if high == math.inf else f" and {'less than' if open else 'at most'} {high:g}"
        middle = low + 1 if high == math.inf else (low + high) / 2
        raise ValueError(
            f"{owner}: {name} must be a number of at least {low:g}{limit}, got {value!r}. "
            f"Choose e.g. {name}={middle:g}."
        )
    return given


def _index(value: object) -> int | None:
    """The integer that a value is, None if it is none."""
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]  # what is no integer raises here
    except TypeError:
        return None
