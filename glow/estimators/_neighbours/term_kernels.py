"""The terms of each sample, from distances to all: the loops behind `KSG` and `KNN`.

Imported only when an estimate is wanted, because numba takes half a second.
"""

from __future__ import annotations

import numpy as np

from glow.estimators._compile import kernel

from .bits import BITS
from .search_kernels import (
    Doubles,
    Floats,
    Integers,
    all_within,
    below,
    larger,
    nearest,
    smallest_positive,
    within,
    within_at,
)

ATOM = 0  # the kind of a tied sample; others have the number of their variant


@kernel
def add_pair_terms(
    x: Floats,
    y: Floats,
    first: int,
    ks: Integers,
    variant: int,
    mixed: bool,
    psi: Doubles,
    sums: Doubles,
    ties: Integers,
) -> None:
    """Adds the terms of two continuous variables, as `pair_term` has them, over some samples.

    Args:
        x: (rows, N) distances in X of samples ``first ..`` to all.
        y: (rows, N) distances in Y.
        first: The first sample.
        ks: (V,) numbers of neighbours, increasing, below N.
        variant: 1 or 2, of Kraskov et al.
        mixed: Whether tied samples get the term of an atom.
        psi: (N + 1,) digamma function of 0..N.
        sums: (V,) sums of terms in nats; added to.
        ties: (V,) numbers of tied samples at a distance of zero and (V,) at others; added to.
    """
    n, values = x.shape[1], len(ks)
    wanted = min(ks[-1] + 1, n - 1)
    joint, found, at = np.empty(n, x.dtype), np.empty(wanted, x.dtype), np.empty(wanted, np.int64)
    candidates = np.empty(n + BITS, np.int64)
    radii, kinds = np.empty((3, values), x.dtype), np.empty(values, np.int64)
    counts, near = np.empty((3, values), np.float32), np.empty(n + BITS, x.dtype)
    for i in range(len(x)):
        larger(x[i], y[i], joint)
        joint[first + i] = np.inf
        m = nearest(joint, found[wanted - 1] if i else 0.0, candidates, found, at)
        set_radii(x[i], y[i], found, at, ks, variant, mixed, radii, kinds)
        if radii[2].max() >= 0:
            within_at(joint, candidates[:m], radii[2], near, counts[2])
        all_within(x[i], radii[0], candidates, near, counts[0])
        all_within(y[i], radii[1], candidates, near, counts[1])
        for v in range(values):
            sums[v] += pair_term(kinds[v], ks[v], counts[0, v], counts[1, v], counts[2, v], psi)
            count_tie(found, ks[v], v, ties)


@kernel
def is_tied(found: Floats, k: int) -> bool:
    """Whether the ``k``-th neighbour is not the only one at its distance, or at none."""
    radius = found[k - 1]
    before = k > 1 and found[k - 2] == radius
    return radius == 0 or before or (k < len(found) and found[k] == radius)


@kernel
def count_tie(found: Floats, k: int, v: int, ties: Integers) -> None:
    """Adds a tied sample to ``ties`` (2, V), whose first row is for distances of zero."""
    if is_tied(found, k):
        ties[0 if found[k - 1] == 0 else 1, v] += 1


@kernel
def set_radii(
    x: Floats,
    y: Floats,
    found: Floats,
    at: Integers,
    ks: Integers,
    variant: int,
    mixed: bool,
    radii: Floats,
    kinds: Integers,
) -> None:
    """Radii (3, V) of closed balls in X, in Y and, for atoms, in the joint space.

    A tied sample is an atom: all three balls reach to its k-th neighbour. Otherwise variant 1
    stops just short of it, and variant 2 ends at the farthest projection of the k neighbours; where
    these are all in the sample's own place in X or Y there is no such end, and variant 1 is taken.
    ``kinds`` (V,) is set to ``ATOM`` or the variant.
    """
    x_reach = y_reach = x.dtype.type(0)
    done = 0
    for v in range(len(ks)):
        k = ks[v]
        for m in range(done, k):
            x_reach, y_reach = max(x_reach, x[at[m]]), max(y_reach, y[at[m]])
        done = k
        radius = found[k - 1]
        radii[2, v] = -1
        if mixed and is_tied(found, k):
            kinds[v] = ATOM
            radii[:, v] = radius
        elif variant == 1 or (mixed and min(x_reach, y_reach) == 0):
            kinds[v] = 1
            radii[0, v] = radii[1, v] = below(radius, x)
        else:
            kinds[v] = 2
            radii[0, v], radii[1, v] = x_reach, y_reach


@kernel
def pair_term(kind: int, k: int, x: float, y: float, joint: float, psi: Doubles) -> float:
    """One sample's part of I(X;Y) less psi(N), in nats; ``x`` and ``y`` count the sample itself.

    Kraskov, Stoegbauer and Grassberger (2004), equation 8 (variant 1) or 9 (variant 2); atoms, in
    whose ball ``joint`` counts the others, after Gao et al. (2017).
    """
    term: float
    if kind == ATOM:
        term = psi[int(joint) + 1] - psi[int(x)] - psi[int(y)]
    elif kind == 1:
        term = psi[k] - psi[int(x)] - psi[int(y)]
    else:
        term = psi[k] - 1 / k - psi[int(x) - 1] - psi[int(y) - 1]
    return term


