import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from glow.estimators import KDE, Context

NODES = KDE.parameters[0].grid()


def slow_point(t, y, variance):
    """I(X;T) and I(T;Y) in bits by dense float64 matrices, one exponential for each variance."""
    t = np.asarray(t, np.float64)
    squared = np.array([((t - row) ** 2).sum(axis=1) for row in t])

    def information(members):
        kernel = np.exp(-squared[np.ix_(members, members)] / (2 * variance))
        return -np.log2(kernel.mean(axis=1)).mean()

    whole = information(np.arange(len(t)))
    classes = [np.flatnonzero(y == c) for c in np.unique(y)]
    return whole, whole - sum(len(c) / len(t) * information(c) for c in classes)


def problem(seed, n, d, classes):
    """A saturated tanh layer with duplicates and an unbalanced label."""
    rng = np.random.default_rng(seed)
    t = np.tanh(3 * rng.normal(size=(n, d))).astype(np.float32)
    t[: n // 4] = t[n // 4 : 2 * (n // 4)]
    y = np.minimum(rng.integers(0, classes, n), rng.integers(0, classes, n))
    return t, y, Context(np.arange(n), y)


@pytest.mark.parametrize("d", [1, 5, 32, 33, 200])
@pytest.mark.parametrize("bound", ["upper", "lower"])
def test_points_are_those_of_the_slow_twin(d, bound):
    t, y, context = problem(d, 211, d, 4)
    for variance in (2.0**-16, 1e-3, 0.1, 3.0, 2.0**14):
        expected = slow_point(t, y, variance * (4 if bound == "lower" else 1))
        found = KDE(variance=variance, bound=bound).coordinates(t, context)
        np.testing.assert_allclose(found, expected, atol=2e-6)


@pytest.mark.parametrize("d", [3, 40])
def test_a_curve_is_the_single_estimates(d):
    t, y, context = problem(7, 150, d, 3)
    xt, ty = KDE().curve(t, context, "variance", NODES)
    expected = [slow_point(t, y, variance) for variance in NODES]
    np.testing.assert_allclose(np.column_stack([xt, ty]), expected, atol=2e-6)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from([*NODES[20:60:3], 0.001, 0.3, 0.7, 5.0]), max_size=12))
def test_a_curve_may_visit_any_values_in_any_order(values):
    t, _, context = problem(8, 60, 2, 2)
    xt, ty = KDE().curve(t, context, "variance", values)
    single = [KDE(variance=v).coordinates(t, context) for v in values]
    np.testing.assert_allclose(np.column_stack([xt, ty]), np.reshape(single, (-1, 2)), atol=1e-6)


def test_other_parameters_are_visited_one_by_one():
    t, _, context = problem(8, 60, 2, 2)
    xt, _ = KDE().curve(t, context, "bound", ["lower", "upper"])
    assert xt[0] == KDE(bound="lower").coordinates(t, context)[0]
    assert xt[1] == KDE(bound="upper").coordinates(t, context)[0]


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 80), st.integers(1, 6), st.integers(1, 5))
def test_order_of_bounds_and_ceilings(seed, n, d, classes):
    t, _, context = problem(seed, n, d, classes)
    upper, ty = KDE().curve(t, context, "variance", NODES[::3])
    lower, _ = KDE(bound="lower").curve(t, context, "variance", NODES[::3])
    assert (lower <= upper + 1e-6).all()
    assert (np.diff(upper) <= 1e-6).all()  # more noise, less information
    assert (upper >= -1e-6).all()
    assert (upper <= context.sample_ceiling + 1e-6).all()
    assert (ty <= context.label_entropy + 1e-6).all()  # a class split cannot exceed H(Y)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000))
def test_order_of_samples_and_names_of_labels_do_not_matter(seed):
    t, y, context = problem(seed, 70, 3, 3)
    order = np.random.default_rng(seed).permutation(70)
    renamed = Context(np.arange(70), np.array([5, -2, 9])[y[order]])
    found = KDE(variance=0.1).coordinates(t[order], renamed)
    np.testing.assert_allclose(found, KDE(variance=0.1).coordinates(t, context), atol=1e-6)


@pytest.mark.parametrize("bound", ["upper", "lower"])
@pytest.mark.parametrize("d", [2, 64])
def test_equal_activations_give_zero_and_far_ones_the_ceiling(bound, d):
    y = np.arange(256) % 2
    context = Context(np.arange(256), y)
    estimator = KDE(variance=0.1, bound=bound)
    equal = estimator.coordinates(np.full((256, d), 0.7, np.float32), context)
    np.testing.assert_allclose(equal, 0, atol=1e-6)
    far = estimator.coordinates(np.eye(256, d) * 0 + 100 * np.arange(256)[:, None], context)
    np.testing.assert_allclose(far, [8, 1], atol=1e-6)


def test_trap_bounds_on_the_label_are_not_ordered():
    """I(T;Y) is a difference of like bounds; here the "lower" one is the higher, by 1e-3 bits."""
    zeros = [-2.3, -2.07, -1.32, -1.03, -0.59, 1.43, *[1.44] * 5, 1.47, 1.99]
    ones = [-2.3, -2.14, -1.52, -0.9, -0.89, 1.25, 1.69]
    t, y = np.array(zeros + ones), np.repeat([0, 1], [13, 7])
    (_, upper), (_, lower) = slow_point(t[:, None], y, 0.3), slow_point(t[:, None], y, 1.2)
    assert lower > upper + 5e-4
    for bound, expected in (("upper", upper), ("lower", lower)):
        found = KDE(variance=0.3, bound=bound).criterion(t, y)
        assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("offset", [0, 1000])
