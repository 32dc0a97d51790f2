import math

import numpy as np
import pytest
import torch

from glow.datasets import szt
from glow.estimators import Binned, Context
from glow.estimators._counting.partition import Partition
from glow.estimators._counting.partition_torch import TensorPartition
from glow.estimators._counting.symbols import moved


def slow_plane_point(t, y, edges):
    """H(T) and H(T) - sum p(y) H(T given y) by a loop over samples, in bits."""

    def entropy(rows):
        counts = {}
        for row in rows:
            counts[row] = counts.get(row, 0) + 1
        return -sum(c / len(rows) * np.log2(c / len(rows)) for c in counts.values())

    rows = [tuple(row) for row in np.digitize(t, edges)]
    whole = entropy(rows)
    given_y = 0.0
    for c in set(y.tolist()):
        inside = [row for row, label in zip(rows, y, strict=True) if label == c]
        given_y += len(inside) / len(rows) * entropy(inside)
    return whole, whole - given_y


@pytest.mark.parametrize(
    ("settings", "edges"),
    [
        ({"bins": 30, "range": (-1, 1)}, np.linspace(-1, 1, 31)[1:-1]),
        ({"bins": 7, "range": (-0.3, 0.4)}, np.linspace(-0.3, 0.4, 8)[1:-1]),
        ({"bins": 1, "range": (-1, 1)}, [9]),
        ({"edges": np.linspace(-1, 1, 30)}, np.linspace(-1, 1, 30)),
        ({"edges": [-0.9, 0.0, 0.1]}, [-0.9, 0.0, 0.1]),
        ({"width": 0.07}, np.arange(-20, 21) * 0.07),
        ({"bins": 12, "range": "global"}, np.linspace(-1, 1, 13)[1:-1]),
    ],
)
def test_a_point_is_that_of_the_slow_twin(layer, context, settings, edges):
    _, t, y = layer
    expected = slow_plane_point(t, y, edges)
    np.testing.assert_allclose(Binned(**settings).coordinates(t, context), expected, atol=1e-12)


@pytest.mark.parametrize("rule", ["layer", "snapshot"])
def test_ranges_of_layer_and_snapshot(layer, context, rule):
    _, t, y = layer
    low, high = float(t.min()), float(t.max())
    expected = slow_plane_point(t, y, np.linspace(low, high, 31)[1:-1])
    np.testing.assert_allclose(Binned(range=rule).coordinates(t, context), expected, atol=1e-12)


def test_the_layer_range_is_that_of_the_recording(layer, context):
    _, t, _ = layer
    wide = context.for_layer(layer_range=(-50.0, 50.0))
    assert (
        Binned(range="layer").coordinates(t, wide)[0]
        < Binned(range="layer").coordinates(t, context.for_layer(layer_range=(-1.0, 1.0)))[0]
    )


def test_equal_mass_gives_a_unit_the_most_even_cells(rng):
    t = rng.exponential(size=(3000, 1)).astype(np.float32)
    context = Context(t, rng.integers(0, 2, 3000))
    entropy, _ = Binned(bins=30, range="equal-mass").coordinates(t, context)
    assert entropy == pytest.approx(np.log2(30), abs=1e-3)


def test_all_patterns_once_are_twelve_bits_and_the_label_entropy():
    x, y = szt.patterns()
    xt, ty = Binned(bins=2, range=(0, 1)).coordinates(x, Context(x, y))
    assert xt == pytest.approx(12, abs=1e-12)
    assert ty == pytest.approx(0.9991571208502714, abs=1e-12)


def test_criterion_of_discrete_variables_is_their_plug_in_information():
    x, y = szt.patterns()
    weight = x.sum(axis=1).astype(np.int64)
    assert Binned(range="snapshot").criterion(weight, y) == pytest.approx(0.6276, abs=5e-5)
    assert Binned().criterion(x.astype(np.int64), y) == pytest.approx(0.99916, abs=1e-5)


def test_correction_adds_the_occupied_cells(layer, context):
    _, t, _ = layer
    plain = Binned(width=0.5)
    xt, _ = plain.coordinates(t, context)
    cells = plain.diagnose(t, context)["occupied_cells"]
    corrected, _ = plain.replace(correction="miller-madow").coordinates(t, context)
    assert corrected - xt == pytest.approx((cells - 1) / (2 * len(t) * np.log(2)))


def test_a_curve_is_the_single_estimates_in_the_order_asked(layer, context):
    _, t, _ = layer
    estimator = Binned(range=(-1, 1))
    xt, ty = estimator.curve(t, context, "bins", [64, 8, 30])
    single = [estimator.replace(bins=b).coordinates(t, context) for b in (64, 8, 30)]
    np.testing.assert_array_equal(np.column_stack([xt, ty]), single)


def test_a_continuous_target_is_cut_over_its_own_range(rng):
    t = rng.uniform(-1, 1, size=(4000, 1)).astype(np.float32)
    context = Context(t, 100 * t + 500)
    xt, ty = Binned(bins=8, range=(-1, 1)).coordinates(t, context)
    np.testing.assert_allclose([xt, ty], 3, atol=0.05)


