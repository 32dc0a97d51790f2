"""What every epoch of a training brought, for curves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

_MOST_POINTS = 256


class MetricHistory:
    """The values of every epoch, and few enough of them to draw.

    One thread writes; others may read meanwhile, for an epoch counts once its values are there.
    """

    def __init__(self) -> None:
        self._epochs: list[int] = []
        self._values: dict[str, list[float]] = {}

    def __len__(self) -> int:
        return len(self._epochs)

    def note(self, epoch: int, values: Mapping[str, float]) -> None:
        """Add an epoch, by its number from 1; a value that it lacks is missing."""
        for name in values:
            self._values.setdefault(name, [math.nan] * len(self._epochs))
        for name, column in self._values.items():
            column.append(values.get(name, math.nan))
        self._epochs.append(epoch)

    def thinned(self) -> tuple[list[int], dict[str, list[float]]]:
        """Every 2^k-th epoch, at most 256 of them, and the last one: curves that do not flicker."""
        count = len(self._epochs)
        step = 2 ** max(0, math.ceil(math.log2(max(count, 1) / _MOST_POINTS)))
        kept = [*range(0, count - 1, step), count - 1] if count else []
        return [self._epochs[i] for i in kept], {
            name: [column[i] for i in kept] for name, column in list(self._values.items())
        }

    def saved(self) -> dict[str, Any]:
        """The same as JSON values in four significant digits; what is not finite is None."""
        epochs, values = self.thinned()
        rounded = {
            name: [float(f"{v:.4g}") if math.isfinite(v) else None for v in column]
            for name, column in values.items()
        }
        return {"epochs": epochs, "values": rounded}
