from __future__ import annotations

import copy
import json
import pickle
import re
import threading

import numpy as np
import pytest
import torch
import xarray as xr

import glow
from glow.dynamics import Cancelled, Recorder, Recording, compression, phases, plane, plot, sweep
from glow.dynamics._measures import Sweep
from glow.dynamics._study import Study
from glow.estimators import KDE, Binned, Context, Estimator

FIXED = Binned(bins=10, range=(-1, 1))


def test_every_point_is_what_the_estimator_says(recorded):
    p = plane(recorded, FIXED)
    assert p["xt"].dims == ("epoch", "layer")
    assert p["epoch"].values.tolist() == list(recorded.epochs)
    context = Context(recorded.x, recorded.y)
    for epoch in recorded.epochs:
        for layer in recorded.layers:
            t = recorded.activations(epoch)[layer]
            point = p.sel(epoch=epoch, layer=layer)
            assert (point["xt"].item(), point["ty"].item()) == FIXED.coordinates(t, context)
            for name, value in FIXED.diagnose(t, context).items():
                assert point[name].item() == value


def test_the_plane_says_what_it_is(recorded):
    p = plane(recorded, FIXED)
    assert p["xt"].attrs == {"long_name": "I(X;T)", "units": "bits"}
    assert p["ty"].attrs == {"long_name": "I(T;Y)", "units": "bits"}
    share = recorded.y.mean()
    assert p.attrs == {
        "estimator": "binned",
        "label": FIXED.label,
        "settings": json.dumps(FIXED.settings),
        "samples": 64,
        "runs": 1,
        "x_ceiling": 6.0,
        "y_ceiling": pytest.approx(-share * np.log2(share) - (1 - share) * np.log2(1 - share)),
        "recording": "recorded",
        "glow_version": glow.__version__,
    }


def test_ranges_are_those_of_the_recording(recorded):
    whole = plane(recorded, Binned(bins=10, range="global"))
    same = plane(recorded, Binned(bins=10, range=recorded.range()))
    assert whole["xt"].identical(same["xt"])
    by_layer = plane(recorded, Binned(bins=10, range="layer"))
    for layer in recorded.layers:
        one = plane(recorded, Binned(bins=10, range=recorded.range(layer)), layers=[layer])
        assert np.array_equal(by_layer["xt"].sel(layer=[layer]), one["xt"])
    some = plane(recorded, Binned(bins=10, range="global"), epochs=[1, 2])
    assert some["xt"].identical(whole["xt"].sel(epoch=[1, 2])), "the range is of all epochs"


def test_each_run_has_the_plane_it_would_have_alone(recorded_runs, ensemble, tmp_path):
    p = plane(recorded_runs, Binned(bins=10, range="global"))
    assert p["xt"].dims == ("run", "epoch", "layer")
    assert p.attrs["runs"] == 3
    for run in range(3):
        alone = ensemble.members[run]  # as it is after the last epoch
        with torch.no_grad():
            outputs = alone.forward_layers(torch.from_numpy(recorded_runs.x))
        span = recorded_runs.range(run=run)
        context = Context(recorded_runs.x, recorded_runs.y, recording_range=span)
        for layer, t in outputs.items():
            xt, ty = Binned(bins=10, range="global").coordinates(t, context)
            point = p.isel(run=run, epoch=-1).sel(layer=layer)
            assert (point["xt"].item(), point["ty"].item()) == pytest.approx((xt, ty), abs=1e-9)


def test_some_runs_are_those_of_the_whole_plane(recorded_runs):
    every = plane(recorded_runs, Binned(bins=10, range="global"))
    last = every["run"].values[-1]
    some = plane(recorded_runs, Binned(bins=10, range="global"), runs=[last])
    assert some.equals(every.sel(run=[last]))
    assert some.attrs["runs"] == 1


@pytest.mark.parametrize("n_jobs", [1, 2, 3])
def test_the_number_of_threads_does_not_matter(recorded_runs, n_jobs):
    threads = torch.get_num_threads()
    p = plane(recorded_runs, FIXED, n_jobs=n_jobs)
    assert p.identical(plane(recorded_runs, FIXED, n_jobs=1))
    assert torch.get_num_threads() == threads


