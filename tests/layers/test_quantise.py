import numpy as np
import pytest
import torch

from glow.estimators import Context, Quantised
from glow.layers import Activation, Dense, Quantise
from glow.models import Ensemble, Sequential


def build(seed):
    layers = [Dense(4, "tanh"), Quantise(3), Dense(3), Activation("relu"), Quantise(3), Dense(2)]
    return Sequential(layers, input_shape=(6,), seed=seed)


def test_values_become_equally_spaced_levels_from_end_to_end():
    x = torch.randn(50, 3)
    found = Quantise(bits=2)(x)
    low, high = x.min(), x.max()
    levels = low + torch.arange(4) * ((high - low) / 3)
    nearest = (x[..., None] - levels).abs().argmin(dim=-1)
    assert torch.equal(found, levels[nearest])
    assert (found - x).abs().max() <= (high - low) / 6 + 1e-6


def test_the_gradient_passes_straight_through():
    x = torch.randn(20, 3, requires_grad=True)
    weights = torch.randn(20, 3)
    (Quantise(bits=2)(x) * weights).sum().backward()
    assert torch.equal(x.grad, weights)


def test_a_layer_that_does_not_move_stays():
    x = torch.full((5, 2), 0.1)
    assert torch.equal(Quantise()(x), x)


@pytest.mark.parametrize("bits", [0, 17, 2.5, True])
def test_bits_must_be_few(bits):
    with pytest.raises(ValueError, match=r"Quantise: bits must be .* got"):
        Quantise(bits)


def test_each_network_of_an_ensemble_has_its_own_ends():
    x = torch.randn(40, 6)
    model = Ensemble(build, n=3)
    layers = model.forward_layers(x)
    for run in range(3):
        alone = build(run).forward_layers(x)
        for name, own in alone.items():
            torch.testing.assert_close(layers[name][run], own)


def test_information_is_that_of_the_layers_own_symbols():
    x = torch.randn(500, 6)
    t = build(0).forward_layers(x)["dense"].detach().numpy()
    _, counts = np.unique(t, axis=0, return_counts=True)
    share = counts / counts.sum()
    exact = -(share * np.log2(share)).sum()
    assert len(np.unique(t)) <= 2**3
    assert Quantised(bits=3).coordinates(t, Context(x, x[:, 0] > 0))[0] == pytest.approx(exact)
