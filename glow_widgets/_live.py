"""The information plane that grows while a training runs."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from glow_widgets._base import live_bundle
from glow_widgets._plane import InformationPlane
from glow_widgets._saved import plane_bundle
from glow_widgets._timing import Throttle

if TYPE_CHECKING:
    from IPython.display import DisplayHandle

    from glow.dynamics import Recording
    from glow.estimators import Estimator

_INTERVAL = 0.25
_BUDGET = 0.05
_TITLE = "Information plane"


class LivePlaneOutput:
    """One output that follows a recording, and keeps its last plane when the training is over.

    Args:
        recording: What is being recorded.
        estimator: How it is measured.
        name: What the pictures call it.
        run: The ``model_id`` of the widget that shows the training's progress.
    """

    def __init__(
        self, recording: Recording, estimator: Estimator, name: str, run: str = ""
    ) -> None:
        from glow.dynamics import LivePlane

        self._live = LivePlane(recording, estimator)
        # Never more than a small share of the training's time, however slow the estimator is.
        self._throttle = Throttle(_INTERVAL)
        self._failed = False
        self._name = name
        self.widget = InformationPlane(title=_TITLE, run=run)
        self._handle = show(self.widget)

    def follow(self, *, now: bool = False) -> None:
        """Add what was recorded since the last call, if an update is due, or ``now``."""
        if self._failed or not (now or self._throttle.ready()):
            return
        start = time.perf_counter()
        if self._live.pending:
            self._estimate(_BUDGET)
            self.widget.update({self._name: self._live.dataset()})
        self._throttle.sent(time.perf_counter() - start)

    def finish(self) -> None:
        """Estimate what is left and replace the widget by a form that needs no kernel."""
        self._estimate(math.inf)
        bundle = plane_bundle(self._live.dataset(), self._name, _TITLE)
        replace(self._handle, self.widget, bundle)

    def _estimate(self, seconds: float) -> None:
        try:
            self._live.update(seconds)
        except ValueError:
            # The training diverged, which its progress says. What was estimated before stays.
            self._failed = True


def show(widget: Any) -> DisplayHandle | None:  # noqa: ANN401 - any widget
    """Display a widget in an output that can be replaced; None outside a notebook."""
    from IPython.display import display

    # IPython annotates only some of its functions.
    handle: DisplayHandle | None = display(  # type: ignore[no-untyped-call]
        live_bundle(widget), raw=True, display_id=True
    )
    return handle


def replace(handle: DisplayHandle | None, widget: Any, bundle: dict[str, Any]) -> None:  # noqa: ANN401
    """Put ``bundle`` where ``widget`` was displayed."""
    if handle is not None:
        handle.update(bundle, raw=True)  # type: ignore[no-untyped-call] # likewise
    widget.close()
