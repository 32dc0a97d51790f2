"""The parts of a plane that a document keeps: one slider at most, means over runs."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from ._axes import AXES, swept
from ._settings import estimator_of, label_of, settings_of

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr


def split(plane: xr.Dataset) -> list[xr.Dataset]:
    """Returns planes with one numeric parameter at most, one for each combination of the others.

    The smoothest parameter stays, of several alike the one with the most values.
    """
    numeric = [name for name in swept(plane) if plane[name].dtype.kind in "iuf"]
    ranks = {name: (plane[name].attrs.get("smooth", 0), plane.sizes[name]) for name in numeric}
    slider = max(numeric, key=ranks.__getitem__, default=None)
    others = [name for name in swept(plane) if name != slider]
    places = itertools.product(*(range(plane.sizes[name]) for name in others))
    return [_chosen(plane.isel(dict(zip(others, place, strict=True))), others) for place in places]


def _chosen(plane: xr.Dataset, names: list[str]) -> xr.Dataset:
    """Writes the settings that were chosen into the plane's label and settings."""
    if not names:
        return plane
    known = estimator_of(plane) is not None
    # Labels leave out what sliders show; a label that could not be made anew lacks everything.
    added = [_shown(plane[name]) for name in names if not known or plane[name].dtype.kind in "iuf"]
    return plane.drop_vars(names).assign_attrs(
        label=", ".join([label_of(plane), *added]), settings=json.dumps(settings_of(plane))
    )


def _shown(coordinate: xr.DataArray) -> str:
    value = coordinate.item()
    return (
        f"{coordinate.name} {value:g}" if isinstance(value, float) else f"{coordinate.name} {value}"
    )


def figures_of(plane: xr.Dataset) -> list[str]:
    """Returns the names of the diagnostics: one number for each point."""
    dims = set(plane["xt"].dims)
    return [
        str(name)
        for name, values in plane.data_vars.items()
        if name not in AXES and values.dtype.kind in "biuf" and set(values.dims) == dims
    ]


def verdicts_of(plane: xr.Dataset) -> list[str]:
    """Returns the names of the verdicts."""
    return [name for axis in AXES if (name := f"{axis}_verdict") in plane]


def averaged(plane: xr.Dataset) -> xr.Dataset:
    """Returns the mean over runs with its spread; of verdicts the commonest."""
    kept = plane[[*AXES, *figures_of(plane), *verdicts_of(plane)]]
    if "run" not in kept.dims:
        return kept
    numbers = kept.drop_vars(verdicts_of(plane)).mean("run", keep_attrs=True)
    numbers = numbers.assign({run_std_of(axis): over_runs(kept[axis]) for axis in AXES})
    for name in verdicts_of(plane):
        dims = [dim for dim in plane[name].dims if dim != "run"]
        words = plane[name].transpose("run", *dims).values
        numbers[name] = (dims, commonest(words))
    return numbers


def run_std_of(axis: str) -> str:
    """Returns the name of the variable that holds a coordinate's spread over runs."""
    return f"{axis}_run_std"


def over_runs(values: xr.DataArray) -> xr.DataArray:
    """Returns the standard deviation over runs (n - 1 in the denominator), in the values' unit.

    NaN where fewer than two runs have a value: one run says nothing of the others.
    """
    squares = (values - values.mean("run")) ** 2
    freedom = values.notnull().sum("run") - 1
    spread = (squares.sum("run") / freedom.where(freedom > 0)) ** 0.5
    name = f"standard deviation of {values.attrs.get('long_name', values.name)} over runs"
    return spread.assign_attrs(long_name=name, units=values.attrs.get("units", ""))


def commonest(words: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Returns the word that occurs most often along the first axis; a warning wins a tie."""
    different = np.unique(words)
    counts = np.stack(
        [2 * (words == word).sum(axis=0) - (word == "reliable") for word in different]
    )
    chosen: npt.NDArray[Any] = different[np.argmax(counts, axis=0)]
    return chosen
