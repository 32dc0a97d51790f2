"""What ``compile`` decides, apart from the network itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from glow import losses, metrics, optimizers
from glow.metrics import Metric, MetricLike

if TYPE_CHECKING:
    from torch import nn


@dataclass
class Training:
    """A loss, metrics and an optimizer.

    Attributes:
        loss: The loss.
        metrics: The metrics, without the loss.
        choice: The optimizer as given to ``compile``.
        optimizer: The torch optimizer, made when the weights exist.
        after_backward: Called when the gradients are there, if a callback wants it.
    """

    loss: losses.Loss
    metrics: Sequence[Metric]
    choice: Any
    optimizer: torch.optim.Optimizer | None = None
    after_backward: Callable[[], None] | None = None

    @classmethod
    def compile(
        cls,
        optimizer: optimizers.OptimizerLike,
        loss: losses.LossLike,
        measures: Sequence[MetricLike],
    ) -> Training:
        """Resolve names; the arguments are those of ``Model.compile``."""
        if isinstance(measures, str) or not isinstance(measures, Iterable):
            raise TypeError(
                f"compile: metrics must be a list, got {measures!r}. "
                "Write e.g. metrics=['accuracy']."
            )
        chosen = losses.get(loss)
        named = [metrics.get(measure, accuracy=chosen.accuracy) for measure in measures]
        return cls(chosen, named, optimizers.get(optimizer))

    def make_optimizer(self, model: nn.Module) -> torch.optim.Optimizer:
        """Return the optimizer of the model's weights, the same one each time.

        Raises:
            ValueError: A ready optimizer that holds none of the model's weights.
        """
        if self.optimizer is None:
            self.optimizer = self._build(model)
        return self.optimizer

    def _build(self, model: nn.Module) -> torch.optim.Optimizer:
        parameters = [p for p in model.parameters() if p.requires_grad]
        if isinstance(self.choice, optimizers.Optimizer):
            return self.choice.build(parameters)
        if not isinstance(self.choice, torch.optim.Optimizer):
            made: torch.optim.Optimizer = self.choice(parameters)
            return made
        mine = {id(p) for p in parameters}
        if not any(id(p) in mine for group in self.choice.param_groups for p in group["params"]):
            raise ValueError(
                f"compile: the optimizer {type(self.choice).__name__} holds no weights of this "
                "model. Build the model first (input_shape=...) and give the optimizer "
                "model.parameters(), or give compile a name or the optimizer's class."
            )
        return self.choice

    def settings(self) -> dict[str, Any]:
        """Return what was compiled as JSON values."""
        choice = self.choice
        described = (
            choice.get_config() if isinstance(choice, optimizers.Optimizer) else repr(choice)
        )
        return {
            "optimizer": described,
            "loss": repr(self.loss),
            "metrics": [metric.name for metric in self.metrics],
        }
