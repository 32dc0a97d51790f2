"""Layers that only change the shape."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from glow._arguments import integers
from glow.layers._base import Layer
from glow.layers._config import builtin
from glow.layers._spatial import DataFormat, check_format

__all__ = ["Flatten", "Permute", "Reshape"]


@builtin
class Flatten(Layer, nn.Flatten):
    """Make one dimension of all but the first.

    Args:
        data_format: ``"channels_last"`` puts the channels first beforehand, so that what follows
            sees the same in both formats.
        name: Name within a model, without dots.

    Shape:
        (N, a, b, ...) to (N, a * b * ...).

    Raises:
        ValueError: The word for the format is unknown.
    """

    def __init__(self, data_format: DataFormat | None = None, name: str | None = None) -> None:
        super().__init__()
        self.data_format = check_format("Flatten", data_format)
        self.name = name

    def forward(self, x: Tensor) -> Tensor:
        """Flatten every sample."""
        last = self.data_format == "channels_last" and x.ndim > 2
        return super().forward(x.movedim(-1, 1) if last else x)


@builtin
class Reshape(Layer, nn.Module):
    """Give each sample another shape of the same size.

    Args:
        target_shape: Shape of one sample; one size may be -1, which is then what is left.
        name: Name within a model, without dots.

    Shape:
        (N, ...) to (N, *target_shape).

    Raises:
        ValueError: A size is neither positive nor -1, or two are -1.
    """

    def __init__(self, target_shape: Sequence[int], name: str | None = None) -> None:
        super().__init__()
        self.target_shape = integers(
            "Reshape", "target_shape", list(target_shape), len(target_shape), low=-1
        )
        if self.target_shape.count(-1) > 1 or 0 in self.target_shape:
            raise ValueError(
                "Reshape: target_shape must have positive sizes and at most one -1, got "
                f"{self.target_shape}. Write e.g. target_shape=(1, 28, -1)."
            )
        self.name = name

    def forward(self, x: Tensor) -> Tensor:
        """Reshape every sample."""
        return x.reshape(len(x), *self.target_shape)

    def extra_repr(self) -> str:
        """Say what ``print(layer)`` shows between the brackets."""
        return str(self.target_shape)


@builtin
class Permute(Layer, nn.Module):
    """Reorder the dimensions of each sample.

    Args:
        dims: The order, counted from 1, the first dimension after that of the samples.
        name: Name within a model, without dots.

    Shape:
        (N, a, b) to (N, b, a) for ``dims=(2, 1)``.

    Raises:
        ValueError: The numbers are not 1, 2, ... in some order.
    """

    def __init__(self, dims: Sequence[int], name: str | None = None) -> None:
        super().__init__()
        self.dims = integers("Permute", "dims", list(dims), len(dims))
        if sorted(self.dims) != list(range(1, len(dims) + 1)):
            raise ValueError(
                f"Permute: dims must be the numbers from 1 to {len(dims)} in some order, got "
                f"{self.dims}. Write e.g. dims=(2, 1)."
            )
        self.name = name

    def forward(self, x: Tensor) -> Tensor:
        """Reorder."""
        return x.permute(0, *self.dims)
