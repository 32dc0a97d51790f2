"""What stays in a notebook after the kernel is gone: plain HTML, a picture, a document as text."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from glow.callbacks._outcome import Outcome
from glow_widgets._plane import to_document

if TYPE_CHECKING:
    import xarray as xr

PLANE_MIME = "application/vnd.glow.plane+json"
TRAINING_MIME = "application/vnd.glow.training+json"
MAX_SAVED_EPOCHS = 60


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

    JupyterLab draws the document live; other readers show the picture, logs the text.

    Args:
        plane: The plane; at most 60 of its epochs go into the document.
        name: What the document calls the recording.
        title: Heading of the document.
    """
    return {
        PLANE_MIME: to_document({name: thin(plane)}, title),
        "image/png": base64.b64encode(_png(plane.assign_attrs(recording=name))).decode(),
        "text/plain": plane_text(plane),
    }


def plane_text(plane: xr.Dataset) -> str:
    """The plane's last epoch in words, one line a layer; runs are averaged. Units: bits."""
    last = plane[["xt", "ty"]].isel(epoch=-1)
    if "run" in last.dims:
        last = last.mean("run")
    lines = [f"Information plane, {plane.attrs.get('label', '')}, epoch {int(last.epoch)}"]
    for name in last.layer.values:
        row = last.sel(layer=name)
        lines.append(f"  {name}: I(X;T) {float(row.xt):.3f}, I(T;Y) {float(row.ty):.3f} bits")
    return "\n".join(lines)


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
