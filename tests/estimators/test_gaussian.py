import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from glow.datasets import CorrelatedGaussians, GaussianMixtureLabel, Mapped, StudentT
from glow.estimators import Context, Gaussian
from glow.estimators._copulas.classes import class_information
from glow.estimators._copulas.moments import Normal, log_determinant_bias

RAW, COPULA = Gaussian(correction=None), Gaussian(marginals="copula")


def by_determinants(x, y):
    """1/2 log2(det A det B / det C), as the formula reads."""
    both = np.hstack((x, y))
    a, b, c = (np.linalg.slogdet(np.cov(v, rowvar=False))[1] for v in (x, y, both))
    return (a + b - c) / (2 * np.log(2))


def linear(seed, n=400, d=3, e=2):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d)) @ rng.normal(size=(d, d))
    return x, x @ rng.normal(size=(d, e)) + rng.normal(size=(n, e))


@pytest.mark.parametrize(("d", "rho", "bits"), [(1, 0.9, 1.198), (2, 0.8, 1.4739)])
def test_the_closed_forms_are_met(d, rho, bits):
    x, y = CorrelatedGaussians(d=d, rho=rho).sample(200_000, seed=1)
    assert Gaussian().criterion(x, y) == pytest.approx(bits, abs=0.01)


def test_without_correction_it_is_the_formula():
    x, y = linear(0)
    assert RAW.criterion(x, y) == pytest.approx(by_determinants(x, y), rel=1e-9)


@pytest.mark.parametrize("n", [500, 2000, 10_000])
@pytest.mark.parametrize("estimator", [Gaussian(), COPULA], ids=["gaussian", "copula"])
def test_the_bias_is_taken_away(n, estimator):
    sampler = CorrelatedGaussians.with_information(d=5, bits=1.0)
    runs = 60 if n < 5000 else 20
    found = [estimator.criterion(*sampler.sample(n, seed)) for seed in range(runs)]
    error = np.std(found) / np.sqrt(runs)
    assert abs(np.mean(found) - 1.0) < max(3 * error, 0.01)
    assert abs(np.mean(found) - 1.0) * np.log(2) < 0.02  # nats


def test_the_bias_that_is_taken_away_is_large_in_many_dimensions():
    sampler = CorrelatedGaussians.with_information(d=50, bits=1.0)
    samples = [sampler.sample(500, seed) for seed in range(20)]
    assert np.mean([RAW.criterion(x, y) for x, y in samples]) > 5
    assert np.mean([Gaussian().criterion(x, y) for x, y in samples]) == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize(("d", "noise"), [(4, 0.0), (4, 0.3), (4, 1.0), (30, 1.0)])
def test_the_bias_of_a_determinant_with_noise(d, noise):
    variances, f = np.geomspace(0.05, 5, d), 60
    rng = np.random.default_rng(3)
    truth = np.log(variances + noise).sum()
    found = []
    for _ in range(3000):
        values = rng.normal(size=(f + 1, d)) * np.sqrt(variances)
        covariance = np.cov(values, rowvar=False) + noise * np.eye(d)
        found.append(np.linalg.slogdet(covariance)[1])
    bias = log_determinant_bias(variances / (variances + noise), f)
    error = np.std(found) / np.sqrt(len(found))
    assert bias == pytest.approx(np.mean(found) - truth, abs=4 * error + 0.1 * abs(bias))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 4))
def test_information_does_not_change_under_invertible_linear_maps(seed, d, e):
    x, y = linear(seed, n=60, d=d, e=e)
    rng = np.random.default_rng(seed)
    turn = rng.normal(size=(d, d)) + 3 * np.eye(d)
    value = Gaussian().criterion(x, y)
    assert Gaussian().criterion(y, x) == pytest.approx(value, abs=1e-9)
    assert Gaussian().criterion(x @ turn + 5, -7 * y) == pytest.approx(value, abs=1e-6)
    order = rng.permutation(60)
    assert Gaussian().criterion(x[order], y[order]) == pytest.approx(value, abs=1e-9)


def test_ranks_forget_monotone_maps():
    x, y = linear(1)
    value = COPULA.criterion(x, y)
    assert COPULA.criterion(np.exp(x), np.cbrt(y)) == pytest.approx(value, abs=1e-9)


def test_independent_variables_have_none_in_the_mean():
    rng = np.random.default_rng(4)
    found = [Gaussian().criterion(*rng.normal(size=(2, 100, 8))) for _ in range(200)]
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(200)


@pytest.mark.parametrize("estimator", [Gaussian(), COPULA], ids=["gaussian", "copula"])
def test_constant_and_redundant_units_change_nothing(estimator):
    x, y = linear(2)
    more = np.hstack((x, np.full((400, 1), 7.0), x[:, :1]))
    assert estimator.criterion(more, y) == pytest.approx(estimator.criterion(x, y), abs=1e-9)
    assert estimator.criterion(np.full((400, 2), 3.3), y) == 0


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_a_linear_function_has_infinite_information(precision):
    x, _ = linear(3)
    t = (x.astype(precision) @ np.ones((3, 1), precision)).astype(precision)
    with pytest.raises(ValueError, match=r"Gaussian: a direction of y is a linear .* infinite"):
        Gaussian().criterion(x.astype(precision), t)


