"""Figures made of several counts: their quotients, over the whole epoch."""

from __future__ import annotations

import torch
from torch import Tensor

from glow._arguments import integer, number
from glow.metrics._base import Metric, class_numbers, same_shape


class _Counts(Metric):
    """What the metrics of yes-or-no answers share.

    Args:
        name: Its key in the History.
        class_id: The class that is a yes; None where each output is a yes or a no.
    """

    takes_probabilities = True

    def __init__(self, name: str, class_id: int | None) -> None:
        super().__init__(name, self._figures, batched=True)
        if class_id is not None:
            class_id = integer(type(self).__name__, "class_id", class_id, low=0)
        self.class_id = class_id

    def _figures(self, output: Tensor, target: Tensor) -> Tensor:
        score, true = self._pair(output, target)
        return self._counted(score, true)

    def _counted(self, score: Tensor, true: Tensor) -> Tensor:
        raise NotImplementedError

    def _pair(self, output: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of yes, and whether it is right."""
        if self.class_id is None:
            same_shape(self.name, output, target)
            return output, target > 0.5
        if self.class_id >= output.shape[-1]:
            raise ValueError(
                f"The metric {self.name!r} expects outputs of more than class_id={self.class_id} "
                f"classes, got {tuple(output.shape)}. Choose a class from 0 on."
            )
        score = output[..., self.class_id]
        if target.shape == output.shape:
            return score, target[..., self.class_id] > 0.5
        class_numbers(self.name, output, target)
        return score, target == self.class_id


class Precision(_Counts):
    """Share of right answers among the samples that are said to be positive; 0 if none is.

    Args:
        thresholds: The probability above which an output says yes.
        class_id: The class that is positive, for softmax outputs; None where each output is a
            yes or a no.
        name: Its key in the History.

    Raises:
        ValueError: The threshold is outside [0, 1], or the class is negative.
    """

    figures = 2

    def __init__(
        self, thresholds: float = 0.5, class_id: int | None = None, name: str | None = None
    ) -> None:
        own = type(self).__name__
        super().__init__(name or own.lower(), class_id)
        self.thresholds = number(own, "thresholds", thresholds, 0, 1)

    def _counted(self, score: Tensor, true: Tensor) -> Tensor:
        said = score > self.thresholds
        return torch.stack((said & true, said), -1)

    def finish(self, means: Tensor) -> Tensor:
        """Return right answers / said to be positive."""
        right, whole = means
        return torch.where(whole > 0, right / whole, 0.0)


class Recall(Precision):
    """Share of the positive samples that are said to be; 0 if there is none.

    The arguments are those of `Precision`.
    """

    def _counted(self, score: Tensor, true: Tensor) -> Tensor:
        return torch.stack(((score > self.thresholds) & true, true), -1)


class AUC(_Counts):
    """Area under the curve of true against false positive rates; NaN if one kind is missing.

    As in Keras, the curve is drawn through so many thresholds: samples whose probabilities have no
    threshold between them are not told apart.

    Args:
        num_thresholds: How many thresholds, equally spaced from 0 to 1.
        class_id: The class that is positive, for softmax outputs; None where each output is a
            yes or a no.
        name: Its key in the History.

    Raises:
        ValueError: There are fewer than two thresholds, or the class is negative.
    """

    def __init__(
        self, num_thresholds: int = 200, class_id: int | None = None, name: str = "auc"
    ) -> None:
        super().__init__(name, class_id)
        self.num_thresholds = integer("AUC", "num_thresholds", num_thresholds, low=2)
        self.figures = 2 * num_thresholds

    def _counted(self, score: Tensor, true: Tensor) -> Tensor:
        # The first is below every probability and counts all samples, the last is above them.
        levels = torch.linspace(0, 1, self.num_thresholds, device=score.device)
        levels[0], levels[-1] = -1.0, 2.0
        above, true = score.unsqueeze(-1) > levels, true.unsqueeze(-1)
        return torch.cat((above & true, above & ~true), -1)

    def finish(self, means: Tensor) -> Tensor:
        """Return the area, by trapezia."""
        true, false = means.chunk(2)
        return torch.trapezoid((true / true[0]).flip(0), (false / false[0]).flip(0), dim=0)


class RootMeanSquaredError(Metric):
    """Root of the mean squared difference over the epoch.

    Args:
        name: Its key in the History.
    """

    def __init__(self, name: str = "root_mean_squared_error") -> None:
        super().__init__(name, self._squares, batched=True)

    def _squares(self, output: Tensor, target: Tensor) -> Tensor:
        same_shape(self.name, output, target)
        return (output - target).square()

    def finish(self, means: Tensor) -> Tensor:
        """Return the root."""
        return means[0].sqrt()


class CosineSimilarity(Metric):
    """Mean cosine of the angle between output and target; the loss of that name is its negative.

    Args:
        name: Its key in the History.
    """

    def __init__(self, name: str = "cosine_similarity") -> None:
        super().__init__(name, self._cosines, batched=True)

    def _cosines(self, output: Tensor, target: Tensor) -> Tensor:
        same_shape(self.name, output, target)
        return torch.nn.functional.cosine_similarity(output, target, dim=-1)
