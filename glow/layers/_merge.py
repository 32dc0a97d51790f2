"""Layers of several inputs, given as a list, as in Keras's functional models."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from glow.layers._base import Layer
from glow.layers._config import builtin

__all__ = ["Add", "Average", "Concatenate", "Maximum", "Multiply"]


class _Merge(Layer, nn.Module):
    """What layers of several inputs share."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__()
        self.name = name

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """Merge a list of tensors.

        Raises:
            TypeError: No list of at least two tensors.
            ValueError: Shapes that do not fit; nothing is broadcast.
        """
        owner = type(self).__name__
        one = hasattr(inputs, "shape")
        if one or len(inputs) < 2:
            given = "one tensor" if one else f"{len(inputs)} of them"
            raise TypeError(
                f"{owner}: expected a list of two or more tensors, got {given}. "
                f"Write e.g. {owner}()([a, b])."
            )
        shapes = [tuple(x.shape[1:]) for x in inputs]
        if not self._fit(inputs):
            raise ValueError(
                f"{owner}: the inputs must have one shape{self._except}, got samples of the shapes "
                f"{', '.join(map(str, shapes))}. Nothing is broadcast; reshape them."
            )
        return self._merge(list(inputs))

    _except = ""

    def _fit(self, inputs: Sequence[Tensor]) -> bool:
        return len({tuple(x.shape) for x in inputs}) == 1

    def _merge(self, inputs: list[Tensor]) -> Tensor:
        raise NotImplementedError


@builtin
class Add(_Merge):
    """Sum of several tensors of one shape.

    Args:
        name: Name within a model, without dots.
    """

    def _merge(self, inputs: list[Tensor]) -> Tensor:
        return functools.reduce(torch.add, inputs)


@builtin
class Multiply(_Merge):
    """Product of several tensors of one shape, value by value.

    Args:
        name: Name within a model, without dots.
    """

    def _merge(self, inputs: list[Tensor]) -> Tensor:
        return functools.reduce(torch.mul, inputs)


@builtin
class Average(_Merge):
    """Mean of several tensors of one shape, value by value.

    Args:
        name: Name within a model, without dots.
    """

    def _merge(self, inputs: list[Tensor]) -> Tensor:
        return functools.reduce(torch.add, inputs) / len(inputs)


@builtin
class Maximum(_Merge):
    """Largest of several tensors of one shape, value by value.

    Args:
        name: Name within a model, without dots.
    """

    def _merge(self, inputs: list[Tensor]) -> Tensor:
        return functools.reduce(torch.maximum, inputs)


@builtin
class Concatenate(_Merge):
    """Several tensors one after the other.

    Args:
        axis: Along which dimension; -1 as in Keras. For channels-first images give 1.
        name: Name within a model, without dots.
    """

    def __init__(self, axis: int = -1, name: str | None = None) -> None:
        super().__init__(name)
        self.axis = axis

    @property
    def _except(self) -> str:  # type: ignore[override]
        return f" but for dimension {self.axis}"

    def _fit(self, inputs: Sequence[Tensor]) -> bool:
        if len({x.ndim for x in inputs}) > 1:
            return False
        axis = self.axis % inputs[0].ndim
        return len({(*x.shape[:axis], *x.shape[axis + 1 :]) for x in inputs}) == 1

    def _merge(self, inputs: list[Tensor]) -> Tensor:
        return torch.cat(inputs, dim=self.axis)
