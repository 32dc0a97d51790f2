"""The information plane that grows while a training runs."""

from __future__ import annotations

import math
import time
from functools import lru_cache
from typing import TYPE_CHECKING

from glow_widgets._plane import InformationPlane
from glow_widgets._saved import plane_bundle
from glow_widgets._timing import Throttle

if TYPE_CHECKING:
    import xarray as xr

    from glow.dynamics import LivePlane, Recording
    from glow.estimators import Estimator
    from glow_widgets._place import Place

_INTERVAL = 0.25
_SHARE = 0.05  # of the training's time
_BUDGET = 0.05
_FEWEST_EPOCHS = 2  # with fewer there is no slider of epochs, and the view would grow
_TITLE = "Information plane"


class LivePlaneOutput:
    """A plane that follows a recording, and stays as it was last when the training is over.

    Each of its points is judged as it is estimated: unjudged it would look as good as any.

    It appears with the first two epochs, complete: from then on its height does not change.

    Args:
        recording: What is being recorded.
        estimator: How it is measured.
        place: Where it appears.
        name: What the pictures call it.
        run: The ``model_id`` of the widget that shows the training's progress.
    """

    def __init__(
        self, recording: Recording, estimator: Estimator, place: Place, name: str, run: str = ""
    ) -> None:
        self._live = _live_plane(recording, estimator)
        # Never more than a small share of the training's time, however slow the estimator is.
        self._throttle = Throttle(_INTERVAL, _SHARE)
        self._failed = False
        self._place = place
        self._name = name
        self._run = run
        self._shown: InformationPlane | None = None

    def follow(self, *, now: bool = False) -> None:
        """Add what was recorded since the last call, if an update is due, or ``now``."""
        if self._failed or not (now or self._throttle.ready()):
            return
        start = time.perf_counter()
        if self._live.pending:
            self._estimate(_BUDGET)
            self._publish()
        self._throttle.sent(time.perf_counter() - start)

    def finish(self) -> None:
        """Estimate what is left and leave behind what needs no kernel."""
        self._estimate(math.inf)
        widget = self._shown or self._show()
        plane = self._judged()
        # JupyterLab's panel of runs keeps what the widget showed last.
        widget.update({self._name: plane})
        self._place.leave(widget, lambda: plane_bundle(plane, self._name, _TITLE))

    def _publish(self) -> None:
        plane = self._judged()
        if self._shown is not None:
            self._shown.update({self._name: plane})
        elif plane.sizes["epoch"] >= _FEWEST_EPOCHS:
            self._show()

    def _show(self) -> InformationPlane:
        planes = {self._name: self._judged()}
        self._shown = InformationPlane(planes, title=_TITLE, run=self._run)
        self._place.show(self._shown, "plane")
        return self._shown

    def _judged(self) -> xr.Dataset:
        """What is estimated so far, with its verdicts; the figures behind them stay here."""
        return self._live.dataset()[["xt", "ty", "xt_verdict", "ty_verdict"]]

    def _estimate(self, seconds: float) -> None:
        try:
            self._live.update(seconds)
        except ValueError:
            # The training diverged, which its progress says. What was estimated before stays.
            self._failed = True


@lru_cache(maxsize=1)
def _live_plane(recording: Recording, estimator: Estimator) -> LivePlane:
    """The plane of a recording: the last training's, where another one goes on recording."""
    from glow.dynamics import LivePlane

    return LivePlane(recording, estimator, diagnostics=True)
