"""The names that every plane shares: its variables, dimensions and attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

AXES = ("xt", "ty")
"""The coordinates of a plane: horizontal and vertical."""

CEILINGS = {"xt": "x_ceiling", "ty": "y_ceiling"}
"""The attributes that hold what an estimate of a coordinate cannot exceed."""

PLANE_DIMS = ("run", "epoch", "layer")
"""The dimensions of a plane; a sweep has others, one for each swept parameter."""


def swept(plane: xr.Dataset) -> list[str]:
    """Returns the names of the parameters that a plane sweeps, in the order of its dimensions."""
    return [str(name) for name in plane["xt"].dims if name not in PLANE_DIMS]


def check_plane(owner: str, plane: object, axes: tuple[str, ...] = AXES) -> None:
    """Refuses what is no plane or sweep.

    Args:
        owner: the function that was called.
        plane: what it was given.
        axes: the coordinates it needs.

    Raises:
        TypeError: if it has no coordinates.
    """
    if not set(axes) <= set(getattr(plane, "data_vars", ())):
        raise TypeError(
            f"{owner}: expected a plane, got {type(plane).__name__}. "
            "Give what glow.dynamics.plane or sweep returned."
        )


def check_one_setting(owner: str, plane: xr.Dataset) -> None:
    """Refuses a sweep, and what is no plane.

    Raises:
        TypeError: if it is no plane.
        ValueError: if it is a sweep.
    """
    check_plane(owner, plane)
    if parameters := swept(plane):
        name = parameters[0]
        raise ValueError(
            f"{owner}: expected a plane, got a sweep over {name}. Choose a value: "
            f"{owner}(sweep.sel({name}={plane[name].values[0].item()!r}))."
        )
