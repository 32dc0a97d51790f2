import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from glow.estimators import HSIC, Context, limited_memory
from glow.estimators._kernels.statistics import median_distance

from . import slow_kernels as slow

NODES = HSIC.parameters[0].grid()


def problem(seed, n, d, classes):
    """A saturated layer with duplicated rows, a constant unit, inputs and unbalanced labels."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 2, (n, 5)).astype(np.float32)
    t = np.tanh(3 * (x @ rng.normal(size=(5, d)) + 0.1 * rng.normal(size=(n, d))))
    t[: n // 4], t[:, 0] = t[n // 4 : n // 4 * 2], 0.5
    y = np.minimum(rng.integers(0, classes, n), rng.integers(0, classes, n))
    return x, t.astype(np.float32), y


@pytest.mark.parametrize("d", [2, 5, 32, 33, 150])
@pytest.mark.parametrize("statistic", [slow.biased, slow.unbiased])
@pytest.mark.parametrize("kernel", [slow.gaussian, slow.laplacian])
def test_coordinates_are_those_of_dense_matrices(d, statistic, kernel):
    x, t, y = problem(d, 211, d, 4)
    for sigma in (0.05, 0.7, 3.0, 40.0):
        estimator = HSIC(sigma=sigma, kernel=kernel.__name__, unbiased=statistic is slow.unbiased)
        k = kernel(t, sigma)
        expected = statistic(kernel(x, sigma), k), statistic(k, slow.delta(y))
        found = estimator.coordinates(t, Context(x, y))
        np.testing.assert_allclose(found, expected, rtol=2e-5, atol=5e-8)


@pytest.mark.parametrize("statistic", [slow.biased, slow.unbiased])
def test_linear_kernels_are_those_of_dense_matrices(statistic):
    x, t, y = problem(1, 90, 6, 3)
    estimator = HSIC(kernel="linear", unbiased=statistic is slow.unbiased)
    expected = [statistic(slow.linear(t), other) for other in (slow.linear(x), slow.delta(y))]
    np.testing.assert_allclose(estimator.coordinates(t, Context(x, y)), expected, rtol=1e-9)


@pytest.mark.parametrize("d", [3, 40])
@pytest.mark.parametrize("scale_sigma", [False, True])
def test_a_curve_is_the_single_estimates(d, scale_sigma):
    x, t, y = problem(7, 150, d, 3)
    estimator = HSIC(scale_sigma=scale_sigma)
    xt, ty = estimator.curve(t, Context(x, y), "sigma", NODES)
    for i in range(0, len(NODES), 7):
        k = slow.gaussian(t, NODES[i] * (d**0.5 if scale_sigma else 1))
        ell = slow.gaussian(x, NODES[i] * (5**0.5 if scale_sigma else 1))
        expected = slow.biased(ell, k), slow.biased(k, slow.delta(y))
        np.testing.assert_allclose([xt[i], ty[i]], expected, rtol=1e-4, atol=1e-9)


def test_three_nodes_an_octave_of_the_squared_sigma_suffice():
    """A cubic spline in the logarithm is within 1e-3 of the curve's peak between its nodes."""
    from scipy.interpolate import CubicSpline

    x, t, y = problem(3, 300, 4, 2)
    between = np.sqrt(NODES[1:] * NODES[:-1])[5:-5]
    context = Context(x, y)
    kept = HSIC().curve(t, context, "sigma", NODES)
    exact = HSIC().curve(t, context, "sigma", between)
    for nodes, wanted in zip(kept, exact, strict=True):
        found = CubicSpline(np.log2(NODES), nodes)(np.log2(between))
        np.testing.assert_allclose(found, wanted, atol=1e-3 * np.abs(wanted).max())


def test_the_slider_stands_at_a_number_while_sigma_is_a_word():
    (slider,) = HSIC().sliders
    assert slider.name == "sigma"
    assert slider.default == 1.0
    assert HSIC(sigma=3).sliders[0].default == 3.0
    assert len(NODES) == 91
    np.testing.assert_allclose(NODES[6:], 2 * NODES[:-6])


@pytest.mark.parametrize("value", ["mean", 0, -1.0, None, True])
def test_other_words_and_numbers_are_refused(value):
    with pytest.raises((TypeError, ValueError), match="HSIC: sigma must be 'median' or a number"):
        HSIC(sigma=value)


