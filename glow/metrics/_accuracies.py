"""Shares of right answers."""

from __future__ import annotations

from torch import Tensor

from glow._arguments import integer, number
from glow.metrics._base import Metric, class_numbers, same_shape


class SparseCategoricalAccuracy(Metric):
    """Share of samples whose largest output is that of their class number.

    Args:
        name: Its key in the History.
    """

    def __init__(self, name: str = "sparse_categorical_accuracy") -> None:
        super().__init__(name, self._right, batched=True)

    def _right(self, output: Tensor, target: Tensor) -> Tensor:
        class_numbers("sparse_categorical_accuracy", output, target)
        return argmax(output) == target


class CategoricalAccuracy(Metric):
    """Share of samples whose largest output is that of the largest target.

    With a single output, which can only be a yes or a no, that of samples on the right side of 0.5.

    Args:
        name: Its key in the History.
    """

    def __init__(self, name: str = "categorical_accuracy") -> None:
        super().__init__(name, self._right, batched=True)

    def _right(self, output: Tensor, target: Tensor) -> Tensor:
        same_shape("categorical_accuracy", output, target)
        if output.shape[-1] == 1:
            return (output > 0.5) == (target > 0.5)
        return argmax(output) == argmax(target)


class BinaryAccuracy(Metric):
    """Share of outputs on the same side of a threshold as their target.

    Args:
        threshold: A probability; larger ones are a yes.
        name: Its key in the History.

    Raises:
        ValueError: The threshold is outside [0, 1].
    """

    takes_probabilities = True

    def __init__(self, threshold: float = 0.5, name: str = "binary_accuracy") -> None:
        super().__init__(name, self._right, batched=True)
        self.threshold = number("BinaryAccuracy", "threshold", threshold, 0, 1)

    def _right(self, output: Tensor, target: Tensor) -> Tensor:
        same_shape("binary_accuracy", output, target)
        return (output > self.threshold) == (target > 0.5)


class BinaryAccuracyFromLogits(Metric):
    """Share of logits on the same side of 0 as their target of 0.5.

    Args:
        name: Its key in the History.
    """

    def __init__(self, name: str = "binary_accuracy_from_logits") -> None:
        super().__init__(name, self._right, batched=True)

    def _right(self, output: Tensor, target: Tensor) -> Tensor:
        same_shape("binary_accuracy_from_logits", output, target)
        return (output > 0) == (target > 0.5)


class SparseTopKCategoricalAccuracy(Metric):
    """Share of samples whose class number has one of the k largest outputs.

    Args:
        k: How many outputs count.
        name: Its key in the History.

    Raises:
        ValueError: k is not positive.
    """

    def __init__(self, k: int = 5, name: str = "sparse_top_k_categorical_accuracy") -> None:
        super().__init__(name, self._right, batched=True)
        self.k = integer(type(self).__name__, "k", k, low=1)

    def _right(self, output: Tensor, target: Tensor) -> Tensor:
        class_numbers("sparse_top_k_categorical_accuracy", output, target)
        own = output.gather(-1, target.long().unsqueeze(-1))
        return (output > own).sum(-1) < self.k


class TopKCategoricalAccuracy(SparseTopKCategoricalAccuracy):
    """Share of samples of which the class of the largest target has one of the k largest outputs.

    Args:
        k: How many outputs count.
        name: Its key in the History.

    Raises:
        ValueError: k is not positive.
    """

    def __init__(self, k: int = 5, name: str = "top_k_categorical_accuracy") -> None:
        super().__init__(k, name)

    def _right(self, output: Tensor, target: Tensor) -> Tensor:
        same_shape("top_k_categorical_accuracy", output, target)
        return super()._right(output, argmax(target))


def argmax(values: Tensor) -> Tensor:
    """Return the position of the largest value in the last dimension."""
    # On the transposed outputs of an ensemble argmax takes 45 times as long as max does.
    return values.argmax(-1) if values.is_contiguous() else values.max(-1).indices
