"""Poolings over windows and over everything."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from glow._arguments import integers
from glow._registry import lookup
from glow.layers._config import builtin
from glow.layers._spatial import DataFormat, Sizes, Spatial, check_format, padded

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
]


class _Pooling(Spatial, nn.Module):
    """What poolings over windows share."""

    pool: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        pool_size: Sizes = 2,
        strides: Sizes | None = None,
        padding: Literal["valid", "same"] = "valid",
        data_format: DataFormat | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__()
        owner, rank = type(self).__name__, self.rank
        self.pool_size = integers(owner, "pool_size", pool_size, rank)
        self.strides = integers(owner, "strides", pool_size if strides is None else strides, rank)
        lookup(f"padding of {owner}", padding, dict.fromkeys(("valid", "same")))
        self.padding = padding
        self.data_format = check_format(owner, data_format)
        self.name = name

    def forward(self, x: Tensor) -> Tensor:
        """Pool every window of every channel."""
        return self._back(self._pooled(self._first(x)))

    def _pooled(self, x: Tensor) -> Tensor:
        raise NotImplementedError

    def extra_repr(self) -> str:
        """Say what ``print(layer)`` shows between the brackets."""
        return f"pool_size={self.pool_size}, strides={self.strides}, padding={self.padding!r}"


class _MaxPooling(_Pooling):
    def _pooled(self, x: Tensor) -> Tensor:
        if self.padding == "same":
            x = padded(x, self.pool_size, self.strides, fill=-math.inf)
        return self.pool(x, self.pool_size, self.strides)


class _AveragePooling(_Pooling):
    def _pooled(self, x: Tensor) -> Tensor:
        if self.padding == "valid":
            return self.pool(x, self.pool_size, self.strides)
        # As in Keras, what stands beyond the border does not count: divide by the share that does.
        inside = padded(torch.ones_like(x[:1, :1]), self.pool_size, self.strides)
        values = padded(x, self.pool_size, self.strides)
        share = self.pool(inside, self.pool_size, self.strides)
        return self.pool(values, self.pool_size, self.strides) / share


@builtin
class MaxPooling2D(_MaxPooling):
    """Largest value of each window.

    Args:
        pool_size: Height and width of the window; one number for both.
        strides: Steps from window to window; those of the window if None.
        padding: ``"valid"`` for windows inside the input, ``"same"`` for ceil(n / stride) of them.
        data_format: ``"channels_last"`` for inputs (N, height, width, channels).
        name: Name within a model, without dots.

    Shape:
        (N, channels, height, width) to (N, channels, new height, new width).

    Raises:
        ValueError: A number is not positive, or a word is unknown.
    """

    rank = 2
    pool = staticmethod(functional.max_pool2d)


@builtin
class MaxPooling1D(_MaxPooling):
    """Largest value of each window of steps; the arguments are those of `MaxPooling2D`.

    Shape:
        (N, channels, steps) to (N, channels, new steps).
    """

    rank = 1
    pool = staticmethod(functional.max_pool1d)


@builtin
class MaxPooling3D(_MaxPooling):
    """Largest value of each window of a volume; the arguments are those of `MaxPooling2D`.

    Shape:
        (N, channels, depth, height, width) to (N, channels, new depth, new height, new width).
    """

    rank = 3
    pool = staticmethod(functional.max_pool3d)


@builtin
class AveragePooling2D(_AveragePooling):
    """Mean of each window; what ``"same"`` adds at the borders does not count.

    The arguments are those of `MaxPooling2D`.

    Shape:
        (N, channels, height, width) to (N, channels, new height, new width).
    """

    rank = 2
    pool = staticmethod(functional.avg_pool2d)


@builtin
class AveragePooling1D(_AveragePooling):
    """Mean of each window of steps, as `AveragePooling2D`.

    Shape:
        (N, channels, steps) to (N, channels, new steps).
    """

    rank = 1
    pool = staticmethod(functional.avg_pool1d)


@builtin
class AveragePooling3D(_AveragePooling):
    """Mean of each window of a volume, as `AveragePooling2D`.

    Shape:
        (N, channels, depth, height, width) to (N, channels, new depth, new height, new width).
    """

    rank = 3
    pool = staticmethod(functional.avg_pool3d)


class _GlobalPooling(Spatial, nn.Module):
    """What poolings over everything share."""

    pool: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        data_format: DataFormat | None = None,
        keepdims: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.data_format = check_format(type(self).__name__, data_format)
        self.keepdims = keepdims
        self.name = name

    def forward(self, x: Tensor) -> Tensor:
        """Pool every channel."""
        x = self._first(x)
        y = self.pool(x, tuple(range(2, x.ndim)), keepdim=self.keepdims)
        return self._back(y) if self.keepdims else y


@builtin
class GlobalAveragePooling2D(_GlobalPooling):
    """Mean of each channel.

    Args:
        data_format: ``"channels_last"`` for inputs (N, height, width, channels).
        keepdims: Whether height and width stay, as 1.
        name: Name within a model, without dots.

    Shape:
        (N, channels, height, width) to (N, channels).

    Raises:
        ValueError: The word for the format is unknown.
    """

    rank = 2
    pool = staticmethod(torch.mean)


@builtin
class GlobalAveragePooling1D(_GlobalPooling):
    """Mean of each channel over steps; the arguments are those of `GlobalAveragePooling2D`.

    Shape:
        (N, channels, steps) to (N, channels).
    """

    rank = 1
    pool = staticmethod(torch.mean)


@builtin
class GlobalAveragePooling3D(_GlobalPooling):
    """Mean of each channel of a volume; the arguments are those of `GlobalAveragePooling2D`.

    Shape:
        (N, channels, depth, height, width) to (N, channels).
    """

    rank = 3
    pool = staticmethod(torch.mean)


@builtin
class GlobalMaxPooling2D(_GlobalPooling):
    """Largest value of each channel; the arguments are those of `GlobalAveragePooling2D`.

    Shape:
        (N, channels, height, width) to (N, channels).
    """

    rank = 2
    pool = staticmethod(torch.amax)


@builtin
class GlobalMaxPooling1D(_GlobalPooling):
    """Largest value of each channel over steps, as `GlobalMaxPooling2D`.

    Shape:
        (N, channels, steps) to (N, channels).
    """

    rank = 1
    pool = staticmethod(torch.amax)


@builtin
class GlobalMaxPooling3D(_GlobalPooling):
    """Largest value of each channel of a volume, as `GlobalMaxPooling2D`.

    Shape:
        (N, channels, depth, height, width) to (N, channels).
    """

    rank = 3
    pool = staticmethod(torch.amax)


# Keras's short names.
MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
