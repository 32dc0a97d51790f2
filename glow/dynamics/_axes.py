"""The names that every plane shares: its variables, dimensions and attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

AXES = ("xt", "ty")
"""The coordinates of a plane: horizontal and vertical."""

PLANE_DIMS = ("run", "epoch", "layer")
"""The dimensions of a plane; a sweep has others, one for each swept parameter."""


def swept(plane: xr.Dataset) -> list[str]:
    """Returns the names of the parameters that a plane sweeps, in the order of its dimensions."""
    return [str(name) for name in plane["xt"].dims if name not in PLANE_DIMS]
