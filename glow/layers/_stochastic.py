"""Layers that add noise."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from glow._arguments import number
from glow.layers._base import Layer
from glow.layers._config import builtin
from glow.layers._dense import Dense
from glow.layers._kernel import ActivationLike, InitializerLike

__all__ = ["Dropout", "GaussianLayer", "GaussianNoise"]


@builtin
class Dropout(Layer, nn.Dropout):
    """Set a random share of the values to zero while training, and scale the rest up.

    It is the identity in eval mode, so also in what a recording sees.

    Args:
        rate: The share, from 0 up to but not including 1.
        name: Name within a model, without dots.

    Shape:
        Unchanged.

    Raises:
        ValueError: The rate is outside [0, 1).
    """

    def __init__(self, rate: float, name: str | None = None) -> None:
        super().__init__(p=number("Dropout", "rate", rate, 0, 1, open=True))
        self.name = name

    @property
    def rate(self) -> float:
        """The share of values set to zero."""
        return self.p


@builtin
class GaussianNoise(Layer, nn.Module):
    """Add normal noise while training, as Keras's layer of that name.

    It is the identity in eval mode, so also in what a recording sees. For noise that belongs to the
    network see `GaussianLayer`.

    Args:
        stddev: Standard deviation of the noise.
        name: Name within a model, without dots.

    Shape:
        Unchanged.

    Raises:
        ValueError: stddev is negative.
    """

    def __init__(self, stddev: float, name: str | None = None) -> None:
        super().__init__()
        self.stddev = number("GaussianNoise", "stddev", stddev, 0)
        self.name = name

    def forward(self, x: Tensor) -> Tensor:
        """Add noise in training mode."""
        return x + self.stddev * torch.randn_like(x) if self.training else x


@builtin
class GaussianLayer(Dense):
    """A dense layer with normal noise of its own: activation(x W' + b) + stddev Z, always.

    The noise is there in training and in use (Goldfeld et al., "Estimating information flow in deep
    neural networks", 2019), so that the information a layer carries is finite and has a meaning of
    its own. The layer declares it: a recording keeps the mean and the standard deviation, and the
    noise of the layers below is left out of that mean. `glow.estimators.SamplePropagation` measures
    such layers; estimators that need a T without noise refuse them.

    Args:
        units: Width of the output, a positive integer.
        stddev: Standard deviation of the noise of each unit.
        activation: A name, a callable or None for linear.
        use_bias: Whether b exists.
        kernel_initializer: Fills W; a name or a callable (`glow.initializers`).
        bias_initializer: Fills b.
        name: Name within a model, without dots.

    Attributes:
        quiet: While True the mean is returned; a recording sets it for its pass.

    Shape:
        (..., width) to (..., units).

    Raises:
        ValueError: units is not positive, stddev is negative or a name is unknown.
    """

    quiet = False

    def __init__(
        self,
        units: int,
        stddev: float = 0.1,
        activation: ActivationLike = "tanh",
        use_bias: bool = True,
        kernel_initializer: InitializerLike = "glorot_uniform",
        bias_initializer: InitializerLike = "zeros",
        name: str | None = None,
    ) -> None:
        super().__init__(units, activation, use_bias, kernel_initializer, bias_initializer, name)
        self.stddev = number("GaussianLayer", "stddev", stddev, 0)

    @property
    def declared_noise(self) -> float:
        """Standard deviation of the noise, for whoever records the layer."""
        return self.stddev

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., width) to (..., units) and add noise."""
        mean = super().forward(x)
        return mean if self.quiet else mean + self.stddev * torch.randn_like(mean)
