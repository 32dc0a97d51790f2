"""What the browser asked the kernel for and still waits for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from glow.dynamics import Cancelled
from glow_widgets._answer import Answer, settings_of
from glow_widgets._histogram import HistogramInquiry
from glow_widgets._known_answers import KnownAnswers

if TYPE_CHECKING:
    from glow_widgets._curves import Cancel
    from glow_widgets._offered import Offered

    Request = Mapping[str, Any]
    Find = Callable[[Request], Offered | None]
    Send = Callable[[dict[str, Any]], object]
    Say = Callable[[str], object]


_SOON = 0.5  # seconds


class Inquiry(Protocol):
    """One request under way."""

    @property
    def done(self) -> bool:
        """Whether all was answered."""
        ...

    def step(self, cancel: Cancel) -> None:
        """Work for about half a second and send what there is.

        Raises:
            Cancelled: If ``cancel`` was set.
        """
        ...


class Inquiries:
    """The requests under way: of each kind only the latest, so that no backlog builds up.

    Args:
        find: The estimator on a recording that a request names.
        send: Sends an answer to the browser.
        say: Tells in words what is being done.
    """

    def __init__(self, find: Find, send: Send, say: Say) -> None:
        self._find, self._send, self._say = find, send, say
        self._lock = threading.Lock()
        self._wanted: dict[str, Request | None] = {}
        self._under_way: dict[str, tuple[Inquiry, Request]] = {}

    def ask(self, kind: str, request: Request | None) -> None:
        """Note a request in place of an earlier one of its kind; None only forgets that."""
        with self._lock:
            self._wanted[kind] = request

    def step(self, cancel: Cancel) -> bool:
        """Go on with the most urgent request; False if there is none.

        Raises:
            Cancelled: If ``cancel`` was set; the request stays under way unless it was replaced.
        """
        self._take()
        for kind in KINDS:
            if kind in self._under_way:
                self._go_on(kind, cancel)
                return True
        return False

    def _take(self) -> None:
        with self._lock:
            wanted, self._wanted = self._wanted, {}
        for kind, request in wanted.items():
            self._under_way.pop(kind, None)
            offered = None if request is None else self._find(request)
            if request is not None and offered is not None:
                self._begin(kind, offered, request)

    def _begin(self, kind: str, offered: Offered, request: Request) -> None:
        try:
            inquiry = KINDS[kind](offered, request, self._send, self._say)
        except (TypeError, ValueError) as error:
            self._fail(request, error)
        else:
            self._under_way[kind] = (inquiry, request)

    def _go_on(self, kind: str, cancel: Cancel) -> None:
        inquiry, request = self._under_way[kind]
        try:
            inquiry.step(cancel)
        except Cancelled:
            raise
        except Exception as error:  # anybody's estimator: the thread must live on
            self._fail(request, error)
            self._under_way.pop(kind)
            return
        if inquiry.done:
            self._under_way.pop(kind)

    def _fail(self, request: Request, error: Exception) -> None:
        asked, serial = request.get("action"), request.get("serial")
        self._send({"action": "failed", "asked": asked, "serial": serial, "message": str(error)})


class ExactPlane:
    """A plane at settings that no curve holds, sent again as it grows.

    Raises:
        TypeError: If a setting is of the wrong kind.
        ValueError: If one is out of range.
    """

    def __init__(self, offered: Offered, request: Request, send: Send, say: Say) -> None:
        self._offered, self._request = offered, request
        self._send, self._say = send, say
        self._settings = settings_of(request)
        self._answer = Answer(offered, self._settings)
        self._begun = time.monotonic()
        self._learned = False

    @property
    def done(self) -> bool:
        """Whether the complete plane was sent."""
        return self._learned or self._answer.done

    def step(self, cancel: Cancel) -> None:
        """Estimate some more epochs."""
        if self._offered.estimator.ordered:
            self._tell(self._offered.learned_at(self._settings, cancel, self._progress), done=True)
            self._learned = True
            return
        self._answer.extend(cancel)
        # A dear estimator's last epoch alone is better than nothing for longer.
        if self._answer.ready or time.monotonic() - self._begun > _SOON:
            self._tell(self._answer.plane, done=self._answer.done)
        if self._answer.done:
            self._offered.keepable.note_exact(self._settings, self._answer.plane)

    def _progress(self, done: int, total: int) -> None:
        self._say(f"Estimating {self._offered.label}: {100 * done / total:.0f} %")

    def _tell(self, plane: Any, *, done: bool) -> None:  # noqa: ANN401 - a Dataset
        self._send({**self._request, "action": "plane", "done": done, **encode(plane)})


def encode(plane: Any) -> dict[str, Any]:  # noqa: ANN401 - a Dataset
    """The arrays ``xt`` and ``ty`` of a plane as a document writes them, and why points lack."""
    written = _written(plane)
    return {name: written[name] for name in ("xt", "ty", "refused") if name in written}


def encode_verdicts(plane: Any) -> dict[str, Any]:  # noqa: ANN401 - a Dataset
    """What the estimator says of each point of a plane, as a document writes it."""
    verdicts: dict[str, Any] = _written(plane)["verdicts"]
    return verdicts


def _written(plane: Any) -> dict[str, Any]:  # noqa: ANN401 - a Dataset
    from glow.dynamics import document

    written: dict[str, Any] = document(plane)["recordings"][0]["planes"][0]
    return written


# The most urgent kind first.
KINDS: dict[str, Callable[[Offered, Request, Send, Say], Inquiry]] = {
    "histogram": HistogramInquiry,
    "estimate": ExactPlane,
    "calibrate": KnownAnswers,
}
