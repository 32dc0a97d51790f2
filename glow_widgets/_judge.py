"""What an estimator says of its planes: which points not to trust, and why."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from glow.dynamics import Cancelled
from glow_widgets._curves import KeptCurve, coarse_to_fine
from glow_widgets._inquiries import encode_verdicts

if TYPE_CHECKING:
    from glow_widgets._curves import Cancel
    from glow_widgets._offered import Offered

MOST_SECONDS = 120.0  # along the curves of one estimator
_MOST_OF_A_PLANE = 1200.0  # seconds: what would take longer leaves out the finest epochs


class Judge:
    """Asks for verdicts, on one plane after the other and coarse to fine over epochs.

    A plane that is shown is judged as soon as its values are there: unjudged it looks as good as
    one that nothing speaks against. What is only kept waits until there is nothing else to do,
    since verdicts can cost ten times the estimate.

    Args:
        send: Sends those on the shown planes to the browser.
    """

    def __init__(self, send: Callable[[dict[str, Any]], object]) -> None:
        self._send = send
        self._settings: dict[str, Any] = {}
        self._shown: dict[Offered, _Case] = {}
        self._node = _Case(())

    def judge_shown(
        self,
        shown: Sequence[Offered],
        settings: Mapping[str, Any],
        cancel: Cancel,
        *,
        whole: bool = False,
    ) -> bool:
        """Go on judging the planes at ``settings``; False if there is nothing more to say now.

        Args:
            shown: What is shown, the most urgent first.
            settings: Where the sliders stand.
            cancel: Asked while judging whether to give up.
            whole: Whether to judge all epochs, not only as fine a level of them as is shown.

        Raises:
            Cancelled: If ``cancel`` was set; what was judged before stays.
        """
        if self._settings != settings:
            self._settings, self._shown = dict(settings), {}
        for offered in shown:
            case = self._shown.get(offered) or _Case((), offered, settings)
            self._shown[offered] = case
            if (whole or case.level < offered.level) and self._go_on(case, offered, cancel):
                return True
        return False

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

    def _go_on(self, case: _Case, offered: Offered, cancel: Cancel) -> bool:
        """Judge some more of a plane and tell each level of epochs; False if there is no more."""
        level = case.level
        if not case.step(cancel):
            return False
        if case.level > level or case.done:
            asked = {"recording": offered.name, "estimator": offered.label}
            verdicts = encode_verdicts(case.plane)
            told = {**asked, "settings": self._settings, "verdicts": verdicts}
            self._send({**told, "action": "verdicts"})
        if case.done:
            offered.keepable.note_verdicts(self._settings, case.plane)
        return True


class Unless:
    """A wish to give up, for a reason of its own beside another wish.

    Args:
        cancel: The other wish.
        moved: Whether there is the reason.
    """

    def __init__(self, cancel: Cancel, moved: Callable[[], bool]) -> None:
        self._cancel, self._moved = cancel, moved

    def is_set(self) -> bool:
        """Whether to give up."""
        return self._cancel.is_set() or self._moved()


class _Case:
    """One plane under judgement; none without an estimator."""

    def __init__(
        self,
        names: tuple[Any, ...],
        offered: Offered | None = None,
        settings: Mapping[str, Any] | None = None,
        epochs: Sequence[int] | None = None,
    ) -> None:
        self.names = names
        self._curve: KeptCurve | None = None
        if offered is None or offered.estimator.ordered or offered.problem:
            return
        try:
            estimator = offered.at(settings or {})
        except (TypeError, ValueError):
            return  # there is no such plane, so nothing to say of it
        levels = coarse_to_fine(offered.epochs if epochs is None else epochs)
        self._curve = KeptCurve(
            offered.recording, estimator, None, levels, diagnostics=True, epochs=offered.epochs
        )

    @property
    def level(self) -> int:
        """How many levels of epochs are judged."""
        return 0 if self._curve is None else self._curve.level

    @property
    def done(self) -> bool:
        """Whether all was said."""
        return self._curve is not None and self._curve.done

    @property
    def plane(self) -> Any:  # noqa: ANN401 - a Dataset
        """The plane with its verdicts; empty ones at epochs still to come."""
        assert self._curve is not None  # noqa: S101 - asked once there is some of it
        return self._curve.published()

    def step(self, cancel: Cancel) -> bool:
        """Judge some more epochs; False if there is nothing more to judge."""
        if self._curve is None or self._curve.done:
            return False
        try:
            self._curve.extend(cancel)
        except Cancelled:
            raise
        except Exception:  # an estimator may know no verdicts here; its plane stands without
            self._curve = None
            return False
        self._curve.drop_fine(_MOST_OF_A_PLANE)
        return True
