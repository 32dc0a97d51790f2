"""Reading plane documents that somebody else wrote."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ._axes import AXES, CEILINGS, PLANE_DIMS
from ._document import FORMAT, VERSION
from ._errors import DocumentError
from ._fields import parse_json
from ._packed import unpack, unpack_phrases

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr

    from ._fields import Fields

_LARGEST_FILE = 256 * 2**20  # bytes; a plane of 1,800 points with a slider of 151 values has 1.5 MB
_REMEDY = "Save the planes again with glow.dynamics.save."
_SCALES = ("linear", "log", "integer")
_VERDICT_NAMES = tuple(f"{axis}_verdict" for axis in AXES)


def load(path: str | os.PathLike[str]) -> dict[str, list[xr.Dataset]]:
    """Loads the planes of a document.

    Args:
        path: the file that `save` wrote.

    Returns:
        By recording name, its planes: averaged over runs, a sweep with its parameter's dimension,
        diagnostics and verdicts where they were saved.

    Raises:
        DocumentError: if the file is not a complete document of this version.
        FileNotFoundError: if there is no such file.
        OSError: if it cannot be read.
        TypeError: if the path is none.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(
            f"load: path must be the path of a document, got {path!r}. "
            "Give that of a file written by glow.dynamics.save, such as 'planes.glow.json'."
        )
    file = Path(path)
    if not file.is_file():
        raise FileNotFoundError(
            f"load: expected a plane document (*.glow.json), but there is no file {str(file)!r}. "
            "Give the path of one that glow.dynamics.save wrote."
        )
    if (size := file.stat().st_size) > _LARGEST_FILE:
        raise DocumentError(
            f"{file.name}: expected at most {_LARGEST_FILE} bytes, got {size}. {_REMEDY}"
        )
    fields = parse_json(file.read_bytes(), file.name, DocumentError, _REMEDY)
    fields.text("format", choices=(FORMAT,))
    if fields.integer("version", low=1) != VERSION:
        expected = f"{VERSION} (a newer PyGlow may have written this document: upgrade to read it)"
        raise fields.complaint(expected, fields.raw("version"), "version")
    fields.text("title")
    generator = fields.text("generator")
    loaded: dict[str, list[xr.Dataset]] = {}
    for recording in fields.objects("recordings"):
        name = recording.text("name", longest=1000)
        if name in loaded:
            raise recording.complaint("a name of its own", name, "name")
        loaded[name] = _recording(name, recording, generator)
    return loaded


def _recording(name: str, recording: Fields, generator: str) -> list[xr.Dataset]:
    ceilings, axes = recording.object("ceilings"), recording.object("axes")
    attrs: dict[str, Any] = {
        "recording": name,
        "samples": recording.integer("samples", low=1),
        **_ceilings(ceilings),
        "glow_version": generator.removeprefix("pyglow "),
    }
    coords = {
        "epoch": np.array(recording.integers("epochs"), dtype=np.int64),
        "layer": np.array(recording.strings("layers"), dtype=str),
    }
    labels = {axis: _axis(axes.object(axis)) for axis in AXES}
    return [_plane(plane, coords, labels, attrs) for plane in recording.objects("planes")]


