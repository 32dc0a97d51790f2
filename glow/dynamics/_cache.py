"""A bounded memory of recomputed activations."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._probe import Activations

LIMIT = 256 * 2**20  # bytes: one plane of the 12-bit net takes 150 MB, eight runs do not fit


class ActivationCache:
    """Keeps the first epochs it is given until it is full, and never lets go of any.

    Planes read every epoch in turn, again and again: replacing the least recently used one would
    always replace what is needed next.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._free = limit
        self._kept: dict[int, Activations] = {}
        self._guard = threading.Lock()

    def get(self, epoch: int) -> Activations | None:
        """Returns what is kept of an epoch."""
        return self._kept.get(epoch)

    def offer(self, epoch: int, activations: Activations) -> None:
        """Keeps the activations of an epoch if there is room."""
        size = sum(array.nbytes for array in activations.values())
        with self._guard:
            if epoch not in self._kept and size <= self._free:
                self._kept[epoch] = activations
                self._free -= size
