"""Planes made small enough to stay in a notebook: fewer epochs, fewer nodes, rounded numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr

    Group = tuple[str, Sequence[xr.Dataset]]

MAX_SAVED_EPOCHS = 60
MAX_SAVED_BYTES = 160_000  # beside a picture of about 80 kB and histograms of 30 kB
MAX_SAVED_HISTOGRAMS = 288  # of a layer at an epoch each, about 100 bytes
MAX_NODE_ERROR = 0.002  # bits that a spline may be off where a node was left out
_FEWEST_SAVED_EPOCHS = 12
NODE_COUNTS = (12, 16, 20, 26, 32, 38, 51, 76, 101)
AXES = ("xt", "ty")


def thin(plane: xr.Dataset, epochs: int = MAX_SAVED_EPOCHS) -> xr.Dataset:
    """At most ``epochs`` of the plane's epochs, evenly spread over what was recorded.

    The first and the last recorded epoch are always kept.
    """
    have = plane.sizes["epoch"]
    if have <= epochs:
        return plane
    return plane.isel(epoch=np.unique(np.linspace(0, have - 1, epochs).round().astype(int)))


def coarse(epochs: Sequence[int], most: int = MAX_SAVED_EPOCHS) -> list[int]:
    """Every epoch, or every second, fourth, eighth and so on with the last: ``most`` of them.

    A curve that is not complete has its epochs in that order, so none of those kept is missing.
    """
    stride = 1
    while len(found := _every(epochs, stride)) > most:
        stride *= 2
    return found


def few_nodes(curve: xr.Dataset, error: float = MAX_NODE_ERROR) -> xr.Dataset:
    """A smooth curve with as few evenly spread nodes as keep its spline within ``error``.

    What that costs at the nodes left out is measured, and counts in the attribute ``error`` of the
    slider. Any other plane stays as it is.
    """
    name = next((str(d) for d in curve.dims if curve[d].attrs.get("smooth")), None)
    if name is None or curve.xt.attrs.get("units") != "bits":
        return curve
    have = curve.sizes[name]
    for count in (n for n in NODE_COUNTS if n < have):
        places = np.unique(np.linspace(0, have - 1, count).round().astype(int))
        lost = _spline_error(curve, name, places)
        if lost <= error:
            fewer = curve.isel({name: places})
            known = curve[name].attrs.get("error", 0.0)
            fewer[name].attrs = {**curve[name].attrs, "error": max(lost, known)}
            return fewer
    return curve


def small_document(
    planes: Sequence[Group], title: str, limit: int = MAX_SAVED_BYTES
) -> tuple[dict[str, Any], int]:
    """A document of as many planes as a notebook should grow by, rounded to 0.001 bit.

    Args:
        planes: Groups that belong together with their recording's name, the most wanted first:
            that group is kept in any case, at fewer epochs if need be; others as they fit.
        title: Heading of the document.
        limit: Bytes of JSON.

    Returns:
        The document, and how many of the groups it holds: the first ones.
    """
    most = MAX_SAVED_EPOCHS
    while (size := _size(planes[:1], title, most)) > limit and most > _FEWEST_SAVED_EPOCHS:
        most //= 2
    count = 1
    for group in planes[1:]:
        size += _size([group], title, most)
        if size > limit:
            break
        count += 1
    return _document(planes[:count], title, most), count


def few_epochs(document: Mapping[str, Any], recording: str) -> list[int]:
    """As many of a recording's epochs in a document as histograms are kept of, evenly spread."""
    (own,) = [each for each in document["recordings"] if each["name"] == recording]
    share = MAX_SAVED_HISTOGRAMS // len(document["recordings"])
    count = max(2, min(len(own["epochs"]), share // max(len(own["layers"]), 1)))
    places = np.linspace(0, len(own["epochs"]) - 1, count).round().astype(int)
    return [own["epochs"][i] for i in np.unique(places)]


def _every(epochs: Sequence[int], stride: int) -> list[int]:
    return list(dict.fromkeys([*epochs[::stride], *epochs[-1:]]))


def _spline_error(curve: xr.Dataset, name: str, places: npt.NDArray[np.intp]) -> float:
    """How far splines through some of a curve's nodes are off at the others."""
    from scipy.interpolate import CubicSpline

    nodes = np.log2(curve[name].values)
    both = [curve[axis].transpose(name, ...).values.reshape(len(nodes), -1) for axis in AXES]
    values = np.concatenate(both, axis=1)
    values = values[:, np.isfinite(values).all(axis=0)]
    spline = CubicSpline(nodes[places], values[places], bc_type="natural")
    return float(np.abs(spline(nodes) - values).max(initial=0.0))


def _size(planes: Sequence[Group], title: str, most: int) -> int:
    return len(json.dumps(_document(planes, title, most), allow_nan=False))


def _document(planes: Sequence[Group], title: str, most: int) -> dict[str, Any]:
    from glow.dynamics import document

    named: dict[str, list[xr.Dataset]] = {}
    for name, group in planes:
        kept = [plane.sel(epoch=coarse(plane.epoch.values.tolist(), most)) for plane in group]
        named.setdefault(name, []).extend(kept)
    return document(named, title=title, precise=False)
