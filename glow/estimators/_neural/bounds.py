"""The parts that several bounds are made of."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def log_mean_exp(scores: torch.Tensor, dim: int | None = None) -> torch.Tensor:
    """Ln of the mean of exp(scores), over all of them or along one axis, without overflow."""
    if dim is None:
        return scores.flatten().logsumexp(0) - math.log(scores.numel())
    return scores.logsumexp(dim) - math.log(scores.shape[dim])


def donsker_varadhan(joint: torch.Tensor, product: torch.Tensor) -> torch.Tensor:
    """(B,) terms whose mean is E_p[f] - ln E_q[exp f], for scores (B,) and (B, K).

    The logarithm is of the mean over all pairs; each sample's deviation from it is added to first
    order, which leaves the mean as it is and gives the terms their spread.
    """
    partition = log_mean_exp(product)
    share = (log_mean_exp(product, dim=1) - partition).exp()
    return joint - partition - (share - 1)
