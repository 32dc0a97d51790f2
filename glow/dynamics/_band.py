"""The band around a trajectory: the area that the ellipses of its points sweep over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.path import Path

_CORNERS = 32  # an ellipse is drawn as such a polygon


def band_path(points: npt.NDArray[np.float64]) -> Path | None:
    """Returns the outline of a band; None without points.

    It is the union of the hulls of every two neighbouring ellipses, which all turn the same way, so
    that one fill with the nonzero rule unites them.

    Args:
        points: (n, 4) places x and y with the half-axes of their ellipses.
    """
    from matplotlib.path import Path

    if len(points) == 0:
        return None
    following = np.concatenate([points[1:], points[-1:]])
    one, other = _corners(points), _corners(following)  # (n, C, 2) and (n, C)
    farther = np.where((one[1] > other[1])[..., None], one[0], other[0])
    outlines = np.concatenate([farther, farther[:, :1]], axis=1)  # (n, C + 1, 2), closed
    codes = [Path.MOVETO, *[Path.LINETO] * (_CORNERS - 1), Path.CLOSEPOLY]
    return Path(outlines.reshape(-1, 2), np.tile(codes, len(points)).astype(Path.code_type))


def _corners(
    points: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The farthest point of each ellipse in every direction, and how far it reaches there."""
    angles = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    towards = np.column_stack([np.cos(angles), np.sin(angles)])  # (C, 2)
    centres, axes = points[:, None, :2], points[:, None, 2:]
    lengths = np.linalg.norm(axes * towards, axis=-1, keepdims=True)
    corners = centres + axes**2 * towards / np.where(lengths > 0, lengths, 1)
    return corners, (corners * towards).sum(axis=-1)
