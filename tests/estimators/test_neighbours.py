"""The kernels behind KSG, KNN and Sliced against slow twins and SciPy's trees."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist
from scipy.special import digamma

from glow.estimators import limited_memory
from glow.estimators._context import Classes
from glow.estimators._neighbours.bits import BITS, gather
from glow.estimators._neighbours.search import (
    Cloud,
    Split,
    digammas,
    label_reading,
    pair_reading,
    radius_sums,
)
from glow.estimators._neighbours.search_kernels import all_within
from glow.estimators._neighbours.sorted import Line, line_label_reading, line_pair_reading

KS = np.array([1, 2, 3, 4, 5, 7, 9, 11, 13])  # so many that distances are gathered to be counted
METRIC = {"euclidean": "euclidean", "max": "chebyshev"}
SHAPES = ["smooth", "lattice", "rectified", "repeated", "constant"]


def distances(samples, metric):
    """(N, N) distances, scaled so that the samples are 1 from their centre in the mean."""
    v = np.asarray(samples, np.float64).reshape(len(samples), -1)
    centre = v.mean(axis=0, keepdims=True)
    return cdist(v, v, METRIC[metric]) / (cdist(v, centre, METRIC[metric]).mean() or 1)


def label_distances(labels):
    """Nearer than any number within a class, infinite between classes."""
    labels = np.asarray(labels)
    return np.where(labels[:, None] == labels, -1.0, np.inf)


def slow_ksg(dx, dy, k, variant=1, mixed=True):
    """Equations 8 and 9 of Kraskov et al. (2004); Gao et al. (2017) for tied samples."""
    n = len(dx)
    joint = np.maximum(dx, dy)
    terms = []
    for i in range(n):
        others = np.delete(np.arange(n), i)
        near = others[np.argsort(joint[i, others], kind="stable")]
        near = near[np.isfinite(joint[i, near])]
        ki = min(k, len(near))
        radius = joint[i, near[ki - 1]]
        tied = radius == 0 or (joint[i, near] == radius).sum() > 1
        x_reach, y_reach = dx[i, near[:ki]].max(), dy[i, near[:ki]].max()
        if mixed and tied:
            counts = [(d[i] <= radius).sum() for d in (joint, dx, dy)]
            terms.append(digamma(counts[0]) - digamma(counts[1]) - digamma(counts[2]))
        elif variant == 1 or (mixed and min(x_reach, y_reach) == 0):
            closed = radius == 0  # nothing is nearer than that
            counts = [((d[i] <= 0) if closed else (d[i] < radius)).sum() for d in (dx, dy)]
            terms.append(digamma(ki) - digamma(counts[0]) - digamma(counts[1]))
        else:
            counts = [(dx[i] <= x_reach).sum() - 1, (dy[i] <= y_reach).sum() - 1]
            terms.append(digamma(ki) - 1 / ki - digamma(counts[0]) - digamma(counts[1]))
    return digamma(n) + np.mean(terms)


def slow_entropy(d, k, dimensions):
    """Kozachenko and Leonenko's entropy less the volume of the unit ball; no repeated samples."""
    n = len(d)
    k = min(k, n - 1)
    radii = np.sort(d, axis=1)[:, k]  # the first is the sample itself
    return digamma(n) - digamma(k) + dimensions * np.log(radii).mean()


