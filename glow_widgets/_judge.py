"""What an estimator says of the plane that is shown: which points not to trust, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from glow.dynamics import Cancelled
from glow_widgets._answer import Answer
from glow_widgets._inquiries import encode_verdicts

if TYPE_CHECKING:
    from glow_widgets._curves import Cancel
    from glow_widgets._offered import Offered


class Judge:
    """Asks for verdicts on one plane at a time, when there is nothing else to do.

    Verdicts can cost ten times the estimate, so neither curves nor exact planes wait for them.

    Args:
        send: Sends them to the browser.
    """

    def __init__(self, send: Callable[[dict[str, Any]], object]) -> None:
        self._send = send
        self._asked: dict[str, Any] = {}
        self._answer: Answer | None = None

    def step(self, offered: Offered, settings: Mapping[str, Any], cancel: Cancel) -> bool:
        """Go on judging the plane at ``settings``; False if there is nothing more to say of it.

        Raises:
            Cancelled: If ``cancel`` was set; what was judged before stays.
        """
        asked = {"recording": offered.name, "estimator": offered.label, "settings": dict(settings)}
        try:
            if asked != self._asked:
                self._asked, self._answer = asked, None
                if not offered.estimator.ordered and not offered.problem:
                    self._answer = Answer(offered, settings, diagnostics=True)
            if self._answer is None or self._answer.done:
                return False
            self._answer.extend(cancel)
        except Cancelled:
            raise
        except Exception:  # an estimator may know no verdicts here; its plane stands without
            self._answer = None
            return False
        if self._answer.done:
            verdicts = encode_verdicts(self._answer.plane)
            self._send({**asked, "action": "verdicts", "verdicts": verdicts})
        return True
