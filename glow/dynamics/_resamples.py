"""Planes of random halves of the probe set: how much a plane owes to the samples drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._axes import AXES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr


def check_resamples(owner: str, resamples: object) -> int:
    """Returns the number of halves, 0 for None.

    Raises:
        TypeError: if it is no whole number.
        ValueError: if it is below 2, from which there is no spread.
    """
    if resamples is None:
        return 0
    if isinstance(resamples, bool) or not isinstance(resamples, int):
        raise TypeError(
            f"{owner}: resamples must be a whole number, got {resamples!r}. Choose e.g. 20."
        )
    if resamples < 2:
        raise ValueError(f"{owner}: resamples must be at least 2, got {resamples}. Choose e.g. 20.")
    return resamples


def with_resamples(plane: xr.Dataset, halves: Sequence[xr.Dataset]) -> xr.Dataset:
    """Returns a plane with those of halves of its probe set, and the standard errors."""
    import xarray as xr

    added = {}
    for axis in AXES:
        attrs = plane[axis].attrs
        stacked = xr.concat([half[axis] for half in halves], "resample", combine_attrs="override")
        name = attrs["long_name"]
        error = stacked.std("resample", ddof=1)
        added[f"{axis}_resamples"] = stacked.assign_attrs(
            long_name=f"{name} of halves of the probe set"
        )
        added[f"{axis}_sampling_error"] = error.assign_attrs(
            long_name=f"standard error of {name}", units=attrs["units"]
        )
    return plane.assign(added)
