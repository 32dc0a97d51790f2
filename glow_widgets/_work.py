"""What the explorer computes by itself, and in which order."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from glow.dynamics import Cancelled

if TYPE_CHECKING:
    from glow_widgets._curves import Cancel, KeptCurve
    from glow_widgets._offered import Offered

    Rows = list[list[Offered]]
    Say = Callable[[str], object]

# By itself the explorer never works for hours: what would take longer is left to the reader.
EPOCH_SECONDS = 60.0  # the first epoch of a curve
CURVE_SECONDS = 1200.0  # a curve of the selected estimator
FIRST_LEVEL_SECONDS = 60.0  # all that is prepared of an estimator that nobody selected


class Work:
    """The selected estimator's curves to the end, then the beginnings of the others'.

    Args:
        rows: What is offered, by recording, then by estimator.
        say: Tells in words what is being done.

    Attributes:
        everything: Whether every curve is wanted, however long it takes.
    """

    def __init__(self, rows: Rows, say: Say) -> None:
        self._every = [offered for row in rows for offered in row]
        self._say = say
        self.everything = False

    def next(self, wanted: list[Offered]) -> Offered | None:
        """What to work on now: first what is ``wanted``, cheap ones before dear ones after that."""
        unfinished = next((offered for offered in wanted if not offered.done), None)
        if unfinished is not None:
            return unfinished
        if self.everything:
            for offered in self._every:
                offered.take_back()
            return next((offered for offered in self._every if not offered.done), None)
        unknown = next((offered for offered in self._every if not offered.measured), None)
        return unknown or min(
            (offered for offered in self._every if _worth_preparing(offered)),
            key=lambda offered: offered.first_level_seconds,
            default=None,
        )

    def do(self, offered: Offered, cancel: Cancel, *, selected: bool) -> bool:
        """Work on it for about half a second; True once there is more of it worth showing.

        An estimator that fails has a ``problem`` from then on.

        Raises:
            Cancelled: If ``cancel`` was set.
        """
        self._say(self._in_words(offered, selected=selected))
        try:
            if not offered.measured:
                offered.probe(cancel)
                return False
            if offered.estimator.ordered:
                offered.learn(cancel, self._teller(offered))
                return True
            return self._extend(offered, cancel)
        except Cancelled:
            raise
        except Exception as error:  # anybody's estimator: the thread must live on
            offered.problem = str(error)
            return False

    def _extend(self, offered: Offered, cancel: Cancel) -> bool:
        curve = offered.next_curve()
        if curve is None:
            return False
        if not self.everything and _too_long(offered, curve):
            offered.leave_out(curve)
            return False
        level_done = curve.extend(cancel)
        if not self.everything:
            curve.drop_fine(CURVE_SECONDS)
        return level_done

    def _in_words(self, offered: Offered, *, selected: bool) -> str:
        if selected:
            return f"Estimating {offered.label}: {100 * offered.share:.0f} %"
        finished = sum(one.done if self.everything else one.begun for one in self._every)
        doing = "Completing all curves" if self.everything else "Preparing the other estimators"
        return f"{doing}: {finished} of {len(self._every)}"

    def _teller(self, offered: Offered) -> Callable[[int, int], None]:
        def tell(done: int, total: int) -> None:
            self._say(f"Estimating {offered.label}: {100 * done / total:.0f} %")

        return tell


def _worth_preparing(offered: Offered) -> bool:
    cheap = offered.first_level_seconds <= FIRST_LEVEL_SECONDS
    return not offered.estimator.ordered and not offered.begun and cheap


def _too_long(offered: Offered, curve: KeptCurve) -> bool:
    """Whether a curve is better not begun, or not gone on with before its first level."""
    if curve.slider is None or curve.ready:
        return False
    measured = math.isfinite(curve.seconds)
    return offered.epoch_seconds(curve) > EPOCH_SECONDS or (measured and curve.to_come == 0)
