"""What the static picture says beyond trajectories: the spread, and points to be doubted."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from glow.dynamics import plot
from glow.dynamics._band import band_path

CENTRES = np.array([[3.0, 0.5], [2.0, 0.9]])


def made(xt, ty, **extra):
    """A plane of these coordinates, (runs or nothing, epochs, layers)."""
    dims = ("run", "epoch", "layer")[-np.ndim(xt) :]
    epochs, layers = np.shape(xt)[-2:]
    variables = {"xt": (dims, xt, {"long_name": "I(X;T)", "units": "bits"})}
    variables["ty"] = (dims, ty, {"long_name": "I(T;Y)", "units": "bits"})
    variables |= {name: (dims, values) for name, values in extra.items()}
    attrs = {"estimator": "binned", "label": "Binned", "settings": "{}", "samples": 16}
    attrs |= {"x_ceiling": 4.0, "y_ceiling": 1.0, "recording": "tanh", "glow_version": "0"}
    coords = {"epoch": range(epochs), "layer": [f"layer_{i}" for i in range(layers)]}
    return xr.Dataset(variables, coords=coords, attrs=attrs)


def open_marks(axes):
    """The places of marks with a white face."""
    found = [
        mark.get_offsets()
        for mark in axes.collections
        if np.array_equal(mark.get_facecolor(), [[1, 1, 1, 1]]) and len(mark.get_offsets())
    ]
    return {tuple(place) for places in found for place in np.asarray(places).tolist()}


def caption(axes):
    return axes.texts[-1].get_text().replace("\n", " ")


def test_points_above_a_ceiling_or_out_of_order_are_open():
    axes = plot(made([[4.2, 3.0], [3.0, 3.5]], [[0.8, 0.5], [0.5, 0.52]]))
    assert open_marks(axes) == {(4.2, 0.8), (3.5, 0.52)}
    assert "open marks: above a ceiling" in caption(axes)


def test_points_the_estimator_doubts_are_open():
    words = np.array([["reliable", "at ceiling"], ["", "reliable"]])
    plane = made([[3.0, 2.0], [2.9, 1.0]], [[0.8, 0.5], [0.8, 0.4]], xt_verdict=words)
    assert open_marks(plot(plane)) == {(2.0, 0.5)}


def test_sound_points_are_filled_and_need_no_words():
    axes = plot(made([[3.0, 2.0], [3.0, 1.0]], [[0.8, 0.5], [0.8, 0.4]]))
    assert open_marks(axes) == set()
    assert "open marks" not in caption(axes)
    assert "band" not in caption(axes)


def test_the_band_is_one_standard_deviation_over_runs():
    runs = np.random.default_rng(0).normal(size=(5, 3, 1)) / 10 + 2
    axes = plot(made(runs, runs / 4))
    (band,) = axes.patches
    box = band.get_path().get_extents()
    edges = runs.mean(0) + runs.std(0, ddof=1), runs.mean(0) - runs.std(0, ddof=1)
    assert (box.x1, box.x0) == pytest.approx((edges[0].max(), edges[1].min()), abs=1e-6)
    assert "band: one standard deviation over runs" in caption(axes)


def test_of_one_run_the_band_is_the_sampling_error():
    xt = np.array([[2.0], [3.0]])
    error = {f"{axis}_sampling_error": np.full((2, 1), 0.1) for axis in ("xt", "ty")}
    axes = plot(made(xt, xt / 4, **error))
    assert axes.patches[0].get_path().get_extents().x1 == pytest.approx(3.1)
    assert "halves of the probe set" in caption(axes)


def test_a_band_holds_every_ellipse_and_what_lies_between():
    path = band_path(np.column_stack([CENTRES, [[0.3, 0.1], [0.1, 0.2]]]))
    middle = CENTRES.mean(axis=0)
    assert path.contains_points([*CENTRES, middle, [3.29, 0.5], [2.0, 1.09]]).all()
    assert not path.contains_points([[3.31, 0.5], [2.0, 1.11], [2.6, 0.95]]).any()
    assert band_path(np.empty((0, 4))) is None
