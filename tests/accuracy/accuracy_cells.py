"""Which estimators are measured on which known answers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

import glow.estimators
from glow.datasets import (
    MAPS,
    CorrelatedGaussians,
    DiscreteChannel,
    GaussianMixtureLabel,
    Mapped,
    ProbitLabel,
    Sampler,
    StudentT,
    UniformNoise,
)
from glow.estimators import Estimate, Estimator

DIMENSIONS = (1, 2, 5, 10, 25, 50)
NATS = (0.5, 2.0, 5.0)
SIZES = (500, 2000, 10_000)
SAMPLES = 20

OTHER_DIMENSIONS = (1, 2, 5, 10)
OTHER_NATS, OTHER_SIZE = 2.0, 2000
LEARNING_SAMPLES = 3  # those that learn take minutes a sample
LEARNING_DIMENSIONS = (1, 5, 25)
FEWER = {"t-copula": 5, "recommend": 5}  # these take seconds

ANOTHER_QUANTITY = {
    "renyi": "measures the Renyi information of kernel matrices, which is not Shannon's I(X;Y)",
    "sliced": "measures the mean information of random projections, which is not I(X;Y)",
}

# Settings that differ from the defaults: where those mean something on a recording only, and where
# one family has two forms that users choose between.
SETTINGS: dict[str, tuple[dict[str, Any], ...]] = {
    "binned": ({"range": "snapshot"},),
    "gaussian": ({}, {"marginals": "copula"}),
}
_PROBE = CorrelatedGaussians(d=2, rho=0.5).sample(200)


@dataclass(frozen=True)
class Recommended:
    """Asks `glow.estimators.recommend` of each sample, as if it were an estimator."""

    name: str = "recommend"
    label: str = "recommend(x, y)"
    ordered: bool = False

    def measure(self, x: npt.NDArray[Any], y: npt.NDArray[Any]) -> Estimate:
        found = glow.estimators.recommend(x, y)
        return replace(found.estimate, verdict=found.verdict)


Subject = Estimator | Recommended


@dataclass(frozen=True)
class Cell:
    """One line of work: an estimator, a sampler, N and how many samples."""

    subject: Subject
    sampler: Sampler
    size: int
    samples: int = SAMPLES

    @property
    def work(self) -> float:
        """Samples times N^2 times a little more than d, which is how most estimators grow."""
        size = self.samples * self.size**2 * (10 + self.sampler.d)
        return size * (1000 if self.subject.ordered else 1)


def subjects(names: Sequence[str] | None = None) -> tuple[list[Subject], dict[str, str]]:
    """Every family at its defaults, and why the others are not measured.

    Args:
        names: families to keep, "recommend" among them; all by default.
    """
    kept: list[Subject] = []
    left_out: dict[str, str] = {}
    for name in names or (*glow.estimators.names(), "recommend"):
        try:
            kept += _subjects(name)
        except (ValueError, LookupError) as reason:
            left_out[name] = str(reason)
    return kept, left_out


def cells(
    found: Sequence[Subject],
    *,
    dimensions: Sequence[int] = DIMENSIONS,
    sizes: Sequence[int] = SIZES,
    nats: Sequence[float] = NATS,
    samples: int = SAMPLES,
    learning: str = "subset",
) -> list[Cell]:
    """Every cell, cheap ones first."""
    every = [
        Cell(subject, sampler, size, min(samples, FEWER.get(subject.name, samples)))
        for sampler, size in _problems(dimensions, sizes, nats)
        for subject in found  # one problem after another, so that a short run compares them all
    ]
    chosen = (_as_learning(cell, learning) if cell.subject.ordered else cell for cell in every)
    return sorted((cell for cell in chosen if cell), key=lambda cell: cell.work)


def _as_learning(cell: Cell, how: str) -> Cell | None:
    """The cell as it is done for estimators that learn, None if it is not."""
    plain = isinstance(cell.sampler, CorrelatedGaussians)
    shown = plain and cell.size == OTHER_SIZE and cell.sampler.d in LEARNING_DIMENSIONS
    if how == "all" or (how == "subset" and shown):
        return cell if how == "all" else replace(cell, samples=min(cell.samples, LEARNING_SAMPLES))
    return None


def _subjects(name: str) -> list[Subject]:
    """An estimator as users would take it.

    Raises:
        LookupError: If it cannot be compared with a true value, or is not there.
        ValueError: If it is unknown or refuses two continuous variables.
    """
    if name == "recommend":
        return [Recommended()]
    if name in ANOTHER_QUANTITY:
        raise LookupError(ANOTHER_QUANTITY[name])
    found = [glow.estimators.get(name, **settings) for settings in SETTINGS.get(name, ({},))]
    if any(estimator.unit != "bits" for estimator in found):
        raise LookupError("does not measure bits: there is no true value to compare it with")
    for estimator in found:
        if not estimator.ordered:  # those that learn take any two variables, and their time
            estimator.criterion(*_PROBE)
    return list(found)


def _problems(
    dimensions: Sequence[int], sizes: Sequence[int], nats: Sequence[float]
) -> Iterator[tuple[Sampler, int]]:
    for size in sizes:
        for d in dimensions:
            for value in nats:
                yield CorrelatedGaussians.with_information(d, value / math.log(2)), size
    if OTHER_SIZE in sizes:
        for d in dimensions:
            if d in OTHER_DIMENSIONS:
                yield from ((sampler, OTHER_SIZE) for sampler in others(d))


@cache
def others(d: int) -> tuple[Sampler, ...]:
    """Everything that is not Gaussian, with 2 nats where it can have them."""
    bits = OTHER_NATS / math.log(2)
    gaussians = CorrelatedGaussians.with_information(d, bits)
    uniform = UniformNoise.with_information(d, bits)
    tails = StudentT.with_information(d, bits, dof=3)
    ten = (0.1,) * 10
    found: list[Sampler] = [uniform, tails, Mapped(base=tails, x="asinh", y="asinh")]
    found += [Mapped(base=gaussians, x=m, y=m) for m in MAPS if d > 1 or m != "spiral"]
    found += [GaussianMixtureLabel.with_information(d, 0.5, p) for p in ((0.5, 0.5), ten)]
    found += [GaussianMixtureLabel.with_information(d, 2.5, ten)]
    found += [ProbitLabel.with_information(d, 0.5), StudentT(d=d, rho=0.0, dof=3)]
    if d == 1:
        found += [DiscreteChannel(matrix=0.8 * np.eye(8) + 0.025)]
    return tuple(found)
