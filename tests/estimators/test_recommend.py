import dataclasses

import numpy as np
import pytest

from glow.datasets import (
    CorrelatedGaussians,
    DiscreteChannel,
    GaussianMixtureLabel,
    Mapped,
    StudentT,
    UniformNoise,
    known_answers,
)
from glow.estimators import KSG, VERDICTS, Binned, Gaussian, TCopula, recommend

RNG = np.random.default_rng(0)
SAMPLES, NOISE = RNG.normal(size=(2, 2000, 5))


def panel(d, bits):
    """Samplers in many dimensions, and whether the family of `TCopula` holds them."""
    gaussians = CorrelatedGaussians.with_information(d=d, bits=bits)
    tails = StudentT(d=d, rho=0.3, dof=3)
    return [
        (gaussians, True),
        (Mapped(base=gaussians, x="cube_root", y="normal_cdf"), True),
        (Mapped(base=gaussians, x="wiggly", y="wiggly"), True),
        (tails, True),
        (Mapped(base=tails, x="asinh", y="asinh"), True),
        (UniformNoise.with_information(d=d, bits=bits), False),
        (Mapped(base=gaussians, x="spiral"), False),
        (Mapped(base=gaussians, x="spiral", y="spiral"), False),
    ]


PANEL = [
    pytest.param(*case, id=f"{case[0].d} {case[0].name} {bits}", marks=marks)
    for d, bits, marks in [
        (10, 3.0, []),
        (5, 7.0, pytest.mark.slow),
        (10, 0.7, pytest.mark.slow),
        (25, 3.0, pytest.mark.long),
        (50, 3.0, pytest.mark.long),
        (50, 0.7, pytest.mark.long),
    ]
    for case in panel(d, bits)
]


@pytest.mark.parametrize(("sampler", "fits"), PANEL)
def test_in_many_dimensions_it_is_right_or_says_that_it_is_not(sampler, fits):
    x, y = sampler.sample(2000, seed=1)
    found, truth = recommend(x, y), sampler.mutual_information
    error = abs(found.estimate.value - truth)
    if fits:
        assert error < 0.1 * truth + 0.05
        assert error < abs(KSG(k=3).criterion(x, y) - truth)
        assert found.verdict == "reliable"
    else:
        assert error < 0.2 * truth or found.verdict != "reliable"


@pytest.mark.parametrize("d", [1, 2])
def test_in_few_dimensions_it_is_right_or_says_that_it_is_not(d):
    for sampler in known_answers(d):
        found = recommend(*sampler.sample(1500, seed=2))
        error = abs(found.estimate.value - sampler.mutual_information)
        close = error < max(0.2 * sampler.mutual_information, 0.1)
        assert close or found.verdict != "reliable", sampler.name


@pytest.mark.parametrize(("sampler", "family"), [
    (DiscreteChannel(matrix=[[0.9, 0.1], [0.1, 0.9]]), Binned),
    (CorrelatedGaussians(d=1, rho=0.8), KSG),
    (CorrelatedGaussians(d=10, rho=0.3), TCopula),
    (GaussianMixtureLabel(means=[-1, 1], d=1), KSG),
    (GaussianMixtureLabel(means=[-1, 1], d=20), Gaussian),
], ids=lambda value: getattr(value, "name", None))  # fmt: skip
def test_the_kind_of_the_variables_decides(sampler, family):
    x, y = sampler.sample(1000, seed=3)
    found = recommend(x, y)
    assert type(found.estimator) is family
    assert found.verdict == "reliable"
    assert type(recommend(y, x).estimator) is family
    assert found.estimate.value == pytest.approx(found.measure(x, y).value)


@pytest.mark.parametrize("function", [
    lambda x: x[:, :1] ** 3,
    lambda x: x @ np.arange(15.0).reshape(5, 3),
    lambda x: x,
    lambda x: x.astype(np.float32),
], ids=["cube", "linear", "itself", "rounded"])  # fmt: skip
def test_a_function_has_infinite_information(function):
    x = SAMPLES[:, :1] if function(SAMPLES).shape[1] == 1 else SAMPLES
    found = recommend(x, function(SAMPLES))
    assert found.verdict == "at ceiling"
    assert "infinite" in found.reason


