"""Cells and partitions of activations that lie on an accelerator; nothing leaves it but counts.

The twin of `_cells` and `_partition` in torch. The cells are the same to the last value, for
float32 activations; a hash of wide rows is the same, too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING, Self, TypeAlias

import numpy as np
import torch

from .cells import Cells, Edges, Levels, Width
from .row_codes import RowCode, row_code

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from .partition import Partition

    Numbering: TypeAlias = tuple[Callable[[torch.Tensor], torch.Tensor], int]

_BLOCK = 2**22  # values whose cells are held at once


@dataclass(frozen=True, eq=False)
class TensorPartition:
    """N samples in K occupied cells, as `Partition` but in tensors.

    Attributes:
        ids: (N,) int64, the cell of each sample, 0..K-1.
        counts: (K,) int64, the samples of each cell, none empty.
    """

    ids: torch.Tensor
    counts: torch.Tensor

    @classmethod
    def of_codes(cls, codes: torch.Tensor) -> Self:
        """Samples with equal codes (N,) share a cell."""
        _, ids, counts = torch.unique(codes, return_inverse=True, return_counts=True)
        return cls(ids, counts)

    @classmethod
    def of(cls, partition: Partition, device: torch.device) -> Self:
        """The same partition on a device."""
        both = (torch.tensor(each, device=device) for each in (partition.ids, partition.counts))
        return cls(*both)

    @classmethod
    def of_rows(cls, values: torch.Tensor) -> Self:
        """Samples with equal values (N, ...) share a cell."""
        rows = values.reshape(len(values), -1)
        _, ids, counts = torch.unique(rows, dim=0, return_inverse=True, return_counts=True)
        return cls(ids, counts)

    @property
    def device(self) -> torch.device:
        """Where it is."""
        return self.ids.device

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
        return int((self.counts == 1).sum())

    def twins(self) -> torch.Tensor:
        """(N,) for each sample one of its cell, the same for the whole cell."""
        chosen = self.ids.new_empty(self.occupied)
        chosen[self.ids] = torch.arange(self.samples, device=self.device)
        return chosen[self.ids]

    def permuted(self, order: npt.NDArray[np.int64]) -> TensorPartition:
        """The cells of the samples in another order."""
        return TensorPartition(self.ids[torch.tensor(order, device=self.device)], self.counts)

    def join(self, other: TensorPartition) -> TensorPartition:
        """The common refinement: samples share a cell if they do in both partitions."""
        return TensorPartition.of_codes(self.ids * other.occupied + other.ids)

    def entropy(self, *, corrected: bool = False) -> float:
        """As `Partition.entropy`."""
        n, counts = self.samples, self.counts.double()
        plug_in = math.log2(n) - float((counts * counts.log2()).sum()) / n
        return plug_in + (self.occupied - 1) / (2 * n * math.log(2)) if corrected else plug_in

    def information(self, other: TensorPartition, *, corrected: bool = False) -> float:
        """As `Partition.information`."""
        return (
            self.entropy(corrected=corrected)
            + other.entropy(corrected=corrected)
            - self.join(other).entropy(corrected=corrected)
        )

    def dependence(self, other: TensorPartition, *, cap: float | None = None) -> float:
        """As `Partition.dependence`."""
        if cap is None:
            return self.information(other)
        joint = self.join(other)
        edges = self.samples * joint.counts[joint.ids].double()
        edges /= self.counts[self.ids] * other.counts[other.ids].double()
        return float(edges.log2().clamp(max=cap).mean())


def partition(cells: Cells, t: torch.Tensor) -> TensorPartition:
    """The samples (N, d) float32 sorted by the cells of all units."""
    number, count = _numbering(cells, t)
    code = row_code(count, t.shape[1])
    rows = max(1, _BLOCK // t.shape[1])
    return TensorPartition.of_codes(
        torch.cat([row_codes(number(part), code) for part in torch.split(t, rows)])
    )


def row_codes(cells: torch.Tensor, code: RowCode) -> torch.Tensor:
    """Row codes (N,) of cell numbers (N, d), as `codes_kernels` adds them up."""
    multipliers = torch.tensor(code.multipliers.view(np.int64), device=cells.device)
    shift = int(code.shift)
    part = cells * multipliers  # modulo 2**64
    mixed: torch.Tensor = part ^ ((part >> shift) & (2 ** (64 - shift) - 1))
    return mixed.sum(dim=1)


@singledispatch
def _numbering(cells: Cells, t: torch.Tensor) -> Numbering:
    """A function from values to the numbers of their cells, and how many cells there are."""
    raise NotImplementedError(type(cells))


@_numbering.register(Edges)
def _between_edges(cells: Edges, t: torch.Tensor) -> Numbering:
    edges = torch.tensor(_next_float32(cells.values), device=t.device)
    return lambda part: torch.bucketize(part, edges, right=True), len(cells.values) + 1


@_numbering.register(Width)
def _of_a_width(cells: Width, t: torch.Tensor) -> Numbering:
    lowest, highest = cells.ends(float(t.min()), float(t.max()))

    def number(part: torch.Tensor) -> torch.Tensor:
        return torch.floor(part.double() / cells.width).long() - lowest

    return number, highest - lowest + 1


@_numbering.register(Levels)
def _of_levels(cells: Levels, t: torch.Tensor) -> Numbering:
    span, levels = cells.high - cells.low or 1.0, 2**cells.bits

    def number(part: torch.Tensor) -> torch.Tensor:
        return torch.round((part.double() - cells.low) * levels / span).long()

    return number, levels + 1


def _next_float32(edges: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """The smallest float32 not below each edge: the same float32 values lie above either."""
    rounded = edges.astype(np.float32)
    return np.where(rounded < edges, np.nextafter(rounded, np.float32(np.inf)), rounded)
