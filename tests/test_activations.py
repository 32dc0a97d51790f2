import pytest
import torch

from glow import activations

NAMES = sorted(activations._BY_NAME)


@pytest.mark.parametrize("name", NAMES)
def test_names_and_functions_are_inverse(name):
    assert activations.serialize(activations.get(name)) == name


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
