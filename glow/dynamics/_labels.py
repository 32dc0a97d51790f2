"""Direct labels that do not cover one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


def label_offsets(
    ends: npt.NDArray[np.float64], line: float, near: float, top: float
) -> npt.NDArray[np.float64]:
    """Returns how far up each label has to move so that none covers another.

    Args:
        ends: (n, 2) the places that are labelled.
        line: the height of a label, in the same unit.
        near: the horizontal distance within which labels can meet.
        top: where the room for labels ends.
    """
    order = np.argsort(ends[:, 0], kind="stable")
    breaks = np.flatnonzero(np.diff(ends[order, 0]) > near) + 1
    offsets = np.zeros(len(ends))
    for group in np.split(order, breaks):
        offsets[group] = spread_labels(ends[group, 1], line, top) - ends[group, 1]
    return offsets


def spread_labels(
    wanted: npt.NDArray[np.float64], distance: float, top: float
) -> npt.NDArray[np.float64]:
    """Returns heights at least ``distance`` apart, in the order and near the middle of ``wanted``.

    Neighbours that are too close form a block around their mean; blocks that then touch merge.

    Args:
        wanted: (n,) the heights at which labels would best stand.
        distance: the least distance, in the same unit.
        top: the greatest height.
    """
    order = np.argsort(wanted, kind="stable")
    blocks: list[list[int]] = []
    for index in order:
        blocks.append([int(index)])
        while len(blocks) > 1 and _touch(wanted, blocks[-2], blocks[-1], distance):
            last = blocks.pop()
            blocks[-1] += last
    placed = np.empty(len(wanted))
    for block in blocks:
        placed[block] = _places(wanted, block, distance)
    for index in reversed(order):  # from the highest down, each makes room for the one above it
        placed[index] = min(placed[index], top)
        top = placed[index] - distance
    return placed


def _places(
    wanted: npt.NDArray[np.float64], block: list[int], distance: float
) -> npt.NDArray[np.float64]:
    middle = float(wanted[block].mean())
    places = np.arange(len(block), dtype=np.float64) - (len(block) - 1) / 2
    return middle + distance * places


def _touch(
    wanted: npt.NDArray[np.float64], lower: list[int], upper: list[int], distance: float
) -> bool:
    gap = _places(wanted, upper, distance)[0] - _places(wanted, lower, distance)[-1]
    return bool(gap < distance * (1 - 1e-9))
