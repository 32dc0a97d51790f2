"""Batches from a DataLoader, a generator or any iterable."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset

from glow.models._feed import Batch
from glow.utils import derive_seed


class IterableFeed:
    """Batches that something yields.

    What is looked at before training is not lost, and leaves no trace in random generators.

    Args:
        batches: The iterable.
        convert: From what it yields to a batch that fits the model.
        seed: With the number of the epoch, fixes the order of what `loader` made; None for what
            brings its own order.

    Attributes:
        first: The first item, as it was yielded.

    Raises:
        ValueError: It yields nothing.
    """

    samples: int | None = None

    def __init__(
        self, batches: Iterable[Any], convert: Callable[[Any], Batch], seed: int | None = None
    ) -> None:
        self._batches, self._convert, self._seed = batches, convert, seed
        self.steps = len(batches) if isinstance(batches, Sized) else None
        # An iterator can be read once only: what is looked at now must not be lost.
        self._once = iter(batches) if isinstance(batches, Iterator) else None
        self.first = self._look()

    @property
    def once(self) -> bool:
        """Whether it can be read once only."""
        return self._once is not None

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield the batches of an epoch.

        Raises:
            ValueError: A generator that is used up.
        """
        if self._seed is not None and isinstance(self._batches, DataLoader):
            self._batches.generator.manual_seed(derive_seed(self._seed, "order", epoch))
        empty = True
        for item in iter(self._batches) if self._once is None else self._once:
            empty = False
            yield self._convert(item)
        if empty:
            raise ValueError(
                f"fit: the iterable {self._batches!r} has no batches left in epoch {epoch}. A "
                "generator can be read once only: give a DataLoader or a list of batches, or "
                "steps_per_epoch and a generator without end."
            )

    def _look(self) -> Any:  # noqa: ANN401 - whatever it yields
        with _unnoticed(self._batches):
            first = next(iter(self._batches), None)
        if first is None:
            raise ValueError(
                f"fit: the iterable {self._batches!r} yields nothing, expected batches (x, y). "
                "A generator that was read before is used up: make a new one."
            )
        if self._once is not None:
            self._once = itertools.chain([first], self._once)
        return first


def loader(data: Any, batch_size: int, shuffle: bool) -> Iterable[Any]:  # noqa: ANN401 - a Dataset or an iterable
    """Return a DataLoader of a ``Dataset``; anything else as it is."""
    if not isinstance(data, Dataset) or isinstance(data, IterableDataset):
        return data
    return DataLoader(data, batch_size, shuffle=shuffle, generator=torch.Generator())


@contextmanager
def _unnoticed(batches: Iterable[Any]) -> Iterator[None]:
    """Put the generators back that reading the first batch of a DataLoader moves."""
    own = getattr(batches, "generator", None)
    before = own.get_state() if isinstance(own, torch.Generator) else None
    with torch.random.fork_rng(devices=()):
        yield
    if own is not None and before is not None:
        own.set_state(before)
