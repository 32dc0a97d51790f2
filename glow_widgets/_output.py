"""The cell output of a plane: live while there is a kernel, and still a plane without one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from glow_widgets._saved import PLANE_MIME, readable

if TYPE_CHECKING:
    import xarray as xr
    from IPython.display import DisplayHandle


QUIET = 0.5  # seconds


class KeptOutput:
    """Cell outputs that hold a document instead of a widget.

    A widget's output is a reference that a reopened notebook cannot follow. This output holds the
    plane itself, and the widget's id beside it: JupyterLab shows the widget while the page knows
    it, and draws the document when it does not. The kernel replaces the document now and then, so
    that what is saved is what was seen last.

    Args:
        model_id: The widget's.
    """

    def __init__(self, model_id: str) -> None:
        self._live = {"live": model_id}
        self._handles: list[DisplayHandle] = []
        self._timer: threading.Timer | None = None

    @property
    def shown(self) -> bool:
        """Whether there is an output to keep up to date."""
        return bool(self._handles)

    def show(self, text: str) -> None:
        """Show the widget in an output of its own.

        Args:
            text: What readers see that know nothing of widgets, until there is a plane.
        """
        from IPython.display import display

        bundle = {PLANE_MIME: self._live, "text/plain": text}
        # IPython annotates only some of its functions.
        handle = display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        if handle is not None:  # there is none outside a notebook
            self._handles.append(handle)

    def keep(self, document: Mapping[str, Any], plane: xr.Dataset | None) -> None:
        """Replace what is kept.

        Args:
            document: The plane document.
            plane: What readers see that cannot draw documents; the document's title if None.
        """
        shown = {"text/plain": str(document.get("title"))} if plane is None else readable(plane)
        bundle = {PLANE_MIME: {**document, **self._live}, **shown}
        for handle in self._handles:
            handle.update(bundle, raw=True)  # type: ignore[no-untyped-call] # IPython's

    def keep_later(self, keep: Callable[[], None]) -> None:
        """Call ``keep`` in a thread once half a second has passed without another call of this.

        A loop of updates pays for one picture, not for one each.
        """
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(QUIET, keep)
        self._timer.daemon = True
        self._timer.start()
