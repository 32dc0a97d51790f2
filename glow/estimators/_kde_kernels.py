"""Squared distances and sums of Gaussian kernels: the loops behind `KDE`.

Imported only when an estimate is wanted, because numba takes half a second.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ._compile import vector_kernel

Floats = npt.NDArray[np.float32]

_LOG2_E = np.float32(1.4426950408889634)
# ln 2 in two parts: products of the first with small whole numbers are exact
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
_C2, _C3, _C4 = np.float32(0.5), np.float32(1 / 6), np.float32(0.041665795894)
_C5, _C6 = np.float32(0.0083334519073), np.float32(0.0013981999507)
_HALF, _ONE = np.float32(0.5), np.float32(1)
# exp(-87) is the last power of e above the smallest normal float32; slower arithmetic begins below
_LOWEST = np.float32(-87)
# squares of smaller numbers are not normal, and nothing beside a sample's own kernel value of 1
_SMALLEST = np.float32(1.1e-19)


@vector_kernel
def direct_distances(columns: Floats, first: int, rows: int) -> Floats:
    """Squared distances of samples ``first .. first + rows`` to all, by differences.

    Args:
        columns: (d, N) one row per unit.
        first: The first sample.
        rows: How many.

    Returns:
        (rows, N). Equal samples have distance 0 exactly.
    """
    d, n = columns.shape
    distances = np.empty((rows, n), np.float32)
    for i in range(rows):
        out = distances[i]
        out[:] = 0
        for k in range(d):
            column = columns[k]
            own = column[first + i]
            for j in range(n):
                difference = column[j] - own
                out[j] += difference * difference
    return distances


@vector_kernel
def repair_distances(
    gram: Floats, samples: Floats, norms: Floats, first: int, doubtful: np.float32
) -> None:
    """Turns inner products into squared distances, in place: a**2 + b**2 - 2 a b.

    The difference loses its digits where two samples are close beside their size; there,
    differences are summed instead.

    Args:
        gram: (rows, N) inner products of samples ``first .. first + rows`` with all; overwritten.
        samples: (N, d) centred samples.
        norms: (N,) their squared norms.
        first: The first sample.
        doubtful: Share of the two squared norms below which a distance is computed again.
    """
    for i in range(len(gram)):
        own = first + i
        for j in range(gram.shape[1]):
            size = norms[own] + norms[j]
            distance = size - 2 * gram[i, j]
            if distance < doubtful * size:
                distance = np.float32(0)
                for k in range(samples.shape[1]):
                    difference = samples[own, k] - samples[j, k]
                    distance += difference * difference
            gram[i, j] = distance


@vector_kernel
def exp(x: np.float32) -> np.float32:
    """e**x for x <= 0 to 1e-7 of the value, without a call, so that loops become vector code."""
    x = max(x, _LOWEST)
    whole = np.floor(x * _LOG2_E + _HALF)
    r = x - whole * _LN2_HIGH - whole * _LN2_LOW
    p = _C6
    p = p * r + _C5
    p = p * r + _C4
    p = p * r + _C3
    p = p * r + _C2
    p = p * r * r + r + _ONE
    power = np.int32((np.int32(whole) + np.int32(127)) << np.int32(23))  # the bits of 2**whole
    return np.float32(p * power.view(np.float32))


@vector_kernel
def first_sum(k: Floats, distances: Floats, scale: np.float32) -> np.float32:
    """Sets ``k = exp(scale * distances)`` and returns its sum."""
    total = np.float32(0)
    for j in range(len(k)):
        k[j] = exp(distances[j] * scale)
        total += k[j]
    return total


@vector_kernel
def squared_sum(k: Floats) -> np.float32:
    """Squares ``k`` and returns its sum."""
    total = np.float32(0)
    for j in range(len(k)):
        value = k[j] if k[j] > _SMALLEST else np.float32(0)
        k[j] = value * value
        total += k[j]
    return total


@vector_kernel
def add_logs(
    distances: Floats,
    lows: npt.NDArray[np.int64],
    highs: npt.NDArray[np.int64],
    scales: Floats,
    lengths: npt.NDArray[np.int64],
    logs: npt.NDArray[np.float64],
) -> None:
    """Adds the logarithms of kernel sums, over all samples and over each sample's own class.

    One exponential serves a group of variances, each half of the one before: squaring a Gaussian
    kernel halves its variance.

    Args:
        distances: (rows, N) squared distances, the columns sorted by class.
        lows: (rows,) where the class of each row begins among the columns.
        highs: (rows,) where it ends.
        scales: (G,) ``-1 / (2 variance)`` of the largest variance of each group.
        lengths: (G,) variances in each group, V in all.
        logs: (2, V) sums over rows of the natural logarithm, over all and within class; added to.
    """
    k = np.empty(distances.shape[1], np.float32)
    for i in range(len(distances)):
        low, high, row = lows[i], highs[i], distances[i]
        v = 0
        for g in range(len(scales)):
            for step in range(lengths[g]):
                if step == 0:
                    inside = first_sum(k[low:high], row[low:high], scales[g])
                    outside = first_sum(k[:low], row[:low], scales[g])
                    outside += first_sum(k[high:], row[high:], scales[g])
                else:
                    inside = squared_sum(k[low:high])
                    outside = squared_sum(k[:low]) + squared_sum(k[high:])
                logs[0, v] += np.log(np.float64(inside) + np.float64(outside))
                logs[1, v] += np.log(np.float64(inside))
                v += 1
