"""The explorer's one background thread: it computes, and it alone writes what is shown."""

from __future__ import annotations

import atexit
import contextlib
import logging
import math
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glow.dynamics import Cancelled
from glow_widgets._catalogue import catalogue
from glow_widgets._inquiries import Inquiries
from glow_widgets._judge import Judge
from glow_widgets._saved import few_epochs, small_document

if TYPE_CHECKING:
    import xarray as xr

    from glow_widgets._curves import KeptCurve
    from glow_widgets._explorer import ExplorerView
    from glow_widgets._offered import Offered
    from glow_widgets._output import KeptOutput

    Rows = list[list[Offered]]

# By itself the explorer never works for hours: what would take longer is left to the reader.
EPOCH_SECONDS = 60.0  # the first epoch of a curve
CURVE_SECONDS = 1200.0  # a curve of the selected estimator
FIRST_LEVEL_SECONDS = 60.0  # all that is prepared of an estimator that nobody selected
KEEP_AFTER = 0.5  # seconds of quiet before the output is brought up to date
KEPT_EXTRAS = ("presets", "sources", "selection")
TITLE = "Information plane"
_LOG = logging.getLogger(__name__)


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
        output: The cell output that stays when the kernel is gone.
    """

    def __init__(self, rows: Rows, view: ExplorerView, output: KeptOutput) -> None:
        self._rows, self._view, self._output = rows, view, output
        self._by_name = {(o.name, o.label): o for row in rows for o in row}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._cancel = threading.Event()
        self._closed = threading.Event()
        self._complete = threading.Event()
        self._inquiries = Inquiries(self.offered, self._send, self._say)
        self._judge = Judge(self._send)
        self._selection: Mapping[str, Any] = {}
        self._everything = False
        self._shown: set[Offered] = set()
        self._to_keep = math.inf  # when the output is next brought up to date
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
            self._outdated()
        self._wake.set()

    def ask(self, kind: str, request: Mapping[str, Any] | None) -> None:
        """Ask for something of a kind; an earlier wish of that kind is dropped, even half done.

        Args:
            kind: One of :data:`glow_widgets._inquiries.KINDS`.
            request: What is asked for; None only drops the earlier wish.
        """
        with self._lock:
            self._inquiries.ask(kind, request)
            if kind != "histogram":  # counts are quick, and asked for at every touch of a point
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
        selected, wanted = self._look()
        if self._inquiries.step(self._cancel):
            self._outdated()
            return
        new = next((one for one in wanted if one.ready and one not in self._shown), None)
        if new is not None:
            self._show(new)
        elif time.monotonic() >= self._to_keep:
            self._keep_output()
        elif (offered := self._next(wanted)) is not None:
            self._work_on(offered, selected)
        elif not self._judge_shown(selected):
            self._rest()

    def _judge_shown(self, selected: Offered | None) -> bool:
        """Ask for verdicts on what is shown; False if there are no more. Nobody waits for them."""
        if selected is None or selected not in self._shown:
            return False
        self._say("")
        self._note_complete(self._keep_in)
        settings = self._selection.get("settings")
        settings = settings if isinstance(settings, Mapping) else {}
        return self._judge.step(selected, settings, self._cancel)

    def _look(self) -> tuple[Offered | None, list[Offered]]:
        """What is selected, and all that is shown: that and the same on recordings beside it.

        Wishes that came before this moment cancel nothing any more.
        """
        with self._lock:
            if not self._closed.is_set():
                self._cancel.clear()
            selection = self._selection
        selected = self.offered(selection)
        if selected is None:
            return None, []
        every = [one for row in self._rows for one in row if one.label == selected.label]
        others = [one for one in every if selection.get("beside") and one is not selected]
        return selected, [selected, *others]

    def _rest(self) -> None:
        self._say("")
        keep_in = self._keep_in
        self._note_complete(keep_in)
        self._wake.wait(None if math.isinf(keep_in) else keep_in)
        self._wake.clear()

    @property
    def _keep_in(self) -> float:
        """Seconds until the output is brought up to date; infinite if it is."""
        return max(self._to_keep - time.monotonic(), 0.0) if self._output.shown else math.inf

    def _note_complete(self, keep_in: float) -> None:
        with self._lock:
            # A wish that came since the last look is not yet fulfilled.
            if not self._wake.is_set() and math.isinf(keep_in):
                self._complete.set()

    def _next(self, wanted: list[Offered]) -> Offered | None:
        """What to work on now."""
        unfinished = next((offered for offered in wanted if not offered.done), None)
        if unfinished is not None:
            return unfinished
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
        self._outdated()

    def _document(self) -> dict[str, Any]:
        from glow.dynamics import document

        planes: dict[str, list[xr.Dataset]] = {}
        for row in self._rows:
            shown = [
                plane for offered in row if offered in self._shown for plane in offered.published()
            ]
            if shown:
                planes[row[0].name] = shown
        return document(planes, title=TITLE)

    def _outdated(self) -> None:
        self._to_keep = time.monotonic() + KEEP_AFTER

    def _keep_output(self) -> None:
        """Leave in the notebook what is shown now, the selected estimator's planes first."""
        self._to_keep = math.inf
        with self._lock:
            selection = self._selection
        selected = self.offered(selection)
        if not self._output.shown or selected is None or selected not in self._shown:
            return
        settings = selection.get("settings") or {}
        try:
            self._output.keep(self._to_save(selected, selection), selected.nearest(settings))
        except Exception:  # what is saved is a convenience: the thread must live on
            _LOG.exception("The explorer's output could not be brought up to date.")

    def _to_save(self, selected: Offered, selection: Mapping[str, Any]) -> dict[str, Any]:
        by_wish = sorted(self._shown, key=lambda o: (o.label != selected.label, o is not selected))
        settings = selection.get("settings") or {}
        planes = [(o.name, o.saved(settings) if o is selected else o.published()) for o in by_wish]
        kept = small_document(planes, TITLE)
        names = {recording["name"] for recording in kept["recordings"]}
        rows = [row[0] for row in self._rows if row[0].name in names]
        extras = {**self._view.catalogue, "selection": selection}
        tables = {o.name: o.histograms.table(few_epochs(kept, o.name)) for o in rows}
        kept["explorer"] = {
            **{name: extras[name] for name in KEPT_EXTRAS},
            "histograms": tables,
        }
        return kept

    def _send(self, message: dict[str, Any]) -> None:
        self._view.send(message)

    def _say(self, text: str) -> None:
        if text != self._view.busy:
            self._view.publish(busy=text)