def test_a_study_travels_as_a_path(recorded):
    study = Study(recorded, Sweep(FIXED, {}), recorded.layers, (0,))
    expected = study.epoch(3)
    sent = pickle.dumps(study)
    assert len(sent) < 2000
    received = pickle.loads(sent)  # noqa: S301 - our own
    assert all(np.array_equal(received.epoch(3)[name], expected[name]) for name in expected)


def test_a_recording_of_activations_gives_the_same_plane(
    installed, tiny, probe, tmp_path, make_recording
):
    planes = [
        plane(make_recording(copy.deepcopy(tiny), probe, tmp_path / keep, keep=keep), FIXED)
        for keep in ("weights", "activations")
    ]
    assert planes[0]["xt"].identical(planes[1]["xt"])


def test_an_estimator_may_be_named(recorded):
    named = plane(recorded, "binned")
    assert named["xt"].identical(plane(recorded, Binned())["xt"])


def test_two_measures_make_a_plane(recorded):
    kde = KDE(variance=0.1)
    p = plane(recorded, x=kde, y=FIXED)
    assert np.array_equal(p["xt"], plane(recorded, kde)["xt"])
    assert np.array_equal(p["ty"], plane(recorded, FIXED)["ty"])
    assert p.attrs["estimator"] == "kde, binned"
    assert json.loads(p.attrs["settings"])["x"] == kde.settings


def test_a_sweep_is_the_planes_side_by_side(recorded_runs):
    s = sweep(recorded_runs, FIXED, bins=[30, 4, 8, 8], diagnostics=True)
    assert s["xt"].dims == ("run", "bins", "epoch", "layer")
    assert s["bins"].values.tolist() == [4, 8, 30]
    assert s["bins"].attrs["long_name"]
    assert (s["bins"].attrs["scale"], s["bins"].attrs["smooth"]) == ("integer", 0)
    assert s["bins"].attrs["default"] == 10
    for bins in (4, 8, 30):
        p = plane(recorded_runs, FIXED.replace(bins=bins))
        assert set(s.data_vars) == set(p.data_vars)
        for name in p.data_vars:
            xr.testing.assert_equal(s[name].sel(bins=bins, drop=True), p[name])


def test_several_parameters_make_several_dimensions(recorded):
    grids = {"variance": [0.01, 0.1, 1.0], "bound": ["upper", "lower"]}
    s = sweep(recorded, KDE(), epochs=[0, 6], **grids)
    assert s["xt"].dims == ("variance", "bound", "epoch", "layer")
    assert s["bound"].values.tolist() == ["lower", "upper"]
    for variance in grids["variance"]:
        for bound in grids["bound"]:
            p = plane(recorded, KDE(variance=variance, bound=bound), epochs=[0, 6])
            one = s.sel(variance=variance, bound=bound)
            for axis in ("xt", "ty"):
                assert np.allclose(one[axis], p[axis], atol=1e-5)


class Counted(Estimator):
    name = "counted-for-tests"

    def criterion(self, x, y):
        return float(np.mean(np.asarray(x)))


@pytest.fixture
def counted():
    yield Counted()
    from glow.estimators import _registry

    for table in vars(_registry).values():
        if isinstance(table, dict):
            table.pop("counted-for-tests", None)


def test_an_estimator_that_only_has_a_criterion_makes_a_plane(recorded, counted):
    p = plane(recorded, counted)
    figures = {"xt_half_change", "ty_half_change", "ty_shuffled"}
    assert set(p.data_vars) == {"xt", "ty", *figures, "xt_verdict", "ty_verdict"}
    expected = recorded.activations(6)["dense"].mean()
    assert p["ty"].sel(epoch=6, layer="dense").item() == pytest.approx(expected)


def test_progress_is_told_from_this_thread(recorded_runs):
    told = []
    sweep(
        recorded_runs,
        FIXED,
        bins=[4, 8],
        progress=lambda done, total: told.append((done, total, threading.get_ident())),
    )
    points = 3 * 3 * 2  # runs, layers, settings
    assert told == [(points * n, points * 7, threading.get_ident()) for n in range(1, 8)]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_cancelling_stops_the_work(recorded, n_jobs, monkeypatch):
    cancel = threading.Event()
    done = []
    with pytest.raises(Cancelled):
        plane(
            recorded,
            FIXED,
            cancel=cancel,
            n_jobs=n_jobs,
            progress=lambda count, total: (done.append(count), cancel.set()),
        )
    assert len(done) == 1