def test_repeated_values_are_read_as_symbols():
    x = np.round(SAMPLES[:, 0])
    found = recommend(x, x + (NOISE[:, 0] > 1))
    assert found.symbols == ("x", "y")
    assert type(found.estimator) is Binned
    assert found.measure(x, x) == Binned(correction="miller-madow").measure(*[x.astype(int)] * 2)
    assert recommend(x, SAMPLES).symbols == ("x",)
    assert recommend(SAMPLES, NOISE).symbols == ()


def test_the_correction_follows_from_the_counts():
    few, many = RNG.integers(0, 3, (2, 2000)), RNG.integers(0, 60, (2, 500))
    assert recommend(*few).estimator == Binned()
    assert recommend(*many).estimator == Binned(correction="miller-madow")
    assert recommend(*many).verdict == "too few samples for d"


@pytest.mark.parametrize(("x", "y"), [
    (SAMPLES[:40], SAMPLES[:40] + NOISE[:40]),
    (RNG.normal(size=(50, 40)), RNG.normal(size=(50, 30))),
    (RNG.normal(size=(300, 400)), np.arange(300) % 5),
    (SAMPLES, NOISE),
    (np.maximum(SAMPLES, 0), np.maximum(SAMPLES + NOISE, 0)),
    (SAMPLES, SAMPLES**2 + NOISE),
], ids=["few", "few and wide", "wide labels", "independent", "ReLU", "squares"])  # fmt: skip
def test_what_cannot_be_relied_on_is_not_called_reliable(x, y):
    found = recommend(x, y)
    assert np.isfinite(found.estimate.value)
    assert found.verdict in VERDICTS
    assert found.verdict != "reliable"


def test_redundant_units_do_not_matter():
    x, y = SAMPLES, SAMPLES + NOISE
    more = np.hstack((x, x[:, :1], np.full((2000, 1), 3.0)))
    assert recommend(more, y).estimate.value == pytest.approx(recommend(x, y).estimate.value)


def test_a_variable_that_never_changes_tells_nothing():
    assert recommend(SAMPLES, np.zeros(2000)).estimate.value == 0


def test_it_reads_well_and_cannot_be_changed():
    found = recommend(SAMPLES[:60], SAMPLES[:60] + NOISE[:60])
    assert str(found).startswith("TCopula(dof=None, residual=None): ")
    assert "60 samples are few" in str(found)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.reason = "another"


@pytest.mark.parametrize(("x", "y", "error", "message"), [
    ([[1.0]] * 4, [[1.0]] * 4, ValueError, "at least 5 samples, got 4"),
    (SAMPLES, NOISE[:-1], ValueError, "x has 2000, y has 1999"),
    (SAMPLES * np.nan, NOISE, ValueError, "x must be finite"),
    (SAMPLES, NOISE.astype(str), TypeError, "y must hold real numbers"),
    (SAMPLES[:, :0], NOISE, ValueError, "at least one value"),
])  # fmt: skip
def test_bad_input_is_named(x, y, error, message):
    with pytest.raises(error, match=f"^recommend: .*{message}"):
        recommend(x, y)


@pytest.mark.parametrize("order", [1, -1])
def test_whole_numbers_that_all_differ_are_refused_on_either_side(order):
    name = "x" if order == 1 else "y"
    for partner in (np.arange(500) % 2, np.random.default_rng(0).normal(size=500)):
        with pytest.raises(ValueError, match=rf"recommend: {name} holds .*{name}.astype\(float\)"):
            recommend(*(np.arange(500), partner)[::order])


def test_words_are_to_be_encoded():
    with pytest.raises(TypeError, match=r"recommend: y must .*numpy.unique\(y, return_inverse"):
        recommend(np.zeros(10), np.array(["a", "b"] * 5))
