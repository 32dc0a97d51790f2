"""Where the borders between cells lie, and the row codes that follow from them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, Self, cast

import numpy as np
import numpy.typing as npt

from .row_codes import row_code

if TYPE_CHECKING:
    from glow.estimators._arrays import Samples

    from .symbols import Values

# Beyond this, neighbouring whole numbers are one float64: floor(t / width) would lose cells.
_CELLS = 2.0**53
# Up to this many units, one unit after the other is faster than one sample after the other.
_NARROW = 32
# Edges are equally spaced if none is off by more than this share of their distance, and if that is
# more than so many roundings of their size: kernels then find cells by division.
_OFF, _ROUNDINGS = 1e-7, 2**24


class Cells(Protocol):
    """A way to cut every unit of a layer."""

    def codes(self, t: Samples) -> npt.NDArray[np.int64]:
        """Row codes (N,) of activations (N, d): equal where all units lie in equal cells."""

    def edge_share(self, t: Values) -> float:
        """Share of the values in the first or the last cell of their unit."""

    def outside_share(self, t: Values) -> float:
        """Share of the values strictly outside the range that the cells were made for."""


@dataclass(frozen=True, eq=False)
class Edges:
    """Borders with the semantics of ``np.digitize``: m of them make m + 1 cells.

    Attributes:
        values: (m,) increasing.
        span: The range that they were made for; by default from the first to the last.
        inverse_step: 1 over the distance of equally spaced borders, 0 for others.
    """

    values: npt.NDArray[np.float64]
    span: tuple[float, float] = (-math.inf, math.inf)
    inverse_step: float = 0.0

    @classmethod
    def given(cls, values: tuple[float, ...]) -> Self:
        """Borders from a setting; equal spacing is noticed. A single one has no outside."""
        edges, span = np.array(values), (values[0], values[-1])
        if len(edges) == 1:
            return cls(edges)
        step = (span[1] - span[0]) / (len(edges) - 1)
        off = np.abs(edges - np.linspace(*span, len(edges))).max()
        return cls(edges, span, _inverse(step, span) if off <= _OFF * step else 0.0)

    @classmethod
    def equal_width(cls, low: float, high: float, cells: int) -> Self:
        """Equal cells over [low, high]; values outside belong to the end cells."""
        span = (low, high)
        return cls(_inner_edges(low, high, cells), span, _inverse((high - low) / cells, span))

    @classmethod
    def equal_mass(cls, t: Values, cells: int) -> Self:
        """Cells that hold the same number of distinct values of ``t``, up to one.

        The entropy-based adaptive binning of Chelombiev, Houghton and O'Donnell, "Adaptive
        estimators show information compression in deep neural networks" (2019).
        """
        distinct = np.unique(t) if isinstance(t, np.ndarray) else cast("Any", t).unique()
        cells = min(cells, len(distinct))
        first = np.arange(1, cells) * len(distinct) // cells
        return cls(np.array(distinct[first].tolist(), dtype=np.float64))

    def codes(self, t: Samples) -> npt.NDArray[np.int64]:
        """Row codes (N,) of activations (N, d); hashed where cells ** d does not fit 63 bits."""
        from .codes_kernels import column_codes, edge_codes

        code = row_code(len(self.values) + 1, t.shape[1])
        borders = np.concatenate(([-np.inf], self.values, [np.inf]))
        rest = borders, self.inverse_step, code.multipliers, code.shift
        if t.shape[1] <= _NARROW and self.inverse_step > 0:
            return column_codes(by_columns(t).T, *rest)
        return edge_codes(t, *rest)

    def edge_share(self, t: Values) -> float:
        """Share of the values in the first or the last cell."""
        if not len(self.values):
            return 1.0
        return _share(t, below=t < self.values[0], above=t >= self.values[-1])

    def outside_share(self, t: Values) -> float:
        """Share of the values strictly below or above the range."""
        low, high = self.span
        if t.min() >= low and t.max() <= high:  # the usual case needs no masks
            return 0.0
        return _share(t, below=t < low, above=t > high)


@dataclass(frozen=True, eq=False)
class Width:
    """Cells ``floor(t / width)``, unlimited on both sides."""

    width: float

    def codes(self, t: Samples) -> npt.NDArray[np.int64]:
        """Row codes (N,) of activations (N, d); hashed where cells ** d does not fit 63 bits.

        Raises:
            ValueError: If the width is too small to tell cells of this size of values apart.
        """
        from .codes_kernels import width_codes, width_column_codes

        lowest, highest = self.ends(float(t.min()), float(t.max()))
        code = row_code(highest - lowest + 1, t.shape[1])
        rest = self.width, lowest, code.multipliers, code.shift
        if t.shape[1] <= _NARROW:
            return width_column_codes(by_columns(t).T, *rest)
        return width_codes(t, *rest)

    def ends(self, low: float, high: float) -> tuple[int, int]:
        """The cells of the smallest and the largest value.

        Raises:
            ValueError: If the width is too small to tell cells of this size of values apart.
        """
        largest = max(abs(low), abs(high))
        if largest / self.width > _CELLS:
            raise ValueError(
                f"Binned: width={self.width:g} is too small for values as large as "
                f"{largest:g}. Choose a width above {largest / _CELLS:.2g}."
            )
        return math.floor(low / self.width), math.floor(high / self.width)

    def edge_share(self, t: Values) -> float:
        """0: no cell collects what lies outside a range."""
        return 0.0

    def outside_share(self, t: Values) -> float:
        """0: there is no outside."""
        return 0.0


@dataclass(frozen=True, eq=False)
class Levels:
    """The levels ``round((t - low) * 2**bits / (high - low))`` between two ends of a layer."""

    low: float
    high: float
    bits: int

    def codes(self, t: Samples) -> npt.NDArray[np.int64]:
        """Row codes (N,) of activations (N, d); hashed where they do not fit 63 bits."""
        from .codes_kernels import level_codes, level_column_codes

        code = row_code(2**self.bits + 1, t.shape[1])
        span = self.high - self.low or 1.0  # all values equal: all at level 0
        rest = self.low, span, float(2**self.bits), code.multipliers, code.shift
        if t.shape[1] <= _NARROW:
            return level_column_codes(by_columns(t).T, *rest)
        return level_codes(t, *rest)

    def edge_share(self, t: Values) -> float:
        """Share of the values that round to the lowest or the highest level."""
        half = (self.high - self.low) / 2 ** (self.bits + 1)
        return _share(t, below=t <= self.low + half, above=t >= self.high - half)

    def outside_share(self, t: Values) -> float:
        """0: the ends are those of the values."""
        return 0.0


def by_columns(t: Samples) -> Samples:
    """The samples (N, d) with the values of a unit side by side, where that makes them faster."""
    if t.shape[1] > _NARROW or t.flags.f_contiguous:
        return t
    turned: Samples = t.copy(order="F")
    turned.setflags(write=False)  # one kind of array: kernels are compiled once
    return turned


def _share(t: Values, *, below: Any, above: Any) -> float:  # noqa: ANN401 - masks of either kind
    return float((below | above).sum()) / math.prod(t.shape)


def _inverse(step: float, span: tuple[float, float]) -> float:
    """1 / step, or 0 where edges of that distance cannot be found by division."""
    rounding = np.spacing(max(abs(end) for end in span))
    return 1 / step if step > _ROUNDINGS * rounding and math.isfinite(1 / step) else 0.0


@lru_cache(maxsize=256)
def _inner_edges(low: float, high: float, cells: int) -> npt.NDArray[np.float64]:
    """The borders between equal cells over [low, high], (cells - 1,); one array serves a plane."""
    edges = np.linspace(low, high, cells + 1)[1:-1]
    edges.setflags(write=False)
    return edges
