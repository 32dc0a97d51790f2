"""Halves of the probe set, devices, memory and progress of planes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from glow.dynamics import Recorder, plane, sweep
from glow.dynamics._study import half_of
from glow.estimators import KDE, Binned, Context, limited_memory

FIXED = Binned(bins=10, range=(-1, 1))


def test_resamples_are_planes_of_halves_of_the_probe_set(recorded_runs):
    p = plane(recorded_runs, FIXED, resamples=3)
    assert p["xt_resamples"].dims == ("resample", "run", "epoch", "layer")
    for number in range(3):
        rows = half_of(64, number)
        assert len(set(rows.tolist())) == 32
        half = Context(recorded_runs.x[rows], recorded_runs.y[rows])
        for layer in recorded_runs.layers:
            t = recorded_runs.activations(4)[layer][1][rows]
            point = p.sel(resample=number, run=1, epoch=4, layer=layer)
            found = point["xt_resamples"].item(), point["ty_resamples"].item()
            assert found == FIXED.coordinates(t, half)
    assert len({half_of(64, number).tobytes() for number in range(20)}) == 20
    same = plane(recorded_runs, FIXED)
    assert p[list(same)].identical(same)


def test_the_sampling_error_is_the_spread_over_the_halves(recorded):
    p = plane(recorded, FIXED, resamples=5, diagnostics=False)
    assert set(p) == {
        f"{a}{s}" for a in ("xt", "ty") for s in ("", "_resamples", "_sampling_error")
    }
    wanted = p["ty_resamples"].values.std(axis=0, ddof=1)
    assert np.allclose(p["ty_sampling_error"], wanted)
    assert p["ty_sampling_error"].attrs["units"] == "bits"


def test_a_range_of_the_recording_stays_that_of_the_recording(recorded):
    p = plane(recorded, Binned(bins=10, range="global"), resamples=2, diagnostics=False)
    q = plane(recorded, Binned(bins=10, range=recorded.range()), resamples=2, diagnostics=False)
    assert np.array_equal(p["xt_resamples"], q["xt_resamples"])


def test_half_samples_spread_as_samples_do():
    """The standard error of an entropy, by halves of one sample, and by samples drawn anew."""
    rng = np.random.default_rng(0)
    p = np.array([0.5, 0.2, 0.15, 0.1, 0.05])

    def entropy(symbols):
        share = np.bincount(symbols, minlength=5) / len(symbols)
        return -(share[share > 0] * np.log2(share[share > 0])).sum()

    samples = rng.choice(5, (100, 600), p=p)
    drawn = np.std([entropy(s) for s in rng.choice(5, (2000, 600), p=p)], ddof=1)
    by_halves = [
        np.std([entropy(s[half_of(600, number)]) for number in range(20)], ddof=1) for s in samples
    ]
    error = np.std(by_halves) / np.sqrt(len(by_halves))
    assert abs(np.mean(by_halves) - drawn) < 4 * error + 0.05 * drawn


@pytest.mark.parametrize(
    ("resamples", "error"), [(1, ValueError), (2.0, TypeError), (True, TypeError)]
)
def test_wrong_numbers_of_resamples_are_refused(recorded, resamples, error):
    with pytest.raises(error, match="resamples must be"):
        plane(recorded, FIXED, resamples=resamples)


# Devices.


@pytest.mark.parametrize("keep", ["weights", "activations"])
@pytest.mark.parametrize("estimator", [FIXED, Binned(bins=10, range="global"), KDE(variance=0.1)])
def test_tensors_on_a_device_make_the_same_plane(
    installed, ensemble, probe, tmp_path, make_recording, keep, estimator
):
    recording = make_recording(ensemble, probe, tmp_path / keep, keep=keep)
    p = plane(recording, estimator, device="cpu", resamples=2, diagnostics=False)
    assert p.identical(plane(recording, estimator, resamples=2, diagnostics=False))


def test_estimators_are_given_tensors_on_the_device(recorded, monkeypatch):
    given = []
    original = Binned.coordinates
    monkeypatch.setattr(
        Binned, "coordinates", lambda self, t, c: (given.append(t), original(self, t, c))[1]
    )
    plane(recorded, FIXED, device="cpu", diagnostics=False, epochs=[6])
    assert all(isinstance(t, torch.Tensor) and t.dtype == torch.float32 for t in given)
    given.clear()
    sweep(recorded, FIXED, bins=[4], device="cpu", epochs=[6])
    assert all(isinstance(t, torch.Tensor) for t in given)
    given.clear()
    plane(recorded, FIXED, diagnostics=False, epochs=[6])
    assert all(isinstance(t, np.ndarray) for t in given)


def test_a_recording_of_half_precision_is_read_as_float32(installed, tiny, probe, tmp_path):
    x, y = probe
    model = tiny.half()
    with Recorder(model, probe=(x.astype(np.float16), y), path=tmp_path / "half") as recorder:
        recorder.epoch()
    on_host = plane(recorder.recording, FIXED, diagnostics=False)
    assert np.isfinite(on_host["xt"]).all()
    assert on_host.identical(plane(recorder.recording, FIXED, device="cpu", diagnostics=False))


@pytest.mark.parametrize("device", ["no such device", "cuda:99", 3.5])
def test_a_device_that_is_not_there_is_refused(recorded, device):
    with pytest.raises(ValueError, match=r"cannot be used here .* Leave device= out"):
        plane(recorded, FIXED, device=device)


# Memory.


def test_a_sweep_above_the_memory_ceiling_is_refused_before_any_work(recorded, monkeypatch):
    monkeypatch.setattr(type(recorded), "activations", lambda *_: pytest.fail("work was done"))
    grid = range(2, 1002)  # 1000 values, 7 epochs, 3 layers, 16 bytes a point
    with (
        limited_memory(16 * 21_000 - 1),
        pytest.raises(
            ValueError,
            match=r"sweep: the result would take about 328 KiB \(21,000 points\), more than the "
            r"memory ceiling of 328 KiB. Choose fewer .*set_memory_ceiling\('656 KiB'\)",
        ),
    ):
        sweep(recorded, FIXED, bins=grid)


def test_the_stated_size_is_that_of_the_result(recorded):
    for diagnostics in (False, True):
        s = sweep(recorded, FIXED, bins=range(2, 30), diagnostics=diagnostics)
        points = 28 * 21
        size = sum(s[name].nbytes for name in s)
        if not diagnostics:
            assert size == 16 * points
        with limited_memory(size // 2), pytest.raises(ValueError, match="memory ceiling"):
            sweep(recorded, FIXED, bins=range(2, 30), diagnostics=diagnostics)
        with limited_memory(2 * size):
            sweep(recorded, FIXED, bins=range(2, 30), diagnostics=diagnostics)


def test_halves_count_towards_the_memory(recorded):
    with limited_memory(21 * 16 * 5), pytest.raises(ValueError, match="plane: the result"):
        plane(recorded, FIXED, diagnostics=False, resamples=5)


# Progress.


def test_resamples_count_as_progress(recorded):
    told = []
    plane(recorded, FIXED, resamples=2, progress=lambda *n: told.append(n))
    assert told == [(3 * n, 63) for n in range(1, 22)]


def test_a_bar_is_shown_on_a_terminal_alone(recorded, monkeypatch, capsys):
    plane(recorded, FIXED, progress=True)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    plane(recorded, FIXED, progress=True)
    assert "0/21" in capsys.readouterr().err


def test_what_cannot_be_told_is_refused(recorded):
    with pytest.raises(TypeError, match="progress must be None, True or a callable, got 'yes'"):
        plane(recorded, FIXED, progress="yes")
