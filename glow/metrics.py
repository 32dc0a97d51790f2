"""Metrics by name or callable, averaged over all samples of an epoch.

Arguments come in PyTorch's order: ``metric(output, target)``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor

from glow._registry import lookup

__all__ = ["Metric", "MetricLike", "get"]

MetricFunction: TypeAlias = Callable[[Tensor, Tensor], Tensor]


class Metric:
    """A named mean over samples.

    Args:
        name: Its key in the History.
        function: From output and target to a value per sample, or to the mean of the batch.
        batched: Whether the function understands a dimension of runs before that of samples.
    """

    def __init__(self, name: str, function: MetricFunction, batched: bool = False) -> None:
        self.name = name
        self._function = function
        self._batched = batched

    def __call__(self, output: Tensor, target: Tensor) -> Tensor:
        """Return values whose mean over the batch is the metric; output and target (n, ...)."""
        return self._function(output, target)

    def per_run(self, output: Tensor, target: Tensor) -> Tensor:
        """Return such values for each of several models, (runs, ...); both (runs, n, ...)."""
        if self._batched:
            return self._function(output, target)
        pairs = zip(output, target, strict=True)
        return torch.stack([torch.as_tensor(self._function(*pair)) for pair in pairs])

    def __repr__(self) -> str:
        return f"Metric({self.name!r})"


def _sparse_categorical_accuracy(output: Tensor, target: Tensor) -> Tensor:
    return _argmax(output) == target


def _categorical_accuracy(output: Tensor, target: Tensor) -> Tensor:
    if output.shape[-1] == 1:  # a single output can only be a yes or a no
        return _binary_accuracy(output, target)
    return _argmax(output) == _argmax(target)


def _argmax(values: Tensor) -> Tensor:
    # On the transposed outputs of an ensemble argmax takes 45 times as long as max does.
    return values.argmax(-1) if values.is_contiguous() else values.max(-1).indices


def _binary_accuracy(output: Tensor, target: Tensor) -> Tensor:
    return (output > 0.5) == (target > 0.5)


def _binary_accuracy_from_logits(output: Tensor, target: Tensor) -> Tensor:
    return (output > 0) == (target > 0.5)


def _squared_error(output: Tensor, target: Tensor) -> Tensor:
    return (output - target).square()


def _absolute_error(output: Tensor, target: Tensor) -> Tensor:
    return (output - target).abs()


_BY_NAME: dict[str, MetricFunction] = {
    "sparse_categorical_accuracy": _sparse_categorical_accuracy,
    "categorical_accuracy": _categorical_accuracy,
    "binary_accuracy": _binary_accuracy,
    "binary_accuracy_from_logits": _binary_accuracy_from_logits,
    "mean_squared_error": _squared_error,
    "mse": _squared_error,
    "mean_absolute_error": _absolute_error,
    "mae": _absolute_error,
}

MetricLike: TypeAlias = str | Metric | MetricFunction


def get(identifier: MetricLike, accuracy: str = "sparse_categorical_accuracy") -> Metric:
    """Return the metric that a name or a callable stands for.

    Args:
        identifier: A name; or a callable from output and target to a value per sample or the
            batch's mean.
        accuracy: The metric that ``"accuracy"`` and ``"acc"`` stand for.

    Raises:
        ValueError: The name is unknown.
        TypeError: Neither a name nor a callable.
    """
    if isinstance(identifier, str):
        table = {"accuracy": _BY_NAME[accuracy], "acc": _BY_NAME[accuracy], **_BY_NAME}
        return Metric(identifier, lookup("metric", identifier, table), batched=True)
    if isinstance(identifier, Metric):
        return identifier
    if callable(identifier):
        return Metric(getattr(identifier, "__name__", type(identifier).__name__), identifier)
    raise TypeError(
        f"A metric must be a name or a function of output and target, got {identifier!r}. "
        "Choose e.g. metrics=['accuracy']."
    )
