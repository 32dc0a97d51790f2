"""The order of samples and the tiles into which their pairs are cut."""

from __future__ import annotations

import itertools
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from .layout import TO_ALL, TO_CLASS
from .tiles import ROWS, WIDTH, Integers


def cut(starts: Integers) -> tuple[Integers, Integers]:
    """Cuts samples sorted by class into segments, and their pairs into tiles.

    No segment is longer than WIDTH. A class that is longer has segments of its own; short classes
    share one, whose pairs within classes are visited a second time.

    Args:
        starts: (C + 1,) where each class begins.

    Returns:
        The segments (S + 1,), where each begins, and the tiles (n, 7) as `add_tiles` takes them, on
        and above the diagonal, by rows. Not to be written to: all layers of a plane share them.
    """
    return _cut(tuple(starts.tolist()))


@lru_cache(maxsize=8)
def _cut(bounds: tuple[int, ...]) -> tuple[Integers, Integers]:
    starts = np.array(bounds, dtype=np.int64)
    segments: list[int] = [0]
    owners: list[int] = []
    for c, stop in enumerate(starts[1:].tolist()):
        size = stop - int(starts[c])
        if c > 0 and stop - segments[-2] <= WIDTH:
            segments[-1] = stop
            owners[-1] = -1
            continue
        parts = -(-size // WIDTH)
        segments += [min(int(starts[c]) + WIDTH * part, stop) for part in range(1, parts + 1)]
        owners += [c] * parts
    ends = np.array(segments, dtype=np.int64)
    return ends, _tiles(ends, np.array(owners, dtype=np.int64), starts)


def _tiles(segments: Integers, owners: Integers, starts: Integers) -> Integers:
    s, t = np.triu_indices(len(owners))
    same = (owners[s] == owners[t]) & (owners[s] >= 0)
    kinds = np.where(same, TO_ALL | TO_CLASS, TO_ALL)
    whole = np.column_stack(
        [s, segments[s], segments[s + 1], t, segments[t], segments[t + 1], kinds]
    )
    mixed = np.flatnonzero(owners < 0)
    home = np.searchsorted(segments, starts[:-1], side="right") - 1
    inside = np.flatnonzero(np.isin(home, mixed))
    low, high, at = starts[inside], starts[inside + 1], home[inside]
    classes = np.column_stack([at, low, high, at, low, high, np.full_like(at, TO_CLASS)])
    tiles = np.concatenate([whole, classes])
    return np.ascontiguousarray(tiles[np.argsort(tiles[:, 0], kind="stable")], dtype=np.int64)


def neighbourly(samples: npt.NDArray[np.float32], segments: Integers) -> Integers:
    """An order in which samples of one tile lie close together.

    Halves the samples again and again at the median of the unit that spreads most, as a k-d tree
    does, so that in most tiles a kernel is either close to 1 or 0 for most of the nodes.

    Args:
        samples: (N, d).
        segments: (S + 1,) begin of the runs within which the order is free.

    Returns:
        (N,) sample numbers.
    """
    order = np.arange(len(samples))
    stack = list(itertools.pairwise(segments.tolist()))
    while stack:
        low, high = stack.pop()
        if high - low <= ROWS:
            continue
        part = samples[order[low:high]]
        values = part[:, np.argmax(np.ptp(part, axis=0))]
        size = WIDTH if high - low > WIDTH else ROWS
        middle = low + max(size, (high - low) // 2 // size * size)
        order[low:high] = order[low:high][np.argpartition(values, middle - low)]
        stack += [(low, middle), (middle, high)]
    return order
