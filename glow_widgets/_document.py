"""Plane documents: made of planes, checked, and made small enough to stay in a notebook."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from traitlets import TraitError

from glow_widgets._small import small_document

if TYPE_CHECKING:
    import xarray as xr

FORMAT = "glow.plane"
PLANE_DIMS = ("epoch", "layer", "run")


def to_document(planes: Any, title: str | None = None) -> dict[str, Any]:  # noqa: ANN401 - see below
    """The plane document of ``planes``.

    Args:
        planes: What :func:`glow.dynamics.document` takes, or a document, returned as is.
        title: Heading of a new document.
    """
    if isinstance(planes, Mapping) and "format" in planes:
        return check_document(dict(planes), "document")
    from glow.dynamics import document

    return document(planes, title=title)


def check_document(document: dict[str, Any], owner: str) -> dict[str, Any]:
    """Refuse a dict that is not a plane document (an empty one stands for an empty plane).

    Raises:
        TraitError: If ``format`` or ``recordings`` is missing or wrong.
    """
    if document and document.get("format") != FORMAT:
        raise TraitError(
            f"{owner}: expected a document of format {FORMAT!r}, got {document.get('format')!r}. "
            "Make one with glow.dynamics.document(planes)."
        )
    if document and not document.get("recordings"):
        raise TraitError(f"{owner}: the document holds no recordings; expected at least one.")
    return document


def keepable(
    planes: Any,  # noqa: ANN401 - as above
    title: str | None,
) -> tuple[dict[str, Any], xr.Dataset | None]:
    """What a notebook keeps of planes.

    Args:
        planes: As for :func:`to_document`.
        title: Heading of a new document.

    Returns:
        A small document, and the plane that stands for all where no document can be drawn: the
        first, at its estimator's own settings. A document is returned as it is, with no plane.
    """
    if isinstance(planes, Mapping) and "format" in planes:
        return dict(planes), None
    groups = _groups(planes)
    name, (first,) = groups[0]
    return small_document(groups, title or "")[0], _at_own(first).assign_attrs(recording=name)


def _groups(planes: Any) -> list[tuple[str, list[xr.Dataset]]]:  # noqa: ANN401 - as above
    """Every plane by itself, with its recording's name."""
    if isinstance(planes, Mapping) and not hasattr(planes, "isel"):  # a Dataset is one too
        named = {str(n): g if isinstance(g, list) else [g] for n, g in planes.items()}
        return [(name, [plane]) for name, group in named.items() for plane in group]
    listed = planes if isinstance(planes, list) else [planes]
    return [(str(plane.attrs.get("recording", "recording")), [plane]) for plane in listed]


def _at_own(plane: xr.Dataset) -> xr.Dataset:
    """The plane of a sweep that is next to the settings its estimator has."""
    settings = json.loads(plane.attrs.get("settings", "{}"))
    for name in (str(dim) for dim in plane.xt.dims if dim not in PLANE_DIMS):
        values = plane[name].values.tolist()
        own = settings.get(name)
        at = values.index(own) if own in values else len(values) // 2
        plane = plane.isel({name: at})
        settings[name] = values[at]
    return plane.assign_attrs(settings=json.dumps(settings))