def problem(shape, n=120, d=2, seed=0):
    """Two dependent variables (N, d) and labels, with the ties of real layers."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d))
    y = 0.8 * x + 0.6 * rng.normal(size=(n, d))
    if shape == "lattice":
        x, y = np.round(2 * x) / 2, np.round(y)
    elif shape == "rectified":
        x, y = np.maximum(x, 0), np.maximum(y, 0)
    elif shape == "repeated":
        x, y = np.repeat(x[: n // 3], 3, axis=0), np.repeat(y[: n // 3], 3, axis=0)
    elif shape == "constant":
        y = np.full_like(y, 0.25)
    labels = (x[:, 0] > 0).astype(int) + 2 * (rng.random(len(x)) < 0.1)
    labels[0] = 99  # alone in its class
    return x, y, labels


def test_digammas_are_those_of_scipy():
    np.testing.assert_allclose(digammas(500)[1:], digamma(np.arange(1, 501)), rtol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [1, BITS - 1, BITS, 5 * BITS + 3])
def test_gathered_are_the_places_of_what_lies_between(n, dtype):
    row = np.round(np.random.default_rng(n).random(n), 2).astype(dtype)
    row[-1] = np.inf
    for low, high in [(0.2, 0.3), (-1.0, 1.0), (0.5, 0.5), (-1.0, np.inf)]:
        low, high = dtype(low), dtype(high)
        expected = np.flatnonzero((row > low) & (row <= high))
        places = np.empty(len(expected) + BITS, np.int64)
        m = gather(row, low, high, places)
        np.testing.assert_array_equal(places[:m], expected)
    assert gather(row, -1.0, np.inf, np.empty(BITS - 1, np.int64)) == -1


@pytest.mark.parametrize("largest", [0.01, 0.2, 0.9])  # few to gather, some, too many
def test_counts_within_many_radii_are_those_of_comparisons(largest):
    rng = np.random.default_rng(0)
    row = np.round(rng.random(1000), 3).astype(np.float32)
    radii = np.append(np.round(largest * rng.random(30), 3), -1).astype(np.float32)
    counts = np.empty(len(radii), np.float32)
    all_within(
        row, radii, np.empty(1000 + BITS, np.int64), np.empty(1000 + BITS, row.dtype), counts
    )
    np.testing.assert_array_equal(counts, (row[:, None] <= radii).sum(axis=0))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("metric", ["euclidean", "max"])
@pytest.mark.parametrize("variant", [1, 2])
def test_pairs_are_those_of_the_slow_twin(shape, metric, variant):
    x, y, _ = problem(shape)
    dx, dy = distances(x, metric), distances(y, metric)
    for mixed in (True, False):
        a, b = Cloud.of(x, metric), Cloud.of(y, metric)
        found = pair_reading(a, b, KS, variant=variant, mixed=mixed).values
        expected = [slow_ksg(dx, dy, k, variant, mixed) for k in KS]
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("metric", ["euclidean", "max"])
def test_labels_are_those_of_the_slow_twin(shape, metric):
    _, t, labels = problem(shape)
    split = Split.of(Classes.of(labels))
    assert split.samples == len(labels) - 1
    for mixed in (True, False):
        cloud = Cloud.of(t[split.order], metric)
        found = label_reading(cloud, split, KS, mixed=mixed)
        dt = distances(t, metric)[1:, 1:]  # without the sample that is alone
        expected = [slow_ksg(dt, label_distances(labels[1:]), k, mixed=mixed) for k in KS]
        np.testing.assert_allclose(found.values, expected, rtol=1e-6, atol=1e-9)
        assert found.dropped == pytest.approx(1 / len(labels))


@pytest.mark.parametrize("shape", SHAPES)
def test_numbers_sorted_are_numbers_compared_pair_by_pair(shape):
    x, y, labels = problem(shape, n=400, d=1, seed=3)
    split = Split.of(Classes.of(labels))
    for mixed in (True, False):
        pairs = [
            line_pair_reading(Line.of(x[:, 0]), Line.of(y[:, 0]), KS, mixed=mixed),
            pair_reading(Cloud.of(x, "max"), Cloud.of(y, "max"), KS, mixed=mixed),
        ]
        sorted_y = y[split.order]
        classes = [
            line_label_reading(Line.of(sorted_y[:, 0]), split, KS, mixed=mixed),
            label_reading(Cloud.of(sorted_y, "max"), split, KS, mixed=mixed),
        ]
        for fast, slow in (pairs, classes):
            for name in ("values", "atoms", "ties"):
                np.testing.assert_allclose(getattr(fast, name), getattr(slow, name), atol=1e-9)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(-4, 4), st.integers(-3, 3)), min_size=6, max_size=60),
    st.sampled_from([1, 2, 5]),
)
def test_sorting_finds_the_neighbours_whatever_the_ties(pairs, k):
    lines = [Line.of(numbers) for numbers in np.array(pairs, dtype=float).T]
    found = line_pair_reading(*lines, np.array([k])).values[0]
    # in the same scale, or rounding decides whether a distance in x equals one in y
    dx, dy = (np.abs(v.numbers[:, None] - v.numbers) * v.scale for v in lines)
    expected = slow_ksg(dx, dy, k)
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("metric", "p"), [("euclidean", 2), ("max", np.inf)])
def test_distances_of_neighbours_are_those_of_a_tree(metric, p):
    x, y, _ = problem("smooth", d=4)
    ks = np.arange(1, 20)
    for v in (x, y):
        (logs, psi), ties = radius_sums((Cloud.of(v, metric),), ks)
        found, _ = KDTree(v).query(v, k=20, p=p)
        spread = np.linalg.norm(v - v.mean(axis=0), ord=p, axis=1).mean()
        np.testing.assert_allclose(logs, np.log(found[:, 1:] / spread).sum(axis=0), rtol=1e-9)
        np.testing.assert_allclose(psi, len(v) * digamma(ks), rtol=1e-12)
        assert not ties.any()


def test_entropies_of_classes_and_of_pairs_are_those_of_the_slow_twin():
    x, y, labels = problem("smooth", d=3)
    dx, dy = distances(x, "euclidean"), distances(y, "euclidean")
    (logs, psi), _ = radius_sums((Cloud.of(x, "euclidean"), Cloud.of(y, "euclidean")), KS)
    found = digamma(len(x)) + (6 * logs - psi) / len(x)
    expected = [slow_entropy(np.maximum(dx, dy), k, 6) for k in KS]
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    split = Split.of(Classes.of(labels))
    (logs, psi), _ = radius_sums((Cloud.of(x[split.order], "euclidean").first(119),), KS, split)
    classes = [np.flatnonzero(labels == c) for c in np.unique(labels) if c < 99]
    for v, k in enumerate(KS):
        entropies = [slow_entropy(dx[np.ix_(c, c)], k, 3) - digamma(len(c)) for c in classes]
        expected = sum(len(c) * h for c, h in zip(classes, entropies, strict=True))
        assert 3 * logs[v] - psi[v] == pytest.approx(expected, rel=1e-9)


def test_a_repeated_sample_takes_the_next_distance():
    t = np.array([[0.0], [0.0], [0.0], [1.0], [3.0]])
    (logs, psi), ties = radius_sums((Cloud.of(t, "max"),), np.array([1]))
    spread = np.abs(t - t.mean()).mean()
    nearest = np.array([1, 1, 1, 1, 2]) / spread  # two others lie closer for the first three
    assert logs[0] == pytest.approx(np.log(nearest).sum())
    assert psi[0] == pytest.approx(3 * digamma(2) + 2 * digamma(1))
    np.testing.assert_array_equal(ties[:, 0], [3, 1])  # from 1.0, three are equally far


def test_kept_distances_are_those_computed_in_blocks():
    x, y, _ = problem("smooth", n=500, d=20)
    kept = Cloud.of(x, "euclidean", reused=True)
    assert kept.matrix is not None
    with limited_memory("1 MB"):
        fresh = Cloud.of(x, "euclidean", reused=True)
    assert fresh.matrix is None
    partner = Cloud.of(y, "euclidean")
    found = [pair_reading(cloud, partner, KS).values for cloud in (kept, fresh)]
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("scale", [1e-30, 1e-3, 7.0, 1e30])
def test_the_size_of_numbers_costs_no_digits(scale):
    x, y, _ = problem("smooth", d=3)
    expected = pair_reading(Cloud.of(x, "euclidean"), Cloud.of(y, "euclidean"), KS).values
    found = pair_reading(Cloud.of(scale * x, "euclidean"), Cloud.of(y, "euclidean"), KS).values
    np.testing.assert_allclose(found, expected, atol=1e-9)
