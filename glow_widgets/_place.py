"""Where the widgets of a training appear, and what stands there when it is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Protocol

from glow_widgets._base import GlowWidget, live_bundle

if TYPE_CHECKING:
    from IPython.display import DisplayHandle
    from ipywidgets import Box


class Place(Protocol):
    """Shows widgets; each is left with a form of it that needs no kernel."""

    def show(self, widget: GlowWidget, what: Literal["training", "plane"]) -> None:
        """Show a widget."""

    def leave(self, widget: GlowWidget, saved: Callable[[], dict[str, Any]]) -> None:
        """Note that a shown widget changes no more; ``saved()`` is the MIME bundle that remains."""


class CellOutput:
    """The outputs of the running cell: each widget in one, replaced by what a notebook keeps."""

    def __init__(self) -> None:
        self._handles: dict[str, DisplayHandle | None] = {}  # None outside a notebook

    def show(self, widget: GlowWidget, what: Literal["training", "plane"]) -> None:
        """Show a widget in an output of its own."""
        from IPython.display import display

        # By its id a page that was loaded anew recognises what the output is replaced by. IPython
        # annotates only some of its functions.
        self._handles[widget.model_id] = display(  # type: ignore[no-untyped-call]
            live_bundle(widget, what), raw=True, display_id=widget.model_id
        )

    def leave(self, widget: GlowWidget, saved: Callable[[], dict[str, Any]]) -> None:
        """Put ``saved()`` where the widget was, and close it."""
        handle = self._handles.pop(widget.model_id)
        if handle is not None:
            handle.update(saved(), raw=True)  # type: ignore[no-untyped-call] # likewise
        widget.close()


class Inside:
    """A box of widgets: it takes more of them from any thread, whatever cell is running.

    The outputs of a cell cannot be that: those of a thread go to the cell that ran last, and
    Voilà has none once its page is shown.

    Args:
        box: A container of widgets; what a training before showed in it is taken out.
    """

    def __init__(self, box: Box) -> None:
        self._box = box
        _close_all(box)

    def show(self, widget: GlowWidget, what: Literal["training", "plane"]) -> None:
        """Append a widget to the box."""
        self._box.children = (*self._box.children, widget)

    def leave(self, widget: GlowWidget, saved: Callable[[], dict[str, Any]]) -> None:
        """Leave the widget as it is: it shows the end itself."""


def _close_all(box: Box) -> None:
    shown, box.children = box.children, ()
    for widget in shown:
        if isinstance(widget, GlowWidget):
            widget.close()
