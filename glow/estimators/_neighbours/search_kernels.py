"""Distances, nearest neighbours and counts of all pairs, from which `term_kernels` are made.

Distances come as blocks (rows, N) of some samples to all. They may be any increasing function of a
distance, such as its square: neighbours only compare them. Counts are kept in float32, whose sums
become vector instructions and are exact up to 2**24. Imported only when an estimate is wanted,
because numba takes half a second.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from glow.estimators._compile import kernel, vector_kernel

from .bits import BITS, gather

Floats = npt.NDArray[Any]  # float32, or float64 where the input is wider
Integers = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]

_ONE, _ZERO = np.float32(1), np.float32(0)
_FEW = 8  # radii that are counted as soon as distances are gathered
_ENOUGH = 4  # times the wanted neighbours: with fewer candidates a smaller radius is not sought
_GLANCE = 64  # samples whose nearest is the first radius tried
_SMALLEST = 1e-30  # the first radius tried where they are all at the same place


@kernel
def squared_distances(columns: Floats, first: int, factor: float, out: Floats) -> None:
    """Squared Euclidean distances of samples ``first ..`` to all, by differences.

    Args:
        columns: (d, N) one row per unit.
        first: The first sample.
        factor: What each squared distance is multiplied by.
        out: (rows, N) the result. Equal samples have distance 0 and equal differences equal
            distances, exactly: sums are not reordered.
    """
    scale = out.dtype.type(factor)
    for i in range(len(out)):
        row = out[i]
        row[:] = 0
        for u in range(len(columns)):
            column = columns[u]
            own = column[first + i]
            for j in range(len(row)):
                difference = column[j] - own
                row[j] += difference * difference
        for j in range(len(row)):
            row[j] *= scale


@kernel
def largest_differences(columns: Floats, first: int, factor: float, out: Floats) -> None:
    """Distances in the maximum norm; arguments as in `squared_distances`."""
    scale = out.dtype.type(factor)
    for i in range(len(out)):
        row = out[i]
        row[:] = 0
        for u in range(len(columns)):
            column = columns[u]
            own = column[first + i]
            for j in range(len(row)):
                difference = abs(column[j] - own)
                row[j] = difference if difference > row[j] else row[j]
        for j in range(len(row)):
            row[j] *= scale


@kernel
def larger(a: Floats, b: Floats, out: Floats) -> None:
    """Sets ``out`` (N,) to the larger of two rows, the distance in the joint space."""
    for j in range(len(out)):
        out[j] = a[j] if a[j] > b[j] else b[j]


@vector_kernel
def within(row: Floats, radius: float) -> np.float32:
    """How many distances are at most ``radius``."""
    count = _ZERO
    for j in range(len(row)):
        count += _ONE if row[j] <= radius else _ZERO
    return count


@vector_kernel
def four_within(row: Floats, radii: Floats, v: int, counts: Floats) -> None:
    """`within` for the radii ``v .. v + 3`` in one pass."""
    r0, r1, r2, r3 = radii[v], radii[v + 1], radii[v + 2], radii[v + 3]
    c0 = c1 = c2 = c3 = _ZERO
    for j in range(len(row)):
        distance = row[j]
        c0 += _ONE if distance <= r0 else _ZERO
        c1 += _ONE if distance <= r1 else _ZERO
        c2 += _ONE if distance <= r2 else _ZERO
        c3 += _ONE if distance <= r3 else _ZERO
    counts[v], counts[v + 1], counts[v + 2], counts[v + 3] = c0, c1, c2, c3


@kernel
def each_within(row: Floats, radii: Floats, counts: Floats) -> None:
    """`within` for each of the radii (V,)."""
    last = len(radii) - len(radii) % 4
    for v in range(0, last, 4):
        four_within(row, radii, v, counts)
    for v in range(last, len(radii)):
        counts[v] = within(row, radii[v])


@kernel
def within_at(row: Floats, places: Integers, radii: Floats, near: Floats, counts: Floats) -> None:
    """`within` for each of the radii (V,), of the distances at some places alone.

    They are copied to ``near``, which has room for ``BITS`` more, and filled up to whole vectors.
    """
    m = len(places)
    whole = m + -m % BITS
    for c in range(m):
        near[c] = row[places[c]]
    near[m:whole] = np.nan  # within no radius
    each_within(near[:whole], radii, counts)


@kernel
def all_within(row: Floats, radii: Floats, places: Integers, near: Floats, counts: Floats) -> None:
    """`within` for each of the radii (V,), sooner where few distances tell them apart.

    Only those between the smallest and the largest radius do. If there are not many they are
    gathered first, and many radii then cost little more than one. ``places`` and ``near`` are room
    to work in, ``BITS`` longer than the row.
    """
    if len(radii) > _FEW:
        smallest = largest = radii[0]
        for v in range(1, len(radii)):
            smallest, largest = min(smallest, radii[v]), max(largest, radii[v])
        m = gather(row, smallest, largest, places[: len(row) // 4 + BITS])
        if m >= 0:
            within_at(row, places[:m], radii, near, counts)
            inside = within(row, smallest)
            for v in range(len(radii)):
                counts[v] += inside
            return
    each_within(row, radii, counts)


@kernel
def smallest_positive(row: Floats) -> float:
    """The smallest distance above zero, infinity if there is none."""
    smallest = np.inf
    for j in range(len(row)):
        if 0 < row[j] < smallest:
            smallest = row[j]
    return smallest


@kernel
def nearest(row: Floats, guess: float, candidates: Integers, found: Floats, at: Integers) -> int:
    """The smallest distances of a row in increasing order, equal ones in their order in the row.

    A radius that holds enough samples but not many more is sought first, because counting is
    vector code; only what lies within is sorted.

    Args:
        row: (M,) distances, at least as many finite ones as are wanted.
        guess: Where to begin, such as the answer for the sample before; it only saves time.
        candidates: (M + BITS,) set to the places of all samples as near as the last one found,
            and of some that are farther.
        found: (wanted,) the distances.
        at: (wanted,) their places in the row.

    Returns:
        How many candidates there are.
    """
    wanted = len(found)
    radius = row.dtype.type(0)
    if within(row, radius) < wanted:
        start = guess if guess > 0 else smallest_positive(row[:_GLANCE])
        radius = row.dtype.type(start if start < np.inf else _SMALLEST)
        inside = within(row, radius)
        while inside < wanted:
            radius *= 2
            inside = within(row, radius)
        while inside > _ENOUGH * wanted:
            smaller = row.dtype.type(radius * 0.7)
            inside = within(row, smaller)
            if inside < wanted:
                break
            radius = smaller
    m = gather(row, -1.0, radius, candidates)
    found[:] = np.inf
    for c in range(m):
        j = candidates[c]
        if row[j] < found[wanted - 1]:
            p = wanted - 1
            while p > 0 and found[p - 1] > row[j]:
                found[p], at[p] = found[p - 1], at[p - 1]
                p -= 1
            found[p], at[p] = row[j], j
    return m


@kernel
def below(radius: float, like: Floats) -> float:
    """The largest number of the array's kind that is smaller than ``radius``, but not negative."""
    neighbour: float = np.nextafter(like.dtype.type(radius), like.dtype.type(0))
    return neighbour
