"""An activation as a layer of its own."""

from __future__ import annotations

from torch import Tensor, nn

from glow import activations
from glow.layers._base import Layer
from glow.layers._config import builtin

__all__ = ["Activation"]


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
