"""The distances of one tile of a kernel matrix, and of strips of a matrix.

A tile is up to ROWS samples against up to WIDTH others, flat and filled up with zeros, so that each
loop has a length known to the compiler and half of a core's nearest cache holds it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glow.estimators._compile import kernel, vector_kernel

from .exponential import Floats

Integers = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]

ROWS, WIDTH = 32, 128

_ZERO = np.float32(0)


@vector_kernel
def clear(sums: Floats | Doubles) -> None:
    """Zeros everywhere: a loop compiles in a tenth of the time that ``sums[:] = 0`` takes."""
    for j in range(len(sums)):
        sums[j] = 0


@vector_kernel
def load(strip: Floats, row: int, rows: int, column: int, columns: int, tile: Floats) -> None:
    """Copies a tile out of a strip of a matrix."""
    if rows < ROWS or columns < WIDTH:
        clear(tile)
    for i in range(rows):
        for j in range(columns):
            tile[i * WIDTH + j] = strip[row + i, column + j]


@vector_kernel
def gather(
    matrix: Floats,
    picks: Integers,
    row: int,
    rows: int,
    column: int,
    columns: int,
    tile: Floats,
) -> None:
    """Copies a tile out of a matrix whose rows and columns are picked."""
    if rows < ROWS or columns < WIDTH:
        clear(tile)
    for i in range(rows):
        source, target = matrix[picks[row + i]], tile[i * WIDTH : (i + 1) * WIDTH]
        for j in range(columns):
            target[j] = source[picks[column + j]]


@vector_kernel
def difference(units: Floats, row: int, rows: int, column: int, columns: int, tile: Floats) -> None:
    """Squared distances of a tile's samples, by differences: 0 exactly for equal samples.

    Args:
        units: (d, N) one row per unit, their number even.
        row: The tile's first sample.
        rows: How many.
        column: The first of the others.
        columns: How many.
        tile: Overwritten.
    """
    clear(tile)
    stop = column + columns
    for i in range(rows):
        target = tile[i * WIDTH : i * WIDTH + columns]
        for k in range(0, len(units), 2):
            first, second = units[k, column:stop], units[k + 1, column:stop]
            own, own_second = units[k, row + i], units[k + 1, row + i]
            for j in range(len(target)):
                gap, other_gap = first[j] - own, second[j] - own_second
                target[j] += gap * gap + other_gap * other_gap


@vector_kernel
def root(tile: Floats) -> None:
    """Square roots, in place."""
    for j in range(ROWS * WIDTH):
        tile[j] = np.sqrt(tile[j])


@vector_kernel
def add(tile: Floats, other: Floats, ratio: np.float32, both: Floats) -> None:
    """Sets ``both = tile + ratio * other``."""
    for j in range(ROWS * WIDTH):
        both[j] = tile[j] + ratio * other[j]


@kernel
def extremes(tile: Floats, rows: int, columns: int, own: int) -> tuple[np.float32, np.float32]:
    """The smallest and the largest distance of two samples.

    Floats that are not negative are ordered as the whole numbers of the same bits, and the compiler
    makes vector code of those.

    Args:
        tile: The distances.
        rows: How many rows are in use.
        columns: How many columns.
        own: The column of the first row's own sample, negative if it has none.
    """
    bits = tile.view(np.int32)
    least, most = np.int32(2**31 - 1), np.int32(0)
    for i in range(rows):
        row = bits[i * WIDTH : i * WIDTH + columns]
        if own >= 0:
            least = min(least, _least(row[: own + i]))
            least = min(least, _least(row[own + i + 1 :]))
        else:
            least = min(least, _least(row))
        for j in range(len(row)):
            most = max(most, row[j])
    return _as_float(least), _as_float(most)


@kernel
def _as_float(bits: np.int32) -> np.float32:
    whole = np.int32(bits)  # the compiler takes bits of nothing else
    return np.float32(whole.view(np.float32))


@kernel
def _least(row: npt.NDArray[np.int32]) -> np.int32:
    found = np.int32(2**31 - 1)
    for j in range(len(row)):
        found = min(found, row[j])
    return found


@vector_kernel
def direct_distances(units: Floats, rows: int) -> Floats:
    """Squared distances of the first samples to all, by differences.

    Args:
        units: (d, N) one row per unit.
        rows: How many samples.

    Returns:
        (rows, N). Equal samples have distance 0 exactly.
    """
    d, n = units.shape
    distances = np.zeros((rows, n), np.float32)
    for i in range(rows):
        out = distances[i]
        for k in range(d):
            unit = units[k]
            own = unit[i]
            for j in range(n):
                gap = unit[j] - own
                out[j] += gap * gap
    return distances


@vector_kernel
def repair_distances(gram: Floats, samples: Floats, norms: Floats, doubtful: np.float32) -> None:
    """Turns inner products into squared distances, in place: a**2 + b**2 - 2 a b.

    The difference loses its digits where two samples are close beside their size; there,
    differences are summed instead.

    Args:
        gram: (rows, N) inner products of the first samples with all; overwritten.
        samples: (N, d) centred samples.
        norms: (N,) their squared norms.
        doubtful: Share of the two squared norms below which a distance is computed again.
    """
    for i in range(len(gram)):
        for j in range(gram.shape[1]):
            size = norms[i] + norms[j]
            distance = size - 2 * gram[i, j]
            if distance < doubtful * size:
                distance = _ZERO
                for k in range(samples.shape[1]):
                    gap = samples[i, k] - samples[j, k]
                    distance += gap * gap
            gram[i, j] = distance
