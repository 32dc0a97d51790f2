"""Neighbours of numbers, found by sorting: the loops behind one-dimensional `KSG` and `Sliced`.

The plane of two numbers is cut into strips of as many samples each along x, and each strip is
sorted along y: the neighbours of a sample lie in few strips, there side by side. With strips of
about the square root of k N samples the work grows as N (k + log N), whatever the density, and
repeated values cost nothing more. Counts in one variable are found by bisection.

Distances are differences times a factor; they are never recovered from scaled numbers, so that
equal differences stay equal.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glow.estimators._compile import kernel

from .search_kernels import below
from .term_kernels import ATOM, count_tie, is_tied, pair_term

Doubles = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@kernel
def insert(distance: float, found: Doubles) -> None:
    """Takes a distance into the sorted smallest ones, if it is one of them."""
    p = len(found) - 1
    if distance < found[p]:
        while p > 0 and found[p - 1] > distance:
            found[p] = found[p - 1]
            p -= 1
        found[p] = distance


@kernel
def last_above(numbers: Doubles, own: float, factor: float, radius: float, start: int) -> int:
    """One past the last of sorted numbers above ``own`` that lies within a radius of it.

    The search gallops from ``start``, where the answer for a smaller radius is.
    """
    step, low, n = 1, start, len(numbers)
    while low + step <= n and (numbers[low + step - 1] - own) * factor <= radius:
        low += step
        step *= 2
    high = min(low + step, n)
    while low < high:
        middle = (low + high) // 2
        if (numbers[middle] - own) * factor <= radius:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def first_below(numbers: Doubles, own: float, factor: float, radius: float, start: int) -> int:
    """The first of sorted numbers below ``own`` within a radius of it, galloping from ``start``."""
    step, high = 1, start
    while high - step >= 0 and (own - numbers[high - step]) * factor <= radius:
        high -= step
        step *= 2
    low = max(high - step, 0)
    while low < high:
        middle = (low + high) // 2
        if (own - numbers[middle]) * factor <= radius:
            high = middle
        else:
            low = middle + 1
    return high


@kernel
def counts_within(
    numbers: Doubles, rank: int, factor: float, radii: Doubles, counts: Doubles
) -> None:
    """How many sorted numbers lie within increasing radii (V,) of one of them, itself included."""
    own = numbers[rank]
    low, high = rank, rank + 1
    for v in range(len(radii)):
        low = first_below(numbers, own, factor, radii[v], low)
        high = last_above(numbers, own, factor, radii[v], high)
        counts[v] = high - low


@kernel
def ranks_of(order: Integers) -> Integers:
    """The place of each sample in an order."""
    ranks = np.empty_like(order)
    for c in range(len(order)):
        ranks[order[c]] = c
    return ranks


@kernel
def strips_of(x_ranks: Integers, y_order: Integers, size: int) -> Integers:
    """Samples strip by strip along x, each strip sorted along y."""
    return strips_by(x_ranks - x_ranks % size, y_order)


@kernel
def strips_by(starts: Integers, order: Integers) -> Integers:
    """Samples group by group, each group in the given order.

    Args:
        starts: (N,) where the group of each sample begins.
        order: (N,) sample numbers.
    """
    filled = np.zeros(len(starts), np.int64)
    members = np.empty(len(starts), np.int64)
    for c in range(len(order)):
        sample = order[c]
        start = starts[sample]
        members[start + filled[start]] = sample
        filled[start] += 1
    return members


@kernel
def visit(
    x: Doubles,
    y: Doubles,
    down: tuple[int, int],
    up: tuple[int, int],
    own: tuple[float, float],
    scales: tuple[float, float],
    found: Doubles,
) -> None:
    """Takes in the samples of a strip, outwards along y until they are too far.

    Args:
        x: (N,) strip by strip.
        y: (N,) likewise, increasing within a strip.
        down: The places between which to walk down, the lower one first.
        up: The places between which to walk up; the last is not visited.
        own: x and y of the sample whose neighbours are sought.
        scales: Factors of distances in x and y.
        found: The smallest distances so far, sorted.
    """
    last = len(found) - 1
    for j in range(up[0], up[1]):
        across = abs(y[j] - own[1]) * scales[1]
        if across >= found[last]:
            break
        insert(max(abs(x[j] - own[0]) * scales[0], across), found)
    for j in range(down[1], down[0] - 1, -1):
        across = abs(y[j] - own[1]) * scales[1]
        if across >= found[last]:
            break
        insert(max(abs(x[j] - own[0]) * scales[0], across), found)


@kernel
def find(
    x: Doubles,
    y: Doubles,
    x_sorted: Doubles,
    place: int,
    size: int,
    scales: tuple[float, float],
    found: Doubles,
) -> None:
    """The smallest distances of one sample to others, in increasing order.

    Args:
        x: (N,) strip by strip.
        y: (N,) likewise, increasing within a strip.
        x_sorted: (N,) x in increasing order.
        place: The sample.
        size: Samples in a strip.
        scales: Factors of distances in x and y.
        found: The result.
    """
    n, last = len(x), len(found) - 1
    own = (x[place], y[place])
    found[:] = np.inf
    low = place - place % size
    high = min(low + size, n)
    visit(x, y, (low, place - 1), (place + 1, high), own, scales, found)
    for step in (-size, size):
        first = low + step
        while 0 <= first < n:
            end = min(first + size, n)
            if gap(x_sorted, first, end, own[0]) * scales[0] >= found[last]:
                break
            start = first + np.searchsorted(y[first:end], own[1])
            visit(x, y, (first, start - 1), (start, end), own, scales, found)
            first += step


@kernel
def gap(x_sorted: Doubles, first: int, end: int, own: float) -> float:
    """How far a strip is from a number along x, 0 inside."""
    outside: float = max(x_sorted[first] - own, own - x_sorted[end - 1], 0.0)
    return outside


@kernel
def atom_size(
    x: Doubles,
    y: Doubles,
    x_sorted: Doubles,
    place: int,
    size: int,
    scales: tuple[float, float],
    radius: float,
) -> int:
    """How many other samples lie within ``radius`` in x and in y; arguments as in `find`."""
    count, n = -1, len(x)
    for first in range(0, n, size):
        end = min(first + size, n)
        if gap(x_sorted, first, end, x[place]) * scales[0] > radius:
            continue
        low = np.searchsorted(y[first:end], y[place])
        low = first_below(y[first:end], y[place], scales[1], radius, low)
        for j in range(first + low, end):
            if (y[j] - y[place]) * scales[1] > radius:
                break
            count += abs(x[j] - x[place]) * scales[0] <= radius
    return count


@kernel
def add_plane_terms(
    x: Doubles,
    y: Doubles,
    x_order: Integers,
    y_order: Integers,
    size: int,
    scales: tuple[float, float],
    ks: Integers,
    mixed: bool,
    psi: Doubles,
    sums: Doubles,
    ties: Integers,
) -> None:
    """Adds the terms of two variables of one unit each, as `add_pair_terms` does, variant 1.

    Args:
        x: (N,) samples.
        y: (N,) samples.
        x_order: (N,) sample numbers by increasing x.
        y_order: (N,) sample numbers by increasing y.
        size: Samples in a strip.
        scales: Factors of distances in x and y.
        ks: (V,) numbers of neighbours, increasing, below N.
        mixed: Whether tied samples get the term of an atom.
        psi: (N + 1,) digamma function of 0..N.
        sums: (V,) sums of terms in nats; added to.
        ties: (2, V) numbers of samples tied at a distance of zero and at others; added to.
    """
    n, values = len(x), len(ks)
    x_sorted, y_sorted = x[x_order], y[y_order]
    x_ranks, y_ranks = ranks_of(x_order), ranks_of(y_order)
    members = strips_of(x_ranks, y_order, size)
    xs, ys = x[members], y[members]
    found = np.empty(min(ks[-1] + 1, n - 1))
    radii, x_counts, y_counts = np.empty(values), np.empty(values), np.empty(values)
    for place in range(n):
        sample = members[place]
        find(xs, ys, x_sorted, place, size, scales, found)
        for v in range(values):
            atom = mixed and is_tied(found, ks[v])
            radii[v] = found[ks[v] - 1] if atom else below(found[ks[v] - 1], found)
        counts_within(x_sorted, x_ranks[sample], scales[0], radii, x_counts)
        counts_within(y_sorted, y_ranks[sample], scales[1], radii, y_counts)
        for v in range(values):
            kind, joint = 1, 0
            if mixed and is_tied(found, ks[v]):
                kind = ATOM
                joint = atom_size(xs, ys, x_sorted, place, size, scales, radii[v])
            sums[v] += pair_term(kind, ks[v], x_counts[v], y_counts[v], joint, psi)
            count_tie(found, ks[v], v, ties)


@kernel
def add_line_terms(
    t: Doubles,
    order: Integers,
    lows: Integers,
    highs: Integers,
    ks: Integers,
    mixed: bool,
    psi: Doubles,
    sums: Doubles,
    ties: Integers,
) -> None:
    """Adds the terms of a variable of one unit and labels, as `add_label_terms` does.

    Args:
        t: (N,) samples sorted by class.
        order: (N,) sample numbers by increasing t.
        lows: (N,) where the class of each sample begins.
        highs: (N,) where it ends; classes hold at least two samples.
        ks: (V,) numbers of neighbours, increasing.
        mixed: As in `add_plane_terms`.
        psi: Likewise.
        sums: Likewise.
        ties: Likewise.
    """
    n, values = len(t), len(ks)
    t_sorted, ranks = t[order], ranks_of(order)
    members = strips_by(lows, order)  # class by class, each in increasing order
    inside = t[members]
    found = np.empty(ks[-1] + 1)
    radii, counts = np.empty(values), np.empty(values)
    for place in range(n):
        sample = members[place]
        low, high = lows[sample], highs[sample]
        others = high - low - 1
        near = found[: min(ks[-1] + 1, others)]
        walk(inside, low, place, high, near)
        for v in range(values):
            k = min(ks[v], others)
            radii[v] = near[k - 1] if mixed and is_tied(near, k) else below(near[k - 1], near)
        counts_within(t_sorted, ranks[sample], 1.0, radii, counts)
        for v in range(values):
            k = min(ks[v], others)
            kind, joint = 1, 0
            if mixed and is_tied(near, k):
                kind = ATOM
                joint = last_above(inside[:high], inside[place], 1.0, radii[v], place + 1)
                joint -= low + 1
                joint -= first_below(inside[low:], inside[place], 1.0, radii[v], place - low)
            sums[v] += pair_term(kind, k, counts[v], others + 1, joint, psi)
            count_tie(near, k, v, ties)


@kernel
def walk(numbers: Doubles, low: int, place: int, high: int, found: Doubles) -> None:
    """The smallest distances of one of the sorted ``numbers[low:high]`` to the others."""
    down, up = place - 1, place + 1
    for c in range(len(found)):
        left = numbers[place] - numbers[down] if down >= low else np.inf
        right = numbers[up] - numbers[place] if up < high else np.inf
        if left <= right:
            found[c] = left
            down -= 1
        else:
            found[c] = right
            up += 1
