"""Estimators that learn go through each layer's epochs in order."""

from __future__ import annotations

import importlib.util
import sys
import threading
from pathlib import Path

import joblib
import numpy as np
import pytest
import torch

from glow.dynamics import Cancelled, LivePlane, Recorder, Recording, plane, sweep
from glow.estimators import MINE, Binned, Context, _registry

HERE = Path(__file__).parent
_SPEC = importlib.util.spec_from_file_location("ordered", HERE / "ordered.py")
ordered = importlib.util.module_from_spec(_SPEC)
sys.modules["ordered"] = ordered
_SPEC.loader.exec_module(ordered)
Learning, by_hand = ordered.Learning, ordered.by_hand
_registry._CLASSES.pop("learning-for-tests")

FIXED = Binned(bins=10, range=(-1, 1))


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_each_layer_is_followed_from_epoch_to_epoch(recorded, n_jobs):
    p = plane(recorded, Learning(), n_jobs=n_jobs)
    for layer in recorded.layers:
        wanted = by_hand(recorded, recorded.epochs, layer)
        assert np.allclose(p["xt"].sel(layer=layer), wanted, rtol=1e-12)
    assert np.allclose(p["gap"], p["xt"])
    assert p["ty_verdict"].dims == ("epoch", "layer")
    assert set(plane(recorded, Learning(), diagnostics=False)) == {"xt", "ty"}


def test_only_the_chosen_epochs_runs_and_layers_are_followed(recorded_runs):
    p = plane(recorded_runs, Learning(), epochs=[5, 1, 3], runs=[2], layers=["dense_1"])
    assert p["epoch"].values.tolist() == [1, 3, 5]
    wanted = by_hand(recorded_runs, [1, 3, 5], "dense_1", run=2)
    assert np.allclose(p["xt"].squeeze(), wanted)


def test_a_sweep_follows_each_setting_by_itself(recorded_runs):
    s = sweep(recorded_runs, Learning(), rate=[0.25, 0.75], n_jobs=2)
    assert s["xt"].dims == ("run", "rate", "epoch", "layer")
    for rate in (0.25, 0.75):
        wanted = by_hand(recorded_runs, recorded_runs.epochs, "dense", rate=rate, run=1)
        assert np.allclose(s["xt"].sel(rate=rate, run=1, layer="dense"), wanted)


def test_one_of_two_measures_may_learn(recorded):
    p = plane(recorded, x=Learning(), y=FIXED)
    assert np.array_equal(p["xt"], plane(recorded, Learning())["xt"])
    assert np.array_equal(p["ty"], plane(recorded, FIXED)["ty"])
    assert {"xt_gap", "ty_edge_share", "xt_verdict", "ty_verdict"} <= set(p)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_progress_is_told_point_by_point_from_this_thread(recorded, n_jobs):
    told = []
    plane(
        recorded,
        Learning(),
        n_jobs=n_jobs,
        progress=lambda done, total: told.append((done, total, threading.get_ident())),
    )
    assert told == [(n, 21, threading.get_ident()) for n in range(1, 22)]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_cancelling_stops_in_the_middle_of_a_trajectory(recorded, n_jobs):
    cancel, read = threading.Event(), []
    original = Recording.activations

    class Watched(Recording):
        def activations(self, epoch):
            read.append(epoch)
            if len(read) > 6:  # the workers are faster than the thread that may stop them
                cancel.wait(30)
            return original(self, epoch)

    recorded.__class__ = Watched
    with pytest.raises(Cancelled):
        plane(
            recorded,
            Learning(),
            cancel=cancel,
            n_jobs=n_jobs,
            progress=lambda done, total: cancel.set(),
        )
    assert len(read) < 21


def test_epochs_are_read_as_they_are_needed(recorded):
    """No more than one epoch ahead of the estimates."""
    events = []

    class Noting(Learning):
        name = "noting-for-tests"

        def trajectory(self, activations, context, *, diagnostics=True):
            for _ in activations:
                events.append("read")
                yield {"xt": 0.0, "ty": 0.0}
                events.append("taken")

    _registry._CLASSES.pop("noting-for-tests")
    plane(recorded, Noting(), diagnostics=False, layers=["dense"])
    assert events == ["read", "taken"] * 7


