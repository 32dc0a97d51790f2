"""From the sums over tiles to those of the samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

from .layout import CLOSE, Tallies
from .tile_sums import POWERS
from .tiles import WIDTH

if TYPE_CHECKING:
    from .layout import Nodes
    from .tiles import Doubles, Integers


def empty_tallies(segments: int, nodes: Nodes) -> Tallies:
    """Zeros of the right shapes."""
    levels = nodes.highest - nodes.lowest + 1
    return Tallies(
        np.zeros((2, len(nodes.scales), segments, WIDTH)),
        np.zeros((2, levels * POWERS, segments, WIDTH)),
        np.zeros(len(nodes.scales)),
        np.zeros((levels, POWERS)),
    )


def settled(
    tallies: Tallies, nodes: Nodes, visited: Integers, segments: Integers, starts: Integers
) -> tuple[Doubles, Doubles, Doubles]:
    """What the tallies amount to, in the order of the scales.

    Args:
        tallies: The sums over tiles; overwritten.
        nodes: The scales by group.
        visited: (V,) which of the given scales each is.
        segments: (S + 1,) the first sample of each segment.
        starts: (C + 1,) the first sample of each class.

    Returns:
        ``total``, ``within`` and ``joint`` of `KernelSums`.
    """
    n, sizes = int(starts[-1]), np.diff(starts)
    used = np.flatnonzero(np.arange(WIDTH) < np.diff(segments)[:, None])
    own = np.repeat(sizes, sizes)
    terms, found = np.zeros(len(tallies.alive[0, 0]) * WIDTH), np.empty((2, len(visited), n))
    for kind, others in enumerate((n - own, own - 1)):
        terms[used] = others
        sums = _less_one(tallies.alive[kind], tallies.close[kind], terms, nodes)
        for row, place in zip(sums, visited.tolist(), strict=True):
            np.take(row, used, out=found[kind, place], mode="clip")
    strangers, within = found
    joint, pairs = np.empty(len(visited)), np.full(1, n * (n - 1.0))
    joint[visited] = _less_one(tallies.joint_alive, tallies.joint_close, pairs, nodes)[:, 0]
    return np.add(strangers, within, out=strangers), within, joint


def _less_one(alive: Doubles, close: Doubles, terms: Doubles, nodes: Nodes) -> Doubles:
    """(V, sums) of the kernel less 1 at each node, in place of those of exponentials.

    Args:
        alive: (V, ...) sums of exponentials.
        close: (levels POWERS, ...) sums of powers of shares of 2**level.
        terms: (sums,) how many terms each has.
        nodes: The scales.
    """
    sums = alive.reshape(len(alive), -1)
    by_level = close.reshape(nodes.highest - nodes.lowest + 1, POWERS, -1)
    exponents = np.arange(POWERS)
    shares = 2.0 ** -exponents[:, None]  # of what was a share of half as much
    powers = np.zeros_like(by_level[0])
    for level, added in enumerate(by_level, nodes.lowest):
        powers *= shares
        powers += added
        rest = terms - powers[0]
        for v in np.flatnonzero(nodes.levels == level).tolist():
            weights = _WEIGHTS * (nodes.scales[v] * 2.0**level) ** exponents[1:]
            sums[v] -= rest
            sums[v] += weights @ powers[1:]
    return sums


def _weights() -> Doubles:
    """(POWERS - 1,) those of x, x**2, ... in a polynomial for exp(-x) - 1 up to CLOSE.

    The first is exact, because what two kernels close to 1 share is in the second order. The others
    are interpolated between Chebyshev's points, which is a hundred times closer than Taylor's.
    """

    def second_order(x: Doubles) -> Doubles:
        return np.asarray((np.expm1(-x) + x) / x**2)

    fitted = Chebyshev.interpolate(second_order, POWERS - 3, domain=[0, CLOSE])
    return np.array([-1.0, *fitted.convert(kind=Polynomial).coef])


_WEIGHTS = _weights()
