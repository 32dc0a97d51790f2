"""What workers tell the thread that waits for them while they are still under way."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from ._errors import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

K = TypeVar("K")
T = TypeVar("T")

_PATIENCE = 0.2  # seconds between two looks at whether the work left this process


class Relay:
    """Lets one thread see the steps of workers in other threads, and stop them between two.

    In another process it does neither: a copy there is a new one.
    """

    def __init__(self) -> None:
        self.travelled = False
        self._told: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._stopped = threading.Event()

    def carry(self, walk: Iterator[T]) -> list[T]:
        """Collects the steps of a walk, as a worker.

        Raises:
            Cancelled: if `stop` was called.
        """
        steps = []
        try:
            for step in walk:
                steps.append(step)
                self._told.put(False)
                if self._stopped.is_set():
                    raise Cancelled("The thread that waits for this work gave it up.")
        finally:
            self._told.put(True)
        return steps

    def steps(self) -> Iterator[None]:
        """Yields at every step of any worker until one has ended, or the work travelled."""
        while not self.travelled:
            try:
                ended = self._told.get(timeout=_PATIENCE)
            except queue.Empty:
                continue
            if ended:
                return
            yield

    def stop(self) -> None:
        """Makes every worker give up after its present step."""
        self._stopped.set()

    def __reduce__(self) -> tuple[type[Relay], tuple[()]]:
        self.travelled = True
        return Relay, ()


@dataclass(frozen=True)
class Task(Generic[K, T]):
    """A whole walk as one task for a worker here or in another process."""

    walk: Callable[[K], Iterator[T]]
    relay: Relay

    def __call__(self, item: K) -> list[T]:
        """Makes the walk of an item and returns all of its steps."""
        return self.relay.carry(self.walk(item))
