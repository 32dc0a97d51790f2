"""The natural cubic spline of kept curves, as the browser draws it too, and its error."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.interpolate import CubicSpline

    Array = npt.NDArray[np.float64]

_FEWEST = 4  # nodes from which every other one still makes a spline
_SAFETY = 2  # how much larger than the leading term says the error is taken to be
_HALVED = 16  # what halving the nodes' distance divides the error by


class NaturalSpline:
    """The natural cubic spline through (nodes, ...) values; missing points stay missing.

    Args:
        nodes: (V,) increasing.
        values: (V, ...) the values there, NaN where missing.
    """

    def __init__(self, nodes: Array, values: Array) -> None:
        flat = values.reshape(len(nodes), -1)
        self._nodes = nodes
        self._shape = values.shape[1:]
        self._whole = np.isfinite(flat).all(axis=0)
        self._values = flat[:, self._whole]
        self._spline = _through(nodes, self._values)

    def __call__(self, node: float) -> Array:
        """Returns the values (...) at any place between the first node and the last."""
        return self._spread(self._spline(node))

    def error(self, node: float) -> Array:
        """Returns an estimate (...) of the spline's error at a place, 0 at the nodes.

        It follows from how far the splines through every other node miss the nodes between: the
        largest of the four misses around, since a single one can be small by chance.
        """
        if len(self._nodes) < _FEWEST:
            return self._spread(np.full(self._values.shape[1], np.nan))
        above = int(np.clip(np.searchsorted(self._nodes, node), 1, len(self._nodes) - 1))
        low, high = self._nodes[above - 1], self._nodes[above]
        inside = (node - low) / (high - low)  # 0 to 1
        around = self._misses[max(above - 2, 0) : above + 2].max(axis=0)
        return self._spread(4 * inside * (1 - inside) * around * _SAFETY / _HALVED)

    @cached_property
    def _misses(self) -> Array:
        """How far the spline through every other node is from each node that it leaves out."""
        misses = np.empty_like(self._values)
        for first in (0, 1):
            used, left_out = slice(first, None, 2), slice(1 - first, None, 2)
            coarse = _through(self._nodes[used], self._values[used])
            misses[left_out] = np.abs(coarse(self._nodes[left_out]) - self._values[left_out])
        return misses

    def _spread(self, found: Array) -> Array:
        result = np.full(self._whole.shape, np.nan)
        result[self._whole] = found
        return result.reshape(self._shape)


def _through(nodes: Array, values: Array) -> CubicSpline:
    from scipy.interpolate import CubicSpline

    return CubicSpline(nodes, values, bc_type="natural")
