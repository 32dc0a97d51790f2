"""What each scale of a parameter accepts.

Every check returns the normalised value or raises with the words that complete "x must be ...".
"""

from __future__ import annotations

import itertools
import math
import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ._parameter import Parameter


def _number(parameter: Parameter, value: object) -> float | str:
    words = "".join(f"{choice!r} or " for choice in parameter.choices)
    expected = f"{words}a number from {parameter.low:g} to {parameter.high:g}"
    if isinstance(value, str) and value in parameter.choices:
        return value
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(expected)
    number = float(value)
    if not parameter.low <= number <= parameter.high:  # true for NaN too
        raise ValueError(expected)
    return number


def _integer(parameter: Parameter, value: object) -> int:
    expected = f"an integer from {parameter.low:.0f} to {parameter.high:.0f}"
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
        raise TypeError(expected)
    if not parameter.low <= int(value) <= parameter.high:
        raise ValueError(expected)
    return int(value)


def _choice(parameter: Parameter, value: object) -> str:
    expected = " or ".join(repr(choice) for choice in parameter.choices)
    if parameter.optional:
        expected += " or None"
    if not isinstance(value, str):
        raise TypeError(expected)
    if value not in parameter.choices:
        raise ValueError(expected)
    return value


def _interval(parameter: Parameter, value: object) -> str | tuple[float, float]:
    words = ", ".join(repr(choice) for choice in parameter.choices)
    expected = f"{words} or a pair (low, high) of finite numbers with low < high"
    if isinstance(value, str):
        if value not in parameter.choices:
            raise ValueError(expected)
        return value
    ends = _finite(value, expected)
    if len(ends) != 2 or not ends[0] < ends[1]:
        raise ValueError(expected)
    return ends[0], ends[1]


def _edges(_: Parameter, value: object) -> tuple[float, ...]:
    expected = "an increasing sequence of at least one finite number"
    edges = _finite(value, expected)
    if not edges or any(left >= right for left, right in itertools.pairwise(edges)):
        raise ValueError(expected)
    return edges


def _sizes(parameter: Parameter, value: object) -> tuple[int, ...]:
    expected = f"a sequence of integers from {parameter.low:.0f} to {parameter.high:.0f}"
    sizes = _finite(value, expected)
    if not sizes:
        raise ValueError(expected)
    if any(size != int(size) for size in sizes):
        raise TypeError(expected)
    if not all(parameter.low <= size <= parameter.high for size in sizes):
        raise ValueError(expected)
    return tuple(int(size) for size in sizes)


def _switch(_: Parameter, value: object) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError("True or False")
    return bool(value)


def _finite(value: object, expected: str) -> tuple[float, ...]:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError(expected)
    if any(isinstance(item, bool) or not isinstance(item, numbers.Real) for item in value):
        raise TypeError(expected)
    if not all(math.isfinite(item) for item in value):
        raise ValueError(expected)
    return tuple(float(item) for item in value)


CHECKS: Mapping[str, Callable[[Parameter, object], Any]] = {
    "linear": _number,
    "log": _number,
    "integer": _integer,
    "choice": _choice,
    "interval": _interval,
    "edges": _edges,
    "sizes": _sizes,
    "switch": _switch,
}
