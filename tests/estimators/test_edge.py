import math
from collections import Counter

import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestNeighbors

from glow.datasets import szt
from glow.estimators import EDGE, Binned, Context, limited_memory
from glow.estimators._counting.edge_grids import (
    anchors,
    coordinates,
    directions,
    grid_offsets,
    neighbours,
    projected_units,
)
from glow.estimators._counting.edge_kernels import neighbour_distances
from glow.estimators._counting.edge_torch import tensor_coordinates
from glow.estimators._counting.partition import Partition
from glow.estimators._counting.symbols import moved, shuffled_order


def slow_dependence(first, second, cap=math.inf):
    """(1/N) sum N_ij log2 w_ij, edge by edge."""
    n = len(first)
    ni, mj, nij = Counter(first), Counter(second), Counter(zip(first, second, strict=True))
    total = 0.0
    for (i, j), count in nij.items():
        total += count * min(math.log2(n * count / (ni[i] * mj[j])), cap)
    return total / n


def slow_nodes(t, gamma, shifts, seed):
    """Node tuples of every sample for each shift, unit by unit."""
    t = t.astype(np.float64) - t.min(axis=0)
    n, d = t.shape
    k = min(max(int(0.43 * n ** (2 / 3 + 0.17 * d / (d + 1)) * math.exp(-1 / 1e4)), 1), n)
    widths = []
    for column in t.T:
        tree = NearestNeighbors(n_neighbors=k).fit(column[:, None])
        asked = np.sort(column)[anchors(n)]
        distances, _ = tree.kneighbors(asked[:, None])
        widths.append(distances[:, -1].mean() + 1e-4 * column.std())
    for offsets in np.random.default_rng(seed).random((shifts, d)):
        yield [tuple(row) for row in np.floor(t / (gamma * np.array(widths)) + offsets)]


@pytest.mark.parametrize("cap", [None, 1.5])
@pytest.mark.parametrize("gamma", [0.3, 1.0])
def test_a_point_is_that_of_the_slow_twin(rng, gamma, cap):
    t = np.tanh(rng.normal(size=(300, 3)))
    x, y = t[:, :2] + rng.normal(size=(300, 2)), rng.integers(0, 3, 300)
    bound = math.inf if cap is None else cap
    estimator = EDGE(gamma=gamma, shifts=3, cap=cap, seed=5)
    xs, ts = (list(slow_nodes(v, gamma, 3, 5)) for v in (x, t))
    expected = (
        np.mean([slow_dependence(a, b, bound) for a, b in zip(xs, ts, strict=True)]),
        np.mean([slow_dependence(b, y.tolist(), bound) for b in ts]),
    )
    found = estimator.coordinates(t, Context(x, y))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("k", [1, 2, 7, 40])
def test_neighbour_distances_are_those_of_a_tree(rng, k):
    values = np.sort(np.concatenate([rng.normal(size=30), np.zeros(6), rng.normal(size=4) * 9]))
    tree = NearestNeighbors(n_neighbors=k).fit(values[:, None])
    expected = tree.kneighbors(values[:, None])[0][:, -1]
    found = neighbour_distances(values, np.arange(len(values)), k)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_all_patterns_once_have_twelve_bits_and_ten_with_the_published_cap():
    x, y = szt.patterns()
    context = Context(x, y)
    assert EDGE().coordinates(x, context) == pytest.approx((12, context.label_entropy), abs=1e-12)
    assert EDGE(cap=10).coordinates(x, context)[0] == pytest.approx(10, abs=1e-12)


def test_symbols_are_not_hashed(rng):
    a = rng.integers(0, 5, 400)
    b = (a + rng.integers(0, 2, 400)) % 5
    expected = slow_dependence(a.tolist(), b.tolist())
    for gamma in (1e-4, 1e4):
        assert EDGE(gamma=gamma).criterion(a, b) == pytest.approx(expected, abs=1e-12)
    assert Binned(range="snapshot").criterion(a, b) == pytest.approx(expected, abs=1e-12)


def test_correlated_gaussians_are_read_within_the_bias_of_the_grid(rng):
    """Means over 20 samples; standard errors below 0.01 bits."""
    estimator = EDGE(gamma=2)
    for rho in (0.0, 0.5, 0.9):
        truth = -math.log2(1 - rho**2) / 2
        found = []
        for _ in range(20):
            x, z = rng.normal(size=(2, 4096))
            found.append(estimator.criterion(x, rho * x + math.sqrt(1 - rho**2) * z))
        assert np.mean(found) == pytest.approx(truth, abs=0.1)


def test_trap_the_width_decides_what_is_seen_of_a_deterministic_layer(rng):
    x = rng.normal(size=(1000, 2))
    context = Context(x, x[:, 0] > 0)
    xt, _ = EDGE().curve(np.tanh(x), context, "gamma", [1e-3, 1.0, 1e3])
    assert xt[0] == pytest.approx(context.sample_ceiling, abs=0.1)
    assert xt[0] > xt[1] > xt[2]
    assert xt[2] < 0.1


