"""Losses by name, object or callable.

Keras's names (``"sparse_categorical_crossentropy"``) take probabilities unless
``from_logits=True``; PyTorch's (``"cross_entropy"``, ``nn.CrossEntropyLoss()``) take logits.
Arguments come in PyTorch's order: ``loss(output, target)``. All values are in nats.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Literal, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional

from glow._registry import lookup

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "Custom",
    "Loss",
    "LossLike",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "SparseCategoricalCrossentropy",
    "get",
]

# Probabilities are kept this far from 0 before the logarithm, as in Keras.
_EPSILON = 1e-7


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

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class _Builtin(Loss):
    """A loss given by its torch function, which takes the kind of reduction."""

    @abstractmethod
    def _compute(self, output: Tensor, target: Tensor, reduction: str) -> Tensor: ...

    def __call__(self, output: Tensor, target: Tensor) -> Tensor:
        """Return the mean loss of a batch."""
        return self._compute(output, target, "mean")

    def per_run(self, output: Tensor, target: Tensor) -> Tensor:
        """Return the mean loss of each of several models."""
        return self._compute(output, target, "none").flatten(1).mean(1)


class _Crossentropy(_Builtin):
    """A cross-entropy that takes probabilities or logits.

    Args:
        from_logits: Whether the model's output is logits rather than probabilities.
    """

    probabilities: ClassVar[Literal["softmax", "sigmoid"]] = "softmax"

    def __init__(self, from_logits: bool = False) -> None:
        self.from_logits = from_logits
        self.accepts = "logits" if from_logits else self.probabilities
        self.output_activation = self.probabilities if from_logits else None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(from_logits={self.from_logits})"


class _Categorical(_Crossentropy):
    """A cross-entropy over classes, which torch expects in dimension 1."""

    def per_run(self, output: Tensor, target: Tensor) -> Tensor:
        """Return the mean loss of each of several models."""
        classes_first = output.transpose(1, 2)  # (runs, classes, n): also what is contiguous
        goal = target.transpose(1, 2) if target.ndim == 3 else target
        return self._compute(classes_first, goal, "none").mean(1)


class SparseCategoricalCrossentropy(_Categorical):
    """Cross-entropy against class numbers, in nats.

    Args:
        from_logits: Whether the model's output is logits rather than probabilities.

    Shape:
        Output (n, classes), target (n,) integers from 0 to classes - 1.
    """

    target = "labels"
    accuracy = "sparse_categorical_accuracy"

    def _compute(self, output: Tensor, target: Tensor, reduction: str) -> Tensor:
        if self.from_logits:
            return functional.cross_entropy(output, target, reduction=reduction)
        return functional.nll_loss(_log(output), target, reduction=reduction)


class CategoricalCrossentropy(_Categorical):
    """Cross-entropy against probabilities of the classes (one-hot rows), in nats.

    Args:
        from_logits: Whether the model's output is logits rather than probabilities.

    Shape:
        Output and target (n, classes).
    """

    def _compute(self, output: Tensor, target: Tensor, reduction: str) -> Tensor:
        if self.from_logits:
            return functional.cross_entropy(output, target, reduction=reduction)
        each = -(target * _log(output)).sum(1)
        return each.mean() if reduction == "mean" else each


class BinaryCrossentropy(_Crossentropy):
    """Cross-entropy of independent yes-or-no outputs, in nats.

    Args:
        from_logits: Whether the model's output is logits rather than probabilities.

    Shape:
        Output and target (n, ...), targets from 0 to 1.
    """

    probabilities = "sigmoid"

    def __init__(self, from_logits: bool = False) -> None:
        super().__init__(from_logits)
        self.accuracy = "binary_accuracy_from_logits" if from_logits else "binary_accuracy"

    def _compute(self, output: Tensor, target: Tensor, reduction: str) -> Tensor:
        if self.from_logits:
            return functional.binary_cross_entropy_with_logits(output, target, reduction=reduction)
        return functional.binary_cross_entropy(output, target, reduction=reduction)


class MeanSquaredError(_Builtin):
    """Mean squared difference over all values."""

    def _compute(self, output: Tensor, target: Tensor, reduction: str) -> Tensor:
        return functional.mse_loss(output, target, reduction=reduction)


class MeanAbsoluteError(_Builtin):
    """Mean absolute difference over all values."""

    def _compute(self, output: Tensor, target: Tensor, reduction: str) -> Tensor:
        return functional.l1_loss(output, target, reduction=reduction)


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


def _log(probabilities: Tensor) -> Tensor:
    return probabilities.clamp(min=_EPSILON).log()


LossLike: TypeAlias = str | Loss | Callable[[Tensor, Tensor], Tensor]

_BY_NAME: dict[str, Callable[[], Loss]] = {
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy,
    "binary_crossentropy": BinaryCrossentropy,
    "mean_squared_error": MeanSquaredError,
    "mse": MeanSquaredError,
    "mean_absolute_error": MeanAbsoluteError,
    "mae": MeanAbsoluteError,
    "cross_entropy": lambda: SparseCategoricalCrossentropy(from_logits=True),
    "binary_cross_entropy_with_logits": lambda: BinaryCrossentropy(from_logits=True),
}


def get(identifier: LossLike) -> Loss:
    """Return the loss that a name, a torch loss object or a function stands for.

    Raises:
        ValueError: The name is unknown.
        TypeError: None of these.
    """
    if isinstance(identifier, str):
        return lookup("loss", identifier, _BY_NAME)()
    if isinstance(identifier, Loss):
        return identifier
    if isinstance(identifier, type) or not callable(identifier):
        raise TypeError(
            f"loss must be a name, an object or a function of output and target, "
            f"got {identifier!r}. Choose e.g. loss='cross_entropy'."
        )
    return Custom(identifier)
