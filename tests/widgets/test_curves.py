import threading

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from glow.dynamics import Cancelled, plane, sweep
from glow.estimators import KDE, Binned
from glow_widgets._curves import KeptCurve, coarse_to_fine


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
    curve = complete(KeptCurve("run", recording, estimator))
    name = curve.slider.name
    whole = sweep(recording, estimator, **{name: curve.data[name].values})
    np.testing.assert_array_equal(curve.published().xt, whole.xt)
    np.testing.assert_array_equal(curve.published().ty, whole.ty)


def test_an_estimator_without_a_slider_keeps_planes(recording):
    estimator = Binned(edges=[-1, 0, 1])
    curve = complete(KeptCurve("run", recording, estimator))
    np.testing.assert_array_equal(curve.data.xt, plane(recording, estimator).xt)


def test_the_estimator_s_own_setting_is_kept(recording):
    curve = complete(KeptCurve("run", recording, Binned(bins=37)))
    assert 37 in curve.data.bins


def test_fewer_epochs_at_first_but_never_fewer_samples(recording):
    curve = KeptCurve("run", recording, Binned())
    while not curve.extend(threading.Event()):
        pass
    assert curve.known <= len(recording.epochs) // 8 + 2
    assert curve.data.attrs["samples"] == recording.samples
    shown = curve.published()
    assert list(shown.epoch) == list(recording.epochs)
    assert int(np.isfinite(shown.xt).any(["bins", "layer"]).sum()) == curve.known


def test_cancelling_keeps_what_was_known(recording):
    curve, cancel = KeptCurve("run", recording, Binned()), threading.Event()
    curve.extend(cancel)
    before = curve.data.copy(deep=True)
    cancel.set()
    with pytest.raises(Cancelled):
        curve.extend(cancel)
    xr.testing.assert_identical(curve.data, before)
    complete(curve)
    assert curve.known == len(recording.epochs)


def test_the_exact_plane_is_the_plane(recording):
    curve = KeptCurve("run", recording, Binned(range="global"))
    exact = curve.exact(41, threading.Event())
    np.testing.assert_array_equal(exact.xt, plane(recording, Binned(bins=41, range="global")).xt)
