"""Where batches come from: arrays in memory, or any iterable of batches."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sized
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias

import torch
from torch import Tensor

from glow.utils import generator

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Batch: TypeAlias = tuple[Tensor, Tensor]


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
        x: (N, ...).
        y: (N, ...).
        batch_size: Samples in a batch; the last batch of an epoch may be smaller.
        seed: With the number of the epoch, fixes the order.
        shuffle: Whether every epoch has an order of its own.
    """

    def __init__(
        self, x: Tensor, y: Tensor, batch_size: int, seed: int = 0, shuffle: bool = False
    ) -> None:
        self._x, self._y = x, y
        self._batch_size, self._seed, self._shuffle = batch_size, seed, shuffle
        self.samples = len(x)
        self.steps = math.ceil(len(x) / batch_size)

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield (x, y) in the epoch's order."""
        x, y, size = self._x, self._y, self._batch_size
        if not self._shuffle:
            yield from zip(torch.split(x, size), torch.split(y, size), strict=True)
            return
        order = torch.randperm(len(x), generator=generator(self._seed, "order", epoch))
        for rows in torch.split(order.to(x.device), size):
            yield x.index_select(0, rows), y.index_select(0, rows)

    def split(self, fraction: float, shuffle: bool) -> tuple[Self, Self, NDArray[np.int64]]:
        """Hold back a part for validation.

        Args:
            fraction: Size of that part.
            shuffle: Whether the rows are shuffled before, or the last ones are taken.

        Returns:
            The part to train on, the part to validate on, and the rows of the latter.
        """
        kept, held = split_rows(len(self._x), fraction, self._seed if shuffle else None)
        return self._part(kept, self._shuffle), self._part(held, False), held.numpy()

    def _part(self, rows: Tensor, shuffle: bool) -> Self:
        rows = rows.to(self._x.device)
        return type(self)(self._x[rows], self._y[rows], self._batch_size, self._seed, shuffle)


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


class IterableFeed:
    """Batches from a DataLoader, a generator or any iterable of (x, y).

    Args:
        batches: The iterable.
        device: Where the batches are wanted.

    Raises:
        ValueError: It yields nothing.
    """

    samples: int | None = None

    def __init__(self, batches: Iterable[Any], device: torch.device) -> None:
        self._batches, self._device = batches, device
        self.steps = len(batches) if isinstance(batches, Sized) else None
        # An iterator can be read once only: what is looked at now must not be lost.
        self._once = iter(batches) if isinstance(batches, Iterator) else None
        self.first = self._look()

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield (x, y).

        Raises:
            ValueError: A generator that is used up.
        """
        source = iter(self._batches) if self._once is None else self._once
        empty = True
        for item in source:
            empty = False
            yield self._convert(item)
        if empty:
            raise ValueError(
                f"fit: the iterable {self._batches!r} has no batches left in epoch {epoch}. A "
                "generator can be read once only: give a DataLoader or a list of batches."
            )

    def _look(self) -> Batch:
        first = next(iter(self._batches), None)
        if first is None:
            raise ValueError(
                f"fit: the iterable {self._batches!r} yields nothing, expected batches (x, y). "
                "A generator that was read before is used up: make a new one."
            )
        if self._once is not None:
            self._once = itertools.chain([first], self._once)
        return self._convert(first)

    def _convert(self, item: Any) -> Batch:  # noqa: ANN401 - whatever the iterable yields
        if not isinstance(item, tuple | list) or len(item) != 2:
            raise ValueError(
                f"fit: every batch must be a pair (x, y), got {type(item).__name__}. "
                "Yield e.g. (torch.zeros(32, 12), torch.zeros(32, dtype=torch.long))."
            )
        x, y = (torch.as_tensor(part).to(self._device) for part in item)
        return _single(x), _single(y) if y.is_floating_point() else y.long()


def _single(tensor: Tensor) -> Tensor:
    return tensor.float() if tensor.dtype == torch.float64 else tensor
