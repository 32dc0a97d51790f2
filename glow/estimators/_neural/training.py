"""Training of a critic and its held-out estimate, the same for all neural estimators.

Half of the samples train the critic. The other half never does; it is split again, and each quarter
is read at the step that the *other* quarter finds best, so that neither stopping early nor the
choice of the best step raises the estimate.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from .reading import Reading, in_blocks, standard_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy.typing as npt

    from .critics import Critic, Scores
    from .reading import Bound

SMALLEST = 8  # samples: four to train on, two in each held-out quarter

_MOST_READ = 4096  # samples of each part: the error is small by then, and reading is not free
_CHECKS = 10  # readings of the held-out samples beside that of the beginning
_MOMENTS = 0.9, 0.999  # decays of Adam (Kingma and Ba 2015)
_STABLE = 1e-8


@dataclass(frozen=True)
class Halves:
    """Two variables, their samples in random order and split for training and reading.

    Attributes:
        x: (N, dx) the first variable.
        y: (N, dy) the second.
    """

    x: torch.Tensor
    y: torch.Tensor

    @classmethod
    def split(cls, x: torch.Tensor, y: torch.Tensor, seed: int) -> Halves:
        """Shuffles the samples; the same seed and N give the same parts."""
        order = _order(len(x), torch.Generator().manual_seed(seed), x.device)
        return cls(x[order], y[order])

    @property
    def trained(self) -> int:
        """How many samples, at the beginning, train the critic."""
        return len(self.x) - len(self.x) // 2

    @property
    def quarter(self) -> int:
        """How many samples of each part are read."""
        return min((len(self.x) - self.trained) // 2, _MOST_READ)

    @property
    def read(self) -> tuple[slice, slice, slice]:
        """Where the critic is read: training samples and the two held-out parts."""
        train, first, second = (
            slice(start, start + self.quarter)
            for start in (0, self.trained, self.trained + self.quarter)
        )
        return train, first, second


@dataclass(frozen=True, kw_only=True)
class Training:
    """How a critic is trained.

    Attributes:
        owner: The estimator's name, to begin error messages.
        critic: The network.
        objective: Makes the function of scores to be raised; a new one for each training, since it
            may keep a running mean.
        steps: How many steps of the optimiser.
        batch_size: Samples in each.
        learning_rate: Of Adam.
        seed: Of the initial weights and the order of the samples.
    """

    owner: str
    critic: Critic
    objective: Callable[[], Callable[[Scores], torch.Tensor]]
    steps: int
    batch_size: int
    learning_rate: float
    seed: int

    def run(
        self, data: Halves, bounds: Sequence[Bound], start: torch.Tensor | None = None
    ) -> tuple[list[Reading], torch.Tensor]:
        """Trains the critic and reads it on the way.

        Args:
            data: Both variables.
            bounds: What to read; the first one chooses the weights that are returned.
            start: Weights to begin with, from an earlier run; None for new ones.

        Returns:
            A reading for each bound, and the weights that are best on all held-out samples.

        Raises:
            ValueError: If the critic no longer gives finite numbers.
        """
        generator = torch.Generator().manual_seed(self.seed)
        begin = self.critic.initial(generator).to(data.x.device) if start is None else start
        checks = np.unique(np.rint(np.linspace(0, self.steps, _CHECKS + 1)).astype(np.int64))
        found, best, kept = [], -math.inf, begin
        for step, weights in enumerate(self._walk(data, begin, generator)):
            if step in checks:
                found.append(self._read(data, bounds, weights))
                self._require_finite(found[-1], step)
                quality = float(found[-1][0, 2, 1:].mean())
                if quality > best:
                    best, kept = quality, weights.clone()
        table = np.array(found)  # (C, bounds, 3 figures, 3 parts)
        readings = [Reading(checks, *table[:, i].swapaxes(0, 1)) for i in range(len(bounds))]
        return readings, kept

    def _walk(
        self, data: Halves, start: torch.Tensor, generator: torch.Generator
    ) -> Iterator[torch.Tensor]:
        """The weights before the first step and after each; one tensor, changed in place."""
        weights = start.clone().requires_grad_()
        objective, adam = self.objective(), _Adam(weights, self.learning_rate)
        batches = _batches(data, self.batch_size, generator)
        yield weights.detach()
        for _ in range(self.steps):
            loss = -objective(self.critic.scores(weights, *next(batches)))
            adam.step(*torch.autograd.grad(loss, weights))
            yield weights.detach()

    @torch.no_grad()
    def _read(
        self, data: Halves, bounds: Sequence[Bound], weights: torch.Tensor
    ) -> npt.NDArray[np.float64]:
        """(bounds, 3, 3): value, error and quality on the three parts."""
        figures = np.empty((len(bounds), 3, 3))
        block = min(self.batch_size, data.quarter)
        for part, rows in enumerate(data.read):
            scores = in_blocks(self.critic, weights, data.x[rows], data.y[rows], block)
            for i, bound in enumerate(bounds):
                value, quality = bound.contributions(scores).mean(), bound.quality(scores)
                error = standard_error(bound, scores)
                figures[i, :, part] = float(value), error, float(quality)
        return figures

    def _require_finite(self, figures: npt.NDArray[np.float64], step: int) -> None:
        if not np.isfinite(figures).all():
            raise ValueError(
                f"{self.owner}: the critic must give finite numbers, but it diverged within {step} "
                f"steps with learning_rate={self.learning_rate:g}. "
                f"Choose e.g. learning_rate={self.learning_rate / 10:g}."
            )


class _Adam:
    """Adam on one flat tensor; the first step of torch's own would import the whole compiler."""

    def __init__(self, weights: torch.Tensor, learning_rate: float) -> None:
        self.weights, self.learning_rate, self.steps = weights, learning_rate, 0
        self.mean, self.square = (torch.zeros_like(weights.detach()) for _ in range(2))

    @torch.no_grad()
    def step(self, gradient: torch.Tensor) -> None:
        first, second = _MOMENTS
        self.steps += 1
        self.mean.lerp_(gradient, 1 - first)
        self.square.mul_(second).addcmul_(gradient, gradient, value=1 - second)
        size = (self.square / (1 - second**self.steps)).sqrt_().add_(_STABLE)
        self.weights.addcdiv_(self.mean, size, value=-self.learning_rate / (1 - first**self.steps))


def _batches(
    data: Halves, size: int, generator: torch.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Training samples without end, in a new order each time round, always ``size`` of them."""
    n = data.trained
    size = min(size, n)
    while True:
        order = _order(n, generator, data.x.device)
        for start in range(0, n - size + 1, size):
            rows = order[start : start + size]
            yield data.x[rows], data.y[rows]


def _order(n: int, generator: torch.Generator, device: torch.device) -> torch.Tensor:
    """A permutation drawn on the host, so that it is the same on every device."""
    return torch.randperm(n, generator=generator, device="cpu").to(device)


@contextmanager
def ordinary_mode(device: torch.device | None) -> Iterator[None]:
    """Gradients and full precision inside, whatever mode the caller is in."""
    kind = "cpu" if device is None else device.type
    with (
        torch.inference_mode(False),
        torch.enable_grad(),
        torch.autocast(kind, enabled=False),
    ):
        yield
