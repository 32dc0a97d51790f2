import math
import re

import numpy as np
import pytest
from scipy.stats import multivariate_t, t

from glow.datasets import CorrelatedGaussians, Mapped, StudentT, UniformNoise
from glow.estimators import Context, Gaussian, TCopula
from glow.estimators._copulas.fit import (
    _fit,
    distinct,
    double_ranks,
    fit_t_copula,
    quantiles,
    tail_information,
)

GAUSSIANS = CorrelatedGaussians.with_information(d=10, bits=3.0)


def ranks_of(samples):
    return double_ranks(np.asarray(samples, np.float64))


@pytest.mark.parametrize("sampler", [
    CorrelatedGaussians.with_information(d=10, bits=0.7),
    CorrelatedGaussians.with_information(d=25, bits=3.0),
    Mapped(base=GAUSSIANS, x="cube_root", y="wiggly"),
    StudentT(d=2, rho=0.0, dof=2.0),
    StudentT.with_information(d=10, bits=3.0),
    Mapped(base=StudentT.with_information(d=10, bits=3.0, dof=5.0), x="asinh", y="asinh"),
], ids=lambda sampler: sampler.name)  # fmt: skip
def test_it_meets_the_truth_where_the_copula_is_that_of_a_t(sampler):
    found = [TCopula().criterion(*sampler.sample(1000, seed)) for seed in range(6)]
    spread = 3 * np.std(found) / math.sqrt(6)
    assert np.mean(found) == pytest.approx(sampler.mutual_information, abs=spread + 0.05)


def test_monotone_maps_change_nothing():
    x, y = StudentT(d=3, rho=0.5).sample(500, seed=1)
    value = TCopula().criterion(x, y)
    assert TCopula().criterion(np.arcsinh(x), np.cbrt(y)) == value
    assert TCopula().criterion(-x, y[:, ::-1]) == pytest.approx(value, abs=1e-3)
    assert TCopula().criterion(y, x) == pytest.approx(value, abs=1e-3)


def test_without_tails_it_is_the_gaussian_copula():
    x, y = GAUSSIANS.sample(800, seed=2)
    gaussian = Gaussian(marginals="copula").criterion(x, y)
    assert TCopula().criterion(x, y) == pytest.approx(gaussian, abs=1e-9)
    assert TCopula(dof=1e6).criterion(x, y) == pytest.approx(gaussian, abs=1e-2)


@pytest.mark.parametrize("dof", [2.0, 5.0, 20.0])
def test_the_degrees_of_freedom_are_found(dof):
    x, y = StudentT(d=10, rho=0.4, dof=dof).sample(2000, seed=3)
    copula = fit_t_copula(ranks_of(x), ranks_of(y), None)
    assert copula.dof == pytest.approx(dof, rel=0.15)
    expected = np.kron([[1, 0.4], [0.4, 1]], np.eye(10))
    assert np.abs(copula.correlation - expected).max() < 0.12


def test_the_likelihood_is_that_of_the_densities():
    x, y = StudentT(d=2, rho=0.5, dof=4.0).sample(60, seed=4)
    ranks = ranks_of(np.hstack((x, y)))
    found, correlation, dof = _fit(ranks, 4.0, np.eye(4))
    values = quantiles(ranks, 4.0)
    np.testing.assert_allclose(values, t.ppf(ranks / 122, 4.0))
    joint = multivariate_t(np.zeros(4), correlation, df=dof).logpdf(values).sum()
    assert found == pytest.approx(joint - t.logpdf(values, 4.0).sum())


@pytest.mark.parametrize(("d", "e", "dof"), [(1, 1, 1.0), (3, 3, 3.0), (20, 20, 7.0)])
def test_the_tail_is_that_of_the_sampler(d, e, dof):
    exact = StudentT(d=d, rho=0.0, dof=dof).mutual_information
    assert tail_information(d, e, dof) / math.log(2) == pytest.approx(exact)
    assert tail_information(d, e, math.inf) == 0


@pytest.mark.parametrize("bits", [0.1, 2.0])
def test_the_standard_error_is_the_spread_over_samples(bits):
    sampler = CorrelatedGaussians.with_information(d=5, bits=bits)
    found, errors = [], []
    for seed in range(60):
        copula = fit_t_copula(*map(ranks_of, sampler.sample(800, seed)), math.inf)
        found.append(copula.information(corrected=True))
        errors.append(copula.standard_error())
    assert np.mean(errors) == pytest.approx(np.std(found), rel=0.3)


def test_units_that_order_the_samples_alike_count_once():
    rng = np.random.default_rng(5)
    x, noise = rng.normal(size=(2, 300, 2))
    more = np.hstack((x, np.exp(x[:, :1]), -x, np.ones((300, 1))))
    assert distinct(ranks_of(more)).shape == (300, 2)
    value = TCopula().criterion(x, x + noise)
    assert TCopula().criterion(more, x + noise) == pytest.approx(value)
    assert TCopula().criterion(np.ones((300, 3)), x) == 0


