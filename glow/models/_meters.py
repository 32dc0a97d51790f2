"""Means over an epoch, summed up where the tensors are and read once at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from glow.metrics import Metric


class WeightedMean:
    """sum(w m) / sum(w) of a metric m over samples with weights w.

    Args:
        metric: A metric with a value per sample.
    """

    def __init__(self, metric: Metric) -> None:
        self.name, self._metric = metric.name, metric
        self.reset()

    def reset(self) -> None:
        """Begin a new epoch."""
        self._sum: Tensor | float = 0.0
        self._mass: Tensor | float = 0.0

    def state_dict(self) -> dict[str, Any]:
        """Return the sums so far."""
        return {"sum": torch.as_tensor(self._sum), "mass": torch.as_tensor(self._mass)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from sums that `state_dict` returned."""
        self._sum, self._mass = state["sum"], state["mass"]

    def gather(self, total: Callable[[Tensor], Tensor], like: Tensor) -> None:
        """Add up the sums of several processes.

        Args:
            total: As of `Meters.gather`.
            like: Where and of which type the sums are; this process may have had no batch.
        """
        none = like.new_zeros(self._metric.figures)
        self._sum = total(none + self._sum)
        self._mass = total(none[0] + self._mass)

    def add(self, output: Any, target: Any, weight: Any) -> None:  # noqa: ANN401 - by name for several outputs
        """Add a batch; arguments as of `Meters.add`.

        Raises:
            ValueError: The metric has one value for the batch, which weights cannot change.
        """
        values = self._metric(output, target)
        if values.ndim == 0:
            raise ValueError(
                f"The metric {self.name!r} gives the mean of a batch, expected a value per sample "
                "to weigh. Give it as metrics= instead of weighted_metrics=."
            )
        figures = self._metric.figures
        values = values.double().reshape(len(values), -1, figures).mean(1)
        if isinstance(weight, dict):
            weight = weight[self._metric.output]  # type: ignore[attr-defined]  # several outputs have an OfOutput
        weight = torch.ones_like(values[:, 0]) if weight is None else weight
        self._sum = self._sum + (values * weight[:, None]).sum(0)
        self._mass += weight.sum()

    def result(self) -> NDArray[Any]:
        """Return the mean, ()."""
        if not isinstance(self._sum, Tensor) or not float(self._mass):
            return np.asarray(np.nan)
        return self._metric.finish((self._sum / self._mass).cpu()).numpy()


class Meters:
    """Sample-weighted means of the loss and the metrics.

    Args:
        metrics: The metrics.
        runs: How many models answer at once; None for one, without a dimension of runs.
        device: Where the sums are kept: nothing is copied from there before `result`.
        weighted: Metrics that count each sample by its weight.
    """

    def __init__(
        self,
        metrics: Sequence[Metric],
        runs: int | None,
        device: torch.device,
        weighted: Sequence[Metric] = (),
    ) -> None:
        self._runs = runs
        self._names = ("loss", *(metric.name for metric in metrics))
        self._weighted = [WeightedMean(metric) for metric in weighted]
        measures = [metric if runs is None else metric.per_run for metric in metrics]
        # Counts are exact in float64; Apple's GPUs do not have it.
        kind = torch.float32 if device.type == "mps" else torch.float64
        sizes = [1, *(metric.figures for metric in metrics)]
        shape = (sum(sizes), *([] if runs is None else [runs]))
        self._sums = torch.zeros(shape, dtype=kind, device=device)
        self._loss, *totals = torch.split(self._sums, sizes)
        self._pairs = list(zip(measures, totals, strict=True))
        self._sizes, self._finishes = sizes, [metric.finish for metric in metrics]
        self._count = 0

    def reset(self) -> None:
        """Begin a new epoch."""
        self._sums.zero_()
        self._count = 0
        for mean in self._weighted:
            mean.reset()

    def state_dict(self) -> dict[str, Any]:
        """Return the sums so far."""
        weighted = [mean.state_dict() for mean in self._weighted]
        return {"sums": self._sums, "count": self._count, "weighted": weighted}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from sums that `state_dict` returned."""
        self._sums.copy_(state["sums"])
        self._count, device = state["count"], self._sums.device
        for mean, own in zip(self._weighted, state["weighted"], strict=True):
            mean.load_state_dict({name: value.to(device) for name, value in own.items()})

    def gather(self, total: Callable[[Tensor], Tensor]) -> None:
        """Add up the sums of several processes.

        Args:
            total: From a process's tensor to the sum of all of them.
        """
        self._sums.copy_(total(self._sums))
        count = torch.tensor(self._count, dtype=self._sums.dtype, device=self._sums.device)
        self._count = round(total(count).item())
        for mean in self._weighted:
            mean.gather(total, self._sums)

    def add(
        self,
        output: Any,  # noqa: ANN401 - by name for several outputs
        loss: Tensor,
        target: Any,  # noqa: ANN401 - likewise
        weight: Any = None,  # noqa: ANN401 - likewise
    ) -> None:
        """Add a batch.

        Args:
            output: (n, ...), or (runs, n, ...); by name for several outputs, like the others.
            loss: Mean over the batch, () or (runs,).
            target: (n, ...), or (runs, n, ...).
            weight: (n,), for the weighted metrics; None for ones.
        """
        runs = self._runs
        first = target if isinstance(target, Tensor) else next(iter(target.values()))
        samples = first.size(0 if runs is None else 1)
        self._count += samples
        self._loss.add_(loss, alpha=samples)
        for measure, total in self._pairs:
            values = measure(output, target)
            if runs is None and len(total) == 1:  # most of them, in the least time
                total.add_(values.sum(), alpha=samples / values.numel())
            elif runs is None:
                values = values.reshape(-1, len(total))
                total.add_(values.sum(0), alpha=samples / len(values))
            else:
                values = values.reshape(runs, -1, len(total))
                total.add_(values.sum(1).T, alpha=samples / values.size(1))
        for mean in self._weighted:
            mean.add(output, target, weight)

    def result(self, prefix: str = "") -> dict[str, NDArray[Any]]:
        """Return the means, () or (runs,), by name."""
        means = (self._sums / max(self._count, 1)).cpu()
        loss, *parts = torch.split(means, self._sizes)
        made = [loss[0], *(f(mean) for f, mean in zip(self._finishes, parts, strict=True))]
        named = {prefix + n: value.numpy() for n, value in zip(self._names, made, strict=True)}
        return named | {prefix + mean.name: mean.result() for mean in self._weighted}


def floats(values: dict[str, NDArray[Any]]) -> dict[str, float]:
    """Return the means over runs as plain floats."""
    return {name: float(value.mean()) for name, value in values.items()}
