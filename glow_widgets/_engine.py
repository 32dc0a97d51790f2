"""The explorer's one background thread: it computes, and it alone writes what is shown."""

from __future__ import annotations

import atexit
import collections
import contextlib
import logging
import math
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from glow.dynamics import Cancelled
from glow_widgets._catalogue import catalogue
from glow_widgets._inquiries import Inquiries
from glow_widgets._judge import Judge, Unless
from glow_widgets._keeper import TITLE, Keeper, settings_in
from glow_widgets._known_answers import KnownAnswers, unasked
from glow_widgets._work import Work

if TYPE_CHECKING:
    from glow_widgets._explorer import ExplorerView
    from glow_widgets._offered import Offered
    from glow_widgets._output import KeptOutput

    Rows = list[list[Offered]]

KEEP_AFTER = 0.5  # seconds of quiet before the output is brought up to date
_LOG = logging.getLogger(__name__)


class Engine:
    """Does one thing after the other, the most urgent first.

    That is: what the browser asked for; showing what is new; the cell's output; verdicts on what
    is shown; the curves (:class:`Work`); known answers; verdicts on what is kept.

    Other threads only call :meth:`select`, :meth:`ask`, :meth:`compute_all`, :meth:`wait` and
    :meth:`close`, which set flags. The latest wish replaces earlier ones, so a drag leaves no
    backlog: an exact plane that is half done when another is asked for is dropped.

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
        self._judged = threading.Event()
        self._inquiries = Inquiries(self.offered, self._send, self._say)
        self._judge = Judge(self._send)
        self._work = Work(rows, self._say)
        self._keeper = Keeper(rows)
        self._selection: Mapping[str, Any] = {}
        self._orders: collections.deque[tuple[Future[dict[str, Any]], str]] = collections.deque()
        self._saving = False  # whether anybody saves what is shown
        self._unkept = False  # whether more was said than the output holds
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
            self._unsettle()
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
            self._work.everything = True
            self._unsettle()
        self._wake.set()

    def wait(self, timeout: float | None = None, *, judged: bool = False) -> bool:
        """Block until nothing is left to do; False if that took longer than ``timeout`` s.

        Args:
            timeout: In seconds; as long as it takes if None.
            judged: Whether to wait for verdicts and known answers as well, if they are kept.
        """
        return (self._judged if judged else self._complete).wait(timeout)

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

    def document(self, title: str, timeout: float | None = None) -> dict[str, Any]:
        """The small document of what is selected, once it is judged or after ``timeout`` s.

        Raises:
            RuntimeError: If the explorer is closed, or there is no plane to keep.
        """
        with self._lock:
            if not self._saving:
                self._saving = True
                self._judged.clear()
        self._wake.set()
        self.wait(timeout, judged=True)
        order: Future[dict[str, Any]] = Future()
        self._orders.append((order, title))
        self._wake.set()
        if not self._thread.is_alive():
            raise RuntimeError("EstimatorExplorer: it is closed. Make another to save its planes.")
        return order.result()

    def _run(self) -> None:
        while not self._closed.is_set():
            # Being cancelled means that there is something better to do: look again.
            with contextlib.suppress(Cancelled):
                self._step()

    def _step(self) -> None:
        selected, wanted = self._look()
        if self._orders:
            self._fulfil(*self._orders.popleft())
            return
        if self._inquiries.step(self._cancel):
            self._outdated()
            return
        new = next((o for o in wanted if o.ready and o not in self._keeper.shown), None)
        if new is not None:
            self._show(new)
        elif time.monotonic() >= self._to_keep:
            self._keep_output()
        elif self._judge_shown(wanted):
            self._unkept = True
        elif (offered := self._work.next(wanted)) is not None:
            self._do(offered, selected)
        elif not self._say_more(selected, wanted):
            self._rest()

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

    def _do(self, offered: Offered, selected: Offered | None) -> None:
        fit = not offered.problem
        more = self._work.do(offered, self._cancel, selected=offered is selected)
        if fit and offered.problem:
            self._view.publish(catalogue=catalogue(self._rows))
        now = offered is self.offered(self._selection)
        wanted = now or offered in self._keeper.shown or offered.estimator.ordered
        if more and (wanted or (self._work.everything and offered.done)):
            self._show(offered)

    def _judge_shown(self, wanted: list[Offered], *, whole: bool = False) -> bool:
        """Say more of the planes that are shown, until another setting is; False if all was."""
        selection = self._selection
        shown = [offered for offered in wanted if offered in self._keeper.shown]
        cancel = Unless(self._cancel, lambda: self._selection is not selection)
        return self._judge.judge_shown(shown, settings_in(selection), cancel, whole=whole)

    def _say_more(self, selected: Offered | None, wanted: list[Offered]) -> bool:
        """Say more of what is shown and kept; False if there is no more. Nobody waits for it."""
        if selected is None or selected not in self._keeper.shown:
            return False
        self._say("")
        self._note(self._complete)
        if self._judge_shown(wanted, whole=True) or self._answer_or_judge(selected):
            self._unkept = True
            return True
        if self._unkept:
            self._keep_output()
        return False

    def _answer_or_judge(self, selected: Offered) -> bool:
        if not (self._saving or self._output.shown):
            return False
        settings = settings_in(self._selection)
        request = unasked(selected, settings)
        if request is not None:
            self._answer_unasked(selected, settings, request)
            return True
        if self._keeper.kept[:1] != [selected]:
            self._small(selected)  # tells what there is room for
        return any(self._judge.judge_kept(offered, self._cancel) for offered in self._keeper.kept)

    def _answer_unasked(
        self, selected: Offered, settings: Mapping[str, Any], request: Mapping[str, Any]
    ) -> None:
        try:
            KnownAnswers(selected, request, self._send, lambda _: None).step(self._cancel)
        except Cancelled:
            raise
        except Exception:  # there is none for this estimator, or none for this kind of data
            selected.keepable.note_known(settings, None)

    def _fulfil(self, order: Future[dict[str, Any]], title: str) -> None:
        selected = self.offered(self._selection)
        try:
            if selected is None or not selected.ready:
                raise RuntimeError(
                    "EstimatorExplorer: there is no plane to save yet. Wait for it: wait()."
                )
            order.set_result(self._small(selected, title))
        except Exception as error:  # it belongs to whoever waits for the document
            order.set_exception(error)

    def _small(self, selected: Offered, title: str = TITLE) -> dict[str, Any]:
        return self._keeper.small(selected, self._selection, self._view.catalogue, title)

    def _rest(self) -> None:
        self._say("")
        keep_in = self._keep_in
        self._note(self._complete)
        self._note(self._judged)
        self._wake.wait(None if math.isinf(keep_in) else keep_in)
        self._wake.clear()

    @property
    def _keep_in(self) -> float:
        """Seconds until the output is brought up to date; infinite if it is."""
        return max(self._to_keep - time.monotonic(), 0.0) if self._output.shown else math.inf

    def _note(self, reached: threading.Event) -> None:
        with self._lock:
            # A wish that came since the last look is not yet fulfilled.
            if not self._wake.is_set() and math.isinf(self._keep_in):
                reached.set()

    def _unsettle(self) -> None:
        self._complete.clear()
        self._judged.clear()

    def _show(self, offered: Offered) -> None:
        """Put what there is of an estimator into the document."""
        self._keeper.shown.add(offered)
        self._view.publish(document=self._keeper.whole())
        self._outdated()

    def _outdated(self) -> None:
        self._to_keep = time.monotonic() + KEEP_AFTER

    def _keep_output(self) -> None:
        """Leave in the notebook what is shown now, the selected estimator's planes first."""
        self._to_keep, self._unkept = math.inf, False
        selected = self.offered(self._selection)
        if not self._output.shown or selected is None or selected not in self._keeper.shown:
            return
        try:
            nearest = selected.keepable.nearest(settings_in(self._selection))
            self._output.keep(self._small(selected), nearest)
        except Exception:  # what is saved is a convenience: the thread must live on
            _LOG.exception("The explorer's output could not be brought up to date.")

    def _send(self, message: dict[str, Any]) -> None:
        self._view.send(message)

    def _say(self, text: str) -> None:
        if text != self._view.busy:
            self._view.publish(busy=text)
