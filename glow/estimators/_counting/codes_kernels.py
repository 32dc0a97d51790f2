"""From activations to row codes to counts: the loops behind the estimators that count symbols.

A row code is one integer that stands for the cells of all units of a sample. Imported only when an
estimate is wanted, because numba takes half a second.

A code is the sum over units of ``h ^ (h >> shift)`` with ``h = cell * multiplier``, modulo 2**64.
With the powers of a base and a shift of 63 it is an exact number in that base; with odd random
multipliers and a shift of 32 it is a hash in which rows that differ in one unit never collide. No
unit waits for the one before, which is what makes wide layers fast.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from glow.estimators._arrays import Samples
from glow.estimators._compile import kernel, vector_kernel

Integers = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio, odd
_DOUBTFUL = 1e-6**2  # cells from an edge, squared; `_cells` sees to it that errors are a tenth


@kernel
def edge_codes(
    t: Samples,
    borders: npt.NDArray[np.float64],
    inverse_step: float,
    multipliers: Words,
    shift: np.uint64,
) -> Integers:
    """Row codes of cells between edges, exactly as ``np.digitize(t, edges)`` numbers them.

    Args:
        t: (N, d) finite activations.
        borders: (m + 2,) the m increasing edges between -inf and inf.
        inverse_step: 1 over the distance of equally spaced edges, 0 for others. It only makes a
            first guess, at most one cell off, which is then compared with the edges themselves.
        multipliers: (d,) of the row code.
        shift: Of the row code.

    Returns:
        (N,) codes.
    """
    first, last = borders[1], np.float64(len(borders) - 2)
    codes = np.empty(len(t), np.int64)
    for i in range(len(t)):
        code = np.uint64(0)
        for j in range(t.shape[1]):
            value = np.float64(t[i, j])
            if inverse_step > 0:
                cell = np.int64(min(max((value - first) * inverse_step + 1.0, 0.0), last))
                cell += np.int64(value >= borders[cell + 1]) - np.int64(value < borders[cell])
            else:
                cell = np.searchsorted(borders, value, side="right") - 1
            part = np.uint64(cell) * multipliers[j]
            code += part ^ (part >> shift)
        codes[i] = np.int64(code)
    return codes


@vector_kernel
def guess_cells(
    column: npt.NDArray[np.floating[Any]],
    first: float,
    inverse_step: float,
    edges: int,
    cells: npt.NDArray[np.int32],
) -> int:
    """Cells of one unit's values (N,) by division, into ``cells``.

    Returns:
        How many values lie so close to an edge that the division may have gone wrong.
    """
    doubtful, last = np.int32(0), np.float64(edges)
    for i in range(len(column)):
        guess = (np.float64(column[i]) - first) * inverse_step + 1.0
        position = min(max(guess, 0.0), last + 0.5)
        edge = np.floor(position + 0.5)
        off = position - edge
        doubtful += np.int32((off * off < _DOUBTFUL) & (edge >= 1.0) & (edge <= last))
        cells[i] = np.int32(position)
    return int(doubtful)


@vector_kernel
def add_cells(
    cells: npt.NDArray[np.int32], multiplier: np.uint64, shift: np.uint64, codes: Words
) -> None:
    """Adds one unit's cells to the row codes."""
    for i in range(len(cells)):
        part = np.uint64(np.uint32(cells[i])) * multiplier
        codes[i] += part ^ (part >> shift)


@kernel
def column_codes(
    columns: Samples,
    borders: npt.NDArray[np.float64],
    inverse_step: float,
    multipliers: Words,
    shift: np.uint64,
) -> Integers:
    """The codes of `edge_codes` for equally spaced edges, unit by unit, in vector instructions.

    Args:
        columns: (d, N) finite activations, one row per unit.
        borders: As in `edge_codes`.
        inverse_step: 1 over the distance of the edges.
        multipliers: (d,) of the row code.
        shift: Of the row code.
    """
    codes = np.zeros(columns.shape[1], np.uint64)
    cells = np.empty(columns.shape[1], np.int32)
    for j in range(len(columns)):
        column = columns[j]
        if guess_cells(column, borders[1], inverse_step, len(borders) - 2, cells) > 0:
            for i in range(len(column)):
                value, cell = np.float64(column[i]), cells[i]
                above, below = value >= borders[cell + 1], value < borders[cell]
                cells[i] = cell + np.int32(above) - np.int32(below)
        add_cells(cells, multipliers[j], shift, codes)
    return codes.view(np.int64)