def test_the_median_is_that_of_samples_that_differ(rng):
    """In a saturated layer most distances are 0, and so would their median be."""
    t = np.repeat(rng.normal(size=(6, 3)), 20, axis=0)
    distances = np.sqrt(slow.squared(t))
    assert np.median(distances[np.triu_indices(120, 1)]) > 0
    expected = np.median(distances[np.triu_indices(120, 1)][distances[np.triu_indices(120, 1)] > 0])
    assert median_distance(t) == pytest.approx(expected)
    mostly_equal = np.zeros((50, 2))
    mostly_equal[0] = 3, 4
    assert median_distance(mostly_equal) == pytest.approx(5)
    assert median_distance(np.ones((9, 2))) == 1


def test_median_takes_each_variables_own():
    x, t, y = problem(2, 100, 3, 2)
    k, ell = (slow.gaussian(v, median_distance(v)) for v in (x, t))
    expected = slow.biased(k, ell), slow.biased(ell, slow.delta(y))
    np.testing.assert_allclose(HSIC().coordinates(t, Context(x, y)), expected, rtol=1e-5)


@pytest.mark.parametrize("unbiased", [False, True])
def test_labels_have_a_kernel_of_their_own_or_of_their_one_hot_rows(unbiased):
    statistic = slow.unbiased if unbiased else slow.biased
    _, t, y = problem(4, 120, 3, 4)
    one_hot = np.eye(4)[y]
    for labels, ell in (("delta", slow.delta(y)), ("one-hot", slow.gaussian(one_hot, 2 * 4**0.5))):
        estimator = HSIC(sigma=2, labels=labels, scale_sigma=True, unbiased=unbiased)
        expected = statistic(slow.gaussian(t, 2 * 3**0.5), ell)
        assert estimator.criterion(t, y) == pytest.approx(expected, rel=1e-5)
        assert estimator.criterion(y, t) == estimator.criterion(t, y)
        assert estimator.criterion(y, y) == pytest.approx(statistic(ell, ell), rel=1e-9)


def test_a_continuous_target_is_a_variable_like_x():
    x, t, _ = problem(5, 100, 3, 2)
    target = t[:, 1:2] + x[:, :1] / 3
    _, ty = HSIC(sigma=1).coordinates(t, Context(x, target))
    assert ty == pytest.approx(slow.biased(slow.gaussian(t, 1), slow.gaussian(target, 1)), rel=1e-5)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.integers(4, 60), st.integers(2, 5))
def test_order_of_samples_and_names_of_labels_do_not_matter(seed, n, classes):
    x, t, y = problem(seed, n, 3, classes)
    order = np.random.default_rng(seed).permutation(n)
    renamed = np.array([5, -2, 9, 7, 1])[y]
    found = HSIC(sigma=1).coordinates(t[order], Context(x[order], renamed[order]))
    np.testing.assert_allclose(found, HSIC(sigma=1).coordinates(t, Context(x, y)), atol=1e-7)
    assert found[0] >= -1e-7
    assert found[1] >= -1e-7
    assert HSIC(sigma=1).criterion(x, t) == pytest.approx(HSIC(sigma=1).criterion(t, x), abs=1e-7)


def test_the_unbiased_estimate_is_zero_in_the_mean_and_not_clamped(rng):
    found = [HSIC(unbiased=True).criterion(*rng.normal(size=(2, 60, 2))) for _ in range(60)]
    assert min(found) < 0
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(len(found))


def test_the_biased_estimate_of_a_shuffled_partner_is_reported():
    x, t, _ = problem(6, 80, 3, 2)
    y = (t[:, 1] > 0).astype(int)
    figures = HSIC().diagnose(t, Context(x, y))
    assert 0 < figures["ty_shuffled"] < HSIC().coordinates(t, Context(x, y))[1]
    assert figures["sigma"] == median_distance(t)
    assert HSIC(sigma=3).diagnose(t, Context(x, y))["sigma"] == 3


def test_constant_variables_share_nothing():
    t = np.full((50, 3), 0.3, np.float32)
    x = np.arange(50.0)[:, None]
    assert HSIC().coordinates(t, Context(x, np.arange(50) % 2)) == pytest.approx((0, 0), abs=1e-8)


