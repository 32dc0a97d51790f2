"""What the explorer keeps of an estimator that refuses some points."""

from __future__ import annotations

import threading
from typing import ClassVar

import numpy as np
import pytest

from glow.dynamics import document
from glow.estimators import Binned, Estimator
from glow_widgets._curves import KeptCurve

REASON = "Picky: not this layer."


class Picky(Binned):
    """Refuses the last layer, or every one."""

    refused: ClassVar[tuple[str, ...]] = ()

    def coordinates(self, t, context):
        if context.layer in self.refused:
            raise ValueError(REASON)
        return super().coordinates(t, context)

    def curve(self, t, context, parameter, values):
        return Estimator.curve(self, t, context, parameter, values)


def finished(recording):
    estimator = Picky(range=(-1, 1))
    curve = KeptCurve(recording, estimator, estimator.sliders[0])
    while not curve.done:
        curve.extend(threading.Event())
    return curve


def test_refused_points_are_missing_and_the_reason_reaches_the_browser(recording, monkeypatch):
    monkeypatch.setattr(Picky, "refused", recording.layers[-1:])
    published = finished(recording).published()
    missing = np.isnan(published["xt"]).all(["bins", "epoch"])
    assert missing.values.tolist() == [layer in Picky.refused for layer in recording.layers]
    assert REASON in published.attrs["refused"]
    (written,) = document(published)["recordings"][0]["planes"]
    assert written["refused"] == published.attrs["refused"]


def test_an_estimator_that_refuses_everything_is_given_up(recording, monkeypatch):
    monkeypatch.setattr(Picky, "refused", recording.layers)
    with pytest.raises(ValueError, match=REASON):
        finished(recording)
