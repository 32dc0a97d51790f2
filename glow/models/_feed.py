"""Batches from arrays in memory, in an order that the seed and the number of the epoch fix."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import count, islice
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias

import torch
from torch import Tensor

from glow._structure import leaves, mapped
from glow.utils import generator

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: (x, y) or (x, y, weights): tensors, or lists and dicts of them for several inputs or outputs.
Batch: TypeAlias = tuple[Any, ...]


class Feed(Protocol):
    """A source of batches."""

    @property
    def steps(self) -> int | None:
        """Batches in an epoch; None if unknown."""

    @property
    def samples(self) -> int | None:
        """Samples in an epoch; None if unknown."""

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield the batches of an epoch."""


class SplittableFeed(Feed, Protocol):
    """A source of batches that knows all its samples."""

    def split(self, fraction: float, shuffle: bool) -> tuple[Feed, Feed, NDArray[np.int64]]:
        """Hold back a part for validation: that to train on, that to validate on, its rows."""


class ArrayFeed:
    """Batches from tensors.

    Args:
        data: (x, y) or (x, y, weights), each (N, ...), or a list or dict of such tensors.
        batch_size: Samples in a batch; the last batch of an epoch may be smaller.
        seed: With the number of the epoch, fixes the order.
        shuffle: Whether every epoch has an order of its own.
    """

    def __init__(self, data: Batch, batch_size: int, seed: int = 0, shuffle: bool = False) -> None:
        self._data, self._leaves = data, leaves(data)
        self._batch_size, self._seed, self._shuffle = batch_size, seed, shuffle
        self.samples = len(self._leaves[0])
        self.steps = math.ceil(self.samples / batch_size)
        flat = all(isinstance(part, Tensor) for part in data)
        self._pack: Callable[[Iterator[Tensor]], Batch] = tuple if flat else self._structured

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield the batches in the epoch's order."""
        tensors, size, pack = self._leaves, self._batch_size, self._pack
        if not self._shuffle:
            parts = (torch.split(tensor, size) for tensor in tensors)
            yield from map(pack, map(iter, zip(*parts, strict=True)))
            return
        order = torch.randperm(self.samples, generator=generator(self._seed, "order", epoch))
        for rows in torch.split(order.to(tensors[0].device), size):
            yield pack(tensor.index_select(0, rows) for tensor in tensors)

    def split(self, fraction: float, shuffle: bool) -> tuple[Self, Self, NDArray[np.int64]]:
        """Hold back a part for validation.

        Args:
            fraction: Size of that part.
            shuffle: Whether the rows are shuffled before, or the last ones are taken.

        Returns:
            The part to train on, the part to validate on, and the rows of the latter.
        """
        kept, held = split_rows(self.samples, fraction, self._seed if shuffle else None)
        return self._part(kept, self._shuffle), self._part(held, False), held.numpy()

    def _part(self, rows: Tensor, shuffle: bool) -> Self:
        rows = rows.to(self._leaves[0].device)
        data = mapped(lambda tensor: tensor[rows], self._data)
        return type(self)(data, self._batch_size, self._seed, shuffle)

    def _structured(self, tensors: Iterator[Tensor]) -> Batch:
        packed: Batch = mapped(lambda _: next(tensors), self._data)
        return packed


class SteppedFeed:
    """Epochs of a given number of batches: one goes on where the one before it ended.

    Args:
        feed: Where batches come from. It begins anew at its end, unless it can be read once only.
        steps: Batches in an epoch.
        once: Whether it can be read once only.
    """

    samples: int | None = None

    def __init__(self, feed: Feed, steps: int, once: bool) -> None:
        self.steps = steps
        self._feed, self.once = feed, once
        self._stream: Iterator[Batch] | None = None
        self._following = 0  # the epoch that the stream stands before

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield the batches of an epoch.

        Raises:
            ValueError: A generator that is used up.
        """
        if self._stream is None or epoch != self._following:
            self._stream = self._feed.batches(epoch) if self.once else self._endless(epoch)
        self._following, done = epoch + 1, 0
        for batch in islice(self._stream, self.steps):
            done += 1
            yield batch
        if done < self.steps:
            raise ValueError(
                f"fit: the generator ended after {done} of {self.steps} batches of epoch {epoch}, "
                "expected steps_per_epoch batches for every epoch. Let it yield without end, or "
                "lower steps_per_epoch or epochs."
            )

    def _endless(self, epoch: int) -> Iterator[Batch]:
        begin = epoch * self.steps
        number, skipped = divmod(begin, self._feed.steps) if self._feed.steps else (0, 0)
        for each in count(number):
            yield from islice(self._feed.batches(each), skipped, None)
            skipped = 0


def split_rows(samples: int, fraction: float, seed: int | None) -> tuple[Tensor, Tensor]:
    """Return the rows to train on and those to validate on.

    With a seed the latter are drawn at random, without one they are the last. Both parts keep the
    order of the data, which is what ``shuffle=False`` in ``fit`` promises.

    Raises:
        ValueError: A part would be empty.
    """
    cut = math.floor(samples * (1 - fraction))
    if not 0 < cut < samples:
        raise ValueError(
            f"fit: validation_split={fraction!r} leaves {cut} of {samples} samples to train on, "
            "expected at least 1 to train on and 1 to validate on. Choose e.g. 0.2."
        )
    if seed is None:
        rows = torch.arange(samples)
    else:
        rows = torch.randperm(samples, generator=generator(seed, "split"))
    return rows[:cut].sort().values, rows[cut:].sort().values
