"""The fully connected layer."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from glow import activations, initializers
from glow._arguments import integer
from glow.layers._base import Layer


class Dense(Layer, nn.LazyLinear):
    """activation(x W' + b), where the input width is inferred from the first input.

    Args:
        units: Width of the output, a positive integer.
        activation: A name, a callable or None for linear.
        use_bias: Whether b exists.
        kernel_initializer: Fills W; a name or a callable (`glow.initializers`).
        bias_initializer: Fills b.
        name: Name within a model, without dots.

    Shape:
        (..., width) to (..., units).

    Raises:
        ValueError: units is not positive, or a name is unknown.
    """

    # A built Dense stays a Dense: it must keep its activation and initializers.
    cls_to_become = None  # type: ignore[assignment]  # torch reads None so, but declares a class

    def __init__(
        self,
        units: int,
        activation: str | activations.Activation | None = None,
        use_bias: bool = True,
        kernel_initializer: str | dict[str, Any] | initializers.Initializer = "glorot_uniform",
        bias_initializer: str | dict[str, Any] | initializers.Initializer = "zeros",
        name: str | None = None,
    ) -> None:
        super().__init__(integer("Dense", "units", units, low=1), bias=use_bias)
        self.name = name
        self.activation = activations.get(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)

    @property
    def units(self) -> int:
        """Width of the output."""
        return self.out_features

    def reset_parameters(self) -> None:
        """Draw W and b anew from their initializers."""
        if self.has_uninitialized_params() or self.in_features == 0:  # the shape is not known yet
            return
        self.kernel_initializer(self.weight)
        if self.bias is not None:
            self.bias_initializer(self.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., width) to (..., units)."""
        return self.activation(functional.linear(x, self.weight, self.bias))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as JSON.

        Raises:
            TypeError: The activation or an initializer cannot be written as JSON.
        """
        return {
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.bias is not None,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "name": self.name,
        }

    def extra_repr(self) -> str:
        """Say what ``print(layer)`` shows between the brackets."""
        return f"units={self.units}, input={self.in_features or 'not known yet'}"
