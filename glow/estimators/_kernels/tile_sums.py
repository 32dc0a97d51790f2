"""The sums over one tile of a kernel matrix: of its kernel, and of the powers of its distances."""

from __future__ import annotations

import numpy as np

from glow.estimators._compile import kernel, vector_kernel

from .exponential import Floats, exp
from .tiles import ROWS, WIDTH, Doubles, clear

POWERS = 8
"""Powers of a distance, from the zeroth on, that stand for a kernel close to 1."""

_ZERO = np.float32(0)
# Fourth powers of smaller numbers are not normal, and they are nothing beside the 1 of a sample's
# own kernel value.
_SMALLEST = np.float32(3.4e-10)


@vector_kernel
def exponentiate(tile: Floats, scale: np.float32, k: Floats) -> None:
    """Sets ``k = exp(-scale * tile)``."""
    for j in range(ROWS * WIDTH):
        k[j] = exp(tile[j] * -scale)


@kernel
def blank(k: Floats, rows: int, columns: int, own: int) -> None:
    """Zeros where there is no pair of two samples: the filling and the samples themselves."""
    if own >= 0:
        for i in range(rows):
            k[i * WIDTH + own + i] = _ZERO
    if columns < WIDTH:
        for i in range(rows):
            for j in range(i * WIDTH + columns, (i + 1) * WIDTH):
                k[j] = _ZERO
    for j in range(rows * WIDTH, ROWS * WIDTH):
        k[j] = _ZERO


@vector_kernel
def total(k: Floats, across: Floats, down: Floats) -> None:
    """Sums of a tile over its columns and over its rows."""
    clear(down[:WIDTH])
    for i in range(ROWS):
        row = k[i * WIDTH : (i + 1) * WIDTH]
        found = _ZERO
        for j in range(WIDTH):
            found += row[j]
            down[j] += row[j]
        across[i] = found


@vector_kernel
def square_and_total(k: Floats, i: int, across: Floats, down: Floats) -> None:
    """Adds four rows of a tile and their 2nd, 4th and 8th powers to the tile's sums.

    Leaves the 16th powers. Four rows at once share the loads and stores of the sums over rows, and
    the sums over columns of four powers stay in registers.

    Args:
        k: The tile, all values from 0 to 1.
        i: The first of the rows.
        across: (4 ROWS,) sums over columns, power by power.
        down: (4 WIDTH,) sums over rows, power by power; added to.
    """
    first, second = k[i * WIDTH : (i + 1) * WIDTH], k[(i + 1) * WIDTH : (i + 2) * WIDTH]
    third, fourth = k[(i + 2) * WIDTH : (i + 3) * WIDTH], k[(i + 3) * WIDTH : (i + 4) * WIDTH]
    a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = _ZERO
    c0 = c1 = c2 = c3 = d0 = d1 = d2 = d3 = _ZERO
    for j in range(WIDTH):
        a = first[j] if first[j] > _SMALLEST else _ZERO
        b = second[j] if second[j] > _SMALLEST else _ZERO
        c = third[j] if third[j] > _SMALLEST else _ZERO
        d = fourth[j] if fourth[j] > _SMALLEST else _ZERO
        a0, b0, c0, d0 = a0 + a, b0 + b, c0 + c, d0 + d
        down[j] += (a + b) + (c + d)
        a, b, c, d = a * a, b * b, c * c, d * d
        a1, b1, c1, d1 = a1 + a, b1 + b, c1 + c, d1 + d
        down[WIDTH + j] += (a + b) + (c + d)
        a, b, c, d = a * a, b * b, c * c, d * d
        a2, b2, c2, d2 = a2 + a, b2 + b, c2 + c, d2 + d
        down[2 * WIDTH + j] += (a + b) + (c + d)
        a = a * a if a > _SMALLEST else _ZERO
        b = b * b if b > _SMALLEST else _ZERO
        c = c * c if c > _SMALLEST else _ZERO
        d = d * d if d > _SMALLEST else _ZERO
        a3, b3, c3, d3 = a3 + a, b3 + b, c3 + c, d3 + d
        down[3 * WIDTH + j] += (a + b) + (c + d)
        first[j], second[j], third[j], fourth[j] = a * a, b * b, c * c, d * d
    across[i], across[i + 1], across[i + 2], across[i + 3] = a0, b0, c0, d0
    i += ROWS
    across[i], across[i + 1], across[i + 2], across[i + 3] = a1, b1, c1, d1
    i += ROWS
    across[i], across[i + 1], across[i + 2], across[i + 3] = a2, b2, c2, d2
    i += ROWS
    across[i], across[i + 1], across[i + 2], across[i + 3] = a3, b3, c3, d3


