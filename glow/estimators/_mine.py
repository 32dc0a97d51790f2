"""Mutual information neural estimation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ._neural.base import Neural
from ._neural.bounds import donsker_varadhan, log_mean_exp

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    from ._neural.critics import Scores

_DECAY = 0.9  # of the running mean of exp f


class MINE(Neural):
    """The Donsker-Varadhan bound of a learned critic, in bits (Belghazi et al. 2018).

        I(X;Y) >= E_p[f] - ln E_q[exp f],

    p the joint distribution and q the product of its marginals. The gradient of the logarithm of a
    batch's mean is biased, so in training an exponential moving average (decay 0.9) takes the place
    of the batch's mean in its denominator (section 3.2 there). What is reported is the bound, never
    that surrogate. Its spread grows like exp(I): beyond some 5 nats it says little.

    Its settings, what is held out and what a layer without noise reads: see `Neural`.
    """

    name = "mine"

    def objective(self) -> Callable[[Scores], torch.Tensor]:
        """E_p[f] - E_q[exp f] / m, m the moving average of E_q[exp f]."""
        mean: torch.Tensor | None = None  # its logarithm, so that nothing overflows

        def surrogate(scores: Scores) -> torch.Tensor:
            nonlocal mean
            batch = log_mean_exp(scores.product)
            now = batch.detach()
            kept, new = math.log(_DECAY), math.log(1 - _DECAY)
            mean = now if mean is None else (mean + kept).logaddexp(now + new)
            return scores.joint.mean() - (batch - mean).exp()

        return surrogate

    def contributions(self, scores: Scores) -> torch.Tensor:
        """Terms of E_p[f] - ln E_q[exp f]."""
        return donsker_varadhan(scores.joint, scores.product)
