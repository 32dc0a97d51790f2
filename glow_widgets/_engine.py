"""The explorer's one background thread: it computes, and it alone writes what is shown."""

from __future__ import annotations

import atexit
import contextlib
import threading
from collections.abc import Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from glow.dynamics import Cancelled
from glow_widgets._timing import Throttle

if TYPE_CHECKING:
    import xarray as xr

    from glow_widgets._chart import SensitivityChart
    from glow_widgets._curves import KeptCurve
    from glow_widgets._explorer import ExplorerView

    Rows = list[list[KeptCurve]]


class Engine:
    """Computes kept curves in the background and answers for exact values.

    Other threads only call :meth:`select`, :meth:`estimate`, :meth:`cancel` and :meth:`close`,
    which set flags. The latest wish replaces earlier ones, so a drag leaves no backlog.

    Args:
        rows: Curves by recording, then by estimator; a curve that fails is taken out.
        view: Receives document, progress in words, and exact planes.
        chart: Receives the sensitivity of the selected curve.
    """

    def __init__(self, rows: Rows, view: ExplorerView, chart: SensitivityChart) -> None:
        self._rows, self._view, self._chart = rows, view, chart
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._cancel = threading.Event()
        self._closed = threading.Event()
        self._complete = threading.Event()
        self._request: Mapping[str, Any] | None = None
        self._selection: Mapping[str, Any] = {}
        self._chart_stale = False
        self._charted: tuple[KeptCurve, int] | None = None
        self._charts = Throttle(0.25)
        self._thread = threading.Thread(target=self._run, name="glow-explorer", daemon=True)

    def start(self) -> None:
        """Begin computing."""
        # A daemon thread must not be inside compiled code while the interpreter is torn down.
        atexit.register(self.close)
        self._thread.start()

    def select(self, selection: Mapping[str, Any]) -> None:
        """Note what the browser shows now."""
        self._selection = selection
        self._chart_stale = True
        self._wake.set()

    def estimate(self, request: Mapping[str, Any]) -> None:
        """Ask for an exact plane; an earlier request is forgotten."""
        with self._lock:
            self._request = request
            self._cancel.set()
        self._wake.set()

    def cancel(self) -> None:
        """Forget the request."""
        with self._lock:
            self._request = None
            self._cancel.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until every curve is complete; False if that took longer than ``timeout`` s."""
        return self._complete.wait(timeout)

    def close(self, timeout: float = 5.0) -> None:
        """Stop computing and wait until the thread has ended."""
        atexit.unregister(self.close)
        self._closed.set()
        self._cancel.set()
        self._wake.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def curve(self, selection: Mapping[str, Any]) -> KeptCurve | None:
        """The curve a selection or request names, None if there is none."""
        row, plane = selection.get("recording", 0), selection.get("plane", 0)
        if not (isinstance(row, int) and isinstance(plane, int) and row >= 0 and plane >= 0):
            return None
        curves = self._rows[row] if row < len(self._rows) else []
        return curves[plane] if plane < len(curves) else None

    def _run(self) -> None:
        while not self._closed.is_set():
            # Being cancelled means that there is something better to do: look again.
            with contextlib.suppress(Cancelled):
                self._step()

    def _step(self) -> None:
        request = self._take_request()
        if request is not None:
            self._answer(request)
        elif self._chart_stale and self._charts.ready():
            self._show_chart()
        elif (curve := self._next_curve()) is not None:
            self._extend(curve)
        else:
            self._complete.set()
            self._wake.wait(0.25 if self._chart_stale else None)
            self._wake.clear()

    def _take_request(self) -> Mapping[str, Any] | None:
        with self._lock:
            request, self._request = self._request, None
            if not self._closed.is_set():
                self._cancel.clear()
        return request

    def _next_curve(self) -> KeptCurve | None:
        # The curve on screen and the next one for the drop-down share the time evenly.
        curves = [curve for group in zip_longest(*self._rows) for curve in group if curve]
        unready = [curve for curve in curves if not curve.ready][:1]
        shown = self.curve(self._selection)
        wanted = [shown] if shown is not None and not shown.done and shown.ready else []
        rest = [curve for curve in curves if not curve.done]
        return min(unready + wanted or rest[:1], key=lambda curve: curve.seconds, default=None)

    def _extend(self, curve: KeptCurve) -> None:
        try:
            level_done = curve.extend(self._cancel)
        except (ValueError, TypeError) as error:  # an estimator that does not suit this recording
            self._drop(curve, error)
            return
        if level_done:
            self._view.publish(document=self._document(), busy="")
            self._chart_stale |= curve is self.curve(self._selection)
        if not curve.done:
            label = curve.estimator.label
            self._say(f"Estimating {label}: {curve.known} of {len(curve.epochs)} epochs")

    def _drop(self, curve: KeptCurve, error: Exception) -> None:
        if curve.ready:  # its place in the document is taken: keep what is known
            curve.give_up()
        else:
            for row in self._rows:
                row[:] = [other for other in row if other is not curve]
        self._say(str(error))

    def _answer(self, request: Mapping[str, Any]) -> None:
        curve, value = self.curve(request), request.get("value")
        if curve is None or curve.slider is None:
            return
        self._say(f"Estimating {curve.estimator.label}: {curve.slider.name} = {value}")
        try:
            plane = curve.exact(value, self._cancel)
        except (ValueError, TypeError) as error:
            answer = {"action": "failed", "serial": request.get("serial"), "message": str(error)}
            self._view.send(answer)
            self._say("")
            return
        self._view.send({**request, "action": "plane", **encode(plane)})
        self._say("")

    def _show_chart(self) -> None:
        self._chart_stale = False
        curve = self.curve(self._selection)
        if curve is None or not curve.ready or curve.slider is None:
            self._chart.clear()
            self._charted = None
        else:
            self._chart_curve(curve, curve.slider.name)
        self._charts.sent()

    def _chart_curve(self, curve: KeptCurve, parameter: str) -> None:
        if self._charted != (curve, curve.known):  # else only the mark has moved
            self._charted = (curve, curve.known)
            self._chart.show(curve.published(), parameter)
        self._chart.mark(curve.at(self._selection.get("value")).settings[parameter])

    def _document(self) -> dict[str, Any]:
        from glow.dynamics import document

        rows = [[curve for curve in row if curve.ready] for row in self._rows]
        planes = {row[0].name: [curve.published() for curve in row] for row in rows if row}
        return document(planes, title="Information plane")

    def _say(self, text: str) -> None:
        if text != self._view.busy:
            self._view.publish(busy=text)


def encode(plane: xr.Dataset) -> dict[str, Any]:
    """The arrays ``xt`` and ``ty`` of a plane as a document writes them."""
    from glow.dynamics import document

    written = document(plane)["recordings"][0]["planes"][0]
    return {"xt": written["xt"], "ty": written["ty"]}
