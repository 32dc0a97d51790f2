from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr

from glow.dynamics import Curves, compression, load, plane, save, sweep
from glow.estimators import KDE, Binned, Context


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


def test_the_value_that_is_shown_is_said():
    at = Curves(made([2, 8, 32], smooth=False)).at(15)
    assert (at.attrs["parameter"], at.attrs["asked"], at.attrs["shown"]) == ("variance", 15, 8)
    between = Curves(made(NODES, smooth=True)).at(1.1)
    assert (between.attrs["asked"], between.attrs["shown"]) == (1.1, 1.1)


def test_the_error_is_zero_at_kept_values_and_missing_where_the_point_is():
    for smooth in (True, False):
        dataset = made(NODES, smooth=smooth)
        dataset["xt"][3, 1, 1] = np.nan
        kept = Curves(dataset).at(NODES[3])
        assert kept["xt_error"].fillna(0).sum() == kept["ty_error"].sum() == 0
        assert np.isnan(kept["xt_error"][1, 1])
        assert kept["xt_error"].attrs["units"] == "bits"


def test_the_error_of_a_snapping_parameter_is_the_step_around_the_value():
    at = Curves(made([2, 8, 32], smooth=False)).at(15)
    assert np.allclose(at["xt_error"], abs(np.sin(3) - np.sin(5)))
    assert np.allclose(at["ty_error"], 2 * at["xt_error"])


def test_the_error_of_a_spline_follows_the_distance_of_its_nodes():
    """Of sin, whose spline is off by up to h**4 / 384, within what the estimate allows."""
    for per_octave in (2, 4, 8):
        nodes = 2.0 ** (np.arange(-4 * per_octave, 4 * per_octave + 1) / per_octave)
        curves = Curves(made(nodes, smooth=True))
        for value in (0.8, 1.3, 3.1):
            at = curves.at(value)
            true = abs(at["xt"].values[0, 0] - np.sin(np.log2(value)))
            assert true <= at["xt_error"].values[0, 0] <= 40 * true + 1e-9


def test_too_few_nodes_say_nothing_of_the_error():
    at = Curves(made(NODES[:3], smooth=True)).at(NODES[:2].mean())
    assert np.isfinite(at["xt"]).all()
    assert np.isnan(at["xt_error"]).all()


@pytest.fixture(scope="module")
def activations():
    """Narrow tanh and wide ReLU layers, before and after training on the digits."""
    import torch
    from sklearn.datasets import load_digits

    digits = load_digits()
    x, y = torch.tensor(digits.data / 16).float(), torch.tensor(digits.target)
    found = {}
    for name, width, activation in (("tanh", 6, torch.nn.Tanh), ("wide", 1024, torch.nn.ReLU)):
        torch.manual_seed(0)
        net = torch.nn.Sequential(
            torch.nn.Linear(64, width), activation(), torch.nn.Linear(width, 10)
        )
        optimizer = torch.optim.Adam(net.parameters(), 3e-3)
        for step in range(101):
            if step in (0, 100):
                found[name, step] = net[:2](x[:700]).detach().numpy()
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(net(x), y).backward()
            optimizer.step()
    return found, Context(x[:700].numpy(), y[:700].numpy())


def test_the_stated_error_covers_the_true_one_on_real_activations(activations):
    layers, context = activations
    grid = 2.0 ** (np.arange(-36, 31) / 3)
    values = np.sort((2.0 ** (np.log2(grid[:-1]) + np.array([[0.07], [0.17], [0.26]]))).ravel())
    for (name, step), t in layers.items():
        kept, exact = (np.stack(KDE().curve(t, context, "variance", v)) for v in (grid, values))
        curves = Curves(swept_curve(grid, kept))
        found = [curves.at(value) for value in values]
        for index, axis in enumerate(("xt", "ty")):
            true = np.abs([p[axis].item() for p in found] - exact[index])
            stated = np.array([p[f"{axis}_error"].item() for p in found])
            covered = true <= stated + 2e-6  # float32 distances
            assert covered.mean() > 0.98, (name, step, axis)
            assert (true <= 2 * stated + 1e-5).all(), (name, step, axis)
            assert stated.max() < 20 * true.max() + 1e-5, (name, step, axis)


def swept_curve(grid, kept):
    """A sweep of one point."""
    units = {"long_name": "I", "units": "bits"}
    dims = ["variance", "epoch", "layer"]
    return xr.Dataset(
        {axis: (dims, kept[i][:, None, None], units) for i, axis in enumerate(("xt", "ty"))},
        {"variance": ("variance", grid, {"smooth": 1}), "epoch": [0], "layer": ["a"]},
        {"settings": "{}"},
    )


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


@pytest.mark.parametrize("value", ["a", None, True])
def test_a_value_that_is_no_number_is_refused(recorded, value):
    curves = Curves(sweep(recorded, Binned(), bins=[4, 8]))
    with pytest.raises(TypeError, match=r"Curves: bins must be a number, got .*Choose e.g. 8"):
        curves.at(value)
