"""The information plane that grows while a training runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from glow_widgets._plane import InformationPlane
from glow_widgets._saved import plane_bundle
from glow_widgets._timing import Throttle

if TYPE_CHECKING:
    from IPython.display import DisplayHandle

    from glow.dynamics import Recording
    from glow.estimators import Estimator

_INTERVAL = 0.25
_BUDGET = 0.1


class LivePlaneOutput:
    """One output that follows a recording, and keeps its last plane when the training is over.

    Args:
        recording: What is being recorded.
        estimator: How it is measured.
    """

    def __init__(self, recording: Recording, estimator: Estimator) -> None:
        from glow.dynamics import LivePlane

        self._recording = recording
        self._estimator = estimator
        self._live = LivePlane(recording, estimator)
        # Never more than a twentieth of the training's time, however slow the estimator is.
        self._throttle = Throttle(_INTERVAL)
        self._shown: list[int] = []
        self.widget = InformationPlane()
        self._handle = show(self.widget)

    def follow(self) -> None:
        """Add what was recorded since the last call, if an update is due."""
        if not self._throttle.ready() or len(self._recording.epochs) == len(self._shown):
            return
        start = time.perf_counter()
        self._live.update(budget_seconds=_BUDGET)
        self.widget.update(self._live.dataset())
        self._shown = list(self._recording.epochs)
        self._throttle.sent(time.perf_counter() - start)

    def finish(self) -> None:
        """Estimate the plane exactly and replace the widget by a form that needs no kernel."""
        from glow.dynamics import plane

        final = plane(self._recording, self._estimator)
        replace(self._handle, self.widget, plane_bundle(final))


def show(widget: Any) -> DisplayHandle | None:  # noqa: ANN401 - any widget
    """Display a widget in an output that can be replaced; None outside a notebook."""
    from IPython.display import display

    handle: DisplayHandle | None = display(widget, display_id=True)
    return handle


def replace(handle: DisplayHandle | None, widget: Any, bundle: dict[str, Any]) -> None:  # noqa: ANN401
    """Put ``bundle`` where ``widget`` was displayed."""
    if handle is not None:
        handle.update(bundle, raw=True)
    widget.close()
