"""What stays in a notebook after the kernel is gone: plain HTML, a picture, a document as text."""

from __future__ import annotations

import base64
import html
import io
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from glow.callbacks._outcome import Outcome
from glow_widgets._plane import to_document

if TYPE_CHECKING:
    import xarray as xr

PLANE_MIME = "application/vnd.glow.plane+json"
TRAINING_MIME = "application/vnd.glow.training+json"
MAX_SAVED_EPOCHS = 60
MAX_SAVED_BYTES = 140_000  # beside a picture of about 80 kB and histograms of 30 kB
MAX_SAVED_HISTOGRAMS = 288  # of a layer at an epoch each, about 100 bytes
_FEWEST_SAVED_EPOCHS = 12


def thin(plane: xr.Dataset, epochs: int = MAX_SAVED_EPOCHS) -> xr.Dataset:
    """At most ``epochs`` of the plane's epochs, evenly spread over what was recorded.

    The first and the last recorded epoch are always kept.
    """
    have = plane.sizes["epoch"]
    if have <= epochs:
        return plane
    return plane.isel(epoch=np.unique(np.linspace(0, have - 1, epochs).round().astype(int)))


def plane_bundle(plane: xr.Dataset, name: str, title: str) -> dict[str, Any]:
    """The MIME bundle that shows a plane in any notebook reader, with no kernel.

    JupyterLab draws the document live; other readers show the picture with a table, logs the text.

    Args:
        plane: The plane; at most 60 of its epochs go into the document.
        name: What the document calls the recording.
        title: Heading of the document.
    """
    named = plane.assign_attrs(recording=name)
    return {PLANE_MIME: to_document({name: thin(plane)}, title), **readable(named)}


def readable(plane: xr.Dataset) -> dict[str, str]:
    """What readers that cannot draw a document show of a plane: HTML, or else text."""
    return {"text/html": plane_html(plane), "text/plain": plane_text(plane)}


def small_document(
    planes: Sequence[tuple[str, Sequence[xr.Dataset]]], title: str, limit: int = MAX_SAVED_BYTES
) -> dict[str, Any]:
    """A document of as many planes as a notebook should grow by, rounded to 0.001 bit.

    Args:
        planes: Groups that belong together with their recording's name, the most wanted first:
            that group is kept in any case, at fewer epochs if need be; others as they fit.
        title: Heading of the document.
        limit: Bytes of JSON.
    """
    epochs = MAX_SAVED_EPOCHS
    while (size := _size(planes[:1], title, epochs)) > limit and epochs > _FEWEST_SAVED_EPOCHS:
        epochs = epochs * 3 // 4
    kept = list(planes[:1])
    for group in planes[1:]:
        more = _size([group], title, epochs)
        if size + more <= limit:
            kept.append(group)
            size += more
    return _thinned(kept, title, epochs)


