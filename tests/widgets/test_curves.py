import threading

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from glow.dynamics import Cancelled, plane, sweep
from glow.estimators import KDE, Binned
from glow_widgets._curves import KeptCurve, coarse_to_fine, thinned_grid


def kept(recording, estimator, slider=0):
    return KeptCurve(recording, estimator, next(iter(estimator.sliders[slider:]), None))


def complete(curve):
    while not curve.done:
        curve.extend(threading.Event())
    return curve


@given(st.sets(st.integers(0, 10_000), min_size=1, max_size=400).map(sorted))
def test_levels_hold_every_epoch_once_and_the_first_spans_all(epochs):
    levels = coarse_to_fine(epochs)
    assert sorted(epoch for level in levels for epoch in level) == epochs
    assert levels[0][0] == epochs[0]
    assert levels[0][-1] == epochs[-1]
    assert len(levels[0]) <= len(epochs) // 8 + 2


@pytest.mark.parametrize("estimator", [Binned(range="global"), Binned(width=0.1), KDE()])
def test_coarse_to_fine_ends_at_the_sweep_itself(recording, estimator):
    curve = complete(kept(recording, estimator))
    name = curve.slider.name
    whole = sweep(recording, estimator, **{name: curve.data[name].values})
    np.testing.assert_array_equal(curve.published().xt, whole.xt)
    np.testing.assert_array_equal(curve.published().ty, whole.ty)


def test_an_estimator_without_a_slider_keeps_planes(recording):
    estimator = Binned(edges=[-1, 0, 1])
    curve = complete(kept(recording, estimator))
    np.testing.assert_array_equal(curve.data.xt, plane(recording, estimator).xt)


def test_the_estimator_s_own_setting_is_kept(recording):
    curve = complete(kept(recording, Binned(bins=37)))
    assert 37 in curve.data.bins


def test_fewer_epochs_at_first_but_never_fewer_samples(recording):
    curve = kept(recording, Binned())
    while not curve.extend(threading.Event()):
        pass
    assert curve.known <= len(recording.epochs) // 8 + 2
    assert curve.data.attrs["samples"] == recording.samples
    shown = curve.published()
    assert list(shown.epoch) == list(recording.epochs)
    assert int(np.isfinite(shown.xt).any(["bins", "layer"]).sum()) == curve.known


def test_cancelling_keeps_what_was_known(recording):
    curve, cancel = kept(recording, Binned()), threading.Event()
    curve.extend(cancel)
    before = curve.data.copy(deep=True)
    cancel.set()
    with pytest.raises(Cancelled):
        curve.extend(cancel)
    xr.testing.assert_identical(curve.data, before)
    complete(curve)
    assert curve.known == len(recording.epochs)


def test_the_kept_plane_is_the_plane(recording):
    curve = complete(kept(recording, Binned(bins=37, range="global")))
    found = curve.kept({"bins": 37})
    np.testing.assert_array_equal(found.xt, plane(recording, Binned(bins=37, range="global")).xt)
    assert curve.kept({"bins": 41}) is None


def test_the_error_between_the_nodes_of_a_smooth_curve_is_measured(recording):
    curve = complete(kept(recording, KDE()))
    error = curve.data.variance.attrs["error"]
    assert 0 < error < 5e-3
    off_node = 0.00123
    difference = curve.kept({"variance": off_node}).xt - plane(recording, KDE(variance=off_node)).xt
    assert float(np.abs(difference).max()) <= 2 * error


def test_the_last_epochs_are_left_out(recording):
    curve = KeptCurve(recording, Binned(), None, [[0, 1], [2, 3, 4]])
    curve.seconds = 1.0
    curve.drop_last(3.5)
    assert curve._levels == [[0, 1], [2]]
    curve.drop_last(0.0)
    assert curve.done


def test_dear_levels_are_left_out(recording):
    curve = kept(recording, Binned())
    curve.extend(threading.Event())
    curve.seconds = 1.0
    curve.drop_fine(len(recording.epochs) / 4)
    while not curve.done:
        curve.extend(threading.Event())
    assert curve.ready
    assert curve.known <= len(recording.epochs) / 4 + 2
    assert curve.kept({"bins": 30}) is None


@given(
    st.sets(st.integers(1, 10_000), min_size=2, max_size=40).map(sorted),
    st.floats(0.5, 20_000, allow_nan=False),
)
def test_a_grid_holds_the_own_value_and_nothing_beside_it(grid, own):
    thin = thinned_grid(grid, own)
    assert thin == sorted(set(thin))
    assert {grid[0], grid[-1], own} <= set(thin) <= {*grid, own}


def test_the_value_beside_the_own_one_makes_room():
    assert thinned_grid([1, 2, 4, 8, 16], 4.1) == [1, 2, 4.1, 8, 16]
    assert thinned_grid([0, 1, 2, 3], 1.2) == [0, 1.2, 2, 3]
