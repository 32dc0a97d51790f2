"""What a critic reads on held-out samples, and how far off that may be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch

from .critics import Scores, partners

if TYPE_CHECKING:
    import numpy.typing as npt

    from .critics import Critic


class Bound(Protocol):
    """What a family says of scores, in nats."""

    def contributions(self, scores: Scores) -> torch.Tensor:
        """(B,) terms whose mean is the estimate and whose spread is its error."""
        ...

    def quality(self, scores: Scores) -> torch.Tensor:
        """What the best step has most of."""
        ...


@dataclass(frozen=True)
class Reading:
    """What one bound says of the three parts of the samples during training, in nats.

    Attributes:
        steps: (C,) the steps after which the critic was read.
        values: (C, 3) training samples and the two held-out parts.
        errors: (C, 3) their standard errors.
        quality: (C, 3) what the best step has most of.
    """

    steps: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    errors: npt.NDArray[np.float64]
    quality: npt.NDArray[np.float64]

    @property
    def chosen(self) -> tuple[int, int]:
        """At which readings the first and the second held-out part are taken."""
        _, first, second = self.quality.argmax(axis=0)
        return int(second), int(first)

    @property
    def held_out(self) -> npt.NDArray[np.float64]:
        """(C,) the mean of both held-out parts."""
        return (self.values[:, 1] + self.values[:, 2]) / 2

    @property
    def estimate(self) -> float:
        """The mean of the held-out parts, each at the step that the other finds best."""
        first, second = self.chosen
        return float(self.values[first, 1] + self.values[second, 2]) / 2

    @property
    def standard_error(self) -> float:
        """Of the estimate, for the critic as it is."""
        first, second = self.chosen
        return math.hypot(self.errors[first, 1], self.errors[second, 2]) / 2

    @property
    def gap(self) -> float:
        """How much higher than the estimate the training samples read at the end.

        At the end and not at the chosen steps: a critic that learns by heart is best where it only
        begins to, when both still read the same.
        """
        return float(self.values[-1, 0]) - self.estimate

    @property
    def rising(self) -> float:
        """The held-out curve's rise over the last fifth of the steps."""
        before = np.interp(0.8 * self.steps[-1], self.steps, self.held_out)
        return float(self.held_out[-1] - before)


def in_blocks(
    critic: Critic, weights: torch.Tensor, x: torch.Tensor, y: torch.Tensor, size: int
) -> Scores:
    """Scores in blocks of equal size; the last one reaches back where they do not fit."""
    starts = [*range(0, len(x) - size, size), len(x) - size]
    found = [critic.scores(weights, x[s : s + size], y[s : s + size]) for s in starts]
    joint, product = torch.cat([s.joint for s in found]), torch.cat([s.product for s in found])
    return Scores(joint, product, size)


def standard_error(bound: Bound, scores: Scores) -> float:
    """Of the mean of a bound's contributions over samples in the order of their blocks."""
    if scores.product.shape[1] == scores.block - 1:
        return _error_of_all_pairs(bound, scores)
    return _error_of_neighbours(bound.contributions(scores), scores.product.shape[1])


def _error_of_all_pairs(bound: Bound, scores: Scores) -> float:
    """The infinitesimal jackknife: what a little more weight on one sample would change.

    A sample counts with its own term and as everybody's partner. Its weight there multiplies
    exp(score), so that effect is the derivative by its scores.
    """
    n = scores.block
    with torch.enable_grad():
        product = scores.product.detach().requires_grad_()
        terms = bound.contributions(Scores(scores.joint, product, n))
        (pull,) = torch.autograd.grad(terms.sum(), product)
    # sample j is partner s + 1 of sample j - s - 1
    senders = partners(n, n - 1, pull.device, backwards=True)
    as_partner = pull.view(-1, n, n - 1).gather(1, senders.expand(len(pull) // n, -1, -1)).sum(2)
    effect = terms.detach() + as_partner.flatten()
    return float(effect.std(correction=0)) / math.sqrt(len(effect))


def _error_of_neighbours(terms: torch.Tensor, reach: int) -> float:
    """From the covariances of terms that share samples: those up to ``reach`` places apart."""
    centred = terms - terms.mean()
    variance = alone = centred.square().mean()
    for lag in range(1, min(reach, len(terms) - 1) + 1):
        variance = variance + 2 * (centred[lag:] * centred[:-lag]).sum() / len(terms)
    # a sum of estimated covariances is not always positive
    return math.sqrt(float(variance if variance > 0 else alone) / len(terms))
