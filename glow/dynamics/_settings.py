"""Which settings a plane shows: those it was made with, and those chosen of a sweep since."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from glow.estimators import get

if TYPE_CHECKING:
    import xarray as xr

    from glow.estimators import Estimator


def settings_of(plane: xr.Dataset) -> dict[str, Any]:
    """Returns the settings of a plane, of ``sweep.sel(bins=8)`` those with 8 bins."""
    estimator = estimator_of(plane)
    if estimator is not None:
        return estimator.settings
    return {**json.loads(plane.attrs["settings"]), **chosen_of(plane)}


def label_of(plane: xr.Dataset) -> str:
    """Returns the estimator's label under those settings."""
    estimator = estimator_of(plane)
    return str(plane.attrs["label"]) if estimator is None else estimator.label


def estimator_of(plane: xr.Dataset) -> Estimator | None:
    """Returns the estimator of a setting chosen from a sweep.

    None where nothing was chosen, or the estimator is not known in this process.
    """
    chosen = chosen_of(plane)
    if not chosen:
        return None
    try:
        settings = {**json.loads(plane.attrs["settings"]), **chosen}
        return get(str(plane.attrs["estimator"]), **settings)
    except (TypeError, ValueError):
        return None


def chosen_of(plane: xr.Dataset) -> dict[str, Any]:
    """Returns the parameters of a sweep of which one value was chosen, with that value."""
    return {
        str(name): _value(coordinate)
        for name, coordinate in plane.coords.items()
        if coordinate.ndim == 0 and "scale" in coordinate.attrs
    }


def _value(coordinate: xr.DataArray) -> Any:  # noqa: ANN401 - any setting
    label = coordinate.item()
    values = json.loads(coordinate.attrs.get("values", "{}"))
    return values.get(label, label) if isinstance(label, str) else label
