import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given, settings

from glow.estimators import KSG, Context

FORMS = [KSG(), KSG(variant=2), KSG(metric="max"), KSG(ties="plain")]
every_form = pytest.mark.parametrize("estimator", FORMS, ids=lambda e: e.label)


def gaussians(n, d, bits, seed):
    """d pairs of equal correlation, ``bits`` of information in all."""
    rho2 = 1 - 2 ** (-2 * bits / d)
    x, noise = np.random.default_rng(seed).normal(size=(2, n, d))
    return x, np.sqrt(rho2) * x + np.sqrt(1 - rho2) * noise


def mean_and_error(values):
    return np.mean(values), np.std(values, ddof=1) / np.sqrt(len(values))


@pytest.mark.parametrize("variant", [1, 2])
@pytest.mark.parametrize("nats", [0.0, 0.5, 2.0])
def test_one_dimension_is_unbiased(variant, nats):
    """Published: at 2000 samples and k = 3, within 0.02 nats in the mean."""
    bits = nats / np.log(2)
    samples = [gaussians(2000, 1, bits, seed) for seed in range(20)]
    mean, error = mean_and_error([KSG(variant=variant).criterion(x, y) for x, y in samples])
    assert abs(mean - bits) * np.log(2) < 0.02 + 2 * error * np.log(2)


def test_two_dimensions_are_within_the_published_bias():
    samples = [gaussians(2000, 2, 1.4739, seed) for seed in range(20)]  # rho 0.8
    mean, error = mean_and_error([KSG().criterion(x, y) for x, y in samples])
    assert abs(mean - 1.4739) < 0.05 / np.log(2) + 2 * error


def test_numbers_agree_with_scikit_learn():
    """Its regression estimator is variant 1 without noise added and without clipping."""
    information = pytest.importorskip("sklearn.feature_selection._mutual_info")
    for seed in range(3):
        x, y = (v[:, 0] for v in gaussians(500, 1, 1.0, seed))
        units = [v / np.abs(v - v.mean()).mean() for v in (x, y)]
        for k in (1, 3, 10):
            expected = information._compute_mi_cc(*units, k) / np.log(2)
            assert KSG(k=k).criterion(x, y) == pytest.approx(expected, rel=1e-9)


def test_labels_agree_with_scikit_learn():
    information = pytest.importorskip("sklearn.feature_selection._mutual_info")
    for seed in (0, 1, 3):  # with others its radius is rounded up to the partner of a class of two
        rng = np.random.default_rng(seed)
        labels = rng.integers(0, 3, 300)
        labels[:3] = [7, 8, 8]  # a class of one and one of two
        t = labels + rng.normal(size=300)
        for k in (1, 3, 10):
            expected = information._compute_mi_cd(t, labels, k) / np.log(2)
            assert KSG(k=k).criterion(t, labels) == pytest.approx(expected, rel=1e-9)


def test_the_plain_form_agrees_with_scikit_learn_on_ties():
    information = pytest.importorskip("sklearn.feature_selection._mutual_info")
    rng = np.random.default_rng(0)
    x = rng.integers(0, 6, 500) / 4
    y = x + rng.integers(0, 3, 500) / 4
    spread = [np.abs(v - v.mean()).mean() for v in (x, y)]
    expected = information._compute_mi_cc(x * spread[1], y * spread[0], 30) / np.log(2)
    assert KSG(k=30, ties="plain").criterion(x, y) == pytest.approx(expected, rel=1e-9)


@every_form
def test_independent_variables_have_none_in_the_mean(estimator):
    def value(seed):
        rng = np.random.default_rng(seed)
        return estimator.criterion(rng.normal(size=(300, 2)), rng.normal(size=(300, 2)))

    mean, error = mean_and_error([value(seed) for seed in range(20)])
    assert abs(mean) < 0.02 + 3 * error


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 1000), st.sampled_from(FORMS))
def test_properties(seed, estimator):
    x, y = gaussians(150, 2, 1.0, seed)
    expected = estimator.criterion(x, y)
    order = np.random.default_rng(seed).permutation(150)
    assert estimator.criterion(y, x) == pytest.approx(expected, abs=1e-9)
    assert estimator.criterion(x[order], y[order]) == pytest.approx(expected, abs=1e-9)
    assert estimator.criterion(5 * x, y - 3) == pytest.approx(expected, abs=1e-6)
    labels = (y[:, 0] > 0).astype(int)
    named = np.array([-4, 77])[labels]
    assert estimator.criterion(x, labels) == estimator.criterion(named, x)


def test_maps_of_a_number_change_little():
    """The information does not change; the estimate may by its own error."""
    samples = [gaussians(1000, 1, 1.0, seed) for seed in range(20)]
    for change in (np.cbrt, np.arcsinh, lambda v: v**3 + v):
        differences = [KSG().criterion(change(x), y) - KSG().criterion(x, y) for x, y in samples]
        mean, error = mean_and_error(differences)
        assert abs(mean) < 0.06 + 2 * error


