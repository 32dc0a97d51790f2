"""Information densities of draws from a layer with Gaussian noise, many noises in one pass."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from glow.estimators._memory import memory_ceiling

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from glow.estimators._context import Classes
    from glow.estimators._counting.symbols import Values

_GOLDEN = 0.6180339887498949  # its multiples are spread evenly, however many there are
_NARROW = 32  # units up to which differences are summed one by one
# Pairs held at once: a share of a core's cache, or few enough matrix products that waking the
# threads of the linear algebra library does not count.
_NARROW_BLOCK, _WIDE_BLOCK = 2**16, 2**20
# Squares of anything larger, over the least noise, are not finite in float32.
_LARGEST = 1e15


@dataclass(frozen=True, eq=False)
class Draws:
    """Which samples the noise is added to, and the noise.

    Attributes:
        centres: (m,) positions among the samples sorted by class.
        normals: (m, d) float64 standard normal numbers.
        order: (N,) the samples sorted by class.
        starts: (C + 1,) where each class begins in that order.
    """

    centres: npt.NDArray[np.int64]
    normals: npt.NDArray[np.float64]
    order: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, n: int, d: int, classes: Classes | None, count: int, seed: int) -> Draws:
        """The first ``count`` draws; more draws begin with the same ones.

        Centres are spread evenly over the samples sorted by class, so that every class has its
        share of the draws.

        Raises:
            ValueError: If so many draws do not fit the memory ceiling.
        """
        centres = (np.arange(0.5, count) * _GOLDEN % 1 * n).astype(np.int64)
        order = np.arange(n) if classes is None else classes.order
        starts = np.array([0, n]) if classes is None else classes.starts
        return cls(centres, _normals(count, d, seed), order, starts)

    @property
    def classes(self) -> npt.NDArray[np.int64]:
        """(m,) the class of each draw's centre."""
        return np.searchsorted(self.starts, self.centres, side="right") - 1

    def units(self, units: slice) -> Draws:
        """The same draws seen in some of their units."""
        return replace(self, normals=self.normals[:, units])

    def weights(self, count: int) -> npt.NDArray[np.float64]:
        """(count,) weights of the first draws in a mean over all samples.

        Those of a class share its frequency, so that no estimate of I(T;Y) exceeds H(Y). Classes
        without a draw, rarer than one in ``count``, are left out.
        """
        own = self.classes[:count]
        drawn = np.bincount(own, minlength=len(self.starts) - 1)
        weights = (np.diff(self.starts) / np.maximum(drawn, 1))[own]
        return np.asarray(weights / weights.sum())


@dataclass(frozen=True, eq=False)
class Drawn:
    """What each draw says of a layer.

    Attributes:
        draws: The draws.
        bits: (2, V, m) log2 p(T given x) / p(T), whose mean is I(X;T), and likewise for I(T;Y).
    """

    draws: Draws
    bits: npt.NDArray[np.float64]

    @property
    def means(self) -> npt.NDArray[np.float64]:
        """(2, V) I(X;T) and I(T;Y) in bits."""
        return self.bits @ self.draws.weights(self.bits.shape[2])

    @property
    def errors(self) -> tuple[float, float]:
        """Standard errors of both means at the first noise, in bits; 0 of one draw."""
        spread = self.bits[:, 0].std(axis=1) / math.sqrt(self.bits.shape[2])
        return float(spread[0]), float(spread[1])

    def first(self, count: int) -> Drawn:
        """What fewer draws say."""
        return Drawn(self.draws, self.bits[:, :, :count])


def densities(t: Values, draws: Draws, noises: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Logarithms of a draw's density given its own sample over that given any, in nats.

    For a draw c + noise z around the sample c, ln N less the logarithm of
    sum_j exp(-(|c - m_j|**2 / (2 noise**2) + z . (c - m_j) / noise)): the mean over draws is
    I(X;T), and the sum over the samples of the class alone gives I(X;T given Y).

    Args:
        t: (N, d) samples.
        draws: Their draws.
        noises: (V,) standard deviations.

    Returns:
        (2, V, m): over all samples, and within the class of the draw.

    Raises:
        ValueError: If the samples are too large to square.
    """
    if isinstance(t, np.ndarray):
        centred = t - t.mean(axis=0, dtype=np.float64)
        _check_size(float(np.abs(centred).max()))
        logs = _log_sums(centred[draws.order], draws, noises)
    else:
        from .draws_torch import tensor_log_sums

        moved = t.double() - t.double().mean(dim=0)
        _check_size(float(moved.abs().max()))
        logs = tensor_log_sums(moved, draws, noises)
    sizes = np.diff(draws.starts)[draws.classes]
    return np.stack((np.log(len(t)) - logs[0], np.log(sizes) - logs[1]))


def _log_sums(
    samples: npt.NDArray[np.float64], draws: Draws, noises: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """(2, V, m) from centred samples in the order of the draws."""
    from .draws_kernels import log_sums

    lows, highs = draws.starts[draws.classes], draws.starts[draws.classes + 1]
    logs = np.empty((2, len(noises), len(draws.centres)))
    for block, squares, slopes in _blocks(samples, draws):
        found = np.empty((2, len(noises), len(squares)))
        log_sums(squares, slopes, lows[block], highs[block], noises, found)
        logs[:, :, block] = found
    return logs


def _blocks(
    samples: npt.NDArray[np.float64], draws: Draws
) -> Iterator[tuple[slice, npt.NDArray[np.float32], npt.NDArray[np.float32]]]:
    """Squared distances from the draws' centres to all, and the slopes of the draws along them."""
    from .draws_kernels import differences

    n, d = samples.shape
    rows = max(1, (_NARROW_BLOCK if d <= _NARROW else _WIDE_BLOCK) // n)
    narrow = np.ascontiguousarray(samples.T, dtype=np.float32) if d <= _NARROW else None
    norms = np.einsum("ij,ij->i", samples, samples)
    for first in range(0, len(draws.centres), rows):
        block = slice(first, first + rows)
        own, z = draws.centres[block], draws.normals[block]
        if narrow is not None:
            yield block, *differences(narrow, own, z.astype(np.float32))
        else:
            yield block, *_products(samples, norms, own, z)


def _products(
    samples: npt.NDArray[np.float64],
    norms: npt.NDArray[np.float64],
    own: npt.NDArray[np.int64],
    z: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """What `differences` returns, by matrix products in float64: many digits cancel."""
    centres, rows = samples[own], np.arange(len(own))
    squares = norms[own][:, None] + norms - 2 * (centres @ samples.T)
    slopes = np.einsum("ij,ij->i", z, centres)[:, None] - z @ samples.T
    squares[rows, own] = slopes[rows, own] = 0
    return np.maximum(squares, 0).astype(np.float32), slopes.astype(np.float32)


def _check_size(largest: float) -> None:
    if largest > _LARGEST:
        raise ValueError(
            f"SamplePropagation: activations must be within {_LARGEST:g} of their mean, got "
            f"{largest:g}. Scale them down, or estimate the epochs before training diverged."
        )


def _normals(count: int, d: int, seed: int) -> npt.NDArray[np.float64]:
    """(m, d): the same noise for all layers of a width, and at all noises."""
    most = memory_ceiling() // (2 * d * np.dtype(np.float64).itemsize)
    if count > most:
        raise ValueError(
            f"SamplePropagation: samples={count} draws of {d} units are more than half of the "
            f"memory ceiling. Choose at most samples={most}, or glow.estimators.set_memory_ceiling."
        )
    return np.random.default_rng(seed).standard_normal((count, d))
