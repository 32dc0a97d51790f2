"""Losses of numbers: distances, angles and margins."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

from glow._arguments import number
from glow.losses._base import Builtin, Formula

_EPSILON = 1e-7  # what Keras keeps from 0 before it divides or takes a logarithm


@dataclass(eq=False)
class MeanSquaredError(Builtin):
    """Mean squared difference over all values."""

    def _compute(self, output: Tensor, target: Tensor, reduction: str) -> Tensor:
        return functional.mse_loss(output, target, reduction=reduction)


@dataclass(eq=False)
class MeanAbsoluteError(Builtin):
    """Mean absolute difference over all values."""

    def _compute(self, output: Tensor, target: Tensor, reduction: str) -> Tensor:
        return functional.l1_loss(output, target, reduction=reduction)


@dataclass(eq=False)
class MeanAbsolutePercentageError(Formula):
    """Mean of 100 * absolute difference / absolute target, in percent."""

    def _values(self, output: Tensor, target: Tensor) -> Tensor:
        return 100 * (output - target).abs() / target.abs().clamp(min=_EPSILON)


@dataclass(eq=False)
class MeanSquaredLogarithmicError(Formula):
    """Mean squared difference of ln(1 + value); negative values count as 0."""

    def _values(self, output: Tensor, target: Tensor) -> Tensor:
        first, second = (values.clamp(min=_EPSILON).log1p() for values in (output, target))
        return (first - second).square()


@dataclass(eq=False)
class Huber(Builtin):
    """Half the squared difference d up to delta, and delta * (d - delta / 2) beyond.

    Args:
        delta: Where the parabola becomes a line.

    Raises:
        ValueError: delta is negative.
    """

    delta: float = 1.0

    def __post_init__(self) -> None:
        number("Huber", "delta", self.delta, 0)

    def _compute(self, output: Tensor, target: Tensor, reduction: str) -> Tensor:
        return functional.huber_loss(output, target, reduction=reduction, delta=self.delta)


@dataclass(eq=False)
class LogCosh(Formula):
    """Mean of ln(cosh(difference))."""

    def _values(self, output: Tensor, target: Tensor) -> Tensor:
        d = output - target
        return d + functional.softplus(-2 * d) - math.log(2)  # cosh itself overflows at 90


@dataclass(eq=False)
class CosineSimilarity(Formula):
    """Minus the cosine of the angle between output and target, over the last dimension."""

    def _values(self, output: Tensor, target: Tensor) -> Tensor:
        return -functional.cosine_similarity(output, target, dim=-1)


@dataclass(eq=False)
class Hinge(Formula):
    """Mean of max(1 - target * output, 0); targets are -1 and 1, or 0 and 1."""

    def _values(self, output: Tensor, target: Tensor) -> Tensor:
        return (1 - signs(target) * output).clamp(min=0)


@dataclass(eq=False)
class SquaredHinge(Hinge):
    """Mean of max(1 - target * output, 0) ** 2; targets are -1 and 1, or 0 and 1."""

    def _values(self, output: Tensor, target: Tensor) -> Tensor:
        return super()._values(output, target).square()


@dataclass(eq=False)
class CategoricalHinge(Formula):
    """max(1 + largest output of the wrong classes - output of the right one, 0).

    Shape:
        Output and target (n, classes), targets one-hot.
    """

    def _values(self, output: Tensor, target: Tensor) -> Tensor:
        right = (target * output).sum(-1)
        wrong = ((1 - target) * output).amax(-1)
        return (1 + wrong - right).clamp(min=0)


def signs(target: Tensor) -> Tensor:
    """Return targets of 0 and 1 as -1 and 1, as Keras does, and others as they are."""
    binary = ((target == 0) | (target == 1)).all()
    return (2 * target - 1).where(binary, target)