def test_trap_fine_cells_know_an_independent_label(rng):
    t = rng.normal(size=(1000, 10))
    context = Context(t, rng.integers(0, 2, 1000))
    found = EDGE().estimate(t, context)
    assert found["ty"] > 0.9
    assert found["ty_shuffled"] > 0.9
    assert found["singleton_share"] > 0.9
    assert EDGE().verdicts(found, context)[1] == "too few samples for d"


def test_two_variables_are_exchangeable_and_may_be_scaled_and_moved(rng):
    x = rng.normal(size=(500, 2))
    y = x[:, :1] + rng.normal(size=(500, 1))
    found = EDGE().criterion(x, y)
    assert EDGE().criterion(y, x) == pytest.approx(found, abs=1e-12)
    assert EDGE().criterion(x * 2**-40, y * 1024 + 65536) == pytest.approx(found, abs=1e-9)


@pytest.mark.parametrize("d", [2, 12])
@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_values_of_any_size_are_hashed_alike(rng, d, size):
    x = rng.normal(size=(200, d))
    y = x[:, 0] > 0
    assert EDGE().criterion(x * size, y) == pytest.approx(EDGE().criterion(x, y), abs=1e-9)


def test_the_order_of_samples_does_not_matter(rng):
    x = rng.normal(size=(500, 12))
    y = x[:, :2] + rng.normal(size=(500, 2))
    order = rng.permutation(500)
    assert EDGE().criterion(x[order], y[order]) == pytest.approx(EDGE().criterion(x, y), abs=1e-9)


def test_a_common_range_sees_a_layer_grow_and_its_own_does_not(rng):
    t = np.maximum(rng.normal(size=(1000, 3)), 0)
    context = Context(t, t[:, 0] > 0.3).for_layer(layer_range=(0.0, 8.0))
    for rule, grows in (("snapshot", False), ("layer", True)):
        small, large = (EDGE(range=rule).coordinates(t * k, context)[0] for k in (0.25, 1))
        assert (large - small > 1) == grows, rule


@pytest.mark.parametrize("d", [3, 9])
def test_a_point_in_a_range_is_that_of_cells_of_one_width(rng, d):
    t, span, gamma = rng.normal(size=(500, d)), (-5.0, 7.0), 0.7
    context = Context(t, rng.integers(0, 2, 500)).for_layer(layer_range=span)
    r = d if d == 3 else projected_units(500, d)
    columns = t + 5 if d == 3 else (t + 5) @ directions(d, r, 2) / math.sqrt(d)
    width = gamma * 12 * neighbours(500, r) / (2 * 500)
    expected = []
    for offsets in grid_offsets(4, r, 2):
        cells = np.floor(columns / width + offsets)
        nodes = [tuple(row) for row in cells]
        expected.append(slow_dependence(nodes, context.y.tolist()))
    estimator = EDGE(range="layer", gamma=gamma, shifts=4, seed=2)
    assert estimator.coordinates(t, context)[1] == pytest.approx(np.mean(expected), abs=1e-12)
    on_tensors = estimator.coordinates(torch.tensor(t), context)[1]
    assert on_tensors == pytest.approx(np.mean(expected), abs=1e-12)
    curve = estimator.curve(t, context, "gamma", [0.2, gamma])[1]
    assert curve[1] == pytest.approx(np.mean(expected), abs=1e-12)


def test_a_curve_over_ranges_is_the_single_estimates(layer, context):
    ranged = context.for_layer(layer_range=(-1.0, 1.0), recording_range=(-2.0, 2.0))
    rules = ["layer", "global", "snapshot"]
    found = EDGE(shifts=2).curve(layer[1], ranged, "range", rules)
    single = [EDGE(shifts=2, range=rule).coordinates(layer[1], ranged) for rule in rules]
    np.testing.assert_array_equal(np.column_stack(found), single)
    assert len({xt for xt, _ in single}) == 3


def test_a_layer_without_a_range_has_one_cell():
    t = np.zeros((40, 2))
    context = Context(np.arange(40.0), np.arange(40) % 2).for_layer(layer_range=(0.0, 0.0))
    assert EDGE(range="layer").coordinates(t, context) == (0, 0)


@pytest.mark.parametrize("rule", ["layer", "global"])
def test_the_range_of_a_recording_is_unknown_elsewhere(rng, rule):
    x = rng.normal(size=50)
    expected = rf"EDGE: range='{rule}' is that of a recording and unknown here.*range='snapshot'"
    with pytest.raises(ValueError, match=expected):
        EDGE(range=rule).criterion(x, x)
    with pytest.raises(ValueError, match=expected):
        EDGE(range=rule).coordinates(x, Context(x, x > 0))


