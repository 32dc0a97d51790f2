"""The bound of Nguyen, Wainwright and Jordan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._neural.base import Neural
from ._neural.bounds import log_mean_exp

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    from ._neural.critics import Scores


class NWJ(Neural):
    """The bound of Nguyen, Wainwright and Jordan (2010), also f-GAN KL or MINE-f, in bits.

        I(X;Y) >= E_p[f] - E_q[exp(f - 1)],

    p the joint distribution and q the product of its marginals. It has no logarithm of a mean, so
    its gradient is unbiased and the held-out value is below the truth in expectation; the price is
    a spread that grows like exp(I). The network's output is f - 1, so that an untrained critic
    reads 0.

    Its settings, what is held out and what a layer without noise reads: see `Neural`.
    """

    name = "nwj"

    def objective(self) -> Callable[[Scores], torch.Tensor]:
        """The bound itself."""
        return self.quality

    def contributions(self, scores: Scores) -> torch.Tensor:
        """Terms of E_p[f] - E_q[exp(f - 1)]."""
        return scores.joint + 1 - log_mean_exp(scores.product, dim=1).exp()
