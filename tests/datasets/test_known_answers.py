"""The exact answers, each found again by other means: densities of SciPy, integrals, samples."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from glow.datasets import (
    MAPS,
    CorrelatedGaussians,
    DiscreteChannel,
    GaussianMixtureLabel,
    Mapped,
    ProbitLabel,
    StudentT,
    UniformNoise,
    known_answers,
)

EVERY = [pytest.param(s, id=f"{s.name}, d={d}") for d in (1, 3) for s in known_answers(d)]
every_sampler = pytest.mark.parametrize("sampler", EVERY)


# --- log2 of p(x, y) / p(x) p(y), by SciPy's densities and nothing of the samplers' own


def gaussian_ratio(sampler, x, y):
    pair = stats.multivariate_normal([0, 0], [[1, sampler.rho], [sampler.rho, 1]])
    joint = pair.logpdf(np.stack((x, y), axis=-1)).reshape(x.shape).sum(axis=1)
    return joint - stats.norm.logpdf(x).sum(axis=1) - stats.norm.logpdf(y).sum(axis=1)


def student_ratio(sampler, x, y):
    one, d = np.eye(sampler.d), sampler.d
    joint = stats.multivariate_t(
        np.zeros(2 * d), np.block([[one, sampler.rho * one], [sampler.rho * one, one]]), sampler.dof
    )
    alone = stats.multivariate_t(np.zeros(d), one, sampler.dof)
    whole = joint.logpdf(np.hstack((x, y)))
    return whole - np.reshape(alone.logpdf(x) + alone.logpdf(y), -1)


def uniform_ratio(sampler, x, y):
    e = sampler.noise
    assert (abs(y - x) <= e).all()
    c = np.sort([-e, e, 1 - e, 1 + e])
    of_y = stats.trapezoid((c[1] - c[0]) / (1 + 2 * e), (c[2] - c[0]) / (1 + 2 * e), -e, 1 + 2 * e)
    return (-math.log(2 * e) - of_y.logpdf(y)).sum(axis=1)


def mixture_ratio(sampler, x, y):
    """From all units, so that turning the axes into them is checked too."""
    means = np.array(sampler.means)
    axes = means.shape[1]
    directions = np.zeros((sampler.d, axes))
    for axis in range(axes):
        directions[axis::axes, axis] = 1 / np.sqrt(len(range(axis, sampler.d, axes)))
    logs = []
    for mean, scale in zip(means, sampler.scales, strict=True):
        widened = (scale**2 - 1) * directions @ directions.T + np.eye(sampler.d)
        logs.append(stats.multivariate_normal(directions @ mean, widened).logpdf(x))
    logs = np.stack(logs, axis=1).reshape(len(x), -1)
    whole = np.logaddexp.reduce(logs + np.log(sampler.weights), axis=1)
    return logs[np.arange(len(y)), y] - whole


def channel_ratio(sampler, x, y):
    joint = np.array(sampler.p)[:, None] * np.array(sampler.matrix)
    return np.log(joint[x, y] / (joint.sum(1)[x] * joint.sum(0)[y]))


def probit_ratio(sampler, x, y):
    """By the bivariate normal distribution of x and what is graded."""
    borders = np.concatenate(([-40], stats.norm.ppf(np.cumsum(sampler.weights)[:-1]), [40]))
    given = stats.norm(sampler.rho * x[:, 0], np.sqrt(1 - sampler.rho**2))
    inside = given.cdf(borders[y + 1]) - given.cdf(borders[y])
    return np.log(inside / np.array(sampler.weights)[y])


RATIOS = {
    CorrelatedGaussians: gaussian_ratio,
    StudentT: student_ratio,
    UniformNoise: uniform_ratio,
    GaussianMixtureLabel: mixture_ratio,
    DiscreteChannel: channel_ratio,
    ProbitLabel: probit_ratio,
}


@every_sampler
def test_the_mean_log_density_ratio_of_its_samples_is_its_answer(sampler):
    # a map leaves the ratio at each point as it is, so the samples before it are asked
    plain = sampler.base if isinstance(sampler, Mapped) else sampler
    ratio = RATIOS[type(plain)](plain, *plain.sample(100_000, seed=1)) / math.log(2)
    error = ratio.std() / math.sqrt(len(ratio))
    assert error < 0.02
    assert abs(ratio.mean() - sampler.mutual_information) < 4 * error + 1e-9


def divergence(density, x, y):
    """I in bits of a density on a grid, by the trapezoidal rule."""
    p = density(*np.meshgrid(x, y, indexing="ij"))
    of_x, of_y = integrate.trapezoid(p, y, axis=1), integrate.trapezoid(p, x, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * np.log2(p / np.outer(of_x, of_y)), 0)
    return integrate.trapezoid(integrate.trapezoid(terms, y, axis=1), x)


def test_the_integral_of_the_gaussian_density_is_its_answer():
    line = np.linspace(-9, 9, 1201)
    pair = stats.multivariate_normal([0, 0], [[1, 0.9], [0.9, 1]])
    found = divergence(lambda x, y: pair.pdf(np.stack((x, y), axis=-1)), line, line)
    assert found == pytest.approx(CorrelatedGaussians(d=1, rho=0.9).mutual_information, abs=1e-9)
    assert found == pytest.approx(1.1980, abs=1e-4)  # the published figure


@pytest.mark.parametrize(("rho", "dof"), [(0.0, 4.0), (0.6, 5.0)])
def test_the_integral_of_the_student_density_is_its_answer(rho, dof):
    line = np.sinh(np.linspace(-9, 9, 1601))  # tails to 4000
    pair = stats.multivariate_t([0, 0], [[1, rho], [rho, 1]], dof)
    found = divergence(lambda x, y: pair.pdf(np.stack((x, y), axis=-1)), line, line)
    assert found == pytest.approx(StudentT(d=1, rho=rho, dof=dof).mutual_information, abs=1e-4)


def test_a_student_t_is_dependent_at_rho_zero_and_a_gaussian_in_the_limit():
    assert StudentT(d=3, rho=0.0, dof=2).mutual_information > 0.3
    limit = CorrelatedGaussians(d=3, rho=0.7).mutual_information
    assert StudentT(d=3, rho=0.7, dof=1e6).mutual_information == pytest.approx(limit, abs=1e-5)


@pytest.mark.parametrize("noise", [0.03, 0.5, 0.8, 4.0])
def test_the_entropies_of_uniform_noise_give_its_answer(noise):
    def of_y(y):
        return max(0.0, min(1, y + noise) - max(0, y - noise)) / (2 * noise)

    corners = sorted((-noise, noise, 1 - noise, 1 + noise))
    entropy = sum(
        integrate.quad(lambda y: -of_y(y) * math.log2(of_y(y)) if of_y(y) else 0.0, *ends)[0]
        for ends in itertools.pairwise(corners)
    )
    exact = UniformNoise(d=1, noise=noise).mutual_information
    assert entropy - math.log2(2 * noise) == pytest.approx(exact, abs=1e-7)


@pytest.mark.parametrize(
    ("means", "scales", "weights"),
    [
        ([-1, 1], [1, 1], [0.5, 0.5]),
        ([0, 0], [1, 5], [0.3, 0.7]),
        ([0, 1, 9], [1, 0.2, 1], [0.2, 0.2, 0.6]),
    ],
)
def test_adaptive_integrals_of_the_mixture_are_its_answer(means, scales, weights):
    def mixed(t):
        return stats.norm.pdf(t, means, scales) @ weights

    places = np.concatenate([[m - 9 * s, m, m + 9 * s] for m, s in zip(means, scales, strict=True)])
    places = np.unique(places)
    entropy = sum(
        integrate.quad(lambda t: -mixed(t) * np.log2(max(mixed(t), 1e-300)), *ends, limit=200)[0]
        for ends in itertools.pairwise(places)
    )
    within = np.array(weights) @ np.log2(np.array(scales) * math.sqrt(2 * math.pi * math.e))
    sampler = GaussianMixtureLabel(means=means, scales=scales, weights=weights)
    assert sampler.mutual_information == pytest.approx(entropy - within, abs=1e-7)


def test_a_mixture_on_a_plane_of_a_square_is_two_bits_apart_each_as_one_axis():
    # the corners of a square carry one independent bit on each axis
    axis = GaussianMixtureLabel(means=[-1, 1]).mutual_information
    square = GaussianMixtureLabel(means=[[a, b] for a in (-1, 1) for b in (-1, 1)], d=2)
    assert square.mutual_information == pytest.approx(2 * axis, abs=1e-10)


def test_classes_on_one_spot_carry_nothing_and_far_ones_all():
    assert GaussianMixtureLabel(means=[1, 1]).mutual_information == pytest.approx(0, abs=1e-12)
    weights = [0.2, 0.3, 0.5]
    far = GaussianMixtureLabel(means=[0, 100, 200], weights=weights).mutual_information
    assert far == pytest.approx(stats.entropy(weights, base=2), abs=1e-12)


def test_two_graded_classes_follow_the_angle_of_the_correlation():
    # of two classes at the median both orders are equally likely, by symmetry, and the sign of
    # x alone then agrees with the label in a share 1 - arccos(rho) / pi (Sheppard 1899)
    rho = 0.8
    x, y = ProbitLabel(weights=[0.5, 0.5], rho=rho).sample(200_000)
    agreeing = np.mean((x[:, 0] > 0) == (y == 1))
    assert agreeing == pytest.approx(1 - math.acos(rho) / math.pi, abs=4 * 0.5 / math.sqrt(2e5))


def test_known_channels():
    assert DiscreteChannel(matrix=np.eye(4)).mutual_information == 2.0
    assert DiscreteChannel(matrix=[[0.5, 0.5]] * 3).mutual_information == 0.0
    symmetric = DiscreteChannel(matrix=[[0.89, 0.11], [0.11, 0.89]]).mutual_information
    assert symmetric == pytest.approx(1 - stats.entropy([0.11, 0.89], base=2))
    erasing = DiscreteChannel(matrix=[[0.7, 0.3, 0], [0, 0.3, 0.7]]).mutual_information
    assert erasing == pytest.approx(0.7)


# --- maps


@given(values=st.lists(st.floats(-8, 8), min_size=2, max_size=2))
def test_the_maps_of_one_column_are_strictly_increasing(values):
    low, high = sorted(values)
    if high - low > 1e-6:
        for name in set(MAPS) - {"spiral"}:
            mapped = MAPS[name](np.array([[low], [high]]))
            assert mapped[0, 0] < mapped[1, 0] or (name == "normal_cdf" and low > 7)


@given(point=st.lists(st.floats(-2, 2), min_size=2, max_size=5))
def test_a_spiral_keeps_lengths_and_volumes_and_can_be_undone(point):
    x = np.array([point])
    turned = MAPS["spiral"](x)
    assert (turned**2).sum() == pytest.approx((x**2).sum())
    step = 1e-5
    shifts = step * np.eye(x.shape[1])
    jacobian = (MAPS["spiral"](x + shifts) - MAPS["spiral"](x - shifts)) / (2 * step)
    assert np.linalg.det(jacobian) == pytest.approx(1, abs=1e-6)
    mirror = np.ones(x.shape[1])
    mirror[: len(mirror) // 2 * 2 : 2] = -1  # seen in a mirror, it turns back
    assert mirror * MAPS["spiral"](mirror * turned) == pytest.approx(x, abs=1e-9)


def test_a_spiral_bends():
    x = np.array([[1.0, 0.0], [2.0, 0.0]])
    directions = MAPS["spiral"](x) / x[:, :1]
    assert abs(directions[0] @ directions[1]) < 0.9


def test_a_mapped_sampler_maps_the_samples_of_its_base():
    base = CorrelatedGaussians(d=2, rho=0.8)
    (x, y), (u, v) = base.sample(50, 3), Mapped(base=base, x="cube_root").sample(50, 3)
    assert np.allclose(u**3, x)
    assert (v == y).all()


# --- what every sampler promises


@every_sampler
def test_shapes_kinds_and_seeds(sampler):
    x, y = sampler.sample(40, seed=5)
    for values in (x, y):
        assert len(values) == 40
        assert values.dtype in (np.float64, np.int64)
        assert values.shape == ((40, sampler.d) if values.dtype == np.float64 else (40,))
        assert np.isfinite(values).all()
    again, other = sampler.sample(40, seed=5), sampler.sample(40, seed=6)
    assert (again[0] == x).all()
    assert (again[1] == y).all()
    assert not np.array_equal(other[0], x)
    assert type(sampler.mutual_information) is float
    assert hash(sampler) == hash(eval(repr(sampler), {**globals()}))  # noqa: S307 - our own text


def test_every_kind_is_known_by_a_name_of_its_own():
    for d in (1, 2, 7):
        names = [s.name for s in known_answers(d)]
        assert len(set(names)) == len(names)
    found = {type(s) for s in known_answers()}
    assert found == {*RATIOS, Mapped}
    assert {s.x for s in known_answers() if isinstance(s, Mapped)} == set(MAPS)


@given(d=st.integers(1, 60), share=st.floats(0.01, 5))
def test_samplers_with_a_given_information_have_it(d, share):
    bits = share * d
    for cls in (CorrelatedGaussians, UniformNoise):
        assert cls.with_information(d, bits).mutual_information == pytest.approx(bits, rel=1e-9)
    least = StudentT(d=d, dof=5).mutual_information
    heavy = StudentT.with_information(d, bits + least, dof=5)
    assert heavy.mutual_information == pytest.approx(bits + least, rel=1e-9)


@pytest.mark.parametrize("weights", [(0.5, 0.5), (0.1,) * 10, (0.7, 0.2, 0.1)])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_labels_with_a_given_information_have_it(weights, share):
    bits = share * stats.entropy(weights, base=2)
    for cls in (GaussianMixtureLabel, ProbitLabel):
        sampler = cls.with_information(3, bits, weights)
        assert sampler.mutual_information == pytest.approx(bits, abs=1e-9)
        assert sampler.weights == pytest.approx(weights)
        _, labels = sampler.sample(20_000)
        assert np.bincount(labels) / 20_000 == pytest.approx(weights, abs=0.015)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CorrelatedGaussians(d=0), "CorrelatedGaussians: d must be an integer of at least"),
        (
            lambda: CorrelatedGaussians(d=2, rho=1),
            "rho must be a number above -1 and below 1, got 1",
        ),
        (lambda: CorrelatedGaussians(rho=float("nan")), "rho must be .* got nan"),
        (lambda: CorrelatedGaussians(rho=True), "rho must be .* got True"),
        (lambda: CorrelatedGaussians.with_information(2, -1), "bits must be .* got -1"),
        (lambda: CorrelatedGaussians.with_information(1, 40), "bits must be .* below 10, got 40"),
        (lambda: UniformNoise(noise=0), "noise must be a number above 0, got 0"),
        (lambda: UniformNoise.with_information(1, 0), "bits must be .* got 0"),
        (lambda: StudentT(dof=-1), "StudentT: dof must be .* got -1"),
        (lambda: StudentT(dof=1e9), "StudentT: dof must be .* below 1e\\+06"),
        (lambda: StudentT.with_information(9, 0.1), "the tails alone carry .* got bits=0.1"),
        (lambda: DiscreteChannel(matrix=[[0.5, 0.6]]), "every row of matrix .* sum to 1, got"),
        (lambda: DiscreteChannel(matrix=[[1.5, -0.5]]), "non-negative"),
        (lambda: DiscreteChannel(matrix=[[1], [1, 2]]), "matrix must be finite numbers in 2"),
        (lambda: DiscreteChannel(matrix=np.eye(2), p=[1.0]), "p must hold 2 numbers, got 1"),
        (lambda: DiscreteChannel(matrix=np.eye(2), p=[1, 0]), "p must be positive and sum to 1"),
        (lambda: GaussianMixtureLabel(means=[]), "means must be finite numbers"),
        (lambda: GaussianMixtureLabel(means=[[1, 2, 3]], d=3), "along 1 or 2 axes, got 3"),
        (lambda: GaussianMixtureLabel(means=[0, 1], scales=[1, 0]), "2 positive numbers"),
        (lambda: GaussianMixtureLabel(means=[[0, 1]], d=1), "d must be an integer of at least 2"),
        (lambda: GaussianMixtureLabel.with_information(1, 1.0), "bits must be .* got 1.0"),
        (lambda: GaussianMixtureLabel.with_information(1, 0.5, [1.0]), "bits must be"),
        (lambda: ProbitLabel(weights=[0.5, 0.5], rho=1), "ProbitLabel: rho must be .* got 1"),
        (lambda: ProbitLabel(weights=[0.5], rho=0), "weights must be positive and sum to 1"),
        (lambda: ProbitLabel.with_information(1, 1.0), "bits must be .* got 1.0"),
        (lambda: Mapped(base=UniformNoise(d=2), x="spirral"), "Did you mean 'spiral'"),
        (
            lambda: Mapped(base=UniformNoise(d=1), y="spiral"),
            "needs y of at least 2 columns, got 1",
        ),
        (lambda: Mapped(base=GaussianMixtureLabel(means=[0, 1]), y="asinh"), "y holds symbols"),
        (lambda: UniformNoise().sample(0), "n must be an integer of at least 1, got 0"),
        (
            lambda: UniformNoise().sample(5, seed=-1),
            "seed must be an integer of at least 0, got -1",
        ),
        (lambda: known_answers(0), "known_answers: d must be"),
    ],
)
def test_bad_settings_are_refused_by_name(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_map_needs_a_sampler():
    with pytest.raises(TypeError, match="base must be a sampler, got str"):
        Mapped(base="gaussians")


def test_scales_that_no_grid_shows_are_refused():
    sampler = GaussianMixtureLabel(means=[[0, 0], [1, 1]], scales=[1, 1e4], d=2)
    with pytest.raises(ValueError, match="Choose scales nearer to each other"):
        _ = sampler.mutual_information
