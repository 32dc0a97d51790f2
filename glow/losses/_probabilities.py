"""Losses of probabilities, all in nats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor
from torch.nn import functional

from glow._arguments import number
from glow.losses._base import Builtin, Formula

# Probabilities are kept this far from 0 before the logarithm, as in Keras.
_EPSILON = 1e-7


@dataclass(eq=False)
class Crossentropy(Builtin):
    """A cross-entropy that takes probabilities or logits.

    Args:
        from_logits: Whether the model's output is logits rather than probabilities.
    """

    from_logits: bool = False

    probabilities: ClassVar[Literal["softmax", "sigmoid"]] = "softmax"

    def __post_init__(self) -> None:
        self.accepts = "logits" if self.from_logits else self.probabilities
        self.output_activation = self.probabilities if self.from_logits else None


class _Categorical(Crossentropy):
    """A cross-entropy over classes, which torch expects in dimension 1."""

    def per_run(self, output: Tensor, target: Tensor) -> Tensor:
        """Return the mean loss of each of several models."""
        classes_first = output.transpose(1, 2)  # (runs, classes, n): also what is contiguous
        goal = target.transpose(1, 2) if target.ndim == 3 else target
        return self._compute(classes_first, goal, "none").mean(1)


@dataclass(eq=False)
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
        return functional.nll_loss(log(output), target, reduction=reduction)


@dataclass(eq=False)
class CategoricalCrossentropy(_Categorical):
    """Cross-entropy against probabilities of the classes (one-hot rows), in nats.

    Args:
        from_logits: Whether the model's output is logits rather than probabilities.
        label_smoothing: Share of each target that is spread over all classes.

    Shape:
        Output and target (n, classes).

    Raises:
        ValueError: label_smoothing is outside [0, 1].
    """

    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        number(type(self).__name__, "label_smoothing", self.label_smoothing, 0, 1)

    def _compute(self, output: Tensor, target: Tensor, reduction: str) -> Tensor:
        share = self.label_smoothing
        if self.from_logits:
            return functional.cross_entropy(
                output, target, reduction=reduction, label_smoothing=share
            )
        each = -((target * (1 - share) + share / output.shape[1]) * log(output)).sum(1)
        return each.mean() if reduction == "mean" else each


@dataclass(eq=False)
class BinaryCrossentropy(Crossentropy):
    """Cross-entropy of independent yes-or-no outputs, in nats.

    Args:
        from_logits: Whether the model's output is logits rather than probabilities.
        label_smoothing: Share of each target that is moved to one half.

    Shape:
        Output and target (n, ...), targets from 0 to 1.

    Raises:
        ValueError: label_smoothing is outside [0, 1].
    """

    label_smoothing: float = 0.0

    probabilities = "sigmoid"

    def __post_init__(self) -> None:
        super().__post_init__()
        number("BinaryCrossentropy", "label_smoothing", self.label_smoothing, 0, 1)
        self.accuracy = "binary_accuracy_from_logits" if self.from_logits else "binary_accuracy"

    def _compute(self, output: Tensor, target: Tensor, reduction: str) -> Tensor:
        if self.label_smoothing:
            target = target * (1 - self.label_smoothing) + self.label_smoothing / 2
        if self.from_logits:
            return functional.binary_cross_entropy_with_logits(output, target, reduction=reduction)
        return functional.binary_cross_entropy(output, target, reduction=reduction)


@dataclass(eq=False)
class KLDivergence(Formula):
    """Sum of target * ln(target / output) over the last dimension, in nats.

    Shape:
        Output and target (n, ..., classes), both probabilities.
    """

    accepts = "softmax"

    def _values(self, output: Tensor, target: Tensor) -> Tensor:
        return (target * (log(target) - log(output))).sum(-1)


@dataclass(eq=False)
class Poisson(Formula):
    """output - target * ln(output): a Poisson likelihood of counts, without its constant.

    Shape:
        Output and target (n, ...), outputs positive, as from ``activation="exponential"``.
    """

    def _values(self, output: Tensor, target: Tensor) -> Tensor:
        return output - target * (output + _EPSILON).log()


def log(probabilities: Tensor) -> Tensor:
    """Return logarithms, of 1e-7 at least."""
    return probabilities.clamp(min=_EPSILON).log()
