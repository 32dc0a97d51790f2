"""The spread over runs, as documents carry it."""

import numpy as np
import pytest
import xarray as xr

from glow.dynamics import document, load, save

VALUES = np.random.default_rng(0).normal(1, 0.2, (4, 3, 2))  # (runs, epochs, layers)


def made(values):
    coords = {"run": range(len(values)), "epoch": [0, 1, 5], "layer": ["dense", "dense_1"]}
    attrs = {"estimator": "binned", "label": "Binned", "settings": "{}", "samples": 64}
    attrs |= {"x_ceiling": 6.0, "y_ceiling": 1.0, "recording": "tanh", "glow_version": "0"}
    named = {"xt": {"long_name": "I(X;T)", "units": "bits"}}
    named["ty"] = {"long_name": "I(T;Y)", "units": "bits"}
    return xr.Dataset(
        {axis: (list(coords), values, named[axis]) for axis in named}, coords=coords, attrs=attrs
    )


def loaded(plane, path):
    save(plane, path)
    (again,) = load(path)["tanh"]
    return again


def test_the_standard_deviation_over_runs_travels(tmp_path):
    again = loaded(made(VALUES), tmp_path / "p")
    for axis in ("xt", "ty"):
        spread = again[f"{axis}_run_std"]
        assert spread.dims == ("epoch", "layer")
        assert np.allclose(spread, VALUES.std(axis=0, ddof=1), rtol=1e-6)
    assert document(again) == document(loaded(again, tmp_path / "q")), "it survives another saving"


def test_it_is_rounded_as_the_coordinates_are():
    kinds = {}
    for precise in (False, True):
        (recording,) = document(made(VALUES), precise=precise)["recordings"]
        (plane,) = recording["planes"]
        kinds[precise] = plane["xt"]["dtype"], plane["diagnostics"]["xt_run_std"]["dtype"]
    assert kinds == {False: ("int16", "int16"), True: ("float32", "float32")}


@pytest.mark.parametrize("present", [0, 1, 2])
def test_fewer_than_two_runs_with_a_value_have_no_spread(tmp_path, present):
    values = VALUES.copy()
    values[present:, 1, 0] = np.nan
    spread = loaded(made(values), tmp_path / "p")["xt_run_std"]
    assert np.isnan(spread[1, 0]) == (present < 2)
    assert np.isfinite(spread[2, 1])


def test_one_run_has_none(tmp_path):
    assert "xt_run_std" not in loaded(made(VALUES).isel(run=0), tmp_path / "p")
