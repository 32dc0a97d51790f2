"""What a new estimator gets from its base, shown on one that has nothing but `criterion`."""

import dataclasses

import numpy as np
import pytest

from glow.estimators import KDE, Binned, Context, Estimator, get, names, parameter


@pytest.fixture
def correlation(own_names):
    class Correlation(Estimator):
        name = "correlation"
        factor: float = parameter(default=1, scale="linear", low=0, high=9, meaning="a factor")
        power: int = parameter(default=1, scale="integer", low=1, high=3, meaning="a power")

        def criterion(self, x, y):
            r = np.corrcoef(np.ravel(x)[: len(y)], np.ravel(y)[: len(x)])[0, 1]
            return float(self.factor * r**self.power)

    return Correlation


def test_a_name_finds_its_class(correlation):
    assert "correlation" in names()
    assert get("correlation", factor=2) == correlation(factor=2.0)
    assert isinstance(get("binned"), Binned)
    assert get("kde", variance=0.1) == KDE(variance=0.1)


def test_an_unknown_name_lists_the_known_and_the_closest():
    with pytest.raises(ValueError, match=r"called 'bined'\. Did you mean 'binned'\? Valid: .*kde"):
        get("bined")


def test_unknown_settings_list_the_known_and_the_closest():
    with pytest.raises(
        TypeError, match=r"Binned: no setting is called 'bin'\. Did you mean 'bins'"
    ):
        get("binned", bin=3)
    with pytest.raises(TypeError, match=r"KDE: settings are given by name, got 0\.1 .*variance"):
        KDE(0.1)


def test_defining_a_class_again_replaces_it(own_names):
    def define(meaning):
        class Again(Estimator):
            name = "again"
            p: int = parameter(default=1, scale="integer", low=1, high=3, meaning=meaning)

            def criterion(self, x, y):
                return 0.0

        return Again

    define("first")
    second = define("second")
    assert type(get("again")) is second


def test_a_name_in_use_is_refused(own_names):
    with pytest.raises(ValueError, match="name 'kde' belongs to glow"):
        type("Other", (Estimator,), {"name": "kde"})


def test_a_field_without_declaration_is_refused(own_names):
    with pytest.raises(TypeError, match="field 'loose' is not declared"):

        class Sloppy(Estimator):
            name = "sloppy"
            loose: int = 3

            def criterion(self, x, y):
                return 0.0


def test_objects_are_frozen_and_equal_by_value(correlation):
    estimator = correlation(factor=2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        estimator.factor = 3
    assert estimator == correlation(factor=2.0)
    assert len({estimator, correlation(factor=2), correlation()}) == 2


def test_replace_checks_like_the_constructor(correlation):
    assert correlation(factor=2).replace(power=3) == correlation(factor=2, power=3)
    with pytest.raises(ValueError, match="power must be an integer from 1 to 3, got 4"):
        correlation().replace(power=4)
    with pytest.raises(TypeError, match="no setting is called 'pover'"):
        correlation().replace(pover=2)


def test_coordinates_and_curve_follow_from_criterion(correlation):
    x, t, y = np.arange(4.0), np.array([1.0, 3.0, 2.0, 5.0]), np.array([0, 1, 0, 1])
    estimator, context = correlation(factor=2), Context(x, y)
    assert estimator.coordinates(t, context) == (
        estimator.criterion(x, t),
        estimator.criterion(t, y),
    )
    xt, ty = estimator.curve(t, context, "power", [3, 1])
    r = np.corrcoef(x, t)[0, 1]
    np.testing.assert_allclose(xt, [2 * r**3, 2 * r])
    assert (ty.shape, ty.dtype) == ((2,), np.float64)


def test_diagnoses_follow_from_criterion(correlation, rng):
    x, y = rng.normal(size=40), rng.normal(size=40)
    t = x + y
    estimator, context = correlation(factor=2), Context(x, y)
    half = np.sort(np.random.default_rng(0).permutation(40)[:20])
    diagnosis = estimator.diagnose(t, context)
    assert diagnosis["xt_half_change"] == pytest.approx(
        estimator.criterion(x, t) - estimator.criterion(x[half], t[half]), abs=1e-6
    )
    assert diagnosis["ty_shuffled"] == estimator.criterion(t, context.shuffled.y)
    assert set(diagnosis) == {"xt_half_change", "ty_half_change", "ty_shuffled"}
    assert np.isnan(estimator.half_change(x[:15], y[:15]))  # 7 samples say nothing


def test_a_trajectory_is_the_estimates_in_order(correlation, rng):
    x, y = rng.normal(size=(2, 20))
    estimator, context = correlation(), Context(x, y)
    layers = [x + scale * y for scale in (0.1, 1, 10)]
    plain = list(estimator.trajectory(layers, context, diagnostics=False))
    pairs = [estimator.coordinates(t, context) for t in layers]
    assert plain == [{"xt": xt, "ty": ty} for xt, ty in pairs]
    assert list(estimator.trajectory(layers, context)) == [
        estimator.estimate(t, context) for t in layers
    ]


def test_a_measure_is_the_criterion_with_a_verdict(correlation, rng):
    x = rng.normal(size=64)
    found = correlation().measure(x, x)
    assert float(found) == found.value == correlation().criterion(x, x)
    assert found.verdict == "reliable"
    assert found.diagnostics == {"half_change": pytest.approx(0, abs=1e-12)}
    assert str(found) == "1 bits: reliable"


def test_the_base_names_itself_and_offers_its_defaults(correlation):
    assert correlation().label == "Correlation"
    assert correlation.variants() == (correlation(),)
    assert [p.name for p in correlation(factor=2).sliders] == ["factor", "power"]
