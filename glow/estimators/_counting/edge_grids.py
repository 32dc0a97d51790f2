"""From a variable to the coordinates that `EDGE` hashes, their widths and their shifted grids."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from .partition import Partition
from .row_codes import hash_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    import torch

    from .symbols import Symbols, Values

NARROW = 6  # units up to which the published code hashes every unit by itself
LEAST = 1e-4  # the least width, in standard deviations of the coordinate
_ANCHORS = 500
_BLOCK = 2**22  # values projected at once


class Coordinates(Protocol):
    """What is hashed of one variable, on the host or on an accelerator."""

    @property
    def samples(self) -> int: ...
    @property
    def device(self) -> torch.device | None: ...
    def partitions(self, gamma: float, shifts: int, seed: int) -> Iterator[Symbols]:
        """The samples sorted into the cells of each shifted grid, grid by grid."""


@dataclass(frozen=True, eq=False)
class HostCoordinates:
    """What is hashed of one variable.

    Attributes:
        columns: (r, N) float64, from 0 to 1; in parts of the range where one is given.
        widths: (r,) cell widths at gamma = 1.
    """

    columns: npt.NDArray[np.float64]
    widths: npt.NDArray[np.float64]
    device: None = None

    @property
    def samples(self) -> int:
        """N."""
        return int(self.columns.shape[1])

    def partitions(self, gamma: float, shifts: int, seed: int) -> Iterator[Partition]:
        """The samples sorted into the cells of each shifted grid, grid by grid."""
        from .edge_kernels import grid_codes

        r = len(self.columns)
        code = hash_code(r)
        inverse = 1 / (gamma * self.widths)
        for offsets in grid_offsets(shifts, r, seed):
            codes = grid_codes(self.columns, inverse, offsets, code.multipliers, code.shift)
            yield Partition.of_codes(codes)


def coordinates(
    t: Values, rule: str, seed: int, span: tuple[float, float] | None = None
) -> Coordinates:
    """The coordinates of samples (N, d), where they are, and their widths.

    Args:
        t: (N, d) samples.
        rule: "floor", every unit by itself; "projection", random sums of all units; or "auto".
        seed: Of the projection.
        span: The range that units are measured by; each by its own values if None.
    """
    n, d = t.shape
    weights = None
    if rule == "projection" or (rule == "auto" and d > NARROW):
        weights = directions(d, projected_units(n, d), seed)
    if not isinstance(t, np.ndarray):
        from .edge_torch import tensor_coordinates

        return tensor_coordinates(t, weights, span)
    if span is not None:
        columns = _spanned(t, weights, span)
        return HostCoordinates(columns, np.full(len(columns), even_distance(n, len(columns))))
    columns = np.array(t.T, dtype=np.float64) if weights is None else _projected(t, weights)
    columns -= columns.min(axis=1, keepdims=True)  # so that cell numbers stay small
    columns /= _or_one(columns.max(axis=1, keepdims=True))  # and squares finite
    return HostCoordinates(columns, _widths(columns))


def projected_units(n: int, units: int) -> int:
    """The coordinates of a projection: min(d, floor(log2(N / 10))), at least 1."""
    return max(1, min(units, math.floor(math.log2(max(n / 10, 1)))))


def neighbours(n: int, r: int) -> int:
    """The k of the distance that widths are made of, as in the published code, from 1 to N."""
    k: float = 0.43 * n ** (2 / 3 + 0.17 * r / (r + 1)) * math.exp(-1 / max(1e4, r**4))
    return min(max(math.floor(k), 1), n)


def even_distance(n: int, r: int) -> float:
    """The distance of a value to its k-th neighbour if all are spread evenly from 0 to 1."""
    return neighbours(n, r) / (2 * n)


def anchors(n: int) -> npt.NDArray[np.int64]:
    """The ranks of the samples whose neighbours are looked for, evenly over the sorted ones."""
    count = min(n, _ANCHORS)
    return (2 * np.arange(count) + 1) * n // (2 * count)


@lru_cache(maxsize=8)
def directions(units: int, r: int, seed: int) -> npt.NDArray[np.float64]:
    """(d, r) standard normal entries, the same for all layers of a width."""
    return np.random.default_rng([seed, units]).standard_normal((units, r))


@lru_cache(maxsize=64)
def grid_offsets(shifts: int, r: int, seed: int) -> npt.NDArray[np.float64]:
    """(L, r) uniform on [0, 1): more shifts begin with the same ones."""
    return np.random.default_rng(seed).random((shifts, r))


def _projected(t: npt.NDArray[Any], weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(r, N) random sums of the standardised units, of standard deviation near 1."""
    n, d = t.shape
    mean = t.mean(axis=0, dtype=np.float64)
    reach = t.max(axis=0).astype(np.float64) - t.min(axis=0)
    moving = reach > 0  # a unit that never moves may differ from its mean all the same
    squares = sum((part**2).sum(axis=0) for _, part in _centred(t, mean, reach))
    scale = np.divide(1, np.sqrt(squares * (d / n)), out=np.zeros(d), where=moving)
    return _sums(t, mean, reach, weights * scale[:, None])


def _spanned(
    t: npt.NDArray[Any], weights: npt.NDArray[np.float64] | None, span: tuple[float, float]
) -> npt.NDArray[np.float64]:
    """(r, N) units, or random sums of them that spread as one unit does, in parts of a range."""
    d, low, reach = t.shape[1], span[0], (span[1] - span[0]) or 1.0
    if weights is not None:
        return _sums(t, np.full(d, low), np.full(d, reach), weights / math.sqrt(d))
    columns = np.array(t.T, dtype=np.float64)
    columns -= low
    columns /= reach
    return columns


def _sums(
    t: npt.NDArray[Any],
    origin: npt.NDArray[np.float64],
    reach: npt.NDArray[np.float64],
    weights: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """(r, N) weighted sums of the units less their origin, in units of their reach."""
    columns = np.empty((weights.shape[1], len(t)))
    for block, part in _centred(t, origin, reach):
        columns[:, block] = (part @ weights).T
    return columns


def _centred(
    t: npt.NDArray[Any], origin: npt.NDArray[np.float64], reach: npt.NDArray[np.float64]
) -> Iterator[tuple[slice, npt.NDArray[np.float64]]]:
    """The samples less an origin, in units of their reach, some at a time."""
    rows = max(1, _BLOCK // t.shape[1])
    for first in range(0, len(t), rows):
        block = slice(first, first + rows)
        part = t[block] - origin
        part /= _or_one(reach)
        yield block, part


def _or_one(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The values, 1 in place of 0."""
    return np.where(values > 0, values, 1.0)


def _widths(columns: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The mean distance of anchors to their k-th neighbour in each coordinate, and a little."""
    from .edge_kernels import neighbour_distances

    r, n = columns.shape
    k, ranks = neighbours(n, r), anchors(n)
    near = [neighbour_distances(np.sort(column), ranks, k).mean() for column in columns]
    widths = np.array(near) + LEAST * columns.std(axis=1)
    return _or_one(widths)  # all equal: one cell, however wide
