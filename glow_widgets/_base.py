"""What the widgets share: the names of the two halves and a channel that answers at once."""

from __future__ import annotations

import threading
from typing import Any, Literal

from ipywidgets import DOMWidget
from traitlets import Unicode

from glow._version import __version__

MODULE = "glow-widgets"

# Left in a notebook by a live display: JupyterLab shows the widget there, or that it is gone.
LIVE_MIME = "application/vnd.glow.live+json"


class GlowWidget(DOMWidget):  # type: ignore[misc] # ipywidgets publishes no types
    """A widget whose view lives in the ``glow-widgets`` extension.

    Messages from the browser are handled in another thread than the one that runs cells, so
    handlers must only set flags or enqueue; state is written through :meth:`publish`.
    """

    _model_module = Unicode(MODULE, read_only=True).tag(sync=True)
    # Any version: where the two halves differ, ours says so in words; ipywidgets would not draw.
    _model_module_version = Unicode("*", read_only=True).tag(sync=True)
    _view_module = Unicode(MODULE).tag(sync=True)
    _view_module_version = Unicode("*").tag(sync=True)
    version = Unicode(__version__, read_only=True).tag(sync=True)

    def __init__(self, **traits: Any) -> None:  # noqa: ANN401 - whatever the traits hold
        # hold_sync and trait notification keep their state on the widget and are not thread-safe.
        self._writing = threading.RLock()
        super().__init__(**traits)

    def open(self) -> None:
        """Open the channel to the browser, answering clicks while a cell is running."""
        super().open()
        # ipykernel 7.4 sends a comm's messages to whichever subshell last *wrote* on it. A
        # training cell writes progress from the main thread, so a click on Stop would wait
        # until that cell ends. JupyterLab already asks for a free subshell: let it have it.
        if hasattr(self.comm, "_reply_subshell_for"):
            self.comm._reply_subshell_for = lambda data, default: default

    def publish(self, **traits: Any) -> None:  # noqa: ANN401 - whatever the traits hold
        """Set traits and send them as one message."""
        with self._writing, self.hold_sync():
            for name, value in traits.items():
                setattr(self, name, value)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take over what the browser sent, never in the middle of a :meth:`publish`."""
        with self._writing:
            super().set_state(sync_data)

    def close(self) -> None:
        """Close the widget and its layout, which ipywidgets would leave behind."""
        self.layout.close()
        super().close()

    def __repr__(self) -> str:
        # The inherited one serialises every trait, whole documents included, into the notebook.
        return f"{type(self).__name__}()"


def live_bundle(widget: DOMWidget, what: Literal["training", "plane"]) -> dict[str, Any]:
    """The MIME bundle that displays a widget, and says what to do where that is out of reach."""
    bundle: dict[str, Any] = DOMWidget._repr_mimebundle_(widget)
    return {**bundle, LIVE_MIME: {"model_id": widget.model_id, "what": what}}
