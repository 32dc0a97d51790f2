"""Layers of several networks at once, features first: activations are (runs, units, samples).

The long axis, that of the samples, is then the contiguous one, which halves the time of the batched
matrix product against (runs, samples, units) for the small networks this is for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import torch
from torch import Tensor, nn

from glow.activations import Activation as ActivationFunction
from glow.activations import is_elementwise
from glow.layers import Activation, Dense, Quantise
from glow.layers._quantise import quantise


class BatchedDense(nn.Module):
    """Several `Dense` layers of one shape.

    Args:
        layers: One built layer per network.

    Shape:
        (runs, width, n) to (runs, units, n).
    """

    def __init__(self, layers: Sequence[Dense]) -> None:
        super().__init__()
        self.activation = layers[0].activation
        with torch.no_grad():
            self.weight = nn.Parameter(torch.stack([layer.weight for layer in layers]))
            self.bias: nn.Parameter | None = None
            if layers[0].bias is not None:
                bias = torch.stack([layer.bias for layer in layers])
                self.bias = nn.Parameter(bias[:, :, None])  # (runs, units, 1)

    def forward(self, h: Tensor) -> Tensor:
        """Map (runs, width, n) to (runs, units, n)."""
        if self.bias is None:
            return apply(self.activation, torch.bmm(self.weight, h))
        return apply(self.activation, torch.baddbmm(self.bias, self.weight, h))

    def state_of(self, run: int) -> dict[str, Tensor]:
        """Return the state of one network's layer."""
        state = {"weight": self.weight[run].detach()}
        return state if self.bias is None else {**state, "bias": self.bias[run, :, 0].detach()}


class BatchedActivation(nn.Module):
    """Several `Activation` layers of one function.

    Args:
        layers: One layer per network.

    Shape:
        Unchanged.
    """

    def __init__(self, layers: Sequence[Activation]) -> None:
        super().__init__()
        self.activation = layers[0].activation

    def forward(self, h: Tensor) -> Tensor:
        """Apply the function to (runs, units, n)."""
        return apply(self.activation, h)

    def state_of(self, run: int) -> dict[str, Tensor]:
        """Return the state of one network's layer, which has none."""
        return {}


class BatchedQuantise(nn.Module):
    """Several `Quantise` layers, each network rounded between its own ends.

    Args:
        layers: One layer per network.

    Shape:
        Unchanged.
    """

    def __init__(self, layers: Sequence[Quantise]) -> None:
        super().__init__()
        self.bits = layers[0].bits

    def forward(self, h: Tensor) -> Tensor:
        """Round (runs, units, n)."""
        return quantise(h, self.bits, (1, 2))

    def state_of(self, run: int) -> dict[str, Tensor]:
        """Return the state of one network's layer, which has none."""
        return {}


Batched: TypeAlias = BatchedDense | BatchedActivation | BatchedQuantise


def apply(activation: ActivationFunction, h: Tensor) -> Tensor:
    """Apply an activation to (runs, units, n); softmax and the like expect (..., units)."""
    if is_elementwise(activation):
        return activation(h)
    return activation(h.transpose(1, 2)).transpose(1, 2)


def batch(name: str, layers: Sequence[nn.Module]) -> Batched:
    """Make one layer of several.

    Args:
        name: The layer's name, for messages.
        layers: The built layers of that name, one per network.

    Raises:
        TypeError: A layer that cannot be batched.
        ValueError: Layers that differ in more than their weights.
    """
    first = layers[0]
    if len({_form(layer) for layer in layers}) > 1:
        raise ValueError(
            f"Ensemble: the networks must be alike but for their weights, but layer {name!r} "
            "differs. Let build(seed) use the seed for nothing but Sequential(..., seed=seed)."
        )
    if type(first) is Dense:
        return BatchedDense([layer for layer in layers if isinstance(layer, Dense)])
    if type(first) is Activation:
        return BatchedActivation([layer for layer in layers if isinstance(layer, Activation)])
    if type(first) is Quantise:
        return BatchedQuantise([layer for layer in layers if isinstance(layer, Quantise)])
    raise TypeError(
        f"Ensemble: layer {name!r} ({type(first).__name__}) cannot be trained for several networks"
        " at once, expected Dense, Activation or Quantise. Fit one network after the other instead."
    )


def _form(layer: nn.Module) -> tuple[object, ...]:
    shapes = tuple(tuple(p.shape) for p in layer.parameters())
    return type(layer), shapes, getattr(layer, "activation", None), getattr(layer, "bits", None)
