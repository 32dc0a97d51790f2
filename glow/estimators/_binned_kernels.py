"""From activations to row codes to counts: the loops behind `Binned`.

A row code is one integer that stands for the cells of all units of a sample. Imported only when an
estimate is wanted, because numba takes half a second.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ._arrays import Samples
from ._compile import kernel

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio, odd
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_30, _27, _31 = np.uint64(30), np.uint64(27), np.uint64(31)


@kernel
def append(code: np.int64, cell: np.int64, base: int) -> np.int64:
    """Adds one unit's cell to a row code: a digit in base ``base``, or hashed where base is 0.

    The hash is the finaliser of SplitMix64 (Steele, Lea and Flood 2014), a bijection for each code
    before it: rows that differ only in the last unit never collide.
    """
    if base > 0:
        return code * base + cell
    z = (np.uint64(code) + _GOLDEN) ^ np.uint64(cell)
    z = (z ^ (z >> _30)) * _MIX_1
    z = (z ^ (z >> _27)) * _MIX_2
    return np.int64(z ^ (z >> _31))


@kernel
def edge_codes(
    t: Samples, edges: npt.NDArray[np.float64], inverse_step: float, base: int
) -> npt.NDArray[np.int64]:
    """Row codes of cells between edges, exactly as ``np.digitize(t, edges)`` numbers them.

    Args:
        t: (N, d) finite activations.
        edges: (m,) increasing.
        inverse_step: 1 over the distance of equally spaced edges, 0 for others. It only makes a
            first guess, which is then compared with the edges themselves.
        base: Number of cells, or 0 to hash.

    Returns:
        (N,) codes.
    """
    m = len(edges)
    codes = np.empty(len(t), np.int64)
    for i in range(len(t)):
        code = np.int64(0)
        for j in range(t.shape[1]):
            value = np.float64(t[i, j])
            if inverse_step > 0:
                cell = np.int64(min(max((value - edges[0]) * inverse_step + 1, 0.0), np.float64(m)))
                while cell > 0 and value < edges[cell - 1]:
                    cell -= 1
                while cell < m and value >= edges[cell]:
                    cell += 1
            else:
                cell = np.searchsorted(edges, value, side="right")
            code = append(code, cell, base)
        codes[i] = code
    return codes


@kernel
def width_codes(t: Samples, width: float, lowest: int, base: int) -> npt.NDArray[np.int64]:
    """Row codes (N,) of the cells ``floor(t / width)``, counted from the cell ``lowest``."""
    codes = np.empty(len(t), np.int64)
    for i in range(len(t)):
        code = np.int64(0)
        for j in range(t.shape[1]):
            cell = np.int64(np.floor(np.float64(t[i, j]) / width)) - lowest
            code = append(code, cell, base)
        codes[i] = code
    return codes


@kernel
def tally(codes: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
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
