import math

import numpy as np
import pytest
import torch

from glow.estimators import KDE, Context, limited_memory
from glow.estimators._context import Classes
from glow.estimators._mixtures.draws import Draws, densities
from glow.estimators._sample_propagation import SamplePropagation


def slow_densities(t, draws, noise):
    """ln p(t | x) - ln p(t) of each draw, over all samples and within class, in float64."""
    t = t.astype(np.float64)[draws.order]
    label = np.repeat(np.arange(len(draws.starts) - 1), np.diff(draws.starts))
    found = []
    for own, z in zip(draws.centres, draws.normals, strict=True):
        point = t[own] + noise * z
        logs = -((point - t) ** 2).sum(axis=1) / (2 * noise**2)
        inside = logs[label == label[own]]
        found.append(
            [
                logs[own] - np.logaddexp.reduce(logs) + math.log(len(t)),
                logs[own] - np.logaddexp.reduce(inside) + math.log(len(inside)),
            ]
        )
    return np.array(found).T


def two_points(noise, distance=1.0):
    """I of a fair bit sent as 0 or ``distance`` through Gaussian noise, by quadrature, in bits."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    weights = weights / weights.sum()
    s = distance / noise
    return 1 - float(weights @ np.logaddexp2(0, -(s**2 / 2 + s * nodes) / math.log(2)))


@pytest.mark.parametrize("d", [1, 4, 50])
@pytest.mark.parametrize("noise", [0.05, 0.7, 20.0])
def test_densities_are_those_of_the_slow_twin(rng, d, noise):
    t = np.maximum(rng.normal(size=(150, d)), 0).astype(np.float32) + 10
    draws = Draws.of(150, d, Classes.of(rng.integers(0, 3, 150)), 40, 0)
    expected = slow_densities(t, draws, noise)
    found = densities(t, draws, np.array([noise]))[:, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    tensor = densities(torch.from_numpy(t), draws, np.array([noise]))[:, 0]
    np.testing.assert_allclose(tensor, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("noise", [0.2, 0.5, 1.0, 3.0])
def test_a_bit_through_a_gaussian_channel_has_its_capacity(noise):
    """Mean over 20 seeds, within 4 of its standard errors."""
    t = np.repeat([0.0, 1.0], 50)[:, None]
    context = Context(t, t[:, 0])
    found = np.array(
        [SamplePropagation(noise=noise, seed=s).coordinates(t, context) for s in range(20)]
    )
    error = found.std(axis=0) / math.sqrt(20)
    assert (abs(found.mean(axis=0) - two_points(noise)) < 4 * error + 1e-6).all()


def test_claim_g2_it_lies_between_the_bounds_of_kde(rng):
    """On the same activations and noise, up to four standard errors of the draws."""
    x = rng.normal(size=(1500, 6))
    for gain in (0.3, 1.0, 5.0):
        t = np.tanh(gain * (x @ rng.normal(size=(6, 4)))).astype(np.float32)
        context = Context(x, x[:, 0] > 0)
        for noise in (0.03, 0.1, 0.3, 1.0):
            lower, upper = (
                KDE(variance=noise**2, bound=b).coordinates(t, context)[0]
                for b in ("lower", "upper")
            )
            found = SamplePropagation(noise=noise).estimate(t, context)
            margin = 4 * found["xt_error"] + 1e-4
            assert lower - margin < found["xt"] < upper + margin


def test_the_standard_error_is_that_of_the_draws(layer, context):
    _, t, _ = layer
    runs = [SamplePropagation(noise=0.3, seed=s).estimate(t, context) for s in range(60)]
    for axis in ("xt", "ty"):
        spread = np.std([run[axis] for run in runs])
        stated = np.mean([run[f"{axis}_error"] for run in runs])
        assert 0.4 * stated < spread < 1.4 * stated  # evenly spread draws do a little better


def test_the_declared_noise_replaces_the_setting(layer, context):
    noisy = context.for_layer(noise=0.4)
    found = SamplePropagation(noise=0.01).coordinates(layer[1], noisy)
    assert found == SamplePropagation(noise=0.4).coordinates(layer[1], context)
    xt, _ = SamplePropagation().curve(layer[1], noisy, "noise", [0.1, 1.0])
    np.testing.assert_allclose(xt, found[0], atol=1e-12)


def test_more_draws_begin_with_the_same_ones():
    few, many = (Draws.of(50, 3, None, count, 0) for count in (7, 90))
    np.testing.assert_array_equal(many.centres[:7], few.centres)
    np.testing.assert_array_equal(many.normals[:7], few.normals)


def test_every_class_has_its_share_of_the_draws(rng):
    classes = Classes.of(rng.choice(4, p=[0.05, 0.15, 0.3, 0.5], size=1000))
    draws = Draws.of(1000, 1, classes, 200, 0)
    drawn = np.bincount(draws.classes) / 200
    np.testing.assert_allclose(drawn, np.diff(classes.starts) / 1000, atol=0.015)
    sums = np.bincount(draws.classes, weights=draws.weights(200))
    np.testing.assert_allclose(sums, np.diff(classes.starts) / 1000, atol=1e-12)


def test_no_estimate_exceeds_its_ceiling_however_few_the_draws(rng):
    t = rng.normal(size=(100, 3)) * 1000
    context = Context(t, rng.integers(0, 4, 100))
    for samples in (8, 9, 30, 300):
        xt, ty = SamplePropagation(noise=1e-3, samples=samples).coordinates(t, context)
        assert xt == pytest.approx(context.sample_ceiling, abs=1e-9)
        assert ty == pytest.approx(context.label_entropy, abs=1e-9)


def test_a_curve_over_other_settings_is_the_single_estimates(layer, context):
    found = SamplePropagation(samples=30).curve(layer[1], context, "seed", [0, 1])
    single = [SamplePropagation(samples=30, seed=s).coordinates(layer[1], context) for s in (0, 1)]
    np.testing.assert_array_equal(np.column_stack(found), single)
    assert single[0] != single[1]


def test_continuous_variables_both_get_noise(rng):
    """A Gaussian pair: the noise adds to both variances. Within the spread of 800 samples."""
    x = rng.normal(size=800)
    y = 0.9 * x + math.sqrt(0.19) * rng.normal(size=800)
    noise = 0.5
    truth = -math.log2(1 - (0.9 / (1 + noise**2)) ** 2) / 2
    estimator = SamplePropagation(noise=noise, samples=4000)
    assert estimator.criterion(x, y) == pytest.approx(truth, abs=0.15)
    assert estimator.coordinates(y, Context(x, x))[1] == pytest.approx(truth, abs=0.15)


def test_discrete_variables_have_their_plug_in_information():
    a, b = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert SamplePropagation().criterion(a, a) == 1
    assert SamplePropagation().criterion(a, b) == 0
    assert SamplePropagation().check(a, a)["error"] == 0


def test_shuffled_labels_know_less(layer, context):
    found = SamplePropagation(noise=0.3).estimate(layer[1], context)
    assert found["ty_shuffled"] < 0.5 * found["ty"]
    shuffled = SamplePropagation(noise=0.3).check(layer[1], context.y)["shuffled"]
    assert shuffled == pytest.approx(found["ty_shuffled"], abs=1e-12)


def test_activations_too_large_to_square_are_refused():
    t = np.array([[0.0], [1e20]])
    with pytest.raises(ValueError, match=r"SamplePropagation: activations must be within 1e\+15"):
        SamplePropagation().coordinates(t, Context(t, [0, 1]))


def test_draws_that_do_not_fit_the_memory_are_refused(layer, context):
    with (
        limited_memory("1 MiB"),
        pytest.raises(
            ValueError, match=r"samples=100000 draws of 4 units .* at most samples=16384"
        ),
    ):
        SamplePropagation(samples=100000).coordinates(layer[1], context)


@pytest.mark.parametrize(("rho", "phrase"), [(0.5, "reliable"), (0.999, "set by the noise")])
def test_of_two_variables_the_verdict_says_where_the_noise_hides_their_information(rho, phrase):
    x, other = np.random.default_rng(0).normal(size=(2, 4000))
    y = rho * x + math.sqrt(1 - rho**2) * other
    found = SamplePropagation(noise=0.1).measure(x, y)
    assert found.verdict == phrase
    assert found.value < -0.5 * math.log2(1 - rho**2) + 0.1
