"""An estimator's answers to problems whose answer is known, beside the plane."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glow.dynamics import Cancelled
from glow_widgets._answer import settings_of

if TYPE_CHECKING:
    from glow.dynamics import Calibration
    from glow_widgets._curves import Cancel
    from glow_widgets._inquiries import Request, Say, Send
    from glow_widgets._offered import Offered

REPEATS = 5
_ESTIMATES = 8 * REPEATS
_MOST_SECONDS = 10.0  # for answers that nobody asked for


class KnownAnswers:
    """Asks the estimator for known information in samples that look like one layer at one epoch.

    See :func:`glow.dynamics.calibrate`, which makes the samples.

    Raises:
        TypeError: If a setting is of the wrong kind.
        ValueError: If a setting is out of range, or the layer or epoch was not recorded.
    """

    def __init__(self, offered: Offered, request: Request, send: Send, say: Say) -> None:
        recording = offered.recording
        self._layer, self._epoch = request.get("layer"), request.get("epoch")
        if self._layer not in recording.layers or self._epoch not in recording.epochs:
            raise ValueError(
                f"EstimatorExplorer: layer {self._layer!r} at epoch {self._epoch!r} was not "
                "recorded. Touch a point of the plane."
            )
        self._offered, self._estimator = offered, offered.at(settings_of(request))
        self._request, self._send, self._say = request, send, say
        self.done = False

    def step(self, cancel: Cancel) -> None:
        """Estimate all samples and send what was found.

        Raises:
            Cancelled: If ``cancel`` was set; asked again, it begins anew.
        """
        from glow.dynamics import calibrate

        def progress(done: int, total: int) -> None:
            self._say(f"Asking {self._offered.label} for known answers: {100 * done / total:.0f} %")
            if cancel.is_set():
                raise Cancelled("EstimatorExplorer: cancelled.")

        found = calibrate(
            self._estimator,
            self._offered.recording,
            epoch=self._epoch,
            layers=[str(self._layer)],
            repeats=REPEATS,
            progress=progress,
        )
        names = ("recording", "estimator", "settings", "layer", "epoch")
        answers = {**{name: self._request[name] for name in names}, "rows": _rows(found)}
        self._offered.keepable.note_known(self._request["settings"], answers)
        self._send({**answers, "action": "known"})
        self.done = True


def unasked(offered: Offered, settings: Mapping[str, Any]) -> dict[str, Any] | None:
    """The request for known answers that nobody needs to make: of the plane that is shown.

    None if they are there, if they would take long, or if what is measured is not information. The
    layer is the last but one, whose phase is argued about; the epoch is the last.
    """
    recording, keepable = offered.recording, offered.keepable
    if offered.problem or offered.estimator.ordered or keepable.asked_known(settings):
        return None
    quick = offered.cost is not None and offered.cost * _ESTIMATES < _MOST_SECONDS
    if not quick or offered.published()[0].xt.attrs.get("units") != "bits":
        return None
    return {
        "recording": offered.name,
        "estimator": offered.label,
        "settings": dict(settings),
        "layer": recording.layers[max(len(recording.layers) - 2, 0)],
        "epoch": offered.epochs[-1],
    }


def _rows(found: Calibration) -> list[dict[str, Any]]:
    return [
        {
            "coordinate": row.coordinate,
            "known": row.truth,
            "estimate": row.truth + row.bias,
            "sd": row.sd,
        }
        for row in found.rows
    ]