@vector_kernel
def square_and_sum(k: Floats, i: int, steps: int, found: Doubles) -> None:
    """Adds four rows of a tile and their 2nd, 4th, ... powers to ``found``; leaves the next power.

    Few rows at once, because single precision sums only those well.
    """
    rows = k[i * WIDTH : (i + 4) * WIDTH]
    for step in range(steps):
        summed = _ZERO
        for j in range(4 * WIDTH):
            value = rows[j] if rows[j] > _SMALLEST else _ZERO
            summed += value
            rows[j] = value * value
        found[step] += summed


@vector_kernel
def powers(tile: Floats, scale: np.float32, i: int, across: Floats, down: Floats) -> None:
    """Adds the powers 2 to 7 of two rows of ``scale * tile`` to the tile's sums.

    Args:
        tile: The distances.
        scale: Brings them into 0..1.
        i: The first of the two rows.
        across: (POWERS ROWS,) sums over columns, power by power; the first two are left.
        down: (POWERS WIDTH,) sums over rows, likewise; added to.
    """
    first, second = tile[i * WIDTH : (i + 1) * WIDTH], tile[(i + 1) * WIDTH : (i + 2) * WIDTH]
    a2 = a3 = a4 = a5 = a6 = a7 = b2 = b3 = b4 = b5 = b6 = b7 = _ZERO
    for j in range(WIDTH):
        u, v = first[j] * scale, second[j] * scale
        p, q = u * u, v * v
        a2, b2 = a2 + p, b2 + q
        down[2 * WIDTH + j] += p + q
        u, v = u * p, v * q
        a3, b3 = a3 + u, b3 + v
        down[3 * WIDTH + j] += u + v
        a5, b5 = a5 + u * p, b5 + v * q
        down[5 * WIDTH + j] += u * p + v * q
        a6, b6 = a6 + u * u, b6 + v * v
        down[6 * WIDTH + j] += u * u + v * v
        p, q = p * p, q * q
        a4, b4 = a4 + p, b4 + q
        down[4 * WIDTH + j] += p + q
        a7, b7 = a7 + u * p, b7 + v * q
        down[7 * WIDTH + j] += u * p + v * q
    i += 2 * ROWS
    across[i], across[i + 1] = a2, b2
    i += ROWS
    across[i], across[i + 1] = a3, b3
    i += ROWS
    across[i], across[i + 1] = a4, b4
    i += ROWS
    across[i], across[i + 1] = a5, b5
    i += ROWS
    across[i], across[i + 1] = a6, b6
    i += ROWS
    across[i], across[i + 1] = a7, b7


@vector_kernel
def sum_powers(tile: Floats, scale: np.float32, i: int, found: Doubles) -> None:
    """Adds the powers 2 to 7 of four rows of ``scale * tile`` to ``found`` (POWERS,)."""
    rows = tile[i * WIDTH : (i + 4) * WIDTH]
    s2 = s3 = s4 = s5 = s6 = s7 = _ZERO
    for j in range(4 * WIDTH):
        u = rows[j] * scale
        square = u * u
        s2 += square
        s3 += square * u
        s4 += square * square
        s5 += square * square * u
        s6 += square * square * square
        s7 += square * square * square * u
    found[2] += s2
    found[3] += s3
    found[4] += s4
    found[5] += s5
    found[6] += s6
    found[7] += s7


@vector_kernel
def total_distances(tile: Floats, across: Doubles, down: Doubles) -> None:
    """Sums of a tile over its columns and over its rows, in double precision.

    What two kernels close to 1 share is in the second order. The first must cancel.
    """
    clear(down)
    for i in range(ROWS):
        row = tile[i * WIDTH : (i + 1) * WIDTH]
        found = 0.0
        for j in range(WIDTH):
            found += np.float64(row[j])
            down[j] += np.float64(row[j])
        across[i] = found


@vector_kernel
def sum_distances(tile: Floats) -> float:
    """The sum of a tile in double precision, as `total_distances` takes them."""
    found = 0.0
    for j in range(ROWS * WIDTH):
        found += np.float64(tile[j])
    return found