def test_trap_fixed_edges_fake_compression_of_relu(rng):
    """Growing ReLU activations leave [-1, 1]: the estimate falls, and edge_share says why."""
    x = rng.normal(size=(1000, 5))
    relu = np.maximum(x @ rng.normal(size=(5, 4)), 0).astype(np.float32)
    context = Context(x, x[:, 0] > 0, recording_range=(0.0, float(20 * relu.max())))
    fixed, ranged = Binned(edges=np.linspace(-1, 1, 30)), Binned(bins=30, range="snapshot")
    drops, shares = [], []
    for estimator in (fixed, ranged):
        points = [estimator.coordinates(s * relu, context)[0] for s in (0.2, 20)]
        drops.append(points[0] - points[1])
        shares.append(estimator.diagnose(20 * relu, context)["edge_share"])
    assert drops[0] > 3
    assert drops[1] == pytest.approx(0, abs=0.2)
    small = fixed.diagnose(0.2 * relu, context)["edge_share"]
    assert shares[0] > small + 0.3


def test_trap_fine_joint_cells_know_an_independent_label(rng):
    t = rng.uniform(-1, 1, size=(4096, 10)).astype(np.float32)
    context = Context(t, rng.integers(0, 2, 4096))
    fine, coarse = Binned(range=(-1, 1)), Binned(bins=2, range=(-1, 1))
    assert fine.coordinates(t, context)[1] > 0.99
    assert fine.diagnose(t, context)["singleton_share"] > 0.99
    assert coarse.diagnose(t, context)["singleton_share"] < 0.2


def test_trap_estimates_are_raw(rng):
    """A corrected estimate of independent variables falls on both sides of zero."""
    values = [
        Binned(correction="miller-madow").criterion(rng.integers(0, 3, 50), rng.integers(0, 3, 50))
        for _ in range(40)
    ]
    assert min(values) < 0 < max(values)


def test_diagnosis_of_a_small_layer():
    t = np.array([[0.1], [0.1], [0.6], [0.9]], np.float32)
    found = Binned(bins=4, range=(0, 1)).diagnose(t, Context(t, [0, 0, 1, 1]))
    shuffled = found.pop("ty_shuffled")
    assert shuffled == Binned(bins=4, range=(0, 1)).criterion(
        t, Context(t, [0, 0, 1, 1]).shuffled.y
    )
    assert math.isnan(found.pop("ty_cell_ceiling"))  # the two samples of one cell are equal
    assert found == {
        "edge_share": 0.75,
        "outside_share": 0.0,
        "occupied_cells": 3.0,
        "singleton_share": 0.5,
    }


@pytest.mark.parametrize(
    ("settings", "label", "moved"),
    [
        ({}, "Binned, global range", ["bins"]),
        ({"range": (-1, 1)}, "Binned, range [-1, 1]", ["bins"]),
        ({"range": "layer"}, "Binned, range of each layer", ["bins"]),
        ({"range": "equal-mass"}, "Binned, equal mass", ["bins"]),
        ({"width": 0.07}, "Binned, by width", ["width"]),
        ({"edges": np.linspace(-1, 1, 30)}, "Binned, 30 edges on [-1, 1]", []),
        ({"correction": "miller-madow"}, "Binned, global range, Miller-Madow", ["bins"]),
    ],
)
def test_labels_leave_out_what_the_slider_shows(settings, label, moved):
    assert Binned(**settings).label == label
    assert [p.name for p in Binned(**settings).sliders] == moved


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bins": 50, "width": 0.1}, "cells follow from width, so bins=50 would have no effect"),
        ({"range": "layer", "width": 0.1}, "from width, so range='layer' would have no effect"),
        ({"edges": [0, 1], "width": 0.1}, "from edges, so width=0.1 would have no effect"),
    ],
)
def test_settings_that_would_be_ignored_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Binned(**settings)


def test_settings_hold_what_has_an_effect():
    assert Binned(width=0.5).settings == {"width": 0.5, "correction": None}
    assert Binned(range=(0, 1)).settings == {"bins": 30, "range": [0.0, 1.0], "correction": None}


@pytest.mark.parametrize(
    ("rule", "missing"), [("global", "recording_range"), ("layer", "layer_range")]
)
def test_a_range_of_a_recording_needs_one(layer, rule, missing):
    x, t, y = layer
    with pytest.raises(ValueError, match=f"range='{rule}' is that of a recording and unknown here"):
        Binned(range=rule).criterion(t, y)
    with pytest.raises(ValueError, match=f"give the Context a {missing}"):
        Binned(range=rule).coordinates(t, Context(x, y))


def test_a_noisy_layer_is_refused_by_name(layer, context):
    noisy = context.for_layer(noise=0.1, layer="gaussian_1")
    with pytest.raises(
        ValueError, match=r"layer gaussian_1 adds noise \(standard deviation 0\.1\)"
    ):
        Binned(width=0.1).coordinates(layer[1], noisy)


