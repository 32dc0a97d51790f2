"""What a loss is, and losses made of functions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn


class Loss(ABC):
    """A mean over samples.

    Attributes:
        target: What the targets are: ``"labels"`` (class numbers), ``"values"`` (of the output's
            shape) or ``"any"`` (not known).
        accepts: What the output must be: ``"logits"``, probabilities after a ``"softmax"`` or
            ``"sigmoid"``, or ``"any"``.
        output_activation: What the loss itself applies to the output, so that output and this
            together give probabilities; None for nothing.
        accuracy: The metric that ``metrics=["accuracy"]`` means with this loss.
    """

    target: Literal["labels", "values", "any"] = "values"
    accepts: Literal["logits", "softmax", "sigmoid", "any"] = "any"
    output_activation: Literal["softmax", "sigmoid"] | None = None
    accuracy: str = "categorical_accuracy"

    @abstractmethod
    def __call__(self, output: Tensor, target: Tensor) -> Tensor:
        """Return the mean loss of a batch.

        Args:
            output: What the model returned, (n, ...).
            target: (n,) class numbers or (n, ...) values.

        Returns:
            A scalar.
        """

    @abstractmethod
    def per_run(self, output: Tensor, target: Tensor) -> Tensor:
        """Return the mean loss of each of several models.

        Args:
            output: (runs, n, ...).
            target: (runs, n, ...).

        Returns:
            (runs,).
        """

    def get_config(self) -> dict[str, Any]:
        """Return the class name and the arguments as JSON, the inverse of `glow.losses.get`.

        Raises:
            TypeError: The loss is none of `glow.losses`.
        """
        if not is_dataclass(self):
            raise TypeError(
                f"The loss {self!r} cannot be written as JSON. Use a name or an object of "
                "glow.losses."
            )
        return {"class_name": type(self).__name__, "config": asdict(self)}

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Builtin(Loss):
    """A loss given by its torch function, which takes the kind of reduction."""

    @abstractmethod
    def _compute(self, output: Tensor, target: Tensor, reduction: str) -> Tensor: ...

    def __call__(self, output: Tensor, target: Tensor) -> Tensor:
        """Return the mean loss of a batch."""
        return self._compute(output, target, "mean")

    def per_run(self, output: Tensor, target: Tensor) -> Tensor:
        """Return the mean loss of each of several models."""
        return self._compute(output, target, "none").flatten(1).mean(1)


class Formula(Builtin):
    """A loss given by its value at each number, or at each sample."""

    @abstractmethod
    def _values(self, output: Tensor, target: Tensor) -> Tensor: ...

    def _compute(self, output: Tensor, target: Tensor, reduction: str) -> Tensor:
        values = self._values(output, target)
        return values.mean() if reduction == "mean" else values


class Custom(Loss):
    """A torch loss object or any function of output and target.

    Args:
        function: Called with output and target; returns a scalar, or a tensor whose mean is the
            loss.

    Raises:
        ValueError: A torch loss that sums over the batch, so that its value depends on the batch
            size.
    """

    target: Literal["labels", "values", "any"] = "any"

    def __init__(self, function: Callable[[Tensor, Tensor], Tensor]) -> None:
        if getattr(function, "reduction", "mean") == "sum":
            raise ValueError(
                f"The loss {function!r} sums over the batch, expected a mean. "
                "Build it with reduction='mean'."
            )
        self.function = function
        if isinstance(function, nn.CrossEntropyLoss):
            self.accepts, self.output_activation = "logits", "softmax"
            self.accuracy = "sparse_categorical_accuracy"
        elif isinstance(function, nn.BCEWithLogitsLoss):
            self.target, self.accepts, self.output_activation = "values", "logits", "sigmoid"
            self.accuracy = "binary_accuracy_from_logits"

    def __call__(self, output: Tensor, target: Tensor) -> Tensor:
        """Return the mean loss of a batch."""
        value = self.function(output, target)
        return value if value.ndim == 0 else value.mean()

    def per_run(self, output: Tensor, target: Tensor) -> Tensor:
        """Return the mean loss of each of several models, one after the other."""
        return torch.stack([self(*pair) for pair in zip(output, target, strict=True)])

    def __repr__(self) -> str:
        return f"Custom({self.function!r})"
