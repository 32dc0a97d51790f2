"""Closing the widgets that the last run of a cell left behind."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ipywidgets import DOMWidget


class _Run(NamedTuple):
    """One execution of one cell."""

    cell: str
    message: str


_made: dict[str, tuple[str, list[DOMWidget]]] = {}  # by cell: its last run and that run's widgets


def retire_earlier(widget: DOMWidget) -> None:
    """Close what earlier runs of the present cell made, and remember ``widget`` as this run's.

    ipywidgets keeps every widget alive until it is closed, so running a cell again and again would
    fill the kernel and the page. Its earlier output is gone by then. Several widgets of one run
    stay. Where nobody says which cell is running (a console, a script, a thread) nothing happens.

    Args:
        widget: The widget that was just made.
    """
    run = _present()
    if run is None:
        return
    last, widgets = _made.get(run.cell, ("", []))
    if last != run.message:
        for earlier in widgets:
            _close(earlier)
        widgets = []
    _made[run.cell] = (run.message, [*widgets, widget])


def _close(widget: DOMWidget) -> None:
    layout = widget.layout
    widget.close()
    if layout is not None:
        layout.close()


def _present() -> _Run | None:
    """The run of the cell that is being executed, where the front end names it."""
    if threading.current_thread() is not threading.main_thread():
        return None  # what is current there says nothing of the cell that started the thread
    from IPython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    parent: dict[str, Any] = kernel.get_parent() if kernel is not None else {}
    cell = parent.get("metadata", {}).get("cellId")
    message = parent.get("header", {}).get("msg_id")
    return _Run(cell, message) if cell and message else None