def test_too_few_samples_are_refused_by_name():
    x, y = linear(4, n=5)
    with pytest.raises(ValueError, match=r"5 directions .* needs more than 5 samples, got 5"):
        Gaussian().criterion(x, y)
    with pytest.raises(ValueError, match=r"at least 6 samples of each class, got 2 of class 1"):
        Gaussian().criterion(linear(4, n=12)[0], np.repeat([0, 1], [10, 2]))
    with pytest.raises(ValueError, match=r"samples of class 1 do not spread"):
        Gaussian().criterion(np.r_[np.random.default_rng(0).normal(size=20), np.zeros(20)],
                             np.repeat([0, 1], 20))  # fmt: skip


@pytest.mark.parametrize("sampler", [
    GaussianMixtureLabel(means=[-1, 1], d=3),
    GaussianMixtureLabel(means=[-2, 0, 2], scales=[0.5, 1, 2], weights=[0.5, 0.3, 0.2], d=3),
    GaussianMixtureLabel(means=[2.0 * c for c in range(10)], d=3),
    GaussianMixtureLabel(means=[-20, 20], d=3),
])  # fmt: skip
def test_labels_of_gaussian_classes_agree_with_quadrature(sampler):
    found = [Gaussian().criterion(*sampler.sample(1000, seed)) for seed in range(20)]
    error = np.std(found) / np.sqrt(20)
    assert np.mean(found) == pytest.approx(sampler.mutual_information, abs=3 * error + 0.005)


def test_half_the_bias_of_labels_is_no_bias():
    sampler = GaussianMixtureLabel(means=[-0.5, 0.5], d=20)
    samples = [sampler.sample(400, seed) for seed in range(20)]
    raw, found = (
        np.mean([e.criterion(*pair) for pair in samples]) - sampler.mutual_information
        for e in (RAW, Gaussian())
    )
    assert raw > 0.2
    assert abs(found) < 0.2 * raw


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.floats(0, 30))
def test_labels_never_have_more_than_their_entropy(seed, apart):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(60) % 3)
    t = rng.normal(size=(60, 2)) + apart * y[:, None]
    found = Gaussian().criterion(t, y)
    assert found <= np.log2(3) + 1e-9
    assert Gaussian().criterion(y, t) == found
    assert Gaussian().criterion(t, 9 - y) == pytest.approx(found, abs=1e-9)


@pytest.mark.parametrize("noise", [None, 0.4])
def test_leaving_out_agrees_with_fitting_again(noise):
    rng = np.random.default_rng(5)
    y = np.arange(40) % 2
    t = Normal.of("t", rng.normal(size=(40, 3)) + y[:, None], noise)
    points = t.values + np.sqrt(t.variance) * np.random.default_rng(0).normal(size=(40, 3))

    def log_posterior(i, left_out):
        found = []
        for c in (0, 1):
            members = t.values[(y == c) & (np.arange(40) != (i if left_out else -1))]
            covariance = np.cov(members, rowvar=False) + t.variance * np.eye(3)
            away = points[i] - members.mean(axis=0)
            log = -(np.linalg.slogdet(covariance)[1] + away @ np.linalg.solve(covariance, away)) / 2
            found.append(log)
        return found[y[i]] - np.logaddexp(*found)

    within, without = (np.mean([log_posterior(i, out) for i in range(40)]) for out in (False, True))
    classes = Context(np.arange(40), y).classes
    assert class_information(t, classes, corrected=False) == pytest.approx(np.log(2) + within)
    expected = np.log(2) + (within + without) / 2
    assert class_information(t, classes, corrected=True) == pytest.approx(expected)


@pytest.mark.parametrize("deviation", [0.1, 1.0])
def test_a_linear_layer_with_noise_has_the_information_of_its_weights(deviation):
    """I(X;T) = 1/2 log2 det(1 + W W' / s2), the exact value for linear networks."""
    rng = np.random.default_rng(6)
    weights = rng.normal(size=(10, 20)) / np.sqrt(10)
    gram = weights.T @ weights / deviation**2
    exact = np.linalg.slogdet(np.eye(20) + gram)[1] / (2 * np.log(2))
    found = []
    for _ in range(20):
        x = rng.normal(size=(500, 10))
        context = Context(x, rng.integers(0, 2, 500)).for_layer(noise=deviation)
        declared = Gaussian().coordinates(x @ weights, context)
        given = Gaussian(noise=deviation).coordinates(x @ weights, context.for_layer())
        assert declared == given
        found.append(declared[0])
    assert np.mean(found) == pytest.approx(exact, abs=3 * np.std(found) / np.sqrt(20) + 0.01)


def test_noise_allows_more_units_than_samples():
    rng = np.random.default_rng(7)
    t, y = rng.normal(size=(60, 100)), np.arange(60) % 3
    context = Context(rng.normal(size=(60, 2)), y)
    xt, ty = Gaussian(noise=1.0).coordinates(t, context)
    assert np.isfinite([xt, ty]).all()
    with pytest.raises(ValueError, match=r"needs more than .* samples"):
        Gaussian().coordinates(t, context)


