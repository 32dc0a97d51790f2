"""Information in activations blurred by Gaussian noise, many variances in one pass."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._arrays import Samples
    from ._context import Classes

# Up to this many units, summing differences is as fast as a matrix product, and exact for equal
# samples.
_NARROW = 32
# Pairs closer than this share of their squared norms are summed by differences in wide layers too:
# the matrix product would leave them with fewer than five digits.
_DOUBTFUL = np.float32(1 / 64)
# Distances held at once: a share of a core's cache, or few enough matrix products that waking the
# threads of the linear algebra library does not count.
_NARROW_BLOCK, _WIDE_BLOCK = 2**18, 2**22
# Squares of anything larger are not finite in float32.
_LARGEST = 1e18
# Squarings of one exponential; the error of the last is still that of float32.
_GROUP = 8


def blurred_information(
    samples: Samples, variances: npt.NDArray[np.float64], classes: Classes | None = None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Pairwise-distance estimates of I(X;T) and I(X;T given Y) of T blurred by Gaussian noise.

    The estimator of Kolchinsky and Tracey, "Estimating mixture entropy with pairwise distances"
    (2017), for Gaussians of one variance, less the entropy of the noise:
    -(1/N) sum_i ln((1/N) sum_j exp(-|t_i - t_j|**2 / (2 variance))).

    Args:
        samples: (N, d) activations.
        variances: (V,) of the noise in each unit, in any order. Those that halve each other share
            an exponential.
        classes: The target Y; without it, all samples are one class.

    Returns:
        The estimate over all samples and the mean over classes, two arrays (V,) in nats.

    Raises:
        ValueError: If the activations are too large to square.
    """
    from ._kde_kernels import add_logs

    n = len(samples)
    order = np.arange(n) if classes is None else classes.order
    starts = np.array([0, n]) if classes is None else classes.starts
    sizes = np.diff(starts)
    lows, highs = np.repeat(starts[:-1], sizes), np.repeat(starts[1:], sizes)
    groups = halving_groups(variances)
    scales = np.array([-0.5 / variances[group[0]] for group in groups], dtype=np.float32)
    lengths = np.array([len(group) for group in groups], dtype=np.int64)
    logs = np.zeros((2, len(variances)))
    for rows, distances in _distances(samples[order]):
        add_logs(distances, lows[rows], highs[rows], scales, lengths, logs)
    total, within = np.empty_like(logs)
    visited = np.array([i for group in groups for i in group], dtype=np.int64)
    total[visited] = math.log(n) - logs[0] / n
    within[visited] = (sizes / n * np.log(sizes)).sum() - logs[1] / n
    return total, within


def halving_groups(variances: npt.NDArray[np.float64]) -> list[list[int]]:
    """Groups of positions such that each variance is half of the one before.

    Equally spaced nodes of the logarithm fall into few groups; values without order make groups of
    one, and the estimate is as right, only slower.
    """
    rest = np.argsort(-variances, kind="stable").tolist()
    groups = []
    while rest:
        group = [rest.pop(0)]
        while len(group) < _GROUP:
            half = variances[group[-1]] / 2
            found = [i for i in rest if math.isclose(variances[i], half, rel_tol=1e-9)]
            if not found:
                break
            rest.remove(found[0])
            group.append(found[0])
        groups.append(group)
    return groups


def _distances(samples: Samples) -> Iterator[tuple[slice, npt.NDArray[np.float32]]]:
    """Squared distances of some samples to all, block by block, float32."""
    from ._kde_kernels import direct_distances, repair_distances

    n, d = samples.shape
    values = _float32(samples, centred=d > _NARROW)
    columns = np.ascontiguousarray(values.T)
    norms = np.einsum("ij,ij->i", values, values)
    rows = max(1, (_NARROW_BLOCK if d <= _NARROW else _WIDE_BLOCK) // n)
    for first in range(0, n, rows):
        block = slice(first, min(first + rows, n))
        if d <= _NARROW:
            distances = direct_distances(columns, first, block.stop - first)
        else:
            distances = values[block] @ columns
            repair_distances(distances, values, norms, first, _DOUBTFUL)
        yield block, distances


def _float32(samples: Samples, *, centred: bool) -> npt.NDArray[np.float32]:
    """The samples in single precision, without the offset where it would cost digits."""
    if centred or samples.dtype == np.float64:
        samples = samples - samples.mean(axis=0, dtype=np.float64)
    largest = float(np.abs(samples).max())
    if largest > _LARGEST:
        raise ValueError(
            f"KDE: activations must be below {_LARGEST:g} to be squared, got {largest:g}. "
            "Scale them down, or estimate the epochs before training diverged."
        )
    return np.ascontiguousarray(samples, dtype=np.float32)
