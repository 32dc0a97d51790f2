"""What a metric is: figures averaged over all samples of an epoch, and what is made of them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Self, TypeAlias

import torch
from torch import Tensor

if TYPE_CHECKING:
    from glow.losses import Loss

MetricFunction: TypeAlias = Callable[[Tensor, Tensor], Tensor]


class Metric:
    """A named mean over samples, or a figure made of several means.

    Means are taken over all samples of an epoch before anything is made of them. So a metric such
    as precision, a quotient of two means, does not depend on the size of the batches.

    Args:
        name: Its key in the History.
        function: From output and target to a value per sample, or to the mean of the batch.
        batched: Whether the function understands a dimension of runs before that of samples.

    Attributes:
        figures: How many means it needs; with several, values are (n, ..., figures).
        takes_probabilities: Whether logits have to be made probabilities first.
        activation: What makes them, ``"sigmoid"`` or ``"softmax"``; None where the output is right.
    """

    figures: int = 1
    takes_probabilities: ClassVar[bool] = False
    activation: str | None = None

    def __init__(self, name: str, function: MetricFunction, batched: bool = False) -> None:
        self.name = name
        self._function = function
        self._batched = batched
        if isinstance(function, Metric):  # the same under another name
            self.figures = function.figures

    def __call__(self, output: Tensor, target: Tensor) -> Tensor:
        """Return values whose mean over the batch is the metric; output and target (n, ...)."""
        return self._function(self._suited(output), target)

    def per_run(self, output: Tensor, target: Tensor) -> Tensor:
        """Return such values for each of several models, (runs, ...); both (runs, n, ...)."""
        if self._batched:
            return self._function(self._suited(output), target)
        pairs = zip(output, target, strict=True)
        return torch.stack([torch.as_tensor(self(*pair)) for pair in pairs])

    def finish(self, means: Tensor) -> Tensor:
        """Make the metric of its means over the epoch, (figures, ...) to (...)."""
        return self._function.finish(means) if isinstance(self._function, Metric) else means[0]

    def after(self, activation: str | None) -> Self:
        """Return the metric for outputs to which the loss applies an activation itself."""
        if activation is None or not self.takes_probabilities:
            return self
        suited = copy.copy(self)
        suited.activation = activation
        return suited

    def _suited(self, output: Tensor) -> Tensor:
        if self.activation is None:
            return output
        return output.sigmoid() if self.activation == "sigmoid" else output.softmax(-1)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class OfLoss(Metric):
    """A loss as a metric.

    Args:
        name: Its key in the History.
        loss: The loss.
    """

    def __init__(self, name: str, loss: Loss) -> None:
        super().__init__(name, self._per_sample, batched=True)
        self._loss = loss

    def per_run(self, output: Tensor, target: Tensor) -> Tensor:
        """Return the mean loss of each of several models, (runs,)."""
        return self._loss.per_run(output, target)

    def _per_sample(self, output: Tensor, target: Tensor) -> Tensor:
        # The loss of n samples is that of n models with one sample each.
        return self._loss.per_run(output.unsqueeze(1), target.unsqueeze(1))


def same_shape(name: str, output: Tensor, target: Tensor) -> None:
    """Refuse targets of another shape, which would be broadcast.

    Raises:
        ValueError: They are of another shape.
    """
    if output.shape != target.shape:
        raise ValueError(
            f"The metric {name!r} expects targets of the output's shape {tuple(output.shape)}, got "
            f"{tuple(target.shape)}. For class numbers choose a metric whose name begins with "
            "'sparse', or one_hot them."
        )


def class_numbers(name: str, output: Tensor, target: Tensor) -> None:
    """Refuse targets that are not one class number for each row of outputs.

    Raises:
        ValueError: They are of another shape.
    """
    if output.shape[:-1] != target.shape:
        raise ValueError(
            f"The metric {name!r} expects class numbers {tuple(output.shape[:-1])} for outputs "
            f"{tuple(output.shape)}, got targets {tuple(target.shape)}. For one-hot targets choose "
            f"{name.replace('sparse_', '')!r}."
        )
