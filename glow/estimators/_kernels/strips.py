"""The walk over the tiles of a kernel matrix."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from glow.estimators._compile import inlined_kernel, kernel

from .exponential import Floats
from .layout import TO_ALL, TO_CLASS, Nodes, Source, Strip, Tallies, Work
from .tile_sums import (
    POWERS,
    blank,
    exponentiate,
    powers,
    square_and_sum,
    square_and_total,
    sum_distances,
    sum_powers,
    total,
    total_distances,
)
from .tiles import (
    ROWS,
    WIDTH,
    Doubles,
    Integers,
    add,
    clear,
    difference,
    extremes,
    gather,
    load,
    root,
)

_DEAD = 25.0  # N exp(-25) is nothing beside the 1 of a sample's own kernel value
_STEPS = 4  # nodes of one pass over a tile
_RESTART = 8  # nodes of one exponential; the error of the last is still that of float32


class _Place(NamedTuple):
    """Where a tile lies and where its sums go."""

    row: int
    rows: int
    column: int
    columns: int
    own: int  # the column of the first row's own sample, -1 beside the diagonal
    s: int
    s_offset: int
    t: int
    t_offset: int
    kind: int


@kernel
def add_tiles(
    tiles: Integers,
    segments: Integers,
    strip: Strip,
    nodes: Nodes,
    tallies: Tallies,
    work: Work,
) -> None:
    """Adds the sums of some tiles of a kernel matrix exp(-scale distance).

    In each tile a node is in one of three states: all exponents are so small that powers of the
    distances give the kernel; or exponentials are taken, one for eight nodes of a group, because
    squaring doubles the scale; or the kernel is 0 to every digit that counts.

    Args:
        tiles: (n, 7) the rows' segment, first sample and last, the columns' likewise, and the kind.
        segments: (segments + 1,) the first sample of each segment.
        strip: Holds the rows of all the tiles.
        nodes: The scales.
        tallies: Added to.
        work: Overwritten.
    """
    for n in range(len(tiles)):
        s, start, stop, t, column, column_stop, kind = tiles[n]
        for row in range(start, stop, ROWS):
            place = _Place(
                row,
                min(ROWS, stop - row),
                column,
                column_stop - column,
                row - column if start == column else -1,
                s,
                row - segments[s],
                t,
                column - segments[t],
                kind,
            )
            _fetch(strip.own, strip.rooted, place, work.tile)
            _add(place, nodes, tallies, work, work.tile, 0.0)
            if strip.ratio > 0 and kind & TO_ALL:
                _fetch(strip.other, strip.rooted, place, work.other)
                add(work.tile, work.other, np.float32(strip.ratio), work.both)
                _add(place, nodes, tallies, work, work.both, strip.ratio)


@inlined_kernel
def _fetch(source: Source, rooted: bool, place: _Place, tile: Floats) -> None:
    """Sets a tile to its distances."""
    row, rows, column, columns = place.row, place.rows, place.column, place.columns
    first = source.first
    if source.units.shape[0]:
        difference(source.units, row, rows, column, columns, tile)
    elif source.picks.shape[0]:
        gather(source.distances, source.picks, row, rows, column, columns, tile)
    else:
        load(source.distances, row - first, rows, column - first, columns, tile)
    if rooted:
        root(tile)


@inlined_kernel
def _add(
    place: _Place, nodes: Nodes, tallies: Tallies, work: Work, tile: Floats, ratio: float
) -> None:
    """Adds one tile at every node.

    Args:
        place: Where it lies.
        nodes: The scales.
        tallies: Added to.
        work: Holds the distances of each variable.
        tile: The distances, of the first variable or of both together.
        ratio: The scale of the other variable over that of the first; 0 for the first alone.
    """
    joint = ratio > 0
    nearest, farthest = extremes(tile, place.rows, place.columns, place.own)
    lowest = nodes.lowest
    level = max(lowest, int(np.ceil(np.log2(farthest)))) if farthest > 0 else lowest
    if level <= nodes.highest:
        if joint:
            _add_close_joint(place, level - lowest, level, ratio, tallies, work)
        else:
            _add_close(place, level - lowest, level, tallies, work)
    for g in range(len(nodes.groups) - 1):
        first, stop = nodes.groups[g], nodes.groups[g + 1]
        while first < stop and nodes.levels[first] >= level:
            first += 1
        while stop > first and nodes.scales[stop - 1] * np.float64(nearest) > _DEAD:
            stop -= 1
        for v in range(first, stop, _RESTART):
            exponentiate(tile, np.float32(nodes.scales[v]), work.k)
            blank(work.k, place.rows, place.columns, place.own)
            if joint:
                _add_alive_joint(place, v, min(v + _RESTART, stop), tallies, work)
            else:
                _add_alive(place, v, min(v + _RESTART, stop), tallies, work)


@kernel
def _add_alive(place: _Place, first: int, stop: int, tallies: Tallies, work: Work) -> None:
    """Adds the nodes first..stop of one exponential."""
    # whoever takes an array out of a tuple counts a reference to it, at the cost of a vector's sum
    k, across, down, alive = work.k, work.across, work.down, tallies.alive
    for v in range(first, stop, _STEPS):
        steps = min(_STEPS, stop - v)
        if steps == 1:
            total(k, across, down)
        else:
            clear(down)
            for i in range(0, place.rows, 4):
                square_and_total(k, i, across, down)
        for step in range(steps):
            _deposit(place, step, across, down, v + step, alive)


@kernel
def _add_alive_joint(place: _Place, first: int, stop: int, tallies: Tallies, work: Work) -> None:
    """Adds the nodes first..stop of one exponential of both variables."""
    factor = 1.0 if place.own >= 0 else 2.0  # the tile's mirror image is never visited
    for v in range(first, stop, _STEPS):
        clear(work.found)
        steps = min(_STEPS, stop - v)
        for i in range(0, place.rows, 4):
            square_and_sum(work.k, i, steps, work.found)
        for step in range(steps):
            tallies.joint_alive[v + step] += factor * work.found[step]


@kernel
def _add_close(place: _Place, index: int, level: int, tallies: Tallies, work: Work) -> None:
    """Adds the powers of the distances at the level of the largest."""
    unit = np.float32(2.0**-level)
    clear(work.down)
    for i in range(0, place.rows, 2):
        powers(work.tile, unit, i, work.across, work.down)
    total_distances(work.tile, work.far_across, work.far_down)
    for i in range(ROWS):
        work.far_across[i] *= unit
        work.across[i] = place.columns - (place.own >= 0)
    for j in range(WIDTH):
        work.far_down[j] *= unit
        work.down[j] = place.rows
    across, down, close = work.across, work.down, tallies.close
    for p in range(POWERS):
        if p == 1:
            _deposit(place, 0, work.far_across, work.far_down, index * POWERS + p, close)
        else:
            _deposit(place, p, across, down, index * POWERS + p, close)


@kernel
def _add_close_joint(
    place: _Place, index: int, level: int, ratio: float, tallies: Tallies, work: Work
) -> None:
    """Adds the powers of the distances of both variables at the level of the largest."""
    unit = 2.0**-level
    clear(work.found)
    for i in range(0, place.rows, 4):
        sum_powers(work.both, np.float32(unit), i, work.found)
    far = sum_distances(work.tile) + ratio * sum_distances(work.other)
    factor = 1.0 if place.own >= 0 else 2.0
    close = tallies.joint_close[index]
    close[0] += factor * place.rows * (place.columns - (place.own >= 0))
    close[1] += factor * far * unit
    for p in range(2, POWERS):
        close[p] += factor * work.found[p]


@kernel
def _deposit(
    place: _Place,
    step: int,
    across: Floats | Doubles,
    down: Floats | Doubles,
    v: int,
    sums: Doubles,
) -> None:
    """Adds a tile's sums to those of its samples: by symmetry, its rows are columns too.

    Args:
        place: Where the tile lies.
        step: Which of its sums.
        across: (steps ROWS,) over columns.
        down: (steps WIDTH,) over rows.
        v: Where they go.
        sums: (2, V, segments, WIDTH) sums within classes and between them; added to.
    """
    s, t, s_offset, t_offset = place.s, place.t, place.s_offset, place.t_offset
    own_kind = 0 if place.kind == TO_ALL else 1
    for i in range(place.rows):
        sums[own_kind, v, s, s_offset + i] += across[step * ROWS + i]
    if place.own < 0:
        for j in range(place.columns):
            sums[own_kind, v, t, t_offset + j] += down[step * WIDTH + j]
    if place.kind == TO_CLASS:
        for i in range(place.rows):
            sums[0, v, s, s_offset + i] -= across[step * ROWS + i]
        if place.own < 0:
            for j in range(place.columns):
                sums[0, v, t, t_offset + j] -= down[step * WIDTH + j]