@pytest.mark.slow
def test_other_processes_do_the_same(recorded_activations, monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))  # there the class is found by its module's name
    told = []
    with joblib.parallel_config("loky", n_jobs=2):
        p = plane(recorded_activations, Learning(), progress=lambda done, total: told.append(done))
    assert p.identical(plane(recorded_activations, Learning(), n_jobs=1))
    assert told[-1] == 21


@pytest.fixture
def recorded_activations(installed, tiny, probe, tmp_path, make_recording):
    return make_recording(tiny, probe, tmp_path / "kept", keep="activations")


def test_a_diverged_layer_is_named_with_its_epoch(installed, tiny, probe, tmp_path):
    with Recorder(tiny, probe=probe, path=tmp_path / "r") as recorder:
        recorder.epoch()
        with torch.no_grad():
            tiny.layers[1].bias[0] = float("nan")
        recorder.epoch()
        with torch.no_grad():
            tiny.layers[1].bias[0] = 0
        recorder.epoch()
    p = plane(recorder.recording, Learning(), n_jobs=1)
    assert p.attrs["refused"] == "Layer 'dense_1' at epoch 2: Learning: t must be finite."
    assert np.isnan(p["xt"].sel(epoch=2)).values.tolist() == [False, True, True]
    # what follows is learnt anew
    for layer in ("dense_1", "dense_2"):
        assert p["xt"].sel(epoch=3, layer=layer) == by_hand(recorder.recording, [3], layer)[0]
    whole = by_hand(recorder.recording, [0, 1, 2, 3], "dense")
    assert p["xt"].sel(layer="dense").values == pytest.approx(whole, abs=1e-12)
    live = LivePlane(recorder.recording, Learning())
    assert live.update(60) == 0
    assert live.dataset().identical(plane(recorder.recording, Learning(), diagnostics=False))


def test_a_trajectory_that_ends_early_is_refused(recorded):
    class Short(Learning):
        name = "short-for-tests"

        def trajectory(self, activations, context, *, diagnostics=True):
            yield {"xt": 0.0, "ty": 0.0}

    _registry._CLASSES.pop("short-for-tests")
    with pytest.raises(ValueError, match="short-for-tests: trajectory made 1 points of 7 epochs"):
        plane(recorded, Short(), diagnostics=False)


def test_a_live_plane_goes_on_from_where_it_was(installed, tiny, probe, step, tmp_path):
    with Recorder(tiny, probe=probe, epochs=50, path=tmp_path / "live") as recorder:
        live = LivePlane(recorder.recording, Learning())
        for _ in range(3):
            step(tiny, *probe)
            recorder.epoch()
            live.update(budget_seconds=0)  # one epoch, so that it falls behind
        assert live.pending == 1
        assert live.dataset()["epoch"].values.tolist() == [0, 1, 2]
        assert live.update(budget_seconds=60) == 0
    expected = plane(recorder.recording, Learning(), diagnostics=False)
    assert live.dataset().identical(expected)


def test_a_live_plane_refuses_an_estimator_that_looks_ahead(recorded):
    class Ahead(Learning):
        name = "ahead-for-tests"

        def trajectory(self, activations, context, *, diagnostics=True):
            for _ in list(activations):
                yield {"xt": 0.0, "ty": 0.0}

    _registry._CLASSES.pop("ahead-for-tests")
    assert plane(recorded, Ahead(), diagnostics=False)["xt"].shape == (7, 3)
    with pytest.raises(ValueError, match="must yield after each activation"):
        LivePlane(recorded, Ahead()).update()


def test_a_learned_critic_goes_on_too(recorded):
    """A real one: what it finds live is what it finds afterwards, on any number of threads."""
    mine = MINE(steps=5, warm_steps=2, hidden=(4,), batch_size=16, noise=0.1)
    live = LivePlane(recorded, mine)
    live.update(budget_seconds=60)
    p = plane(recorded, mine, diagnostics=False, n_jobs=1)
    assert live.dataset().identical(p)
    assert p.identical(plane(recorded, mine, diagnostics=False, n_jobs=3))
    t, context = recorded.activations(6)["dense"], Context(recorded.x, recorded.y)
    anew, _ = mine.coordinates(t, context)
    assert p["xt"].sel(epoch=6, layer="dense").item() != anew, "it went on from epoch 5"
    assert {"xt_gap", "xt_rising", "xt_verdict"} <= set(plane(recorded, mine, epochs=[0, 6]))
