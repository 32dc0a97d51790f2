"""Convolutions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal

from torch import Tensor, nn
from torch.nn import functional

from glow import activations
from glow._arguments import integer, integers
from glow._registry import lookup
from glow.layers._config import builtin
from glow.layers._kernel import ActivationLike, InitializerLike, WithKernel
from glow.layers._spatial import DataFormat, Sizes, Spatial, check_format, padded

__all__ = ["Conv1D", "Conv2D", "Conv3D"]


class _Conv(WithKernel, Spatial):
    """What the convolutions of all ranks share."""

    convolve: ClassVar[Callable[..., Tensor]]
    paddings: ClassVar[tuple[str, ...]] = ("valid", "same")
    out_channels: int
    kernel_size: Any
    stride: Any
    dilation: Any
    groups: int

    def __init__(
        self,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes = 1,
        padding: Literal["valid", "same", "causal"] = "valid",
        data_format: DataFormat | None = None,
        dilation_rate: Sizes = 1,
        groups: int = 1,
        activation: ActivationLike = None,
        use_bias: bool = True,
        kernel_initializer: InitializerLike = "glorot_uniform",
        bias_initializer: InitializerLike = "zeros",
        name: str | None = None,
    ) -> None:
        owner, rank = type(self).__name__, self.rank
        super().__init__(
            integer(owner, "filters", filters, low=1),
            integers(owner, "kernel_size", kernel_size, rank),
            stride=integers(owner, "strides", strides, rank),
            dilation=integers(owner, "dilation_rate", dilation_rate, rank),
            groups=_groups(owner, groups, filters),
            bias=use_bias,
        )
        words = dict.fromkeys(self.paddings)
        lookup(f"padding of {owner}", padding, words)
        self.padding = padding
        self.data_format = check_format(owner, data_format)
        self._describe(name, activation, kernel_initializer, bias_initializer)

    @property
    def filters(self) -> int:
        """Channels of the output."""
        return self.out_channels

    @property
    def strides(self) -> tuple[int, ...]:
        """Steps from window to window."""
        return tuple(self.stride)

    @property
    def dilation_rate(self) -> tuple[int, ...]:
        """Distance of two cells of a window."""
        return tuple(self.dilation)

    def initialize_parameters(self, x: Tensor) -> None:
        """Give the kernel its shape."""
        x = self._first(x)
        if x.shape[1] % self.groups:
            raise ValueError(
                f"{type(self).__name__}: groups={self.groups} must divide the channels of the "
                f"input, got {x.shape[1]}. Choose another groups."
            )
        super().initialize_parameters(x)  # type: ignore[misc]  # torch's lazy module is next

    def forward(self, x: Tensor) -> Tensor:
        """Convolve, add the bias and apply the activation."""
        x = self._bordered(self._first(x))
        strides, gaps = self.stride, self.dilation
        y = self.convolve(x, self.weight, self.bias, strides, 0, gaps, self.groups)
        return self._activated(y)

    def _bordered(self, x: Tensor) -> Tensor:
        if self.padding == "same":
            return padded(x, self.kernel_size, self.stride, self.dilation)
        if self.padding == "causal":
            return functional.pad(x, (self.dilation[0] * (self.kernel_size[0] - 1), 0))
        return x

    def _activated(self, y: Tensor) -> Tensor:
        """Apply the activation; a softmax is one over channels, wherever they are."""
        if activations.is_elementwise(self.activation):
            return self._back(self.activation(y))
        y = self.activation(y.movedim(1, -1))
        return y if self.data_format == "channels_last" else y.movedim(-1, 1)


@builtin
class Conv2D(_Conv, nn.LazyConv2d):  # type: ignore[misc]  # torch declares a class to become
    """Convolution over height and width, where the input channels are inferred.

    The kernel has PyTorch's shape, (filters, channels / groups, height, width), in either format.

    Args:
        filters: Channels of the output.
        kernel_size: Height and width of the window; one number for both.
        strides: Steps from window to window, in each dimension.
        padding: ``"valid"`` for windows inside the input, ``"same"`` for zeros around it such that
            an output has ceil(n / stride) cells, with strides too, as in Keras.
        data_format: ``"channels_last"`` for inputs (N, height, width, channels).
        dilation_rate: Distance of two cells of a window.
        groups: Groups of channels that do not see each other; divides filters and channels.
        activation: A name, a callable or None for linear; a softmax is over channels.
        use_bias: Whether there is a bias per filter.
        kernel_initializer: Fills the kernel; a name or a callable (`glow.initializers`).
        bias_initializer: Fills the bias.
        name: Name within a model, without dots.

    Shape:
        (N, channels, height, width) to (N, filters, new height, new width).

    Raises:
        ValueError: A number is not positive, a word is unknown, or groups does not divide.
    """

    rank = 2
    convolve = staticmethod(functional.conv2d)


@builtin
class Conv1D(_Conv, nn.LazyConv1d):  # type: ignore[misc]  # torch declares a class to become
    """Convolution over steps; the arguments are those of `Conv2D`.

    ``padding="causal"`` puts all zeros before the first step, so that no output sees later ones.

    Shape:
        (N, channels, steps) to (N, filters, new steps).
    """

    rank = 1
    paddings = ("valid", "same", "causal")
    convolve = staticmethod(functional.conv1d)


@builtin
class Conv3D(_Conv, nn.LazyConv3d):  # type: ignore[misc]  # torch declares a class to become
    """Convolution over depth, height and width; the arguments are those of `Conv2D`.

    Shape:
        (N, channels, depth, height, width) to (N, filters, new depth, new height, new width).
    """

    rank = 3
    convolve = staticmethod(functional.conv3d)


def _groups(owner: str, groups: int, filters: int) -> int:
    groups = integer(owner, "groups", groups, low=1)
    if filters % groups:
        raise ValueError(
            f"{owner}: groups must divide filters={filters}, got {groups!r}. Choose another groups."
        )
    return groups
