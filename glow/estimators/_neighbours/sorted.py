"""Readings of numbers, whose neighbours are found by sorting; see `sorted_kernels`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from .search import Reading, digammas

if TYPE_CHECKING:
    import numpy.typing as npt

    from .search import Doubles, Integers, Split


@dataclass(frozen=True, eq=False)
class Line:
    """The samples of a variable of one unit.

    Attributes:
        numbers: (N,) float64.
        order: (N,) sample numbers by increasing number.
        scale: 1 over the mean distance from the centre.
    """

    numbers: Doubles
    order: Integers
    scale: float

    @classmethod
    def of(cls, numbers: npt.NDArray[np.floating]) -> Self:
        """Sorts (N,) finite numbers."""
        values = np.asarray(numbers, dtype=np.float64)
        spread = float(np.abs(values - values.mean()).mean()) or 1.0
        return cls(values, np.argsort(values, kind="stable"), 1 / spread)

    def first(self, n: int) -> Self:
        """The first n samples."""
        if n == len(self.numbers):
            return self
        return type(self)(self.numbers[:n].copy(), self.order[self.order < n], self.scale)


def line_pair_reading(x: Line, y: Line, ks: Integers, *, mixed: bool = True) -> Reading:
    """`pair_reading`, variant 1, of two variables of one unit in O(N log N)."""
    from .sorted_kernels import add_plane_terms

    n = len(x.numbers)
    size = max(1, math.isqrt(n * int(ks[-1])))
    psi, sums, ties = digammas(n), np.zeros(len(ks)), np.zeros((2, len(ks)), np.int64)
    add_plane_terms(
        x.numbers, y.numbers, x.order, y.order, size, (x.scale, y.scale), ks, mixed, psi, sums, ties
    )
    return Reading(psi[n] + sums / n, ties[0] / n, ties[1] / n)


def line_label_reading(t: Line, split: Split, ks: Integers, *, mixed: bool = True) -> Reading:
    """`label_reading` of a variable of one unit, in the order of the split, in O(N log N)."""
    from .sorted_kernels import add_line_terms

    n = split.samples
    t = t.first(n)
    psi, sums, ties = digammas(n), np.zeros(len(ks)), np.zeros((2, len(ks)), np.int64)
    add_line_terms(t.numbers, t.order, split.lows, split.highs, ks, mixed, psi, sums, ties)
    return Reading(psi[n] + sums / n, ties[0] / n, ties[1] / n, split.dropped)
