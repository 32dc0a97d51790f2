"""The coordinates and grids of `EDGE` for activations that lie on an accelerator.

The twin of `edge_grids` in torch, in float32 for what is as large as the layer and float64 for the
few coordinates that are hashed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from .edge_grids import LEAST, anchors, even_distance, grid_offsets, neighbours
from .partition_torch import TensorPartition, row_codes
from .row_codes import hash_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class TensorCoordinates:
    """What is hashed of one variable, as `HostCoordinates` but in tensors.

    Attributes:
        columns: (r, N) float64, from 0 to 1; in parts of the range where one is given.
        widths: (r,) cell widths at gamma = 1.
    """

    columns: torch.Tensor
    widths: torch.Tensor

    @property
    def samples(self) -> int:
        """N."""
        return self.columns.shape[1]

    @property
    def device(self) -> torch.device:
        """Where it is."""
        return self.columns.device

    def partitions(self, gamma: float, shifts: int, seed: int) -> Iterator[TensorPartition]:
        """The samples sorted into the cells of each shifted grid, grid by grid."""
        r = len(self.columns)
        code = hash_code(r)
        cells = self.columns.T / (gamma * self.widths)
        for offsets in torch.tensor(grid_offsets(shifts, r, seed), device=self.device):
            yield TensorPartition.of_codes(row_codes(torch.floor(cells + offsets).long(), code))


def tensor_coordinates(
    t: torch.Tensor,
    weights: npt.NDArray[np.float64] | None,
    span: tuple[float, float] | None = None,
) -> TensorCoordinates:
    """The coordinates of samples (N, d) float32 and their widths.

    Args:
        t: (N, d) samples.
        weights: (d, r) directions of a projection; without, every unit is one coordinate.
        span: The range that units are measured by; each by its own values if None.
    """
    if span is not None:
        columns = _spanned(t, weights, span)
        r, n = columns.shape
        return TensorCoordinates(columns, columns.new_full((r,), even_distance(n, r)))
    columns = t.T.double().contiguous() if weights is None else _projected(t, weights)
    columns = columns - columns.amin(dim=1, keepdim=True)
    reach = columns.amax(dim=1, keepdim=True)
    columns = columns / torch.where(reach > 0, reach, 1.0)
    return TensorCoordinates(columns, _widths(columns))


def _projected(t: torch.Tensor, weights: npt.NDArray[np.float64]) -> torch.Tensor:
    """(r, N) random sums of the standardised units, of standard deviation near 1."""
    mean = t.mean(dim=0, dtype=torch.float64)
    centred = t.double() - mean
    spread = centred.square().mean(dim=0).sqrt() * math.sqrt(t.shape[1])
    moving = t.amax(dim=0) > t.amin(dim=0)
    scale = torch.where(moving, 1 / spread, 0.0)
    return (centred @ (torch.tensor(weights, device=t.device) * scale[:, None])).T.contiguous()


def _spanned(
    t: torch.Tensor, weights: npt.NDArray[np.float64] | None, span: tuple[float, float]
) -> torch.Tensor:
    """(r, N) units, or random sums of them that spread as one unit does, in parts of a range."""
    parts = (t.double() - span[0]) / ((span[1] - span[0]) or 1.0)
    if weights is not None:
        parts = parts @ torch.tensor(weights / math.sqrt(t.shape[1]), device=t.device)
    return parts.T.contiguous()


def _widths(columns: torch.Tensor) -> torch.Tensor:
    """The mean distance of anchors to their k-th neighbour in each coordinate, and a little."""
    r, n = columns.shape
    near = _neighbour_distances(columns.sort(dim=1).values, neighbours(n, r)).mean(dim=1)
    widths = near + LEAST * columns.std(dim=1, correction=0)
    return torch.where(widths > 0, widths, 1.0)


def _neighbour_distances(rows: torch.Tensor, k: int) -> torch.Tensor:
    """(r, A) distances of anchors to their k-th nearest value in sorted rows (r, N)."""
    r, n = rows.shape
    ranks = torch.tensor(anchors(n), device=rows.device).expand(r, -1)
    own = rows.gather(1, ranks)

    def reach(first: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """How far the window of k values from ``first`` on goes to the left and to the right."""
        return own - rows.gather(1, first), rows.gather(1, first + k - 1) - own

    lowest = (ranks - k + 1).clamp(min=0)
    low, high = lowest, ranks.clamp(max=n - k)
    for _ in range(k.bit_length()):  # the first window that does not reach farther to the left
        middle = (low + high) // 2
        left, right = reach(middle)
        farther = (left > right) & (low < high)
        low, high = torch.where(farther, middle + 1, low), torch.where(farther, high, middle)
        high = torch.maximum(low, high)
    before = torch.maximum(low - 1, lowest)
    return torch.minimum(torch.maximum(*reach(low)), torch.maximum(*reach(before)))
