"""The contrastive bound."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ._neural.base import Neural
from ._parameter import parameter

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    from ._neural.critics import Scores


class InfoNCE(Neural):
    """The contrastive bound of van den Oord et al. (2018), in bits.

        I(X;Y) >= E[f(x_i, y_i) - ln sum_j exp f(x_i, y_j)] + ln B,

    over batches of B samples: how well a sample's partner is found among B. It never exceeds ln B,
    ``log2(batch_size)`` in bits or less where the held-out samples are fewer; an estimate within
    one bit of that is "at ceiling". In return its spread is small.

    All pairs of a batch are needed, which a joint critic pays with B * B passes, so the critic is
    separable by default.

    Its settings, what is held out and what a layer without noise reads: see `Neural`.
    """

    name = "infonce"

    critic: str = parameter(
        default="separable",
        scale="choice",
        choices=("joint", "separable"),
        meaning="one network of both variables, or the inner product of one for each",
    )

    @property
    def every_pair(self) -> bool:
        """True: each sample meets the whole batch."""
        return True

    def ceiling(self, samples: int) -> float:
        """log2 of the samples among which a held-out one's partner is sought."""
        return math.log2(min(self.batch_size, samples // 4))

    def objective(self) -> Callable[[Scores], torch.Tensor]:
        """The bound itself."""
        return self.quality

    def contributions(self, scores: Scores) -> torch.Tensor:
        """(B,) terms of the bound."""
        batch = 1 + scores.product.shape[1]
        everyone = scores.joint.logaddexp(scores.product.logsumexp(1))
        return scores.joint - everyone + math.log(batch)
