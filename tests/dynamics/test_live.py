from __future__ import annotations

import numpy as np
import pytest

from glow.dynamics import LivePlane, Recorder, RecordingError, plane
from glow.dynamics._study import Study
from glow.estimators import Binned

FIXED = Binned(bins=10, range=(-1, 1))
GLOBAL = Binned(bins=10, range="global")


@pytest.fixture
def recorder(installed, tiny, probe, tmp_path):
    with Recorder(tiny, probe=probe, epochs=50, path=tmp_path / "live") as recorder:
        yield recorder


def same(live, recording, estimator, diagnostics=False):
    expected = plane(recording, estimator, diagnostics=diagnostics)
    return live.dataset().identical(expected)


@pytest.mark.parametrize("diagnostics", [False, True])
@pytest.mark.parametrize("estimator", [FIXED, GLOBAL])
def test_it_grows_to_the_plane_of_the_whole_recording(
    recorder, tiny, probe, step, estimator, diagnostics
):
    live = LivePlane(recorder.recording, estimator, diagnostics=diagnostics)
    for _ in range(5):
        step(tiny, *probe, rate=5.0)
        recorder.epoch()
        assert live.update(budget_seconds=60) == 0
        assert live.pending == 0
        assert same(live, recorder.recording, estimator, diagnostics)


def test_an_update_does_at_least_one_epoch_and_the_newest_first(recorder, tiny, probe, step):
    for _ in range(3):
        step(tiny, *probe)
        recorder.epoch()
    live = LivePlane(recorder.recording, FIXED)
    assert live.update(budget_seconds=0) == 3
    assert live.dataset()["epoch"].values.tolist() == [3]
    assert live.update(budget_seconds=0) == 2
    assert live.dataset()["epoch"].values.tolist() == [2, 3]


def test_a_fixed_range_never_estimates_an_epoch_twice(recorder, tiny, probe, step, monkeypatch):
    estimated = []
    original = Study.epoch
    monkeypatch.setattr(
        Study,
        "epoch",
        lambda self, epoch, *rest: (estimated.append(epoch), original(self, epoch, *rest))[1],
    )
    live = LivePlane(recorder.recording, FIXED)
    for _ in range(4):
        step(tiny, *probe, rate=5.0)
        recorder.epoch()
        live.update(budget_seconds=60)
    assert estimated == [1, 0, 2, 3, 4]


def test_a_wider_range_makes_everything_stale_within_the_budget(recorder, tiny, probe, step):
    for _ in range(3):
        step(tiny, *probe)
        recorder.epoch()
    live = LivePlane(recorder.recording, GLOBAL)
    assert live.update(budget_seconds=60) == 0
    before = recorder.recording.range()
    for _ in range(3):
        step(tiny, *probe, rate=20.0)
    recorder.epoch()
    assert recorder.recording.range() != before, "the test needs a wider range"
    assert live.pending == 5
    assert live.update(budget_seconds=0) == 4
    assert live.dataset()["epoch"].values.tolist() == [0, 1, 2, 3, 4], "stale points stay visible"
    assert not same(live, recorder.recording, GLOBAL)
    while live.update(budget_seconds=0):
        pass
    assert same(live, recorder.recording, GLOBAL)


def test_runs_are_kept_apart(recorded_runs):
    live = LivePlane(recorded_runs, GLOBAL)
    live.update(budget_seconds=60)
    assert live.dataset()["xt"].dims == ("run", "epoch", "layer")
    assert same(live, recorded_runs, GLOBAL)
    assert np.isfinite(live.dataset()["xt"]).all()


def test_before_the_first_update_there_is_nothing(recorder):
    live = LivePlane(recorder.recording, "binned")
    assert live.pending == 1
    with pytest.raises(RecordingError, match="Call update"):
        live.dataset()