@kernel
def width_codes(
    t: Samples, width: float, lowest: int, multipliers: Words, shift: np.uint64
) -> Integers:
    """Row codes (N,) of the cells ``floor(t / width)``, counted from the cell ``lowest``."""
    codes = np.zeros(len(t), np.uint64)
    for i in range(len(t)):
        for j in range(t.shape[1]):
            cell = np.int64(np.floor(np.float64(t[i, j]) / width)) - lowest
            part = np.uint64(cell) * multipliers[j]
            codes[i] += part ^ (part >> shift)
    return codes.view(np.int64)


@kernel
def width_column_codes(
    columns: Samples, width: float, lowest: int, multipliers: Words, shift: np.uint64
) -> Integers:
    """The codes of `width_codes` for (d, N) values, unit by unit, in vector instructions."""
    codes = np.zeros(columns.shape[1], np.uint64)
    for j in range(len(columns)):
        column, multiplier = columns[j], multipliers[j]
        for i in range(len(column)):
            cell = np.int64(np.floor(np.float64(column[i]) / width)) - lowest
            part = np.uint64(cell) * multiplier
            codes[i] += part ^ (part >> shift)
    return codes.view(np.int64)


@kernel
def level_codes(
    t: Samples, low: float, span: float, levels: float, multipliers: Words, shift: np.uint64
) -> Integers:
    """Row codes (N,) of the levels ``round((t - low) * levels / span)``, halves to even."""
    codes = np.zeros(len(t), np.uint64)
    for i in range(len(t)):
        for j in range(t.shape[1]):
            level = np.int64(np.rint((np.float64(t[i, j]) - low) * levels / span))
            part = np.uint64(level) * multipliers[j]
            codes[i] += part ^ (part >> shift)
    return codes.view(np.int64)


@kernel
def level_column_codes(
    columns: Samples, low: float, span: float, levels: float, multipliers: Words, shift: np.uint64
) -> Integers:
    """The codes of `level_codes` for (d, N) values, unit by unit, in vector instructions."""
    codes = np.zeros(columns.shape[1], np.uint64)
    for j in range(len(columns)):
        column, multiplier = columns[j], multipliers[j]
        for i in range(len(column)):
            level = np.int64(np.rint((np.float64(column[i]) - low) * levels / span))
            part = np.uint64(level) * multiplier
            codes[i] += part ^ (part >> shift)
    return codes.view(np.int64)


@kernel
def tally(codes: Integers) -> tuple[Integers, Integers]:
    """Numbers the distinct codes in order of appearance and counts them.

    An open-addressing table of at least twice as many slots as samples, with linear probing.

    Args:
        codes: (N,) any integers.

    Returns:
        ids: (N,) numbers 0..K-1.
        counts: (K,) samples of each.
    """
    n = len(codes)
    bits = 1
    while 1 << bits < 2 * n:
        bits += 1
    shift, last = np.uint64(64 - bits), (1 << bits) - 1
    table = np.full(1 << bits, -1, np.int32)
    keys = np.empty(n, np.int64)
    counts = np.zeros(n, np.int64)
    ids = np.empty(n, np.int64)
    used = 0
    for i in range(n):
        slot = np.int64((np.uint64(codes[i]) * _GOLDEN) >> shift)
        while table[slot] >= 0 and keys[table[slot]] != codes[i]:
            slot = (slot + 1) & last
        if table[slot] < 0:
            table[slot] = used
            keys[used] = codes[i]
            used += 1
        ids[i] = table[slot]
        counts[table[slot]] += 1
    return ids, counts[:used].copy()


@kernel
def pair_counts(first: Integers, second: Integers, cells: int) -> Integers:
    """The counts of the pairs (first, second) that occur, in no order that matters.

    Args:
        first: (N,) numbers from 0.
        second: (N,) numbers 0..cells-1.
        cells: The number of cells of the second.
    """
    size = (first.max() + 1) * cells
    if size > 16 * len(first):  # mostly empty: a hash table is smaller than a full one
        return tally(first * cells + second)[1]
    table = np.zeros(size, np.int64)
    for i in range(len(first)):
        table[first[i] * cells + second[i]] += 1
    return table[table > 0]
