"""Plane documents (``*.glow.json``): planes as one JSON object that a browser draws alone."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from glow._version import __version__

from ._atomic import write_atomically
from ._axes import AXES, CEILINGS, swept
from ._errors import DocumentError
from ._packed import pack, pack_phrases
from ._parts import averaged, figures_of, run_std_of, split, verdicts_of

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt
    import xarray as xr

    Planes = xr.Dataset | Sequence[xr.Dataset] | Mapping[str, xr.Dataset | Sequence[xr.Dataset]]

FORMAT = "glow.plane"
VERSION = 1
_SMALL = 2**16  # numbers


def save(
    planes: Planes,
    path: str | os.PathLike[str],
    title: str | None = None,
    *,
    precise: bool | None = None,
) -> None:
    """Saves planes as a document that JupyterLab opens by a double click, without a kernel.

    Args:
        planes: as in `document`.
        path: the file, by convention ``*.glow.json``, in a folder that exists.
        title: the document's title.
        precise: as in `document`.

    Raises:
        DocumentError: if the planes do not go together.
        ValueError: if the file's name claims another format, such as ``.nc``.
        FileNotFoundError: if there is no such folder.
        OSError: if the file cannot be written.
    """
    file = Path(path)
    if file.suffix not in ("", ".json"):
        raise ValueError(
            f"save: a plane document is JSON and its name ends in .glow.json, got {file.name!r}. "
            f"Choose {file.stem + '.glow.json'!r}, or for other formats e.g. plane.to_netcdf(path)."
        )
    if not file.parent.is_dir():
        raise FileNotFoundError(
            f"save: the folder {str(file.parent)!r} does not exist. Create it, or choose another: "
            f"save(planes, {file.name!r})."
        )
    text = json.dumps(document(planes, title, precise=precise), allow_nan=False)
    write_atomically(file, text.encode())


def document(
    planes: Planes, title: str | None = None, *, precise: bool | None = None
) -> dict[str, Any]:
    """Returns planes as a JSON-able document.

    Args:
        planes: a plane or a sweep (`plane`, `sweep`, `Curves`), a list of them, or lists by
            recording name. Planes of one recording share its layers; an epoch that one of them
            lacks is missing there. Of a sweep over several parameters one becomes the slider, and
            there is a plane for each combination of the others; so it is for parameters whose
            values are words.
        title: the document's title.
        precise: whether coordinates are kept in float32; else they are rounded to 0.001 bit in
            half the space. None keeps them precise up to 65,536 numbers in all, half a megabyte.

    Returns:
        The document. Runs are averaged, with their standard deviation; of their verdicts the
        commonest stands. Diagnostics, verdicts and the first refusal travel too, resamples as
        their standard error alone.

    Raises:
        DocumentError: if planes of one recording differ in layers or samples, or a coordinate is
            infinite.
    """
    groups = {
        name: [one for plane in group for one in split(plane)]
        for name, group in _grouped(planes).items()
    }
    if not groups:
        raise DocumentError("document: expected at least one plane, got none. Estimate a plane.")
    if precise is None:
        numbers = sum(2 * plane["xt"].size for group in groups.values() for plane in group)
        precise = numbers <= _SMALL
    return {
        "format": FORMAT,
        "version": VERSION,
        "generator": f"pyglow {__version__}",
        "title": title or f"Information plane: {', '.join(groups)}",
        "recordings": [_recording(name, group, precise) for name, group in groups.items()],
    }


def _grouped(planes: Planes) -> dict[str, list[xr.Dataset]]:
    import xarray as xr

    if isinstance(planes, xr.Dataset):
        planes = [planes]
    if isinstance(planes, dict):
        named = [(str(name), plane) for name, group in planes.items() for plane in _listed(group)]
    else:
        named = [(str(p.attrs.get("recording", "recording")), p) for p in _listed(planes)]
    groups: dict[str, list[xr.Dataset]] = {}
    for name, plane in named:
        groups.setdefault(name, []).append(plane)
    return groups


def _listed(group: Any) -> list[xr.Dataset]:  # noqa: ANN401 - it is what is checked
    import xarray as xr

    several = isinstance(group, Iterable) and not isinstance(group, str | xr.Dataset)
    planes = list(group) if several else [group]
    for plane in planes:
        if not isinstance(plane, xr.Dataset) or not {"xt", "ty"} <= set(plane.data_vars):
            raise DocumentError(
                f"document: expected planes with the variables xt and ty, got "
                f"{type(plane).__name__}. Give what glow.dynamics.plane or sweep returned."
            )
    return planes


def _recording(name: str, planes: list[xr.Dataset], precise: bool) -> dict[str, Any]:
    first = planes[0]
    layers = [str(layer) for layer in first["layer"].values]
    samples = int(first.attrs["samples"])
    for plane in planes[1:]:
        found = [str(layer) for layer in plane["layer"].values]
        if found != layers or int(plane.attrs["samples"]) != samples:
            raise DocumentError(
                f"document: planes of the recording {name!r} must share layers and samples, got "
                f"{layers} with {samples} and {found} with {plane.attrs['samples']}. Save the "
                "others under another name: {'name': [plane, ...], 'other name': [...]}."
            )
    epochs = sorted({int(epoch) for plane in planes for epoch in plane["epoch"].values})
    return {
        "name": name,
        "samples": samples,
        "epochs": epochs,
        "layers": layers,
        "ceilings": {axis: _first_ceiling(axis, planes) for axis in AXES},
        "axes": _axes(first),
        "planes": [_plane(plane, epochs, precise) for plane in planes],
    }


def _first_ceiling(axis: str, planes: list[xr.Dataset]) -> float | None:
    """Returns the ceiling of the first plane that has one; not every measure does."""
    every = (_ceilings(plane)[axis] for plane in planes)
    return next((ceiling for ceiling in every if ceiling is not None), None)


def _ceilings(plane: xr.Dataset) -> dict[str, float | None]:
    return {axis: _or_null(plane.attrs[CEILINGS[axis]]) for axis in AXES}


def _axes(plane: xr.Dataset) -> dict[str, dict[str, str]]:
    axes = {}
    for axis in AXES:
        attrs = plane[axis].attrs
        axes[axis] = {"label": attrs["long_name"], "unit": attrs["units"]}
        if "form" in attrs:
            axes[axis]["form"] = attrs["form"]
    return axes


def _plane(plane: xr.Dataset, epochs: list[int], precise: bool) -> dict[str, Any]:
    parameters = swept(plane)
    full = averaged(plane).reindex(epoch=epochs, fill_value={n: "" for n in verdicts_of(plane)})
    full = full.transpose(*parameters, "epoch", "layer")
    rounded = [run_std_of(a) for a in AXES if not precise and full[a].attrs["units"] == "bits"]
    return {
        "estimator": str(plane.attrs["estimator"]),
        "label": str(plane.attrs["label"]),
        "runs": int(plane.sizes.get("run", plane.attrs.get("runs", 1))),
        "settings": json.loads(plane.attrs["settings"]),
        "slider": _slider(plane[parameters[0]]) if parameters else None,
        "ceilings": _ceilings(plane),
        "axes": _axes(plane),
        **{name: plane.attrs[name] for name in ("refused",) if name in plane.attrs},
        **{axis: _coordinate(full[axis], precise) for axis in AXES},
        "diagnostics": {
            name: _figures(full[name], name not in rounded) for name in figures_of(full)
        },
        "verdicts": {
            name.removesuffix("_verdict"): pack_phrases(_stacked(full[name]).astype(str))
            for name in verdicts_of(full)
        },
    }


def _slider(coordinate: xr.DataArray) -> dict[str, Any]:
    values = coordinate.values.tolist()
    attrs = coordinate.attrs
    default = attrs.get("default", values[len(values) // 2])
    return {
        "name": str(coordinate.name),
        "unit": str(attrs.get("units", "")),
        "scale": str(attrs.get("scale", "linear")),
        "low": values[0],
        "high": values[-1],
        "default": min(max(default, values[0]), values[-1]),
        "meaning": str(attrs.get("long_name", "")),
        "smooth": bool(attrs.get("smooth", False)),
        "values": values,
        # How far off a spline between the values is, where somebody measured that.
        **({"error": float(attrs["error"])} if "error" in attrs else {}),
    }


def _coordinate(values: xr.DataArray, precise: bool) -> dict[str, Any]:
    array = _stacked(values).astype(np.float64)
    if np.isinf(array).any():
        raise DocumentError(
            f"document: {values.name} must be finite, got infinity. Estimate that plane anew."
        )
    return pack(array, fine=precise or values.attrs["units"] != "bits")


def _figures(values: xr.DataArray, fine: bool) -> dict[str, Any]:
    array = _stacked(values).astype(np.float64)
    return pack(np.where(np.isfinite(array), array, np.nan), fine=fine)


def _stacked(values: xr.DataArray) -> npt.NDArray[Any]:
    """Returns (V, E, L), V = 1 without a slider."""
    array: npt.NDArray[Any] = values.values
    return array.reshape(-1, *array.shape[-2:])


def _or_null(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
