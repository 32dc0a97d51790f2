"""Checks of plain arguments, with errors that say who, expected, received and what to do."""

from __future__ import annotations

import operator


def integer(owner: str, name: str, value: object, low: int) -> int:
    """Return ``value`` as an int of at least ``low``; NumPy's integers are accepted, bool is not.

    Raises:
        ValueError: It is no integer, or too small.
    """
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # what is no integer raises here
    except TypeError:
        number = low - 1
    if number < low or isinstance(value, bool):
        raise ValueError(
            f"{owner}: {name} must be an integer of at least {low}, got {value!r}. "
            f"Choose e.g. {name}={max(low, 10)}."
        )
    return number
