"""Activations in steps, as in a network that computes with few bits."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from glow._arguments import integer
from glow.layers._base import Layer
from glow.layers._config import builtin

__all__ = ["Quantise"]

_MOST_BITS = 16


@builtin
class Quantise(Layer, nn.Module):
    """Round activations to 2**bits equally spaced levels from the smallest to the largest.

    Quantisation-aware training: the forward pass computes with the levels, and the gradient passes
    through as if nothing was rounded (straight-through estimator; Bengio, Léonard and Courville,
    "Estimating or propagating gradients through stochastic neurons", 2013). The ends are those of
    all units of the layer in the batch at hand, in training as in use, so there is nothing to learn
    or to keep. Put it after the activation: ``Dense(10, "tanh"), Quantise(8)``.

    A network with these layers has finite information, which `glow.estimators.Quantised` of the
    same bits measures exactly (Lorenzen, Igel and Nielsen 2022).

    Args:
        bits: From 1 to 16.
        name: Name within a model, without dots.

    Shape:
        Unchanged.

    Raises:
        ValueError: bits is no integer from 1 to 16.
    """

    def __init__(self, bits: int = 8, name: str | None = None) -> None:
        super().__init__()
        self.bits = integer("Quantise", "bits", bits, low=1)
        if self.bits > _MOST_BITS:
            raise ValueError(
                f"Quantise: bits must be at most {_MOST_BITS}, beyond which float32 has not levels "
                f"enough, got {bits!r}. Choose e.g. bits=8."
            )
        self.name = name

    def forward(self, x: Tensor) -> Tensor:
        """Round the values of a whole batch."""
        return quantise(x, self.bits, tuple(range(x.ndim)))


def quantise(x: Tensor, bits: int, dims: tuple[int, ...]) -> Tensor:
    """Round to 2**bits levels between the ends; gradients pass straight through.

    Args:
        x: Values.
        bits: The logarithm of the number of levels.
        dims: Dimensions that share one smallest and one largest value.
    """
    values = x.detach()
    low, high = values.amin(dims, keepdim=True), values.amax(dims, keepdim=True)
    step = (high - low) / (2**bits - 1)
    step = torch.where(step > 0, step, 1.0)  # all values equal: all at the lowest level
    levels = low + torch.round((values - low) / step) * step
    return levels + (x - values)  # which adds nothing but the gradient