def _plane(
    plane: Fields,
    coords: dict[str, Any],
    labels: dict[str, dict[str, str]],
    attrs: dict[str, Any],
) -> xr.Dataset:
    import xarray as xr

    attrs = {
        "estimator": plane.text("estimator"),
        "label": plane.text("label"),
        "runs": plane.integer("runs", low=1),
        "settings": _settings(plane),
        **attrs,
        **({} if plane.raw("refused") is None else {"refused": plane.text("refused")}),
    }
    if plane.raw("ceilings") is not None:  # older documents have them by recording alone
        attrs.update(_ceilings(plane.object("ceilings")))
    if plane.raw("axes") is not None:
        axes = plane.object("axes")
        labels = {axis: _axis(axes.object(axis)) for axis in AXES}
    slider = None if plane.raw("slider") is None else _slider(plane.object("slider"))
    dims = PLANE_DIMS[1:] if slider is None else (str(slider.name), *PLANE_DIMS[1:])
    values = 1 if slider is None else slider.size
    arrays = _arrays(plane, (values, len(coords["epoch"]), len(coords["layer"])))
    variables = {
        name: (dims, array if slider is not None else array[0], labels.get(name, {}))
        for name, array in arrays.items()
    }
    every = coords if slider is None else {str(slider.name): slider, **coords}
    if clash := set(variables) & set(every):
        raise plane.complaint("diagnostics with names of their own", sorted(clash), "diagnostics")
    dataset = xr.Dataset(variables, coords=every, attrs=attrs)
    return dataset.isel(epoch=_estimated(dataset))


def _estimated(plane: xr.Dataset) -> npt.NDArray[np.bool_]:
    """(E,) which epochs are this plane's: those of others alone have no number and no verdict."""
    there = plane["xt"].notnull() | plane["ty"].notnull()
    for name in _VERDICT_NAMES:
        if name in plane:
            there |= plane[name] != ""
    kept: npt.NDArray[np.bool_] = there.any([d for d in there.dims if d != "epoch"]).values
    return kept


def _arrays(plane: Fields, shape: tuple[int, int, int]) -> dict[str, npt.NDArray[Any]]:
    arrays: dict[str, npt.NDArray[Any]] = {axis: unpack(plane.object(axis), shape) for axis in AXES}
    if plane.raw("diagnostics") is not None:
        figures = plane.object("diagnostics")
        for name in figures.names():
            if not name.isidentifier() or name in (*PLANE_DIMS, *AXES, *_VERDICT_NAMES):
                raise figures.complaint("a diagnostic's name", name)
            arrays[name] = unpack(figures.object(name), shape)
    if plane.raw("verdicts") is not None:
        verdicts = plane.object("verdicts")
        for axis in AXES:
            if verdicts.raw(axis) is not None:
                arrays[f"{axis}_verdict"] = unpack_phrases(verdicts.object(axis), shape)
    return arrays


def _axis(axis: Fields) -> dict[str, str]:
    attrs = {"long_name": axis.text("label"), "units": axis.text("unit")}
    return attrs if axis.raw("form") is None else {**attrs, "form": axis.text("form")}


def _ceilings(ceilings: Fields) -> dict[str, float]:
    return {CEILINGS[axis]: _or_nan(ceilings, axis) for axis in AXES}


def _settings(plane: Fields) -> str:
    value = plane.raw("settings")
    if not isinstance(value, dict):
        raise plane.complaint("a JSON object", value, "settings")
    return json.dumps(value)


def _slider(slider: Fields) -> xr.DataArray:
    import xarray as xr

    name = slider.text("name", longest=100)
    if not name.isidentifier() or name in (*PLANE_DIMS, *AXES):
        raise slider.complaint("a parameter's name", name, "name")
    values = slider.numbers("values")
    if not values:
        raise slider.complaint("at least one value", values, "values")
    slider.number("low"), slider.number("high")
    attrs = {
        "units": slider.text("unit"),
        "long_name": slider.text("meaning"),
        "scale": slider.text("scale", choices=_SCALES),
        "default": slider.number("default"),
        "smooth": int(slider.flag("smooth")),
        **({} if slider.raw("error") is None else {"error": slider.number("error")}),
    }
    if attrs["smooth"] and values[0] <= 0:
        raise slider.complaint("positive values, whose logarithm a curve needs", values, "values")
    whole = all(value == int(value) for value in values) and attrs["scale"] == "integer"
    array = np.array(values, dtype=np.int64 if whole else np.float64)
    return xr.DataArray(array, dims=(name,), name=name, attrs=attrs)


def _or_nan(ceilings: Fields, axis: str) -> float:
    return float("nan") if ceilings.raw(axis) is None else ceilings.number(axis)