def test_noise_only_takes_information_away():
    x, y = linear(8, n=4000)
    values = [Gaussian(noise=s).criterion(x, y) for s in (1e-4, 0.3, 1.0, 3.0)]
    assert values[0] == pytest.approx(Gaussian().criterion(x, y), abs=1e-3)
    assert (np.diff(values) < 0).all()


def test_noise_has_no_meaning_after_ranks():
    with pytest.raises(
        ValueError, match=r"noise=0.1 .* Give noise or marginals='copula', not both"
    ):
        Gaussian(marginals="copula", noise=0.1)
    context = Context(np.arange(9.0), np.arange(9) % 2).for_layer(noise=0.1, layer="code")
    with pytest.raises(ValueError, match="layer code adds noise"):
        COPULA.coordinates(np.arange(9.0), context)


def test_monotone_maps_mislead_all_but_the_copula():
    sampler = Mapped(base=CorrelatedGaussians(d=5, rho=0.7), x="cube_root", y="cube_root")
    x, y = sampler.sample(4000, seed=0)
    assert Gaussian().criterion(x, y) < 0.85 * sampler.mutual_information
    assert COPULA.criterion(x, y) == pytest.approx(sampler.mutual_information, rel=0.05)


def test_forms_and_labels_are_named():
    assert Gaussian().form(False, True) == "class covariances"
    assert Gaussian().measure(*linear(9)).form == "joint covariance"
    assert Gaussian().measure([0, 1, 0, 1], [0, 1, 1, 0]).form == "plug-in"
    assert RAW.label == "Gaussian, uncorrected"


def test_a_sample_that_alone_spreads_its_class_is_refused_by_name():
    rng = np.random.default_rng(30)
    t, y = rng.normal(size=(60, 2)), np.arange(60) % 2
    t[y == 1, 1] = 1.0
    t[1, 1] = -1.0
    with pytest.raises(ValueError, match=r"^Gaussian: one sample alone makes class 1 spread"):
        Gaussian().criterion(t, y)
    assert np.isfinite(Gaussian(correction=None).criterion(t, y))
    assert np.isfinite(Gaussian(noise=0.1).criterion(t, y))


@pytest.mark.parametrize(("sampler", "verdicts"), [
    (CorrelatedGaussians.with_information(d=3, bits=2.0), ("reliable", "reliable")),
    (StudentT(d=3, rho=0.0, dof=2.0), ("model does not fit", "model does not fit")),
    (Mapped(base=CorrelatedGaussians.with_information(d=3, bits=2.0), x="cube_root",
            y="cube_root"), ("model does not fit", "reliable")),
    (Mapped(base=CorrelatedGaussians.with_information(d=2, bits=2.0), x="spiral", y="spiral"),
     ("model does not fit", "model does not fit")),
], ids=lambda value: getattr(value, "name", None))  # fmt: skip
def test_its_verdict_says_where_the_model_does_not_fit(sampler, verdicts):
    x, y = sampler.sample(1000, seed=2)
    found = [variant.measure(x, y).verdict for variant in Gaussian.variants()]
    assert tuple(found) == verdicts


@pytest.mark.parametrize(("sampler", "verdict"), [
    (CorrelatedGaussians.with_information(d=3, bits=2.0), "reliable"),
    (Mapped(base=CorrelatedGaussians.with_information(d=3, bits=2.0), x="cube_root",
            y="cube_root"), "model does not fit"),
    (Mapped(base=CorrelatedGaussians.with_information(d=5, bits=2.0), x="spiral", y="spiral"),
     "model does not fit"),
], ids=lambda value: getattr(value, "name", None))  # fmt: skip
def test_on_planes_too(sampler, verdict):
    x, t = sampler.sample(1000, seed=0)
    noise = np.random.default_rng(0).normal(size=(len(x), 2))
    for context, axis in ((Context(x, np.arange(len(x)) % 2), 0), (Context(noise, x), 1)):
        estimate = Gaussian().estimate(t, context)
        assert Gaussian().verdicts(estimate, context)[axis] == verdict


def test_a_unit_that_knows_more_of_a_label_than_gaussian_classes_find_is_a_misfit():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 1000)
    t = rng.normal(size=(1000, 3))
    ring = np.where(rng.random(1000) < 0.5, -1, 1) * 3 + 0.1 * t[:, 0]
    t[:, 0] = np.where(y == 1, ring, ring.std() * t[:, 0])  # the same two moments in both classes
    found = Gaussian().measure(t, y)
    assert found.verdict == "model does not fit"
    assert found.diagnostics["part_excess"] > 0.3
    context = Context(rng.normal(size=(1000, 2)), y)
    assert Gaussian().verdicts(Gaussian().estimate(t, context), context)[1] == found.verdict
    plain = rng.normal(size=(1000, 3)) + y[:, None]
    assert Gaussian().measure(plain, y).verdict == "reliable"