def test_too_few_samples_for_the_unbiased_estimate_are_refused():
    with pytest.raises(ValueError, match="HSIC: unbiased=True needs at least 4 samples, got 3"):
        HSIC(unbiased=True).criterion([1.0, 2.0, 3.0], [0, 1, 0])


def test_closed_forms_of_the_normalised_form():
    """C balanced classes: nHSIC(Y,Y) = (C - 1) r**2; with any Z at most (C - 1) r."""
    classes, epsilon, sigma = 10, 1e-5, 5
    y = np.repeat(np.arange(classes), 30)
    a = 1 - np.exp(-1 / (classes * sigma**2))
    r = a / (a + epsilon * classes)
    estimator = HSIC(sigma=sigma, normalised=True, labels="one-hot", scale_sigma=True)
    one_hot = np.eye(classes)[y]
    for first in (y, one_hot):
        assert estimator.criterion(first, y) == pytest.approx((classes - 1) * r**2, abs=1e-4)
    assert estimator.criterion(one_hot, one_hot) == pytest.approx(8.5655, abs=1e-4)
    assert estimator.criterion(100 * one_hot, y) <= (classes - 1) * r + 1e-9
    assert estimator.criterion(100 * one_hot, y) == pytest.approx(8.7801, abs=1e-3)


@pytest.mark.parametrize("kernel", ["gaussian", "laplacian", "linear"])
def test_the_normalised_form_is_that_of_dense_matrices(kernel):
    x, t, y = problem(8, 120, 3, 3)
    width = {} if kernel == "linear" else {"sigma": 1}
    estimator = HSIC(kernel=kernel, normalised=True, epsilon=1e-3, **width)
    made = getattr(slow, kernel)
    k, ell = (made(v) if kernel == "linear" else made(v, 1) for v in (x, t))
    expected = slow.normalised(k, ell, 1e-3), slow.normalised(ell, slow.delta(y), 1e-3)
    np.testing.assert_allclose(estimator.coordinates(t, Context(x, y)), expected, rtol=1e-6)


def test_factors_of_smooth_kernels_are_as_exact_as_dense_matrices():
    x, t, y = problem(8, 400, 2, 3)
    estimator = HSIC(normalised=True, epsilon=1e-3, sigma=2)
    k, ell = (slow.gaussian(v, 2) for v in (x, t))
    expected = slow.normalised(k, ell, 1e-3), slow.normalised(ell, slow.delta(y), 1e-3)
    found = estimator.estimate(t, Context(x, y))
    np.testing.assert_allclose((found["xt"], found["ty"]), expected, rtol=1e-6)


def test_one_inverse_serves_the_diagnostics_of_the_normalised_form():
    x, t, y = problem(8, 60, 3, 3)
    estimator, context = HSIC(normalised=True), Context(x, y)
    xt, ty = estimator.coordinates(t, context)
    expected = {"xt": xt, "ty": ty, **estimator.diagnose(t, context)}
    assert estimator.estimate(t, context) == pytest.approx(expected)


def test_a_normalised_form_that_does_not_fit_is_refused(rng):
    x = rng.normal(size=(400, 5))
    with (
        limited_memory("1 MiB"),
        pytest.raises(ValueError, match="HSIC: the normalised form needs more than 81 of 400"),
    ):
        HSIC(sigma=0.01, normalised=True).criterion(x, x)


def test_two_normalisations_at_once_are_refused():
    with pytest.raises(ValueError, match="normalised=True and unbiased=True are two different"):
        HSIC(normalised=True, unbiased=True)


def test_settings_without_effect_are_refused():
    with pytest.raises(ValueError, match=r"HSIC: sigma=3.0 has no effect beside .* 'linear'"):
        HSIC(kernel="linear", sigma=3)
    with pytest.raises(ValueError, match=r"HSIC: epsilon=0\.1 has no effect"):
        HSIC(epsilon=0.1)


@pytest.mark.parametrize(
    ("estimator", "symbol"),
    [(HSIC(), "HSIC"), (HSIC(kernel="linear"), "HSIC"), (HSIC(normalised=True), "nHSIC")],
)
def test_the_symbol_of_an_axis_is_short(estimator, symbol):
    assert estimator.symbol == symbol
