"""The residual block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter

from glow import activations, initializers
from glow.layers._base import Layer
from glow.layers._config import builtin, from_config
from glow.layers._kernel import ActivationLike, InitializerLike
from glow.layers._spatial import DataFormat, check_format

__all__ = ["Residual"]


@builtin
class Residual(Layer, nn.Module):
    """activation(layers(x) + shortcut(x)) (He et al., "Deep residual learning", 2016).

    The shortcut is x itself where the shapes agree. Where they do not, it is a matrix over the
    channels of every stride-th cell, as a 1 x 1 convolution; width, strides and all are found from
    what the layers make of the first input.

    Args:
        layers: Layers one after the other.
        activation: What the sum passes through; a name, a callable or None.
        kernel_initializer: Fills the matrix of the shortcut, if there is one.
        data_format: ``"channels_last"`` if the channels are the last dimension.
        name: Name within a model, without dots.

    Shape:
        (N, channels, ...) to what the layers return.

    Raises:
        TypeError: Something that is no torch module.
        ValueError: A name is unknown.

    Example:
        >>> body = [Conv2D(16, 3, padding="same", activation="relu"), Conv2D(16, 3, padding="same")]
        >>> Residual(body, activation="relu")(torch.zeros(5, 3, 8, 8)).shape
        torch.Size([5, 16, 8, 8])
    """

    def __init__(
        self,
        layers: Iterable[nn.Module],
        activation: ActivationLike = None,
        kernel_initializer: InitializerLike = "glorot_uniform",
        data_format: DataFormat | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.activation = activations.get(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.data_format = check_format("Residual", data_format)
        self.shortcut = _Shortcut(self.kernel_initializer)
        self.name = name

    def forward(self, x: Tensor) -> Tensor:
        """Add what the layers make of x to its shortcut."""
        y = x
        for layer in self.layers:
            y = layer(y)
        if self.data_format == "channels_first":
            return self.activation(y + self.shortcut(x, y))
        beside = self.shortcut(x.movedim(-1, 1), y.movedim(-1, 1)).movedim(1, -1)
        return self.activation(y + beside)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build a layer from what `get_config` returned."""
        return cls(**{**config, "layers": [from_config(layer) for layer in config["layers"]]})


class _Shortcut(LazyModuleMixin, nn.Module):
    """x in the shape of y: as it is, or every stride-th cell of it times a matrix."""

    weight: Tensor | None

    def __init__(self, kernel_initializer: initializers.Initializer) -> None:
        super().__init__()
        self.kernel_initializer = kernel_initializer
        self.weight = UninitializedParameter()

    def initialize_parameters(self, x: Tensor, y: Tensor) -> None:
        """Give the matrix its shape, or do without it."""
        if not isinstance(self.weight, UninitializedParameter):
            return
        if x.shape == y.shape:
            self.weight = None
            return
        if x.ndim != y.ndim or any(-(-n // s) != m for n, s, m in _strides(x, y)):
            raise ValueError(
                "Residual: the layers must keep the dimensions, or take every stride-th cell, got "
                f"samples of {tuple(x.shape[1:])} in and {tuple(y.shape[1:])} out, channels first. "
                "Give convolutions padding='same'."
            )
        self.weight.materialize((y.shape[1], x.shape[1]))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the matrix anew, if there is one and its shape is known."""
        if self.weight is not None and not self.has_uninitialized_params():
            self.kernel_initializer(self.weight)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return x in the shape of y."""
        if self.weight is None:
            return x
        cells = (slice(None, None, stride) for _, stride, _ in _strides(x, y))
        return torch.einsum("oc,nc...->no...", self.weight, x[(slice(None), slice(None), *cells)])


def _strides(x: Tensor, y: Tensor) -> list[tuple[int, int, int]]:
    """Of every dimension beside samples and channels: cells before, stride, cells after."""
    return [(n, -(-n // m), m) for n, m in zip(x.shape[2:], y.shape[2:], strict=True)]
