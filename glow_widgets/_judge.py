"""What an estimator says of its planes: which points not to trust, and why."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from glow.dynamics import Cancelled
from glow_widgets._answer import Answer
from glow_widgets._inquiries import encode_verdicts

if TYPE_CHECKING:
    from glow_widgets._curves import Cancel
    from glow_widgets._offered import Offered

MOST_SECONDS = 120.0  # along the curves of one estimator


class Judge:
    """Asks for verdicts on one plane at a time, when there is nothing else to do.

    Verdicts can cost ten times the estimate, so neither curves nor exact planes wait for them.

    Args:
        send: Sends those on the shown plane to the browser.
    """

    def __init__(self, send: Callable[[dict[str, Any]], object]) -> None:
        self._send = send
        self._shown = _Case(())
        self._node = _Case(())

    def judge_shown(self, offered: Offered, settings: Mapping[str, Any], cancel: Cancel) -> bool:
        """Go on judging the plane at ``settings``; False if there is nothing more to say of it.

        Raises:
            Cancelled: If ``cancel`` was set; what was judged before stays.
        """
        asked = {"recording": offered.name, "estimator": offered.label, "settings": dict(settings)}
        if self._shown.names != (asked,):
            self._shown = _Case((asked,), offered, settings)
        if not self._shown.step(cancel):
            return False
        if self._shown.done:
            offered.keepable.note_verdicts(settings, self._shown.plane)
            verdicts = encode_verdicts(self._shown.plane)
            self._send({**asked, "action": "verdicts", "verdicts": verdicts})
        return True

    def judge_kept(self, offered: Offered, cancel: Cancel) -> bool:
        """Go on judging what is kept of an estimator, for two minutes in all; False at their end.

        Raises:
            Cancelled: If ``cancel`` was set; what was judged before stays.
        """
        keepable = offered.keepable
        wanted = None if keepable.judging > MOST_SECONDS else keepable.unjudged()
        if wanted is None:
            return False
        if self._node.names != (offered, wanted):
            self._node = _Case((offered, wanted), offered, wanted, keepable.epochs)
        start = time.perf_counter()
        going = self._node.step(cancel)
        keepable.judging += time.perf_counter() - start
        judged = self._node.done and keepable.note_verdicts(wanted, self._node.plane)
        if not going or (self._node.done and not judged):
            keepable.judging = float("inf")  # it knows no verdicts
        return going


class _Case:
    """One plane under judgement; none without an estimator."""

    def __init__(
        self,
        names: tuple[Any, ...],
        offered: Offered | None = None,
        settings: Mapping[str, Any] | None = None,
        epochs: list[int] | None = None,
    ) -> None:
        self.names = names
        self._answer: Answer | None = None
        if offered is None or offered.estimator.ordered or offered.problem:
            return
        try:
            self._answer = Answer(offered, settings or {}, diagnostics=True, epochs=epochs)
        except (TypeError, ValueError):
            self._answer = None  # there is no such plane, so nothing to say of it

    @property
    def done(self) -> bool:
        """Whether all was said."""
        return self._answer is not None and self._answer.done

    @property
    def plane(self) -> Any:  # noqa: ANN401 - a Dataset
        """The plane with its verdicts."""
        assert self._answer is not None  # noqa: S101 - asked once it is done
        return self._answer.plane

    def step(self, cancel: Cancel) -> bool:
        """Judge some more epochs; False if there is nothing more to judge."""
        if self._answer is None or self._answer.done:
            return False
        try:
            self._answer.extend(cancel)
        except Cancelled:
            raise
        except Exception:  # an estimator may know no verdicts here; its plane stands without
            self._answer = None
            return False
        return True
