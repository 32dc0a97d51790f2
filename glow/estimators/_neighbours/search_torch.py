"""The readings of `_neighbours` for samples on an accelerator, in torch operations there.

Blocks of distances as large as the memory ceiling allows, the nearest by `topk`, counts by
comparison; float32 distances, so that estimates differ from the host's by rounding alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import torch

from glow.estimators._memo import Memo
from glow.estimators._memory import memory_ceiling

if TYPE_CHECKING:
    from .search import Integers, Split

_ARRAYS = 8  # of the size of a block that are held at once


@dataclass(frozen=True, eq=False)
class TensorCloud:
    """The samples of one continuous variable on a device; see `Cloud`.

    Attributes:
        values: (N, d) float32.
        factor: What distances are multiplied by.
        metric: "euclidean" or "max".
        memo: What is known of this variable alone.
    """

    values: torch.Tensor
    factor: float
    metric: str
    memo: Memo = field(default_factory=Memo, repr=False)

    @classmethod
    def of(cls, samples: torch.Tensor, metric: str) -> Self:
        """Prepares (N, d) samples, scaled to a mean distance of 1 from their centre."""
        exponent = math.frexp(float(samples.abs().max()))[1]
        values = torch.ldexp(samples, torch.tensor(-exponent, device=samples.device))
        norm = 2.0 if metric == "euclidean" else torch.inf
        spread = torch.linalg.vector_norm(values - values.mean(dim=0), ord=norm, dim=1).mean()
        return cls(values, 1 / (float(spread) or 1.0), metric)

    @property
    def samples(self) -> int:
        """N."""
        return len(self.values)

    @property
    def dimensions(self) -> int:
        """How many units are not constant."""
        return int((self.values != self.values[:1]).any(dim=0).sum())

    def first(self, n: int) -> Self:
        """The first n samples."""
        if n == self.samples:
            return self
        return type(self)(self.values[:n], self.factor, self.metric)

    def distances(self, rows: slice) -> torch.Tensor:
        """(rows, N) distances of some samples to all; those of equal samples are 0."""
        p = 2.0 if self.metric == "euclidean" else torch.inf
        mode = "donot_use_mm_for_euclid_dist"
        return torch.cdist(self.values[rows], self.values, p=p, compute_mode=mode) * self.factor


def pair_sums(
    x: TensorCloud, y: TensorCloud, ks: Integers, variant: int, mixed: bool, psi: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """What `add_pair_terms` adds up over all samples: sums (V,) and ties (2, V)."""
    n = x.samples
    sums, ties = _nothing(ks, psi)
    wanted = min(int(ks[-1]) + 1, n - 1)
    for rows, low, _ in _blocks(n, [(0, n)]):
        a, b = x.distances(rows), y.distances(rows)
        joint = _without_own(torch.maximum(a, b), rows.start - low)
        found, at = joint.topk(wanted, largest=False)
        x_reach, y_reach = (d.gather(1, at).cummax(dim=1).values for d in (a, b))
        for v, k in enumerate(ks.tolist()):
            radius, tied = _radius(found, k)
            _count_ties(ties, v, radius, tied)
            inner = _below(radius)
            term = psi[k] - psi[_within(a, inner)] - psi[_within(b, inner)]
            if variant == 2:
                ends = x_reach[:, k - 1], y_reach[:, k - 1]
                second = psi[k] - 1 / k
                for d, end in zip((a, b), ends, strict=True):
                    second = second - psi[_within(d, end) - 1]
                flat = torch.minimum(*ends) == 0 if mixed else torch.zeros_like(tied)
                term = torch.where(flat, term, second)
            if mixed:
                atom = psi[_within(joint, radius) + 1]
                atom = atom - psi[_within(a, radius)] - psi[_within(b, radius)]
                term = torch.where(tied, atom, term)
            sums[v] += term.sum()
    return sums, ties


def label_sums(
    t: TensorCloud, split: Split, ks: Integers, mixed: bool, psi: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """What `add_label_terms` adds up over all samples: sums (V,) and ties (2, V)."""
    sums, ties = _nothing(ks, psi)
    for rows, low, high in _blocks(t.samples, _classes(split)):
        distances, others = t.distances(rows), high - low - 1
        inside = _without_own(distances[:, low:high].clone(), rows.start - low)
        found = inside.topk(min(int(ks[-1]) + 1, others), largest=False).values
        for v, given in enumerate(ks.tolist()):
            k = min(given, others)
            radius, tied = _radius(found, k)
            _count_ties(ties, v, radius, tied)
            term = psi[k] - psi[_within(distances, _below(radius))]
            if mixed:
                atom = psi[_within(inside, radius) + 1] - psi[_within(distances, radius)]
                term = torch.where(tied, atom, term)
            sums[v] += (term - psi[others + 1]).sum()
    return sums, ties


def radius_sums(
    clouds: tuple[TensorCloud, ...], split: Split, ks: Integers, psi: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """What `add_radius_terms` adds up over all samples: sums (2, V) and ties (2, V).

    The distance is the largest of those of the clouds.
    """
    sums, ties = torch.stack(_nothing(ks, psi)[:1] * 2), _nothing(ks, psi)[1]
    for rows, low, high in _blocks(clouds[0].samples, _classes(split)):
        distances, others = clouds[0].distances(rows), high - low - 1
        for cloud in clouds[1:]:
            distances = torch.maximum(distances, cloud.distances(rows))
        _without_own(distances, rows.start)
        inside = distances[:, low:high]
        found = inside.topk(min(int(ks[-1]) + 1, others), largest=False).values
        beyond = _smallest_positive(inside)
        beyond = torch.where(beyond.isinf(), _smallest_positive(distances), beyond)
        repeated = psi[(inside == 0).sum(dim=1)]
        for v, given in enumerate(ks.tolist()):
            k = min(given, others)
            radius, tied = _radius(found, k)
            _count_ties(ties, v, radius, tied)
            zero = radius == 0
            sums[0, v] += torch.where(zero, beyond, radius).log().sum()
            sums[1, v] += torch.where(zero, repeated, psi[k]).sum()
    return sums, ties


def _nothing(ks: Integers, psi: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    ties = torch.zeros((2, len(ks)), dtype=torch.int64, device=psi.device)
    return torch.zeros(len(ks), dtype=psi.dtype, device=psi.device), ties


def _classes(split: Split) -> list[tuple[int, int]]:
    return sorted(set(zip(split.lows.tolist(), split.highs.tolist(), strict=True)))


def _blocks(n: int, classes: list[tuple[int, int]]) -> Iterator[tuple[slice, int, int]]:
    """Slices of samples of one class, as many as the memory ceiling allows, and its ends."""
    size = max(1, memory_ceiling() // (_ARRAYS * 4 * n))
    for low, high in classes:
        for first in range(low, high, size):
            yield slice(first, min(first + size, high)), low, high


def _without_own(distances: torch.Tensor, first: int) -> torch.Tensor:
    """Puts each sample out of its own sight."""
    distances.diagonal(offset=first).fill_(torch.inf)
    return distances


def _radius(found: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The distance of the k-th neighbour, and whether it is not the only one there."""
    radius = found[:, k - 1]
    tied = radius == 0
    if k > 1:
        tied = tied | (found[:, k - 2] == radius)
    if k < found.shape[1]:
        tied = tied | (found[:, k] == radius)
    return radius, tied


def _below(radius: torch.Tensor) -> torch.Tensor:
    return torch.nextafter(radius, torch.zeros_like(radius))


def _within(distances: torch.Tensor, radius: torch.Tensor) -> torch.Tensor:
    return (distances <= radius[:, None]).sum(dim=1)


def _smallest_positive(distances: torch.Tensor) -> torch.Tensor:
    return torch.where(distances > 0, distances, torch.inf).min(dim=1).values


def _count_ties(ties: torch.Tensor, v: int, radius: torch.Tensor, tied: torch.Tensor) -> None:
    atoms = radius == 0
    ties[0, v] += (tied & atoms).sum()
    ties[1, v] += (tied & ~atoms).sum()
