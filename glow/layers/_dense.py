"""The fully connected layer."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from glow._arguments import integer
from glow.layers._config import builtin
from glow.layers._kernel import ActivationLike, InitializerLike, WithKernel

__all__ = ["Dense"]


@builtin
class Dense(WithKernel, nn.LazyLinear):  # type: ignore[misc]  # torch declares a class to become
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

    def __init__(
        self,
        units: int,
        activation: ActivationLike = None,
        use_bias: bool = True,
        kernel_initializer: InitializerLike = "glorot_uniform",
        bias_initializer: InitializerLike = "zeros",
        name: str | None = None,
    ) -> None:
        super().__init__(integer(type(self).__name__, "units", units, low=1), bias=use_bias)
        self._describe(name, activation, kernel_initializer, bias_initializer)

    @property
    def units(self) -> int:
        """Width of the output."""
        return self.out_features

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., width) to (..., units)."""
        return self.activation(functional.linear(x, self.weight, self.bias))

    def extra_repr(self) -> str:
        """Say what ``print(layer)`` shows between the brackets."""
        return f"units={self.units}, input={self.in_features or 'not known yet'}"
