"""The explorer's one background thread: it computes, and it alone writes what is shown."""

from __future__ import annotations

import atexit
import contextlib
import math
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glow.dynamics import Cancelled
from glow_widgets._catalogue import catalogue
from glow_widgets._inquiries import Inquiries
from glow_widgets._timing import Throttle

if TYPE_CHECKING:
    import xarray as xr

    from glow_widgets._chart import SensitivityChart
    from glow_widgets._curves import KeptCurve
    from glow_widgets._explorer import ExplorerView
    from glow_widgets._offered import Offered

    Rows = list[list[Offered]]

# By itself the explorer never works for hours: what would take longer is left to the reader.
EPOCH_SECONDS = 60.0  # the first epoch of a curve
CURVE_SECONDS = 1200.0  # a curve of the selected estimator
FIRST_LEVEL_SECONDS = 60.0  # all that is prepared of an estimator that nobody selected


class Engine:
    """Computes kept curves in the background and answers for exact values.

    The selected estimator comes first and is completed; then the first level of the others is
    prepared, cheap ones first, so that choosing one shows it at once. No more is done by itself.

    Other threads only call :meth:`select`, :meth:`ask`, :meth:`compute_all` and :meth:`close`,
    which set flags. The latest wish replaces earlier ones, so a drag leaves no backlog: an exact
    plane that is half done when another is asked for is dropped.

    Args:
        rows: What is offered, by recording, then by estimator.
        view: Receives catalogue, document, progress in words, and exact planes.
        chart: Receives the sensitivity of the selected curve.
    """

    def __init__(self, rows: Rows, view: ExplorerView, chart: SensitivityChart) -> None:
        self._rows, self._view, self._chart = rows, view, chart
        self._by_name = {(o.name, o.label): o for row in rows for o in row}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._cancel = threading.Event()
        self._closed = threading.Event()
        self._complete = threading.Event()
        self._inquiries = Inquiries(self.offered, self._send, self._say)
        self._selection: Mapping[str, Any] = {}
        self._everything = False
        self._shown: set[Offered] = set()
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
        """Note what the browser shows now; work on another estimator gives way at once."""
        with self._lock:
            if self.offered(selection) is not self.offered(self._selection):
                self._cancel.set()
                self._complete.clear()
            self._selection = selection
            self._chart_stale = True
        self._wake.set()

    def ask(self, kind: str, request: Mapping[str, Any] | None) -> None:
        """Ask for something of a kind; an earlier wish of that kind is dropped, even half done.

        Args:
            kind: One of :data:`glow_widgets._inquiries.KINDS`.
            request: What is asked for; None only drops the earlier wish.
        """
        with self._lock:
            self._inquiries.ask(kind, request)
            self._cancel.set()
        self._wake.set()

    def compute_all(self) -> None:
        """Complete the curves of every estimator, however long that takes."""
        with self._lock:
            self._everything = True
            self._complete.clear()
        self._wake.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until nothing is left to do; False if that took longer than ``timeout`` s."""
        return self._complete.wait(timeout)

    def close(self, timeout: float = 5.0) -> None:
        """Stop computing and wait until the thread has ended."""
        atexit.unregister(self.close)
        self._closed.set()
        self._cancel.set()
        self._wake.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def offered(self, selection: Mapping[str, Any]) -> Offered | None:
        """What a selection or request names, None if there is no such thing."""
        names = selection.get("recording"), selection.get("estimator")
        named = all(isinstance(name, str) for name in names)
        return self._by_name.get(names) if named else None  # type: ignore[arg-type]

    def _run(self) -> None:
        while not self._closed.is_set():
            # Being cancelled means that there is something better to do: look again.
            with contextlib.suppress(Cancelled):
                self._step()

    def _step(self) -> None:
        selected = self._look()
        if self._inquiries.step(self._cancel):
            return
        if selected and selected.ready and selected not in self._shown:
            self._show(selected)
        elif self._chart_stale and self._charts.ready():
            self._show_chart()
        elif (offered := self._next(selected)) is not None:
            self._work_on(offered, selected)
        else:
            self._rest()

    def _look(self) -> Offered | None:
        """What is selected; wishes that came before this moment cancel nothing any more."""
        with self._lock:
            if not self._closed.is_set():
                self._cancel.clear()
            return self.offered(self._selection)

    def _rest(self) -> None:
        self._say("")
        with self._lock:
            # A wish that came since the last look is not yet fulfilled.
            if not self._wake.is_set():
                self._complete.set()
        self._wake.wait(0.25 if self._chart_stale else None)
        self._wake.clear()

    def _next(self, selected: Offered | None) -> Offered | None:
        """What to work on now."""
        if selected is not None and not selected.done:
            return selected
        every = [offered for row in self._rows for offered in row]
        if self._everything:
            for offered in every:
                offered.take_back()
            return next((offered for offered in every if not offered.done), None)
        unknown = next((offered for offered in every if not offered.measured), None)
        return unknown or min(
            (o for o in every if self._worth_preparing(o)),
            key=lambda offered: offered.first_level_seconds,
            default=None,
        )

    def _worth_preparing(self, offered: Offered) -> bool:
        cheap = offered.first_level_seconds <= FIRST_LEVEL_SECONDS
        return not offered.estimator.ordered and not offered.begun and cheap

    def _work_on(self, offered: Offered, selected: Offered | None) -> None:
        self._say(self._what_is_done(offered, selected))
        try:
            if not offered.measured:
                offered.probe(self._cancel)
            elif offered.estimator.ordered:
                offered.learn(self._cancel, self._teller(offered))
                self._show(offered)
            else:
                self._extend(offered)
        except Cancelled:
            raise
        except Exception as error:  # anybody's estimator: the thread must live on
            self._give_up(offered, error)

    def _extend(self, offered: Offered) -> None:
        curve = offered.next_curve()
        if curve is None:
            return
        if not self._everything and self._too_long(offered, curve):
            offered.leave_out(curve)
            return
        level_done = curve.extend(self._cancel)
        if not self._everything:
            curve.drop_fine(CURVE_SECONDS)
        wanted = offered in self._shown or offered is self.offered(self._selection)
        if level_done and (wanted or (self._everything and offered.done)):
            self._show(offered)

    def _too_long(self, offered: Offered, curve: KeptCurve) -> bool:
        """Whether a curve is better not begun, or not gone on with before its first level."""
        if curve.slider is None or curve.ready:
            return False
        seconds = offered.epoch_seconds(curve)
        measured = math.isfinite(curve.seconds)
        return seconds > EPOCH_SECONDS or (measured and curve.to_come == 0)

    def _give_up(self, offered: Offered, error: Exception) -> None:
        offered.problem = str(error)
        self._view.publish(catalogue=catalogue(self._rows))

    def _what_is_done(self, offered: Offered, selected: Offered | None) -> str:
        if offered is selected:
            return f"Estimating {offered.label}: {100 * offered.share:.0f} %"
        every = [one for row in self._rows for one in row]
        finished = sum(one.done if self._everything else one.begun for one in every)
        doing = "Completing all curves" if self._everything else "Preparing the other estimators"
        return f"{doing}: {finished} of {len(every)}"

    def _teller(self, offered: Offered) -> Any:  # noqa: ANN401 - a closure that plane() calls
        def tell(done: int, total: int) -> None:
            self._say(f"Estimating {offered.label}: {100 * done / total:.0f} %")

        return tell

    def _show(self, offered: Offered) -> None:
        """Put what there is of an estimator into the document."""
        self._shown.add(offered)
        self._view.publish(document=self._document())
        self._chart_stale = True

    def _show_chart(self) -> None:
        self._chart_stale = False
        offered = self.offered(self._selection)
        curve = None if offered is None else self._curve_to_chart(offered)
        if offered is None or curve is None or curve.slider is None:
            to_come = offered is not None and any(c.slider for c in offered.curves)
            self._chart.clear("not computed yet" if to_come else "no setting to vary")
            self._charted = None
        else:
            self._chart_curve(curve, curve.slider.name)
        self._charts.sent()

    def _curve_to_chart(self, offered: Offered) -> KeptCurve | None:
        """The curve along the slider that was moved last."""
        moved = self._selection.get("slider")
        along = [curve for curve in offered.curves if curve.ready and curve.slider is not None]
        last = [curve for curve in along if curve.slider and curve.slider.name == moved]
        return next(iter(last or along), None)

    def _chart_curve(self, curve: KeptCurve, parameter: str) -> None:
        if self._charted != (curve, curve.known):  # else only the mark has moved
            self._charted = (curve, curve.known)
            self._chart.show(curve.published(), parameter)
        settings = self._selection.get("settings")
        value = settings.get(parameter) if isinstance(settings, Mapping) else None
        own = curve.estimator.settings[parameter]
        self._chart.mark(next((v for v in (value, own) if isinstance(v, int | float)), None))

    def _document(self) -> dict[str, Any]:
        from glow.dynamics import document

        planes: dict[str, list[xr.Dataset]] = {}
        for row in self._rows:
            shown = [
                plane for offered in row if offered in self._shown for plane in offered.published()
            ]
            if shown:
                planes[row[0].name] = shown
        return document(planes, title="Information plane")

    def _send(self, message: dict[str, Any]) -> None:
        self._view.send(message)

    def _say(self, text: str) -> None:
        if text != self._view.busy:
            self._view.publish(busy=text)
