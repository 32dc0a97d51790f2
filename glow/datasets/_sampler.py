"""The interface of samplers that know their own mutual information."""

from __future__ import annotations

import math
import numbers
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from glow._arguments import integer

if TYPE_CHECKING:
    import numpy.typing as npt

    Pair = tuple[npt.NDArray[Any], npt.NDArray[Any]]


class Sampler(ABC):
    """A distribution of two variables whose mutual information is known exactly.

    Subclasses are frozen dataclasses: equal settings are equal samplers, and a sampler can stand in
    a list of tests.
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """What it is in a few words, for tables."""

    @property
    @abstractmethod
    def d(self) -> int:
        """The number of columns of a continuous variable, 1 for symbols."""

    @property
    @abstractmethod
    def mutual_information(self) -> float:
        """I(X;Y) in bits, exact up to rounding or converged quadrature, never sampled."""

    def sample(self, n: int, seed: int = 0) -> Pair:
        """Draws samples.

        Args:
            n: How many, at least 1.
            seed: Fixes them; a non-negative integer.

        Returns:
            ``x`` and ``y``: (n, d) float64 for values, (n,) int64 for symbols.

        Raises:
            ValueError: If ``n`` or ``seed`` is no such integer.
        """
        owner = type(self).__name__
        size = integer(owner, "n", n, low=1)
        return self._draw(size, np.random.default_rng(integer(owner, "seed", seed, low=0)))

    @abstractmethod
    def _draw(self, n: int, rng: np.random.Generator) -> Pair:
        """The samples, from this generator alone."""


def number(owner: str, name: str, value: object, low: float, high: float, example: float) -> float:
    """``value`` as a float strictly between ``low`` and ``high``.

    Raises:
        ValueError: If it is no such number.
    """
    plain = isinstance(value, numbers.Real) and not isinstance(value, (bool, np.bool_))
    if not plain or not low < float(value) < high:  # type: ignore[arg-type]  # false for NaN too
        bounds = f"above {low:g}" if math.isinf(high) else f"above {low:g} and below {high:g}"
        raise ValueError(
            f"{owner}: {name} must be a number {bounds}, got {value!r}. "
            f"Choose e.g. {name}={example:g}."
        )
    return float(value)  # type: ignore[arg-type]  # it was just found to be a number


def shares(owner: str, name: str, values: object, size: int | None = None) -> tuple[float, ...]:
    """Probabilities as a tuple; None stands for ``size`` equal ones.

    Raises:
        ValueError: If they are not positive numbers that sum to 1, or not ``size`` many.
    """
    if values is None and size is not None:
        return (1 / size,) * size
    array = as_numbers(owner, name, values, ndim=1)
    if size is not None and len(array) != size:
        raise ValueError(f"{owner}: {name} must hold {size} numbers, got {len(array)}.")
    if not (array > 0).all() or abs(array.sum() - 1) > 1e-9:
        raise ValueError(
            f"{owner}: {name} must be positive and sum to 1, got {array.tolist()}. "
            "Divide by the sum; leave out what never occurs."
        )
    return tuple(array.tolist())


def as_numbers(owner: str, name: str, values: object, ndim: int) -> npt.NDArray[np.float64]:
    """Finite numbers as a float64 array of ``ndim`` axes, none of them empty.

    Raises:
        ValueError: If they are anything else.
    """
    expected = f"{owner}: {name} must be finite numbers in {ndim} dimension{'s'[: ndim - 1]}"
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{expected}, got {values!r}.") from None
    if array.ndim != ndim or array.size == 0 or not np.isfinite(array).all():
        raise ValueError(f"{expected}, got {values!r}.")
    return array
