"""Samples sorted into cells, and the plug-in entropies of such partitions, in bits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from glow.estimators._context import Classes


@dataclass(frozen=True, eq=False)
class Partition:
    """N samples in K occupied cells.

    Attributes:
        ids: (N,) int64, the cell of each sample, 0..K-1.
        counts: (K,) int64, the samples of each cell, none empty.
    """

    ids: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]

    @classmethod
    def of_codes(cls, codes: npt.NDArray[np.int64]) -> Self:
        """Samples with equal codes (N,) share a cell."""
        from .codes_kernels import tally

        return cls(*tally(codes))

    @classmethod
    def of_classes(cls, classes: Classes) -> Self:
        """Samples with equal labels share a cell."""
        return cls(classes.labels, np.diff(classes.starts))

    @property
    def device(self) -> None:
        """None: the host."""

    @property
    def samples(self) -> int:
        """N."""
        return len(self.ids)

    @property
    def occupied(self) -> int:
        """K."""
        return len(self.counts)

    @property
    def singletons(self) -> int:
        """The number of cells with one sample."""
        return int(np.count_nonzero(self.counts == 1))

    def twins(self) -> npt.NDArray[np.int64]:
        """(N,) for each sample one of its cell, the same for the whole cell."""
        chosen = np.empty(self.occupied, dtype=np.int64)
        chosen[self.ids] = np.arange(self.samples)
        return chosen[self.ids]

    def join(self, other: Partition) -> Partition:
        """The common refinement: samples share a cell if they do in both partitions."""
        return Partition.of_codes(self.ids * len(other.counts) + other.ids)

    def permuted(self, order: npt.NDArray[np.int64]) -> Partition:
        """The cells of the samples in another order."""
        return Partition(self.ids[order], self.counts)

    def entropy(self, *, corrected: bool = False) -> float:
        """The entropy of a sample's cell in bits.

        Args:
            corrected: Whether to add (K - 1) / (2 N) nats against the downward bias of the plug-in
                estimate (Miller, "Note on the bias of information estimates", 1955).
        """
        return self._plug_in + (_miller_madow(self.counts, self.samples) if corrected else 0)

    @cached_property
    def _plug_in(self) -> float:
        """Once for the entropy of a layer and its information."""
        return _entropy(self.counts, self.samples)

    def information(self, other: Partition, *, corrected: bool = False) -> float:
        """The mutual information of the two cells of a sample in bits, H(A) + H(B) - H(A,B)."""
        from .codes_kernels import pair_counts

        joint = pair_counts(self.ids, other.ids, len(other.counts))
        both = _entropy(joint, self.samples)
        if corrected:
            both += _miller_madow(joint, self.samples)
        return self.entropy(corrected=corrected) + other.entropy(corrected=corrected) - both

    def dependence(self, other: Partition, *, cap: float | None = None) -> float:
        """The mean over samples of ``log2 w`` of the edge between their two cells, in bits.

        With w = N N_ij / (N_i M_j) that is the mutual information again; ``cap`` bounds what one
        edge can add.

        Args:
            other: The second partition, with counts M_j.
            cap: The largest ``log2 w``; None for no bound.
        """
        if cap is None:
            return self.information(other)
        joint = self.join(other)
        edges = len(self.ids) * joint.counts[joint.ids].astype(np.float64)
        edges /= self.counts[self.ids] * other.counts[other.ids].astype(np.float64)
        return float(np.minimum(np.log2(edges), cap).mean())


def _entropy(counts: npt.NDArray[np.int64], n: int) -> float:
    return math.log2(n) - float(_count_log2_count(n)[counts].sum()) / n


def _miller_madow(counts: npt.NDArray[np.int64], n: int) -> float:
    return (len(counts) - 1) / (2 * n * math.log(2))


@lru_cache(maxsize=4)
def _count_log2_count(n: int) -> npt.NDArray[np.float64]:
    """``c log2 c`` for c = 0..n; one table serves a whole plane."""
    counts = np.arange(n + 1, dtype=np.float64)
    return counts * np.log2(np.maximum(counts, 1))
