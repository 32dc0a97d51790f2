"""Layers that bring activations to mean 0 and variance 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from torch import Tensor, nn
from torch.nn import functional
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

from glow import initializers
from glow._arguments import number
from glow.layers._base import Layer, is_shaped
from glow.layers._config import builtin
from glow.layers._kernel import InitializerLike
from glow.layers._spatial import DataFormat, check_format

__all__ = ["BatchNormalization", "LayerNormalization"]


class _CopyableBuffer(UninitializedBuffer):
    """One that can be copied, as torch's uninitialised parameters can."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        fresh = type(self)(device=self.data.device)  # type: ignore[call-arg]  # torch's stub lacks it
        copied: Self = memo.setdefault(id(self), fresh)
        return copied


class _Normalisation(Layer):
    """Scale and shift after the normalisation, gamma and beta in Keras."""

    weight: Tensor | None
    bias: Tensor | None

    def _describe(
        self,
        name: str | None,
        center: bool,
        scale: bool,
        gamma_initializer: InitializerLike,
        beta_initializer: InitializerLike,
    ) -> None:
        self.center, self.scale = center, scale
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_initializer = initializers.get(beta_initializer)
        self.name = name

    def _fill(self) -> None:
        if self.weight is not None:
            self.gamma_initializer(self.weight)
        if self.bias is not None:
            self.beta_initializer(self.bias)


@builtin
class BatchNormalization(_Normalisation, nn.LazyBatchNorm1d):  # type: ignore[misc]  # torch declares a class to become
    """Normalise each channel over the batch; in eval mode with running means and variances.

    The running variance is the unbiased one, as in PyTorch.

    Args:
        axis: The dimension of the channels; by default that of ``data_format``, so 1.
        momentum: Share of the running values that a batch leaves, as in Keras: 0.99 is PyTorch's
            ``momentum=0.01``.
        epsilon: Added to the variance; 0.001 as in Keras, where PyTorch has 0.00001.
        center: Whether a value per channel is added at the end.
        scale: Whether each channel is multiplied by a value at the end.
        beta_initializer: Fills what is added.
        gamma_initializer: Fills what is multiplied.
        data_format: ``"channels_last"`` is ``axis=-1``.
        name: Name within a model, without dots.

    Shape:
        (N, channels, ...) unchanged.

    Raises:
        ValueError: momentum is outside [0, 1], epsilon is negative or a word is unknown.
    """

    # A built layer keeps its class.
    cls_to_become = None  # type: ignore[assignment]  # torch reads None so, but declares a class

    def __init__(
        self,
        axis: int | None = None,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: InitializerLike = "zeros",
        gamma_initializer: InitializerLike = "ones",
        data_format: DataFormat | None = None,
        name: str | None = None,
    ) -> None:
        kept = number("BatchNormalization", "momentum", momentum, 0, 1)
        super().__init__(number("BatchNormalization", "epsilon", epsilon, 0), 1 - kept)
        self.running_mean, self.running_var = _CopyableBuffer(), _CopyableBuffer()
        self.data_format = check_format("BatchNormalization", data_format)
        self.axis = (-1 if self.data_format == "channels_last" else 1) if axis is None else axis
        self._describe(name, center, scale, gamma_initializer, beta_initializer)

    @property
    def epsilon(self) -> float:
        """What is added to the variance."""
        return self.eps

    def initialize_parameters(self, x: Tensor) -> None:
        """Give the weights and running values their shape."""
        super().initialize_parameters(self._channels_second(x))
        if not self.scale:
            self.weight = None
        if not self.center:
            self.bias = None

    def reset_parameters(self) -> None:
        """Fill the weights and forget the running values, if their shapes are known."""
        if is_shaped(self):
            self.reset_running_stats()
            self._fill()

    def forward(self, x: Tensor) -> Tensor:
        """Normalise a batch."""
        moved = self._channels_second(x)
        if self.training and x.numel() == moved.shape[1]:
            raise ValueError(
                f"BatchNormalization: expected more than one value per channel in training, got "
                f"inputs {tuple(x.shape)}. Choose a batch_size that leaves no single sample over."
            )
        return super().forward(moved).movedim(1, self.axis)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as JSON; ``self.momentum`` is PyTorch's."""
        return {**super().get_config(), "momentum": 1 - (self.momentum or 0)}

    def _check_input_dim(self, x: Tensor) -> None:
        """Take any dimensions, where torch has a class for each number of them."""

    def _channels_second(self, x: Tensor) -> Tensor:
        if x.ndim < 2:
            raise ValueError(
                f"BatchNormalization: expected inputs (N, channels, ...), got {tuple(x.shape)}. "
                "Reshape them, e.g. with Reshape((1,)) before it."
            )
        return x.movedim(self.axis, 1)


@builtin
class LayerNormalization(_Normalisation, LazyModuleMixin, nn.Module):
    """Normalise each sample over one dimension or several.

    Args:
        axis: The dimension, or several, over which mean and variance are taken.
        epsilon: Added to the variance; 0.001 as in Keras, where PyTorch has 0.00001.
        center: Whether a value per unit is added at the end.
        scale: Whether each unit is multiplied by a value at the end.
        beta_initializer: Fills what is added.
        gamma_initializer: Fills what is multiplied.
        name: Name within a model, without dots.

    Shape:
        Unchanged.

    Raises:
        ValueError: epsilon is negative, or a name is unknown.
    """

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: InitializerLike = "zeros",
        gamma_initializer: InitializerLike = "ones",
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.axis = axis if isinstance(axis, int) else tuple(axis)
        self.epsilon = number("LayerNormalization", "epsilon", epsilon, 0)
        self.weight = UninitializedParameter() if scale else None
        self.bias = UninitializedParameter() if center else None
        self._describe(name, center, scale, gamma_initializer, beta_initializer)

    @property
    def _axes(self) -> tuple[int, ...]:
        return (self.axis,) if isinstance(self.axis, int) else self.axis

    def initialize_parameters(self, x: Tensor) -> None:
        """Give the weights their shape."""
        for values in (self.weight, self.bias):
            if isinstance(values, UninitializedParameter):
                values.materialize(tuple(x.shape[axis] for axis in self._axes))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Fill the weights, if their shapes are known."""
        if is_shaped(self):
            self._fill()

    def forward(self, x: Tensor) -> Tensor:
        """Normalise every sample."""
        last = tuple(range(-len(self._axes), 0))
        moved = x.movedim(self._axes, last)
        shape = moved.shape[-len(last) :]
        y = functional.layer_norm(moved, shape, self.weight, self.bias, self.epsilon)
        return y.movedim(last, self._axes)
