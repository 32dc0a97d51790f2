"""What stays in a notebook after the kernel is gone: plain HTML, a picture, a document as text."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glow.callbacks._outcome import Outcome
from glow_widgets._document import to_document
from glow_widgets._small import thin

if TYPE_CHECKING:
    import xarray as xr

PLANE_MIME = "application/vnd.glow.plane+json"
TRAINING_MIME = "application/vnd.glow.training+json"


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
    # Notebooks are saved with their keys sorted; the order of the metrics has a meaning.
    order = [*{**history["values"], **state["metrics"]}]
    return {
        TRAINING_MIME: {"state": dict(state), "history": dict(history), "order": order},
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
