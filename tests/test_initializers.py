import math

import pytest
import torch

from glow import initializers
from glow.initializers import RandomNormal, TruncatedNormal, VarianceScaling

FAN_IN, FAN_OUT = 300, 200
# Standard deviation of a unit normal cut at 2, by integration of x^2 times the density.
CUT_STD = math.sqrt(1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2)))


def _filled(initializer):
    torch.manual_seed(0)
    tensor = torch.full((FAN_OUT, FAN_IN), float("nan"))
    initializer(tensor)
    return tensor


def test_published_weights_are_cut_at_two_std_without_correction():
    weights = _filled(TruncatedNormal(stddev="fan_in"))
    std = 1 / math.sqrt(FAN_IN)
    assert weights.abs().max() <= 2 * std
    assert weights.abs().max() > 1.95 * std
    assert weights.std().item() == pytest.approx(CUT_STD * std, rel=0.01)


@pytest.mark.parametrize(
    ("name", "variance"),
    [
        ("glorot_uniform", 2 / (FAN_IN + FAN_OUT)),
        ("glorot_normal", 2 / (FAN_IN + FAN_OUT)),
        ("he_uniform", 2 / FAN_IN),
        ("he_normal", 2 / FAN_IN),
        ("lecun_uniform", 1 / FAN_IN),
        ("lecun_normal", 1 / FAN_IN),
        ("random_normal", 0.05**2),
        ("random_uniform", 0.1**2 / 12),
        ("truncated_normal", (0.05 * CUT_STD) ** 2),
        ("zeros", 0),
        ("HeNormal", 2 / FAN_IN),
        ("normal", 0.05**2),
        ("uniform", 0.1**2 / 12),
    ],
)
def test_variances_are_keras(name, variance):
    weights = _filled(initializers.get(name))
    assert weights.var().item() == pytest.approx(variance, rel=0.02)
    assert weights.mean().item() == pytest.approx(0, abs=4 * math.sqrt(variance / weights.numel()))


def test_fan_out_and_scale():
    weights = _filled(VarianceScaling(3.0, "fan_out", "uniform"))
    assert weights.var().item() == pytest.approx(3 / FAN_OUT, rel=0.02)


@pytest.mark.parametrize("name", sorted(initializers._BY_NAME))
def test_json_round_trip(name):
    initializer = initializers.get(name)
    assert initializers.get(initializers.serialize(initializer)) == initializer


@pytest.mark.parametrize("name", sorted(initializers._CLASSES))
def test_classes_and_their_names_are_the_same(name):
    cls = initializers._CLASSES[name]
    assert getattr(initializers, name) is cls
    assert name in initializers.__all__
    assert initializers.get(cls) == initializers.get(name) == cls()


def test_orthogonal_and_identity():
    columns = initializers.Orthogonal(gain=2.0)(torch.empty(40, 10))
    assert torch.allclose(columns.T @ columns, 4 * torch.eye(10), atol=1e-5)
    assert torch.equal(initializers.get("identity")(torch.empty(2, 3)), torch.eye(2, 3))
    weight = torch.nn.Parameter(torch.empty(3, 3))
    initializers.Identity(gain=3.0)(weight)
    assert torch.equal(weight, 3 * torch.eye(3))


def test_constants_fill():
    assert initializers.get("ones")(torch.zeros(2)).tolist() == [1, 1]
    assert initializers.Constant(0.5)(torch.zeros(2)).tolist() == [0.5, 0.5]


def test_torch_functions_are_initializers_without_json():
    assert initializers.get(torch.nn.init.ones_) is torch.nn.init.ones_
    with pytest.raises(TypeError, match=r"cannot be written as JSON"):
        initializers.serialize(torch.nn.init.ones_)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: initializers.get("glorot"), "Unknown initializer 'glorot'.*glorot_uniform"),
        (
            lambda: TruncatedNormal(stddev="fan_out"),
            "must be a number or 'fan_in', got 'fan_out'",
        ),
        (lambda: VarianceScaling(mode="fan"), "Unknown mode of VarianceScaling 'fan'"),
        (lambda: VarianceScaling(distribution="normal"), "Unknown distribution .* 'normal'"),
        (
            lambda: VarianceScaling()(torch.zeros(3)),
            r"two or more dimensions, .* \(3,\)",
        ),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()
    for wrong in (3, dict):
        with pytest.raises(TypeError, match=r"must be a name or a callable that fills .* got"):
            initializers.get(wrong)


def test_mean_is_kept():
    assert _filled(RandomNormal(mean=2.0)).mean().item() == pytest.approx(2, abs=0.01)
