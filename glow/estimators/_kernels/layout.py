"""What a walk over the tiles of a kernel matrix takes, writes to and works in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .exponential import Floats
from .tile_sums import POWERS
from .tiles import ROWS, WIDTH, Doubles, Integers

CLOSE = 1.0
"""Exponents up to it are summed by powers, which give the kernel to 1e-8; see `settle`."""
TO_ALL, TO_CLASS = 1, 2
"""Where the sums of a tile go, to be added."""


class Nodes(NamedTuple):
    """V values of the scale in exp(-scale distance).

    Attributes:
        scales: (V,) by group, doubling within one.
        levels: (V,) int64, the largest b such that ``scale * 2**b <= CLOSE``.
        groups: (G + 1,) int64, where each group begins.
        lowest: The first of the levels.
        highest: The last.
    """

    scales: Doubles
    levels: Integers
    groups: Integers
    lowest: int
    highest: int


class Source(NamedTuple):
    """Where the squared distances of a variable come from.

    Attributes:
        units: (d, N) activations with an even d, whose differences are summed; (0, 0) if there are
            distances.
        distances: (rows, N - first) from the sample ``first`` on, or (N, N) if there are picks.
        picks: (N,) the rows and columns of the distances that belong to the samples; or none.
        first: The sample of the first row.
    """

    units: Floats
    distances: Floats
    picks: Integers
    first: int


class Strip(NamedTuple):
    """The variables of some tiles.

    Attributes:
        own: The variable whose kernel is summed.
        other: Another, whose kernel multiplies the first: their exponents add.
        ratio: The scale of the other over the scale of the first; 0 without another.
        rooted: Whether the kernel is one of the distance instead of its square.
    """

    own: Source
    other: Source
    ratio: float
    rooted: bool


class Tallies(NamedTuple):
    """Sums over pairs of different samples, added to tile by tile.

    Attributes:
        alive: (2, V, segments, WIDTH) for each sample the kernel summed over those of other
            classes and over the others of its own, where exponentials are taken.
        close: (2, levels POWERS, segments, WIDTH) the same of the powers of distances, where the
            kernel is close to 1; those of a tile count from the level of its largest distance on.
        joint_alive: (V,) the product of both variables' kernels over all pairs, likewise.
        joint_close: (levels, POWERS) likewise.
    """

    alive: Doubles
    close: Doubles
    joint_alive: Doubles
    joint_close: Doubles


class Work(NamedTuple):
    """Room for one tile and its sums; made by `workspace`, since arrays are slow to compile."""

    tile: Floats
    k: Floats
    other: Floats
    both: Floats
    across: Floats
    down: Floats
    found: Doubles
    far_across: Doubles
    far_down: Doubles


def workspace() -> Work:
    """Room for one walk."""
    return Work(
        tile=np.zeros(ROWS * WIDTH, np.float32),
        k=np.zeros(ROWS * WIDTH, np.float32),
        other=np.zeros(ROWS * WIDTH, np.float32),
        both=np.zeros(ROWS * WIDTH, np.float32),
        across=np.zeros(POWERS * ROWS, np.float32),
        down=np.zeros(POWERS * WIDTH, np.float32),
        found=np.zeros(POWERS),
        far_across=np.zeros(ROWS),
        far_down=np.zeros(WIDTH),
    )
