from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr

from glow.dynamics import Curves, compression, load, plane, save, sweep
from glow.estimators import KDE, Binned


def made(values, smooth, shape=(3, 2)):
    """A sweep of known functions of log2 of the parameter."""
    u = np.log2(np.asarray(values, float)) if min(values) > 0 else np.asarray(values, float)
    xt = np.sin(u)[:, None, None] * np.ones(shape)
    attrs = {"smooth": int(smooth), "scale": "log"}
    dims = ["variance", "epoch", "layer"]
    units = {"long_name": "I", "units": "bits"}
    return xr.Dataset(
        {"xt": (dims, xt, units), "ty": (dims, 2 * xt, units), "gap": (dims, xt)},
        {
            "variance": ("variance", list(values), attrs),
            "epoch": [0, 1, 2],
            "layer": ["a", "b"],
        },
        {"settings": '{"variance": 1.0, "bound": "upper"}'},
    )


NODES = 2.0 ** (np.arange(-12, 13) / 3)


def test_a_smooth_parameter_is_a_natural_spline_in_its_logarithm():
    curves = Curves(made(NODES, smooth=True))
    u, y = np.log2(NODES), np.sin(np.log2(NODES))
    # An independent solution of the natural spline's tridiagonal system, equally spaced nodes.
    h = u[1] - u[0]
    system = np.diag(np.full(len(u), 4.0)) + np.diag(np.ones(len(u) - 1), 1)
    system += np.diag(np.ones(len(u) - 1), -1)
    system[0, :2], system[-1, -2:] = (1, 0), (0, 1)
    right = np.zeros(len(u))
    right[1:-1] = 6 * np.diff(y, 2) / h**2
    m = np.linalg.solve(system, right)
    for value in (0.07, 0.9, 1.1, 5.0, 15.9):
        at = np.log2(value)
        i = int(np.clip(np.searchsorted(u, at) - 1, 0, len(u) - 2))
        a, b = (u[i + 1] - at) / h, (at - u[i]) / h
        expected = a * y[i] + b * y[i + 1]
        expected += ((a**3 - a) * m[i] + (b**3 - b) * m[i + 1]) * h**2 / 6
        p = curves.at(value)
        assert p["xt"].dims == ("epoch", "layer")
        assert np.allclose(p["xt"], expected, atol=1e-12)
        assert np.allclose(p["ty"], 2 * expected, atol=1e-12)
        assert json.loads(p.attrs["settings"]) == {"variance": value, "bound": "upper"}


def test_kept_values_are_given_back_as_they_are():
    dataset = made(NODES, smooth=True)
    curves = Curves(dataset)
    for index, value in enumerate(NODES):
        assert curves.exact(value)
        assert np.array_equal(curves.at(value)["xt"], dataset["xt"][index])
    assert not curves.exact(1.1)


def test_other_parameters_snap_to_the_nearest_kept_value():
    curves = Curves(made([2, 8, 32], smooth=False))
    for value, kept in ((2, 2), (3.9, 2), (4.1, 8), (15, 8), (17, 32), (32, 32)):
        p = curves.at(value)
        assert np.allclose(p["xt"], np.sin(np.log2(kept)))
        assert json.loads(p.attrs["settings"])["variance"] == kept
        assert curves.exact(value) == (value == kept)
    assert "variance" not in p.coords


def test_values_around_zero_snap_on_a_linear_scale():
    curves = Curves(made([-1.0, 0.0, 1.0], smooth=False))
    assert json.loads(curves.at(0.4).attrs["settings"])["variance"] == 0


def test_missing_points_stay_missing_and_leave_the_others_alone():
    dataset = made(NODES, smooth=True)
    dataset["xt"][3, 1, 1] = np.nan
    p = Curves(dataset).at(1.1)
    assert np.isnan(p["xt"].values).tolist() == [[False, False], [False, True], [False, False]]


def test_one_value_is_shown_as_it_is():
    assert Curves(made([0.5], smooth=True)).at(0.5)["xt"].shape == (3, 2)


def test_wrong_sweeps_and_values_are_refused():
    dataset = made(NODES, smooth=True)
    with pytest.raises(ValueError, match="got a plane"):
        Curves(dataset.isel(variance=0, drop=True))
    with pytest.raises(ValueError, match=r"got \['bins', 'variance'\]"):
        Curves(dataset.expand_dims(bins=[1, 2]))
    with pytest.raises(ValueError, match="must be numbers"):
        Curves(dataset.isel(variance=[0, 1]).assign_coords(variance=["a", "b"]))
    for value in (0, -1, 1e9, float("nan")):
        with pytest.raises(ValueError, match=r"variance must be from 0\.0625 to 16"):
            Curves(dataset).at(value)


def test_the_curve_of_the_kde_is_near_the_exact_estimate(recorded, tmp_path):
    grid = 2.0 ** (np.arange(-30, 16) / 3)
    s = sweep(recorded, KDE(), variance=grid, epochs=[0, 3, 6])
    assert s["variance"].attrs["smooth"] == 1
    save(s, tmp_path / "p.glow.json")
    (kept,) = load(tmp_path / "p.glow.json")["recorded"]
    for value in (0.003, 0.02, 0.11, 1.7):
        exact = plane(recorded, KDE(variance=value), epochs=[0, 3, 6])
        for axis in ("xt", "ty"):
            assert np.abs(Curves(s).at(value)[axis] - exact[axis]).max() < 2e-3
            assert np.abs(Curves(kept).at(value)[axis] - exact[axis]).max() < 3e-3


def test_compression_is_peak_minus_last(recorded_runs):
    s = sweep(recorded_runs, Binned(range=(-1, 1)), bins=[4, 8])
    lost = compression(s)
    assert lost.dims == ("run", "bins", "layer")
    assert lost.attrs["units"] == "bits"
    xt = s["xt"].values
    assert np.array_equal(lost.values, xt.max(axis=2) - xt[:, :, -1])
