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
    assert estimator.diagnose(t, context) == {}


def test_the_base_names_itself_and_offers_its_defaults(correlation):
    assert correlation().label == "Correlation"
    assert correlation.variants() == (correlation(),)
    assert [p.name for p in correlation(factor=2).sliders] == ["factor", "power"]
