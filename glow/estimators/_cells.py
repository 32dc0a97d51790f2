"""Where the borders between cells lie, and the row codes that follow from them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from ._arrays import Samples

# Row codes are exact while they fit a signed 64-bit integer.
_CODES = 2**63
# Beyond this, neighbouring whole numbers are one float64: floor(t / width) would lose cells.
_CELLS = 2.0**53


@dataclass(frozen=True, eq=False)
class Edges:
    """Borders with the semantics of ``np.digitize``: m of them make m + 1 cells.

    Attributes:
        values: (m,) increasing.
        inverse_step: 1 over the distance of equally spaced borders, 0 for others.
    """

    values: npt.NDArray[np.float64]
    inverse_step: float = 0.0

    def __post_init__(self) -> None:
        self.values.setflags(write=False)  # one kind of array: the kernel is compiled once

    @classmethod
    def given(cls, values: tuple[float, ...]) -> Self:
        """Borders from a setting; equal spacing is noticed."""
        edges = np.array(values)
        steps = np.diff(edges)
        equal = len(steps) > 0 and np.allclose(steps, steps[0], rtol=1e-6, atol=0)
        return cls(edges, _inverse(steps[0]) if equal else 0.0)

    @classmethod
    def equal_width(cls, low: float, high: float, cells: int) -> Self:
        """Equal cells over [low, high]; values outside belong to the end cells."""
        return cls(_inner_edges(low, high, cells), _inverse((high - low) / cells))

    @classmethod
    def equal_mass(cls, t: Samples, cells: int) -> Self:
        """Cells that hold the same number of distinct values of ``t``, up to one.

        The entropy-based adaptive binning of Chelombiev, Houghton and O'Donnell, "Adaptive
        estimators show information compression in deep neural networks" (2019).
        """
        distinct = np.unique(t)
        cells = min(cells, len(distinct))
        first = np.arange(1, cells) * len(distinct) // cells
        return cls(distinct[first].astype(np.float64))

    def codes(self, t: Samples) -> npt.NDArray[np.int64]:
        """Row codes (N,) of activations (N, d); hashed where cells ** d does not fit 63 bits."""
        from ._binned_kernels import edge_codes

        cells = len(self.values) + 1
        return edge_codes(t, self.values, self.inverse_step, _base(cells, t.shape[1]))

    def edge_share(self, t: Samples) -> float:
        """Share of the values in the first or the last cell."""
        if not len(self.values):
            return 1.0
        return float(((t < self.values[0]) | (t >= self.values[-1])).mean())


@dataclass(frozen=True, eq=False)
class Width:
    """Cells ``floor(t / width)``, unlimited on both sides."""

    width: float

    def codes(self, t: Samples) -> npt.NDArray[np.int64]:
        """Row codes (N,) of activations (N, d); hashed where cells ** d does not fit 63 bits.

        Raises:
            ValueError: If the width is too small to tell cells of this size of values apart.
        """
        from ._binned_kernels import width_codes

        lowest, highest = (math.floor(float(end) / self.width) for end in (t.min(), t.max()))
        if max(-lowest, highest) > _CELLS:
            raise ValueError(
                f"Binned: width={self.width:g} is too small for values as large as "
                f"{np.abs(t).max():g}. Choose a width above {np.abs(t).max() / _CELLS:.2g}."
            )
        return width_codes(t, self.width, lowest, _base(highest - lowest + 1, t.shape[1]))

    def edge_share(self, t: Samples) -> float:
        """0: no cell collects what lies outside a range."""
        return 0.0


def _base(cells: int, units: int) -> int:
    """The number base that packs the cells of a row exactly, or 0 to hash them."""
    return cells if cells**units < _CODES else 0


def _inverse(step: float) -> float:
    return 1 / step if step > 0 and math.isfinite(1 / step) else 0.0


@lru_cache(maxsize=256)
def _inner_edges(low: float, high: float, cells: int) -> npt.NDArray[np.float64]:
    """The borders between equal cells over [low, high], (cells - 1,); one array serves a plane."""
    return np.linspace(low, high, cells + 1)[1:-1]
