"""Activations as layers of their own."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from glow import activations
from glow._arguments import number
from glow.layers._base import Layer
from glow.layers._config import builtin

__all__ = ["Activation", "LeakyReLU", "ReLU", "Softmax"]


@builtin
class Activation(Layer, nn.Module):
    """Apply an activation function.

    Args:
        activation: A name or a callable (`glow.activations`).
        name: Name within a model, without dots.

    Shape:
        Unchanged.

    Raises:
        ValueError: The name of the activation is unknown.
    """

    def __init__(self, activation: str | activations.Activation, name: str | None = None) -> None:
        super().__init__()
        self.name = name
        self.activation = activations.get(activation)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the function."""
        return self.activation(x)


@builtin
class ReLU(Layer, nn.ReLU):
    """max(x, 0).

    Args:
        name: Name within a model, without dots.

    Shape:
        Unchanged.
    """

    def __init__(self, name: str | None = None) -> None:
        super().__init__()
        self.name = name
        self.activation = activations.get("relu")


@builtin
class LeakyReLU(Layer, nn.Module):
    """x above 0, and negative_slope * x below.

    Args:
        negative_slope: 0.3 as in Keras's layer.
        name: Name within a model, without dots.

    Shape:
        Unchanged.

    Raises:
        ValueError: The slope is negative.
    """

    def __init__(self, negative_slope: float = 0.3, name: str | None = None) -> None:
        super().__init__()
        self.negative_slope = number("LeakyReLU", "negative_slope", negative_slope, 0)
        self.name = name

    def forward(self, x: Tensor) -> Tensor:
        """Apply the function."""
        return functional.leaky_relu(x, self.negative_slope)


@builtin
class Softmax(Layer, nn.Module):
    """Probabilities over one dimension.

    Args:
        axis: Which dimension.
        name: Name within a model, without dots.

    Shape:
        Unchanged.
    """

    def __init__(self, axis: int = -1, name: str | None = None) -> None:
        super().__init__()
        self.axis = axis
        self.name = name
        self.activation = activations.softmax

    def forward(self, x: Tensor) -> Tensor:
        """Apply the function."""
        return x.softmax(self.axis)
