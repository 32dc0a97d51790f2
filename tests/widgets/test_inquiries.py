import base64
import threading

import numpy as np
import pytest

from glow.dynamics import Cancelled, document, plane
from glow.estimators import KSG, Binned
from glow_widgets._curves import coarse_to_fine
from glow_widgets._histogram import CELLS, HistogramInquiry, Histograms
from glow_widgets._judge import Judge, Unless
from glow_widgets._known_answers import KnownAnswers
from glow_widgets._offered import Offered


@pytest.fixture
def offered(recording):
    return Offered("run", recording, Binned(range="global"), "binned")


def answers(kind, offered, request, cancel=None):
    sent = []
    inquiry = kind(offered, request, sent.append, lambda text: None)
    while not inquiry.done:
        inquiry.step(cancel or threading.Event())
    return sent


def test_histograms_count_every_value_of_the_layer(recording):
    histograms = Histograms(recording)
    epoch = recording.epochs[-1]
    values = np.asarray(recording.activations(epoch)["dense"])
    (first, _) = histograms.at(epoch)
    roots = np.frombuffer(base64.b64decode(first["heights"]), np.uint8) / 255
    low, high = recording.range("dense", run=0)
    counts, _ = np.histogram(values, bins=CELLS, range=(low, high))
    np.testing.assert_allclose(first["peak"] * roots**2, counts / counts.sum(), atol=2e-3)
    assert first["ends"] == pytest.approx([values.min(), values.max()], rel=1e-4)
    assert histograms.ranges[0] == (low, high)


def test_an_epoch_s_histograms_are_sent(offered):
    (sent,) = answers(HistogramInquiry, offered, {"recording": "run", "epoch": 3})
    assert sent["action"] == "histogram"
    assert sent["table"]["epochs"] == [3]
    assert len(sent["table"]["layers"][0]) == len(offered.recording.layers)


@pytest.mark.parametrize("epoch", [None, -1, "3"])
def test_an_epoch_that_was_not_recorded_is_refused(offered, epoch):
    with pytest.raises(ValueError, match="was not recorded"):
        answers(HistogramInquiry, offered, {"epoch": epoch})


def test_a_judge_says_what_the_plane_itself_says(recording, offered):
    sent = []
    judge = Judge(sent.append)
    while judge.judge_shown([offered], {"bins": 200}, threading.Event(), whole=True):
        pass
    whole = plane(recording, Binned(bins=200, range="global"))
    written = document(whole)["recordings"][0]["planes"][0]["verdicts"]
    assert sent[-1]["verdicts"] == written
    assert all(told["settings"] == {"bins": 200} for told in sent)
    assert len(sent) == len(coarse_to_fine(recording.epochs))
    # There is no such plane, so there is no verdict.
    assert not judge.judge_shown([offered], {"bins": -1}, threading.Event(), whole=True)


def test_a_judge_goes_as_far_as_what_is_shown_the_most_urgent_first(recording, offered):
    beside = Offered("beside", recording, Binned(range="global"), "binned")
    sent, never = [], threading.Event()
    judge = Judge(sent.append)
    assert not judge.judge_shown([offered, beside], {"bins": 30}, never)  # no values yet
    for each in (beside, offered):
        while each.level < 1:
            each.curves[0].extend(never)
    while judge.judge_shown([offered, beside], {"bins": 30}, never):
        pass
    assert [told["recording"] for told in sent] == ["run", "beside"]
    coarse = coarse_to_fine(recording.epochs)[0]
    epochs = [e for e, judged in zip(recording.epochs, judged_in(sent[0]), strict=True) if judged]
    assert epochs == sorted(coarse)


def test_a_judge_gives_up_when_something_else_is_shown(offered):
    moved = Unless(threading.Event(), lambda: True)
    with pytest.raises(Cancelled):
        Judge(print).judge_shown([offered], {"bins": 30}, moved, whole=True)
    never = Unless(threading.Event(), lambda: False)
    assert Judge(lambda _: None).judge_shown([offered], {"bins": 30}, never, whole=True)


def judged_in(told):
    """Whether a message holds a verdict on each epoch."""
    packed = told["verdicts"]["xt"]["codes"]
    codes = np.frombuffer(base64.b64decode(packed["data"]), np.uint8).reshape(packed["shape"])
    return (codes != 255).all(axis=(0, 2))


def test_known_answers_come_beside_estimates(recording):
    offered = Offered("run", recording, KSG(), "KSG")
    names = {"recording": "run", "estimator": "KSG", "settings": {"k": 4}}
    names = {**names, "layer": "dense", "epoch": recording.epochs[-1]}
    (sent,) = answers(KnownAnswers, offered, names)
    assert sent == {**names, "action": "known", "rows": sent["rows"]}
    assert offered.keepable.known({"k": 4}) == {**names, "rows": sent["rows"]}
    assert {row["coordinate"] for row in sent["rows"]} == {"xt", "ty"}
    none = [row for row in sent["rows"] if row["known"] == 0]
    assert all(abs(row["estimate"]) < 0.5 for row in none)


def test_known_answers_can_be_given_up(recording):
    cancel = threading.Event()
    cancel.set()
    offered = Offered("run", recording, KSG(), "KSG")
    request = {"settings": {}, "layer": "dense", "epoch": recording.epochs[-1]}
    with pytest.raises(Cancelled):
        answers(KnownAnswers, offered, request, cancel)


def test_known_answers_of_a_layer_that_was_not_recorded_are_refused(offered):
    with pytest.raises(ValueError, match="layer 'no such' at epoch 0 was not recorded"):
        answers(KnownAnswers, offered, {"settings": {}, "layer": "no such", "epoch": 0})