def test_trap_a_discrete_variable_given_as_numbers():
    """The plain form reads about nothing of ties; atoms read the information that is there."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 4, 1000).astype(float)
    y = np.where(rng.random(1000) < 0.9, x, rng.integers(0, 4, 1000))
    truth = KSG().criterion(x.astype(int), y.astype(int))
    assert KSG().criterion(x, y) == pytest.approx(truth, abs=0.03)
    assert KSG(ties="plain").criterion(x, y) < truth - 1
    found, plain = KSG().measure(x, y), KSG(ties="plain").measure(x, y)
    assert found.verdict == "reliable"
    assert found.form == "KSG 2004, variant 1; Gao 2017 for 100% of the samples, which are tied"
    assert plain.verdict == "biased by ties"


def test_trap_a_mixture_of_atoms_and_numbers():
    """Rectified units: the zeros are atoms. Gao et al. show that the mixed form is consistent."""
    rng = np.random.default_rng(1)
    x = np.maximum(rng.normal(size=3000), 0)
    y = np.where(rng.random(3000) < 0.5, x > 0, rng.integers(0, 2, 3000)).astype(float)
    positive = (x > 0).astype(int)
    truth = KSG().criterion(positive, y.astype(int))  # all that x says of y
    assert KSG().criterion(x, y) == pytest.approx(truth, abs=0.05)


def test_trap_binary_inputs_are_a_lattice_and_said_to_be():
    patterns = (np.arange(256)[:, None] >> np.arange(8) & 1).astype(np.float32)
    t = np.tanh(patterns @ np.random.default_rng(0).normal(size=(8, 3))).astype(np.float32)
    found = KSG().measure(patterns, t)
    assert found.diagnostics["tied_share"] > 0.5
    assert found.verdict in ("biased by ties", "at ceiling")
    assert KSG().criterion(patterns, t) > 1  # not silently nothing


def test_trap_a_layer_that_is_a_function_of_its_input_grows_with_the_samples():
    x = np.random.default_rng(0).normal(size=(1000, 1))
    found = KSG().measure(x, np.tanh(x))
    assert found.diagnostics["half_change"] > 0.5
    assert found.verdict in ("too few samples for d", "at ceiling")


@pytest.mark.parametrize("d", [1, 2])
def test_few_dimensions_are_called_reliable(d):
    for seed in range(3):
        x, y = gaussians(2000, d, 2.0, seed)
        assert KSG().measure(x, y).verdict == "reliable"


@pytest.mark.parametrize("d", [1, 2, 3, 5, 8, 16, 50])
@pytest.mark.parametrize("bits", [1.0, 3.0])
def test_trap_many_dimensions_are_not_called_reliable(d, bits):
    """Where the bias is beyond 20 %, the verdict says so; the figure behind it foretells it."""
    x, y = gaussians(1000, d, bits, seed=d)
    found = KSG().measure(x, y)
    bias = (found.value - bits) / bits
    assert found.diagnostics["gaussian_error"] == pytest.approx(bias, abs=0.12)
    if abs(bias) > 0.2 + 0.1:  # the estimate's own noise around the limit
        assert found.verdict == "too few samples for d"


def test_trap_the_published_case_of_sixteen_dimensions():
    rho, x = 0.5, np.random.default_rng(0).normal(size=(5000, 16))
    y = rho * x + np.sqrt(1 - rho**2) * np.random.default_rng(1).normal(size=(5000, 16))
    value = KSG().criterion(x, y) * np.log(2)
    assert value < 1.2  # of 2.3 nats
    assert KSG().measure(x[:2000], y[:2000]).verdict == "too few samples for d"


def test_many_dimensions_and_labels_are_foretold_too():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 600)
    wide = rng.normal(size=(600, 60))
    wide[:, 0] += 3 * labels
    found = KSG().measure(wide, labels)
    assert found.diagnostics["gaussian_error"] < -0.2
    assert found.verdict == "too few samples for d"
    assert KSG().measure(wide[:, :1], labels).verdict == "reliable"


def test_precision_of_the_input_does_not_matter():
    rng = np.random.default_rng(0)
    t = (np.round(rng.normal(size=(200, 3)) * 32) / 32).astype(np.float32)
    labels = (t[:, 0] > 0).astype(int)
    expected = KSG().criterion(t, labels)
    for same in (t.astype(np.float16), t.astype(np.float64), torch.from_numpy(t).bfloat16()):
        assert KSG().criterion(same, labels) == pytest.approx(expected, abs=1e-9)


def test_a_curve_needs_one_pass_and_any_order(layer, context):
    values = [5, 1, 32, 5, 2]
    curve = np.column_stack(KSG().curve(layer[1], context, "k", values))
    single = [KSG(k=k).coordinates(layer[1], context) for k in values]
    np.testing.assert_allclose(curve, single, rtol=1e-12)
    assert KSG().curve(layer[1], context, "k", [])[0].shape == (0,)


def test_a_continuous_target(rng):
    t = rng.normal(size=(300, 2)).astype(np.float32)
    y = t[:, :1] + 0.25 * rng.normal(size=(300, 1)).astype(np.float32)
    xt, ty = KSG().coordinates(t, Context(t + rng.normal(size=(300, 2)), y))
    assert ty == pytest.approx(KSG().criterion(t, y), abs=1e-9)
    assert 0 < xt < ty


def test_the_singletons_that_are_left_out_are_counted():
    t, labels = np.arange(12.0), np.array([0] * 5 + [1] * 5 + [2, 3])
    found = KSG(k=3).measure(t, labels)
    assert found.diagnostics["dropped_share"] == pytest.approx(2 / 12)
    assert found.value == KSG(k=3).criterion(t[:10], labels[:10])


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.ones(3), np.arange(3.0), "KSG: k=3 neighbours need more than 3 samples, got N=3"),
        (np.arange(9.0), np.arange(9), "KSG: .* each of the 9 samples is alone in its class"),
        (np.arange(9.0), np.arange(8), "KSG: the variables must hold the same samples"),
        ([0.0, np.nan] * 5, np.arange(10.0), "KSG: x must be finite"),
    ],
)
def test_what_cannot_be_estimated_is_said(x, y, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        KSG().criterion(x, y)


@pytest.mark.parametrize("settings", [{"k": 0}, {"k": 2.5}, {"variant": 3}, {"metric": "l1"}])
def test_settings_out_of_bounds_are_said(settings):
    with pytest.raises((TypeError, ValueError), match=r"KSG: .* must be .* Choose e.g."):
        KSG(**settings)