@kernel
def add_label_terms(
    t: Floats,
    first: int,
    lows: Integers,
    highs: Integers,
    ks: Integers,
    mixed: bool,
    psi: Doubles,
    sums: Doubles,
    ties: Integers,
) -> None:
    """Adds the terms of a continuous variable and labels (Ross 2014) over some samples.

    The terms are those of `pair_term` if samples of one class are at distance 0 in Y and others
    infinitely far. A class of fewer than k + 1 samples lends as many neighbours as it has.

    Args:
        t: (rows, N) distances of samples ``first ..`` to all, samples sorted by class.
        first: The first sample.
        lows: (rows,) where the class of each sample begins.
        highs: (rows,) where it ends; classes hold at least two samples.
        ks: (V,) numbers of neighbours, increasing.
        mixed: As in `add_pair_terms`.
        psi: Likewise.
        sums: Likewise.
        ties: Likewise.
    """
    n, values = t.shape[1], len(ks)
    inside, candidates = np.empty(n, t.dtype), np.empty(n + BITS, np.int64)
    found, at = np.empty(ks[-1] + 1, t.dtype), np.empty(ks[-1] + 1, np.int64)
    radii, atoms = np.empty(values, t.dtype), np.empty(values, t.dtype)
    counts, joint = np.empty(values, np.float32), np.empty(values, np.float32)
    near = np.empty(n + BITS, t.dtype)
    for i in range(len(t)):
        low, high = lows[i], highs[i]
        others = high - low - 1
        wanted = min(ks[-1] + 1, others)
        inside[low:high] = t[i, low:high]
        inside[first + i] = np.inf
        guess = found[wanted - 1] if i and wanted <= highs[i - 1] - lows[i - 1] - 1 else 0.0
        m = nearest(inside[low:high], guess, candidates, found[:wanted], at[:wanted])
        for v in range(values):
            k = min(ks[v], others)
            atom = mixed and is_tied(found[:wanted], k)
            radii[v] = found[k - 1] if atom else below(found[k - 1], t)
            atoms[v] = found[k - 1] if atom else -1
        if atoms.max() >= 0:
            within_at(inside[low:high], candidates[:m], atoms, near, joint)
        all_within(t[i], radii, candidates, near, counts)
        for v in range(values):
            k = min(ks[v], others)
            kind = ATOM if atoms[v] >= 0 else 1
            sums[v] += pair_term(kind, k, counts[v], others + 1, joint[v], psi)
            count_tie(found[:wanted], k, v, ties)


@kernel
def add_radius_terms(
    distances: Floats,
    first: int,
    lows: Integers,
    highs: Integers,
    ks: Integers,
    psi: Doubles,
    sums: Doubles,
    ties: Integers,
) -> None:
    """Adds what differential entropies need of the k-th nearest distances over some samples.

    A sample with k others in its very place has no distance to take the logarithm of: it gets the
    next one, of its class or else of all, with as many neighbours as lie closer.

    Args:
        distances: (rows, N) of samples ``first ..`` to all, samples sorted by class.
        first: The first sample.
        lows: (rows,) where the class of each sample begins; its neighbours are of its class.
        highs: (rows,) where it ends; classes hold at least two samples.
        ks: (V,) numbers of neighbours, increasing.
        psi: (N + 1,) digamma function of 0..N.
        sums: (2, V) sums of the logarithm of the distance and of psi(k); added to.
        ties: (2, V) as in `add_pair_terms`.
    """
    n = distances.shape[1]
    row, candidates = np.empty(n, distances.dtype), np.empty(n + BITS, np.int64)
    found, at = np.empty(ks[-1] + 1, distances.dtype), np.empty(ks[-1] + 1, np.int64)
    for i in range(len(distances)):
        low, high = lows[i], highs[i]
        others = high - low - 1
        wanted = min(ks[-1] + 1, others)
        row[:] = distances[i]
        row[first + i] = np.inf
        guess = found[wanted - 1] if i and wanted <= highs[i - 1] - lows[i - 1] - 1 else 0.0
        nearest(row[low:high], guess, candidates, found[:wanted], at[:wanted])
        inside, apart = 0, 0.0
        if found[0] == 0:
            inside, apart = int(within(row[low:high], 0.0)), smallest_positive(row[low:high])
            apart = smallest_positive(row) if apart == np.inf else apart
        for v in range(len(ks)):
            k = min(ks[v], others)
            radius = found[k - 1]
            count_tie(found[:wanted], k, v, ties)
            if radius == 0:
                k, radius = inside, apart
            sums[0, v] += np.log(radius)
            sums[1, v] += psi[k]
