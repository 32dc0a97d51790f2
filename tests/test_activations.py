import pytest
import torch
from torch import nn
from torch.nn import functional

from glow import activations

NAMES = sorted(activations._BY_NAME)


TORCH = {
    "relu": nn.ReLU(),
    "relu6": nn.ReLU6(),
    "leaky_relu": nn.LeakyReLU(),
    "elu": nn.ELU(),
    "selu": nn.SELU(),
    "celu": nn.CELU(),
    "gelu": nn.GELU(),
    "silu": nn.SiLU(),
    "mish": nn.Mish(),
    "softplus": nn.Softplus(),
    "softsign": nn.Softsign(),
    "tanh": nn.Tanh(),
    "sigmoid": nn.Sigmoid(),
    "log_sigmoid": nn.LogSigmoid(),
    "hard_sigmoid": nn.Hardsigmoid(),
    "hard_silu": nn.Hardswish(),
    "hard_tanh": nn.Hardtanh(),
    "hard_shrink": nn.Hardshrink(),
    "soft_shrink": nn.Softshrink(),
    "tanh_shrink": nn.Tanhshrink(),
    "softmax": nn.Softmax(-1),
    "log_softmax": nn.LogSoftmax(-1),
    "linear": nn.Identity(),
    "exponential": torch.exp,
}


@pytest.mark.parametrize("name", NAMES)
def test_names_and_functions_are_inverse(name):
    again = activations.serialize(activations.get(name))
    assert again == activations._ALIASES.get(name, name)


@pytest.mark.parametrize("name", sorted(activations._KNOWN))
def test_values_are_those_of_torch(name):
    x = 3 * torch.randn(4, 5, generator=torch.Generator().manual_seed(1))
    assert torch.equal(activations.get(name)(x), TORCH[name](x))
    assert getattr(activations, name) is activations.get(name)


def test_other_spellings():
    assert activations.get("ReLU") is activations.get("relu")
    assert activations.get("LeakyReLU") is activations.get("leaky_relu")
    assert activations.get("swish") is activations.silu
    assert activations.serialize(functional.relu) == "relu"
    assert activations.is_elementwise(functional.tanh)
    assert not hasattr(activations, "relo")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_called_elementwise_is(name):
    function = activations.get(name)
    x = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    transposed = torch.allclose(function(x.T).T, function(x))
    assert activations.is_elementwise(function) == transposed


def test_a_callable_is_itself_and_none_is_linear():
    assert activations.get(torch.sin) is torch.sin
    x = torch.ones(2)
    assert activations.get(None)(x) is x


def test_a_typo_gets_the_closest_name():
    with pytest.raises(ValueError, match=r"Unknown activation 'tahn'\. Did you mean 'tanh'.*relu"):
        activations.get("tahn")


def test_what_is_no_activation_is_refused():
    with pytest.raises(TypeError, match=r"activation must be a name, a callable or None, got 3"):
        activations.get(3)
    with pytest.raises(TypeError, match=r"has no name"):
        activations.serialize(torch.sin)