def test_the_shuffle_correction_subtracts_what_shuffled_labels_give(layer, context):
    _, t, y = layer
    plain, corrected = Binned(range=(-1, 1)), Binned(range=(-1, 1), correction="shuffle")
    found, moved = plain.estimate(t, context), corrected.estimate(t, context)
    shuffled = plain.coordinates(t, context.shuffled)[1]
    assert found["ty_shuffled"] == moved["ty_shuffled"] == pytest.approx(shuffled, abs=1e-12)
    assert moved["ty"] == pytest.approx(found["ty"] - shuffled, abs=1e-12)
    assert moved["xt"] == found["xt"]
    assert corrected.criterion(t, y) == pytest.approx(moved["ty"], abs=1e-12)
    assert plain.check(t, y)["shuffled"] == pytest.approx(shuffled, abs=1e-12)


def test_the_shuffle_correction_has_no_bias_for_independent_labels(rng):
    """Means over 40 samples; standard errors near 0.01 bits."""
    found = []
    for _ in range(40):
        t, y = rng.uniform(-1, 1, size=(500, 3)), rng.integers(0, 2, 500)
        settings = [Binned(bins=6, range=(-1, 1), correction=c) for c in (None, "shuffle")]
        found.append([each.criterion(t, y) for each in settings])
    plain, corrected = np.mean(found, axis=0)
    assert plain > 0.2
    assert corrected == pytest.approx(0, abs=4 * np.std(found, axis=0)[1] / np.sqrt(40))


def test_labels_of_the_shuffle_correction_differ():
    assert Binned(correction="shuffle").label == "Binned, global range, shuffled labels subtracted"


def test_values_outside_the_range_give_the_verdict(layer, context):
    _, t, _ = layer
    for size, verdict in ((0.9, "reliable"), (1.5, "range too narrow")):
        estimator = Binned(bins=4, range=(-1, 1))
        found = estimator.estimate(size * t, context)
        assert found["outside_share"] == pytest.approx((abs(size * t) > 1).mean())
        assert estimator.verdicts(found, context)[0] == verdict


def test_shuffled_labels_give_the_verdict(rng):
    t = rng.uniform(-1, 1, size=(1000, 10)).astype(np.float32)
    context = Context(t, rng.integers(0, 2, 1000))
    found = Binned(range=(-1, 1)).estimate(t, context)
    assert found["ty_shuffled"] > 0.9
    assert Binned(range=(-1, 1)).verdicts(found, context)[1] == "too few samples for d"


@pytest.mark.parametrize("d", [3, 40])
@pytest.mark.parametrize(
    ("settings", "parameter"), [({}, "bins"), ({"width": 0.1}, "width"), ({"bins": 3}, "bins")]
)
def test_a_curve_over_a_whole_grid_is_the_single_estimates(rng, settings, parameter, d):
    t = np.tanh(rng.normal(size=(200, d))).astype(np.float32)
    context = Context(t, t[:, 0] > 0, recording_range=(-1.0, 1.0))
    estimator = Binned(**settings)
    grid = estimator.sliders[0].grid()
    single = [estimator.replace(**{parameter: v}).coordinates(t, context) for v in grid]
    found = estimator.curve(t, context, parameter, grid)
    np.testing.assert_allclose(np.column_stack(found), single, atol=1e-12)


@pytest.mark.parametrize("correction", [None, "miller-madow", "shuffle"])
def test_tensors_are_counted_like_arrays(rng, correction):
    t = np.maximum(rng.normal(size=(300, 5)), 0).astype(np.float32)
    host = Partition.of_codes(rng.integers(0, 40, 300))
    other = Partition.of_codes(rng.integers(0, 3, 300))
    device = torch.device("cpu")
    there, beside = moved(host, device), moved(other, device)
    mm = correction == "miller-madow"
    assert there.entropy(corrected=mm) == pytest.approx(host.entropy(corrected=mm), abs=1e-12)
    assert there.information(beside, corrected=mm) == pytest.approx(
        host.information(other, corrected=mm), abs=1e-12
    )
    assert (there.samples, there.occupied) == (host.samples, host.occupied)
    assert there.singletons == host.singletons
    order = rng.permutation(300)
    assert there.permuted(order).information(beside) == pytest.approx(
        host.permuted(order).information(other), abs=1e-12
    )
    estimator = Binned(bins=6, range=(0, 2), correction=correction)
    context = Context(t, t[:, 0] > 0.5)
    point = estimator._point(torch.from_numpy(t), context)
    assert point == pytest.approx(estimator.coordinates(t, context), abs=1e-12)


def test_whole_numbers_in_a_tensor_are_symbols(rng):
    rows = rng.integers(0, 2, size=(200, 3))
    found = TensorPartition.of_rows(torch.from_numpy(rows))
    assert found.entropy() == pytest.approx(Binned(range="snapshot").criterion(rows, rows))