def test_draws_have_the_dependence_that_was_fitted():
    copula = fit_t_copula(*map(ranks_of, StudentT(d=2, rho=0.6).sample(20_000, seed=6)), None)
    again = fit_t_copula(*map(ranks_of, copula.draw(np.random.default_rng(0))), None)
    assert again.information(corrected=True) == pytest.approx(
        copula.information(corrected=True), abs=0.03
    )


@pytest.mark.parametrize(("sampler", "verdict", "figure"), [
    (GAUSSIANS, "reliable", None),
    (StudentT.with_information(d=10, bits=3.0), "reliable", None),
    (UniformNoise.with_information(d=10, bits=3.0), "model does not fit", "pair_excess"),
    (Mapped(base=GAUSSIANS, x="spiral"), "model does not fit", "bend_excess"),
    (Mapped(base=GAUSSIANS, x="spiral", y="spiral"), "model does not fit", "bend_excess"),
    (CorrelatedGaussians.with_information(d=25, bits=0.05), "too few samples for d", None),
], ids=lambda value: getattr(value, "name", None))  # fmt: skip
def test_its_tests_see_what_it_misses(sampler, verdict, figure):
    found = TCopula().measure(*sampler.sample(1500, seed=0))
    assert found.verdict == verdict
    if figure:
        assert found.diagnostics[figure] > 3 * found.diagnostics[figure.replace("excess", "error")]


def test_squares_are_seen_as_bends():
    x, noise = np.random.default_rng(7).normal(size=(2, 1000, 3))
    found = TCopula().measure(x, x**2 + noise)
    assert found.value < 0.1
    assert found.diagnostics["bend_excess"] > 0.5
    assert found.verdict == "model does not fit"


def test_pairs_find_the_edges_of_uniform_noise():
    sampler = UniformNoise.with_information(d=5, bits=3.0)
    x, y = sampler.sample(2000, seed=8)
    assert TCopula().criterion(x, y) < 0.7 * sampler.mutual_information
    pairs = TCopula(residual="pairs").criterion(x, y)
    assert pairs == pytest.approx(sampler.mutual_information, rel=0.12)


def test_tied_values_are_said():
    x, noise = np.random.default_rng(9).normal(size=(2, 400, 3))
    found = TCopula().measure(np.maximum(x, 0), x + noise)
    assert found.diagnostics["tied_share"] == pytest.approx(0.25, abs=0.05)
    assert found.verdict == "biased by ties"


def saturated(seed, n=192):
    """A layer that is mostly at 1, of the twelve bits that it does not depend on."""
    rng = np.random.default_rng(seed)
    bits = (rng.choice(4096, n, replace=False)[:, None] >> np.arange(12)) & 1
    t = np.tanh(rng.normal(size=(n, (2, 5, 10)[seed % 3])))
    t[rng.random(n) < 0.96] = 1
    return bits.astype(float), t


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("form", ["plain", "copies", "constant", "signs"])
def test_saturated_layers_are_estimated_or_refused_by_name(seed, form):
    x, t = saturated(seed)
    if form == "copies":
        t = np.hstack((t, t[:, :1], -t[:, 1:]))
    elif form == "constant":
        t = np.hstack((t, np.ones((len(t), 2))))
    elif form == "signs":
        t = np.sign(t)
    for y in (t, (x[:, 0] > 0).astype(int)):
        try:
            assert math.isfinite(TCopula().criterion(x if y is t else t, y))
        except ValueError as error:
            assert type(error) is not np.linalg.LinAlgError  # noqa: PT017 - either is right
            assert re.match(r"TCopula: .*\. (Leave|Give|Choose)", str(error))  # noqa: PT017


def test_ties_that_no_tails_suit_are_refused_where_these_are_asked_for():
    ranks = np.full((50, 2), 55)  # both units at their largest value in 46 samples of 50
    ranks[:4] = [[2, 8], [4, 4], [6, 6], [8, 2]]
    with pytest.raises(ValueError, match=r"TCopula: too many samples .* Choose a larger dof"):
        fit_t_copula(ranks[:, :1], ranks[:, 1:], 1.0)
    assert math.isinf(fit_t_copula(ranks[:, :1], ranks[:, 1:], None).dof)


def test_what_has_no_density_is_refused_by_name():
    x, y = GAUSSIANS.sample(42, seed=10)
    with pytest.raises(ValueError, match=r"TCopula: a correlation of 20 units .* got 20"):
        TCopula().criterion(x[:20], y[:20])
    with pytest.raises(ValueError, match="TCopula: the ranks of one unit follow linearly"):
        TCopula().criterion(x, np.exp(x))
    with pytest.raises(ValueError, match=r"^TCopula: a covariance in 10 directions"):
        TCopula().criterion(x, np.arange(42) % 7)
    with pytest.raises(ValueError, match="TCopula: layer code adds noise"):
        TCopula().coordinates(x, Context(x, y).for_layer(noise=0.1, layer="code"))


def test_labels_get_gaussian_classes_of_ranks():
    x, _ = GAUSSIANS.sample(300, seed=11)
    y = np.arange(300) % 3
    assert TCopula().criterion(x, y) == Gaussian(marginals="copula").criterion(x, y)
    assert TCopula().form(False, True) == "class covariances"