def test_a_diverged_layer_is_named(installed, tiny, probe, tmp_path):
    with Recorder(tiny, probe=probe, path=tmp_path / "r") as recorder:
        with torch.no_grad():
            tiny.layers[1].bias[0] = float("nan")
        recorder.epoch()
    recording = recorder.recording
    assert np.isfinite(recording.range()).all()
    for estimator in (FIXED, Binned(range="global"), KDE()):
        p = plane(recording, estimator, n_jobs=2)
        assert re.match(r"Layer 'dense_1' at epoch 1: .*finite", p.attrs["refused"])
        assert np.isnan(p["xt"]).values.tolist() == [[False] * 3, [False, True, True]]
        assert p["ty_verdict"].values[1, 1].startswith(f"refused: {type(estimator).__name__}: t")
    assert "refused" not in plane(recording, FIXED, epochs=[0]).attrs
    assert np.isfinite(plane(recording, FIXED, epochs=[0])["xt"]).all()


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((), {}, TypeError, "one estimator, or one for x and one for y"),
        ((FIXED,), {"x": FIXED}, TypeError, "one estimator"),
        ((3,), {}, TypeError, "must be an Estimator"),
        (("binnd",), {}, (KeyError, ValueError), "binned"),
        (
            (FIXED,),
            {"epochs": [7]},
            ValueError,
            r"epoch 7 was not recorded\. There are \d+, from 0",
        ),
        ((FIXED,), {"runs": [3]}, ValueError, "run 3 was not recorded"),
        ((FIXED,), {"epochs": []}, ValueError, "at least one epoch"),
        ((FIXED,), {"layers": ["dens"]}, ValueError, "Did you mean 'dense'"),
    ],
)
def test_wrong_arguments_are_refused(recorded, arguments, options, error, message):
    with pytest.raises(error, match=message):
        plane(recorded, *arguments, **options)


@pytest.mark.parametrize(
    ("grids", "error", "message"),
    [
        ({}, TypeError, "at least one parameter"),
        ({"bin": [1]}, ValueError, "Did you mean 'bins'"),
        ({"bins": []}, ValueError, r"a list of values to sweep, got \[\]. Choose e.g. bins=\[10\]"),
        ({"bins": 8}, ValueError, "a list of values"),
        ({"range": "global"}, ValueError, "a list of values"),
        ({"range": [(1, -1), "global"]}, ValueError, "range must be"),
        ({"bins": [[1, 2]]}, TypeError, "bins must be"),
        ({"bins": [0]}, ValueError, "bins must be"),
        ({"bins": [None]}, TypeError, "bins must be"),
        ({"edges": [[0, 1]]}, ValueError, "edges, so bins=10 would have no effect"),
    ],
)
def test_wrong_grids_are_refused_before_any_work(recorded, grids, error, message, monkeypatch):
    monkeypatch.setattr(Recording, "activations", lambda *_: pytest.fail("work was done"))
    with pytest.raises(error, match=message):
        sweep(recorded, FIXED, **grids)


def test_a_path_is_not_a_recording(recorded):
    with pytest.raises(TypeError, match=r"got str\. Open one"):
        plane(str(recorded.path), FIXED)


@pytest.mark.parametrize("use", [phases, plot, compression])
def test_a_recording_is_not_a_plane(recorded, use):
    with pytest.raises(TypeError, match=f"{use.__name__}: expected a plane, got Recording"):
        use(recorded)


@pytest.mark.parametrize(
    ("n_jobs", "error"), [(0, ValueError), ("a", TypeError), (True, TypeError)]
)
def test_a_wrong_number_of_threads_is_refused(recorded, n_jobs, error):
    with pytest.raises(error, match=r"^plane: n_jobs must be .*, got"):
        plane(recorded, FIXED, n_jobs=n_jobs)