def few_epochs(document: Mapping[str, Any], recording: str) -> list[int]:
    """As many of a recording's epochs in a document as histograms are kept of, evenly spread."""
    (own,) = [each for each in document["recordings"] if each["name"] == recording]
    share = MAX_SAVED_HISTOGRAMS // len(document["recordings"])
    count = max(2, min(len(own["epochs"]), share // max(len(own["layers"]), 1)))
    places = np.linspace(0, len(own["epochs"]) - 1, count).round().astype(int)
    return [own["epochs"][i] for i in np.unique(places)]


def _size(planes: Sequence[tuple[str, Sequence[xr.Dataset]]], title: str, epochs: int) -> int:
    return len(json.dumps(_thinned(planes, title, epochs), allow_nan=False))


def _thinned(
    planes: Sequence[tuple[str, Sequence[xr.Dataset]]], title: str, epochs: int
) -> dict[str, Any]:
    from glow.dynamics import document

    named: dict[str, list[xr.Dataset]] = {}
    for name, group in planes:
        named.setdefault(name, []).extend(thin(plane, epochs) for plane in group)
    return document(named, title=title, precise=False)


def plane_html(plane: xr.Dataset) -> str:
    """A picture of the plane and a table of its last epoch; every text is escaped."""
    source = base64.b64encode(_png(plane)).decode()
    heads = ["layer", *(f"{_quantity(plane, axis)}" for axis in ("xt", "ty"))]
    rows = [
        f'<tr><th scope="row">{html.escape(name)}</th><td>{xt:.3f}</td><td>{ty:.3f}</td></tr>'
        for name, xt, ty in _last_values(plane)
    ]
    head = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in heads)
    caption = html.escape(_caption(plane))
    return (
        f'<figure><img alt="{caption}" src="data:image/png;base64,{source}">'
        f"<figcaption>{caption}</figcaption></figure>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def plane_text(plane: xr.Dataset) -> str:
    """The plane's last epoch in words, one line a layer; runs are averaged."""
    names = [plane[axis].attrs.get("long_name", axis) for axis in ("xt", "ty")]
    unit = plane.xt.attrs.get("units", "bits")
    lines = [
        f"  {name}: {names[0]} {xt:.3f}, {names[1]} {ty:.3f} {unit}".rstrip()
        for name, xt, ty in _last_values(plane)
    ]
    return "\n".join([_caption(plane), *lines])


def _caption(plane: xr.Dataset) -> str:
    what = [plane.attrs.get("recording", ""), plane.attrs.get("label", "")]
    named = ", ".join(text for text in what if text)
    return f"Information plane, {named}, epoch {int(plane.epoch[-1])}"


def _quantity(plane: xr.Dataset, axis: str) -> str:
    attrs = plane[axis].attrs
    name, unit = attrs.get("long_name", axis), attrs.get("units", "")
    return f"{name} ({unit})" if unit else str(name)


def _last_values(plane: xr.Dataset) -> list[tuple[str, float, float]]:
    last = plane[["xt", "ty"]].isel(epoch=-1)
    if "run" in last.dims:
        last = last.mean("run")
    rows = [last.sel(layer=name) for name in plane.layer.values]
    return [(str(row.layer.item()), float(row.xt), float(row.ty)) for row in rows]


def training_bundle(state: Mapping[str, Any], history: Mapping[str, Any]) -> dict[str, Any]:
    """The MIME bundle that shows an ended training in any notebook reader, with no kernel.

    JupyterLab draws bars, table and curves, other readers show the table, logs the text.

    Args:
        state: The last state of a :class:`TrainingProgress`.
        history: Its metrics over epochs, as JSON values.
    """
    return {
        TRAINING_MIME: {"state": dict(state), "history": dict(history)},
        "text/html": progress_html(state),
        "text/plain": progress_text(state),
    }


def progress_html(state: Mapping[str, Any]) -> str:
    """The final state of a training, its metrics as a table; every text is escaped."""
    heads = "".join(f'<th scope="col">{html.escape(str(name))}</th>' for name in state["metrics"])
    cells = "".join(f"<td>{html.escape(_number(v))}</td>" for v in state["metrics"].values())
    table = f"<table><thead><tr>{heads}</tr></thead><tbody><tr>{cells}</tr></tbody></table>"
    return f"<p>{html.escape(_headline(state))}</p>{table if cells else ''}"


def progress_text(state: Mapping[str, Any]) -> str:
    """The final state of a training in one line."""
    metrics = ", ".join(f"{name} {_number(value)}" for name, value in state["metrics"].items())
    return f"{_headline(state)} {metrics}".rstrip()


def _headline(state: Mapping[str, Any]) -> str:
    outcome = Outcome(state["status"], state["message"])
    return outcome.sentence(state["epoch"], state["epochs"], state["elapsed"])


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def _png(plane: xr.Dataset) -> bytes:
    # The Figure itself, not pyplot: the reader's own figures and backend are left alone.
    from matplotlib.figure import Figure

    from glow.dynamics import plot

    figure = Figure(figsize=(7, 5), layout="constrained")
    plot(plane, ax=figure.subplots())
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100)
    return buffer.getvalue()
