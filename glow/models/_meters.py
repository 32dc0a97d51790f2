"""Means over an epoch, summed up where the tensors are and read once at its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from glow.metrics import Metric


class Meters:
    """Sample-weighted means of the loss and the metrics.

    Args:
        metrics: The metrics.
        runs: How many models answer at once; None for one, without a dimension of runs.
        device: Where the sums are kept: nothing is copied from there before `result`.
    """

    def __init__(self, metrics: Sequence[Metric], runs: int | None, device: torch.device) -> None:
        self._runs = runs
        self._names = ("loss", *(metric.name for metric in metrics))
        measures = [metric if runs is None else metric.per_run for metric in metrics]
        # Counts are exact in float64; Apple's GPUs do not have it.
        kind = torch.float32 if device.type == "mps" else torch.float64
        shape = (1 + len(metrics), *([] if runs is None else [runs]))
        self._sums = torch.zeros(shape, dtype=kind, device=device)
        self._loss, *totals = self._sums
        self._pairs = list(zip(measures, totals, strict=True))
        self._count = 0

    def reset(self) -> None:
        """Begin a new epoch."""
        self._sums.zero_()
        self._count = 0

    def add(self, output: Tensor, loss: Tensor, target: Tensor) -> None:
        """Add a batch.

        Args:
            output: (n, ...), or (runs, n, ...).
            loss: Mean over the batch, () or (runs,).
            target: (n, ...), or (runs, n, ...).
        """
        runs = self._runs
        samples = target.size(0 if runs is None else 1)
        self._count += samples
        self._loss.add_(loss, alpha=samples)
        for measure, total in self._pairs:
            values = measure(output, target)
            if runs is None:
                total.add_(values.sum(), alpha=samples / values.numel())
            else:
                total.add_(values.reshape(runs, -1).sum(1), alpha=samples * runs / values.numel())

    def result(self, prefix: str = "") -> dict[str, NDArray[Any]]:
        """Return the means, () or (runs,), by name."""
        means = (self._sums / max(self._count, 1)).cpu().numpy()
        return {prefix + name: mean for name, mean in zip(self._names, means, strict=True)}


def floats(values: dict[str, NDArray[Any]]) -> dict[str, float]:
    """Return the means over runs as plain floats."""
    return {name: float(value.mean()) for name, value in values.items()}
