"""Batches for several networks at once, each in the order of its own seed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor

from glow.models._feed import Batch, split_rows
from glow.utils import generator

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class EnsembleFeed:
    """Batches from tensors that all networks share.

    Args:
        x: (features, N), features first.
        y: (N, ...).
        batch_size: Samples in a batch of each network.
        seeds: One per network; with the number of the epoch, they fix the orders.
        shuffle: Whether every epoch has orders of its own.
        rows: The samples of each network, (runs, n); all of them if None.
    """

    def __init__(
        self,
        x: Tensor,
        y: Tensor,
        batch_size: int,
        seeds: Sequence[int],
        shuffle: bool = False,
        rows: Tensor | None = None,
    ) -> None:
        self._x, self._y = x, y
        self._batch_size, self._seeds, self._shuffle = batch_size, seeds, shuffle
        everything = torch.arange(x.shape[1], device=x.device).expand(len(seeds), -1)
        self._rows = everything if rows is None else rows.to(x.device)
        self.samples = self._rows.shape[1]
        self.steps = math.ceil(self.samples / batch_size)

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield x (runs, features, n) and y (runs, n, ...) in each network's order of the epoch."""
        rows = self._ordered(epoch) if self._shuffle else self._rows
        runs, features = len(rows), len(self._x)
        for part in torch.split(rows, self._batch_size, dim=1):
            flat = part.reshape(-1)  # one gather for all networks
            x = self._x.index_select(1, flat).view(features, runs, -1).transpose(0, 1)
            yield x, self._y.index_select(0, flat).view(*part.shape, *self._y.shape[1:])

    def split(self, fraction: float, shuffle: bool) -> tuple[Self, Self, NDArray[np.int64]]:
        """Hold back a part for validation, another one for each network.

        Args:
            fraction: Size of that part.
            shuffle: Whether the rows are shuffled before, or the last ones are taken.

        Returns:
            The part to train on, the part to validate on, and the rows of the latter, (runs, n).
        """
        parts = [split_rows(self.samples, fraction, s if shuffle else None) for s in self._seeds]
        kept = torch.stack([part for part, _ in parts])
        held = torch.stack([part for _, part in parts])
        return self._part(kept, self._shuffle), self._part(held, False), held.numpy()

    def _part(self, rows: Tensor, shuffle: bool) -> Self:
        return type(self)(self._x, self._y, self._batch_size, self._seeds, shuffle, rows)

    def _ordered(self, epoch: int) -> Tensor:
        orders = [
            torch.randperm(self.samples, generator=generator(seed, "order", epoch))
            for seed in self._seeds
        ]
        return self._rows.gather(1, torch.stack(orders).to(self._rows.device))