def test_more_shifts_begin_with_the_same_ones(layer, context):
    curve = EDGE(shifts=1).curve(layer[1], context, "shifts", [5, 1, 3])
    for i, shifts in enumerate((5, 1, 3)):
        single = EDGE(shifts=shifts).coordinates(layer[1], context)
        assert (curve[0][i], curve[1][i]) == pytest.approx(single, abs=1e-12)
    np.testing.assert_array_equal(grid_offsets(3, 4, 0), grid_offsets(9, 4, 0)[:3])


def test_a_curve_over_other_settings_is_the_single_estimates(layer, context):
    found = EDGE(shifts=2).curve(layer[1], context, "seed", [0, 1])
    single = [EDGE(shifts=2, seed=s).coordinates(layer[1], context) for s in (0, 1)]
    np.testing.assert_array_equal(np.column_stack(found), single)
    assert single[0] != single[1]


def test_shifts_lower_the_spread_over_seeds(layer, context):
    def spread(shifts):
        each = [EDGE(shifts=shifts, seed=s).coordinates(layer[1], context)[1] for s in range(20)]
        return np.std(each)

    assert spread(10) < 0.6 * spread(1)


def test_the_hash_follows_the_number_of_units(rng):
    narrow, wide = rng.normal(size=(1000, 6)), rng.normal(size=(1000, 7))
    assert len(coordinates(narrow, "auto", 0).columns) == 6
    assert len(coordinates(wide, "auto", 0).columns) == projected_units(1000, 7) == 6
    assert len(coordinates(wide, "floor", 0).columns) == 7
    assert len(coordinates(narrow, "projection", 0).columns) == 6
    assert (projected_units(4096, 1024), projected_units(5, 3)) == (8, 1)


def test_projected_coordinates_are_sums_of_standardised_units(rng):
    t = rng.normal(size=(400, 9)) * np.arange(1, 10) + 100
    weights = directions(9, projected_units(400, 9), 3)
    expected = ((t - t.mean(axis=0)) / t.std(axis=0) / 3) @ weights
    found = coordinates(t, "projection", 3).columns.T
    expected = (expected - expected.min(axis=0)) / np.ptp(expected, axis=0)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_dead_units_change_nothing_but_the_directions():
    t = np.full((50, 20), 0.1, np.float32)  # whose mean in floating point is not 0.1
    context = Context(np.arange(50.0), np.arange(50) % 2)
    assert EDGE().coordinates(t, context) == pytest.approx((0, 0), abs=1e-12)


@pytest.mark.parametrize(("n", "r", "k"), [(4096, 1, 223), (4096, 8, 386), (1, 1, 1), (2, 3, 1)])
def test_neighbours_follow_the_published_formula(n, r, k):
    assert neighbours(n, r) == k


def test_hashes_of_x_are_kept_for_a_plane_if_they_fit(layer, context):
    _, t, _ = layer
    estimator = EDGE()
    kept = [estimator._kept("x", context, None) for _ in range(2)]
    assert kept[0] is kept[1]
    with limited_memory("1 MiB"):
        assert estimator._kept("x", context, None) is not kept[0]
        np.testing.assert_array_equal(
            estimator.coordinates(t, context), EDGE().coordinates(t, context)
        )


def test_the_baselines_are_those_of_shuffled_samples(layer, context):
    _, t, _ = layer
    found = EDGE().diagnose(t, context)
    order = shuffled_order(len(t))
    expected = EDGE().coordinates(t[order], context)
    assert (found["xt_shuffled"], found["ty_shuffled"]) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("d", [3, 40])
def test_tensors_are_hashed_like_arrays(rng, d):
    t = np.maximum(rng.normal(size=(300, d)), 0).astype(np.float32)
    host = coordinates(t, "auto", 0)
    weights = None if d == 3 else directions(d, projected_units(300, d), 0)
    device = tensor_coordinates(torch.from_numpy(t), weights)
    np.testing.assert_allclose(device.columns.numpy(), host.columns, atol=1e-12)
    np.testing.assert_allclose(device.widths.numpy(), host.widths, rtol=1e-12)
    label = rng.integers(0, 2, 300)
    other = Partition.of_codes(label)
    for here, there in zip(host.partitions(0.7, 3, 0), device.partitions(0.7, 3, 0), strict=True):
        beside = moved(other, torch.device("cpu"))
        assert there.dependence(beside) == pytest.approx(here.dependence(other), abs=1e-12)
        capped = there.dependence(beside, cap=0.4)
        assert capped == pytest.approx(here.dependence(other, cap=0.4), abs=1e-12)


def test_a_noisy_layer_is_refused_by_name(layer, context):
    noisy = context.for_layer(noise=0.1, layer="gaussian_1")
    with pytest.raises(ValueError, match=r"EDGE: layer gaussian_1 adds noise"):
        EDGE().coordinates(layer[1], noisy)


def test_labels_name_the_hash_and_the_cap():
    assert EDGE().label == "EDGE"
    assert EDGE(hash="floor", cap=10).label == "EDGE, floor hash, capped"
    assert EDGE(range="layer", cap=10).label == "EDGE, range of each layer, capped"
