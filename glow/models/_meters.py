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
        self._metrics, self._runs = metrics, runs
        # Counts are exact in float64; Apple's GPUs do not have it.
        kind = torch.float32 if device.type == "mps" else torch.float64
        shape = (1 + len(metrics), *([] if runs is None else [runs]))
        self._sums = torch.zeros(shape, dtype=kind, device=device)
        self._loss, *self._totals = self._sums
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
        samples = target.shape[0 if self._runs is None else 1]
        self._count += samples
        self._loss.add_(loss, alpha=samples)
        for metric, total in zip(self._metrics, self._totals, strict=True):
            if self._runs is None:
                values = metric(output, target)
                total.add_(values.sum(), alpha=samples / values.numel())
            else:
                values = metric.per_run(output, target).view(self._runs, -1)
                total.add_(values.sum(1), alpha=samples / values.shape[1])

    def result(self, prefix: str = "") -> dict[str, NDArray[Any]]:
        """Return the means, () or (runs,), by name."""
        means = (self._sums / max(self._count, 1)).cpu().numpy()
        names = ("loss", *(metric.name for metric in self._metrics))
        return {prefix + name: mean for name, mean in zip(names, means, strict=True)}


def floats(values: dict[str, NDArray[Any]]) -> dict[str, float]:
    """Return the means over runs as plain floats."""
    return {name: float(value.mean()) for name, value in values.items()}
