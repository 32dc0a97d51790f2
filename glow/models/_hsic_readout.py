"""Which unit of the last layer stands for which class, found without training."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

_NEWS = 0.1
"""Share of a batch in the running means of the classes."""


def follow(means: Tensor, output: Tensor, y: Tensor) -> None:
    """Move the running mean output of each class towards that of a batch, in place.

    Args:
        means: (classes, units).
        output: (m, units).
        y: Class numbers, (m,). The means of classes that the batch does not hold stay.
    """
    rows = functional.one_hot(y, len(means)).to(means)  # (m, classes)
    counts = rows.sum(0)[:, None]
    of_batch = rows.T @ output.detach().to(means) / counts.clamp(min=1)
    means.lerp_(of_batch, _NEWS * (counts > 0).to(means))


def assigned(means: Tensor) -> Tensor:
    """Return the unit of each class, (classes,), such that together they answer most strongly.

    No unit stands for two classes; of more units than classes the rest is not read.

    Args:
        means: Mean output of each class, (classes, units).
    """
    from scipy.optimize import linear_sum_assignment

    answers = means.nan_to_num().cpu().numpy()
    _, units = linear_sum_assignment(answers, maximize=True)
    return torch.as_tensor(units, device=means.device)