def test_trap_close_pairs_far_from_the_origin(offset):
    """Wide layers: a**2 + b**2 - 2ab alone would be wrong by more than the variance."""
    rng = np.random.default_rng(3)
    t = np.repeat(rng.normal(size=(40, 100)), 3, axis=0) * 10 + offset
    t += 2e-3 * rng.normal(size=t.shape)
    t, y = t.astype(np.float32), np.arange(120) % 2
    for variance in (1e-4, 1e-3, 1e-2):
        found = KDE(variance=variance).coordinates(t, Context(np.arange(120), y))
        np.testing.assert_allclose(found, slow_point(t, y, variance), atol=1e-3)


def test_an_offset_of_double_precision_data_costs_nothing():
    t, _, context = problem(5, 100, 3, 2)
    shifted = t.astype(np.float64) + 1e6
    np.testing.assert_allclose(
        KDE().coordinates(shifted, context), KDE().coordinates(t, context), atol=1e-5
    )


def test_criterion_splits_by_the_discrete_side():
    t, y, context = problem(2, 120, 3, 3)
    _, ty = KDE(variance=0.1).coordinates(t, context)
    assert KDE(variance=0.1).criterion(t, y) == ty
    assert KDE(variance=0.1).criterion(y, t) == ty


def test_criterion_of_two_discrete_variables_is_their_plug_in_information():
    assert KDE().criterion([0, 0, 1, 1], [5, 5, 7, 7]) == 1
    assert KDE().criterion([0, 0, 1, 1], [5, 7, 5, 7]) == pytest.approx(0, abs=1e-12)


def test_criterion_of_two_continuous_variables_blurs_both(rng):
    """The terms of x and y less that of the pair, each the I(X;T) of the slow twin."""
    x, z = rng.normal(size=(2, 200, 2))
    y = 0.8 * x + 0.6 * z
    terms = [slow_point(v, np.zeros(200), 0.05)[0] for v in (x, y, np.hstack([x, y]))]
    estimator = KDE(variance=0.05)
    assert estimator.criterion(x, y) == pytest.approx(terms[0] + terms[1] - terms[2], abs=1e-5)
    assert estimator.criterion(x, y) == pytest.approx(estimator.criterion(y, x), abs=1e-6)


def test_a_continuous_target_is_blurred_too(rng):
    t = rng.normal(size=(200, 2)).astype(np.float32)
    y = t[:, :1] * 0.5 + 0.25
    estimator = KDE(variance=0.1)
    xt, ty = estimator.coordinates(t, Context(t, y))
    assert ty == pytest.approx(estimator.criterion(t, y), abs=1e-12)
    assert 0 < ty < xt


def test_a_noisy_layer_is_accepted(layer, context):
    noisy = context.for_layer(noise=0.1)
    assert KDE().coordinates(layer[1], noisy) == KDE().coordinates(layer[1], context)


def test_activations_too_large_to_square_are_refused():
    t = np.array([[1e19], [0]], np.float32)
    with pytest.raises(ValueError, match=r"KDE: activations must be below 1e\+18 .* got 1e\+19"):
        KDE().coordinates(t, Context(t, [0, 1]))


def test_the_diagnosis_is_the_gap_of_the_bounds_and_the_shuffled_baseline():
    t, _, context = problem(9, 120, 3, 2)
    figures = KDE(variance=0.1).diagnose(t, context)
    upper, lower = (
        KDE(variance=0.1, bound=b).coordinates(t, context)[0] for b in ("upper", "lower")
    )
    assert figures["xt_gap"] == pytest.approx(upper - lower, abs=1e-6)
    shuffled = KDE(variance=0.1).coordinates(t, context.shuffled)[1]
    assert figures["ty_shuffled"] == pytest.approx(shuffled, abs=1e-6)


def layer_of(kind, width):
    """An untrained layer on 64 Gaussian inputs, whose distances concentrate with its width."""
    rng = np.random.default_rng(10)
    act = {"tanh": np.tanh, "relu": lambda a: np.maximum(a, 0)}[kind]
    x = rng.normal(size=(1000, 64))
    return act(x @ rng.normal(size=(64, width)) / 8).astype(np.float32), rng.integers(0, 10, 1000)


@pytest.mark.parametrize("kind", ["tanh", "relu"])
@pytest.mark.parametrize("width", [4, 32, 1024])
def test_a_spline_through_the_nodes_is_the_curve_between_them(kind, width):
    """Within 1e-3 nats everywhere, the natural spline's ends included."""
    from scipy.interpolate import CubicSpline

    t, y = layer_of(kind, width)
    context = Context(np.arange(len(t)), y)
    finer = np.concatenate([NODES[:-1] * 2 ** (part / 20) for part in (1, 2, 3)])
    kept = KDE().curve(t, context, "variance", NODES)
    exact = KDE().curve(t, context, "variance", finer)
    for nodes, wanted in zip(kept, exact, strict=True):
        found = CubicSpline(np.log2(NODES), nodes, bc_type="natural")(np.log2(finer))
        np.testing.assert_allclose(found, wanted, atol=1e-3 / np.log(2), rtol=0)
