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
from ._axes import AXES, swept
from ._errors import DocumentError
from ._packed import pack

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt
    import xarray as xr

    Planes = xr.Dataset | Sequence[xr.Dataset] | Mapping[str, xr.Dataset | Sequence[xr.Dataset]]

FORMAT = "glow.plane"
VERSION = 1


def save(planes: Planes, path: str | os.PathLike[str], title: str | None = None) -> None:
    """Saves planes as a document that JupyterLab opens by a double click, without a kernel.

    Args:
        planes: as in `document`.
        path: the file, by convention ``*.glow.json``.
        title: the document's title.

    Raises:
        DocumentError: if the planes do not go together.
        OSError: if the file cannot be written.
    """
    text = json.dumps(document(planes, title), allow_nan=False)
    write_atomically(Path(path), text.encode())


def document(planes: Planes, title: str | None = None) -> dict[str, Any]:
    """Returns planes as a JSON-able document.

    Args:
        planes: a plane or a sweep over one parameter (`plane`, `sweep`, `Curves`), a list of them,
            or lists by recording name. Planes of one recording share its layers; an epoch that
            one of them lacks is missing there.
        title: the document's title.

    Returns:
        The document. Runs are averaged; values are rounded to 0.001 bit.

    Raises:
        DocumentError: if a plane sweeps several parameters, planes of one recording differ in
            layers or samples, or a value is infinite.
    """
    groups = _grouped(planes)
    if not groups:
        raise DocumentError("document: expected at least one plane, got none. Estimate a plane.")
    return {
        "format": FORMAT,
        "version": VERSION,
        "generator": f"pyglow {__version__}",
        "title": title or f"Information plane: {', '.join(groups)}",
        "recordings": [_recording(name, group) for name, group in groups.items()],
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


def _recording(name: str, planes: list[xr.Dataset]) -> dict[str, Any]:
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
        "ceilings": {
            "xt": _or_null(first.attrs["x_ceiling"]),
            "ty": _or_null(first.attrs["y_ceiling"]),
        },
        "axes": {
            axis: {"label": first[axis].attrs["long_name"], "unit": first[axis].attrs["units"]}
            for axis in AXES
        },
        "planes": [_plane(plane, epochs) for plane in planes],
    }


def _plane(plane: xr.Dataset, epochs: list[int]) -> dict[str, Any]:
    parameters = swept(plane)
    if len(parameters) > 1:
        raise DocumentError(
            f"document: a plane may sweep one parameter, got {', '.join(parameters)}. Choose the "
            f"others' values: plane.sel({parameters[0]}=...)."
        )
    return {
        "estimator": str(plane.attrs["estimator"]),
        "label": str(plane.attrs["label"]),
        "runs": int(plane.sizes.get("run", plane.attrs.get("runs", 1))),
        "settings": json.loads(plane.attrs["settings"]),
        "slider": _slider(plane[parameters[0]]) if parameters else None,
        **{axis: _array(plane[axis], parameters, epochs) for axis in AXES},
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
    }


def _array(values: xr.DataArray, parameters: Iterable[str], epochs: list[int]) -> dict[str, Any]:
    averaged = values.mean("run") if "run" in values.dims else values
    full = averaged.reindex(epoch=epochs).transpose(*parameters, "epoch", "layer")
    array: npt.NDArray[np.float64] = np.asarray(full.values, dtype=np.float64)
    if np.isinf(array).any():
        raise DocumentError(
            f"document: {values.name} must be finite, got infinity. Estimate that plane anew."
        )
    array = array.reshape(-1, *array.shape[-2:])  # (V, E, L), V = 1 without a slider
    return pack(array, fine=values.attrs["units"] != "bits")


def _or_null(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
