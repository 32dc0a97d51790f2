"""The whole path of the counting families for tensors on an accelerator, taken on the CPU."""

import numpy as np
import pytest
import torch

from glow.estimators import EDGE, Binned, Context, Quantised, SamplePropagation
from glow.estimators._counting.symbols import equally_long, symbols

ESTIMATORS = [
    Binned(bins=5, range=(-1, 1)),
    Binned(bins=5, range="snapshot", correction="shuffle"),
    Binned(bins=5, range="equal-mass", correction="miller-madow"),
    Binned(width=0.3),
    Quantised(bits=3),
    EDGE(shifts=3, cap=4),
    EDGE(shifts=3, hash="projection"),
    SamplePropagation(noise=0.2, samples=50),
]
every_estimator = pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: e.label)


@pytest.fixture
def there(monkeypatch):
    """Estimators believe that all values lie on an accelerator, which is the CPU."""

    def pretend():
        for module in ("_counting.plug_in", "_edge", "_sample_propagation"):
            monkeypatch.setattr(
                f"glow.estimators.{module}.device_of", lambda *values: torch.device("cpu")
            )

    return pretend


@every_estimator
def test_a_point_on_a_device_is_that_of_the_host(estimator, layer, there):
    x, t, y = layer
    contexts = Context(x, y), Context(x, x[:, 0])
    wanted = [estimator.estimate(t, context) for context in contexts]
    there()
    fresh = Context(x, y), Context(x, x[:, 0])  # nothing kept from the host
    for context, expected in zip(fresh, wanted, strict=True):
        found = estimator.estimate(torch.from_numpy(t), context)
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-5)


@every_estimator
def test_a_curve_on_a_device_is_that_of_the_host(estimator, layer, there):
    x, t, y = layer
    moved = estimator.sliders[0]
    values = moved.grid()[::8]
    wanted = estimator.curve(t, Context(x, y), moved.name, values)
    there()
    found = estimator.curve(torch.from_numpy(t), Context(x, y), moved.name, values)
    np.testing.assert_allclose(found, wanted, atol=1e-5)


@every_estimator
def test_two_variables_on_a_device_give_what_they_give_on_the_host(estimator, layer, there):
    x, t, y = layer
    wanted = estimator.criterion(t, y), estimator.criterion(x[:, :2], t), estimator.check(t, y)
    there()
    t, x = torch.from_numpy(t), torch.from_numpy(x)
    found = estimator.criterion(t, y), estimator.criterion(x[:, :2], t), estimator.check(t, y)
    assert found[:2] == pytest.approx(wanted[:2], rel=1e-5, abs=1e-5)
    assert found[2] == pytest.approx(wanted[2], rel=1e-5, abs=1e-5)


def test_only_whole_numbers_are_symbols():
    assert symbols("Test", "x", [0.0, 1.0], None) is None
    assert symbols("Test", "x", [True, False], None).occupied == 2
    assert symbols("Test", "x", torch.tensor([3, 3, 5]), None).occupied == 2


def test_variables_of_different_length_are_named():
    with pytest.raises(ValueError, match=r"^Test: .* same samples, but x has 3, y has 4\.$"):
        equally_long("Test", x=3, y=4)
