"""What ``compile`` decides, apart from the network itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

from glow import losses, metrics, optimizers
from glow.metrics import Metric
from glow.models._several import OfOutput, Several, by_name

if TYPE_CHECKING:
    from torch import nn


@dataclass
class Training:
    """A loss, metrics and an optimizer.

    Attributes:
        asked: The arguments of ``compile`` as given.
        loss: The loss.
        metrics: The metrics, without the loss.
        weighted: The metrics that count each sample by its weight.
        names: The names of several outputs; empty for one.
        optimizer: The torch optimizer, made when the weights exist.
        after_backward: Called when the gradients are there, if a callback wants it.
    """

    asked: dict[str, Any]
    loss: losses.Loss = field(init=False)
    metrics: list[Metric] = field(default_factory=list)
    weighted: list[Metric] = field(default_factory=list)
    names: tuple[str, ...] = ()
    optimizer: torch.optim.Optimizer | None = None
    after_backward: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        """Resolve all names, so that a wrong one is found at once."""
        self._choice = optimizers.get(self.asked["optimizer"])
        self._losses = _losses_of(self.asked["loss"])
        for key in ("metrics", "weighted_metrics"):
            _check_metrics(key, self.asked[key])
        if isinstance(self._losses, losses.Loss):
            self._bind_one(self._losses)
        else:
            self.loss = Several({}, {})  # until the outputs have names

    def bind(self, output: tuple[int, ...] | Mapping[str, tuple[int, ...]]) -> None:
        """Take note of what the model returns, which says what lists and dicts mean.

        Args:
            output: The shape of one sample's output; for several outputs, by their names.

        Raises:
            ValueError: Losses, weights or metrics for outputs that the model does not have.
        """
        if isinstance(output, Mapping):
            self._bind_several(tuple(output))
        elif not isinstance(self._losses, losses.Loss):
            raise ValueError(
                f"compile: the model has one output, expected one loss, got "
                f"{self.asked['loss']!r}. Give e.g. loss='cross_entropy'."
            )

    def make_optimizer(self, model: nn.Module) -> torch.optim.Optimizer:
        """Return the optimizer of the model's weights, the same one each time.

        Raises:
            ValueError: A ready optimizer that holds none of the model's weights.
        """
        if self.optimizer is None:
            self.optimizer = self._build(model)
        return self.optimizer

    def settings(self) -> dict[str, Any]:
        """Return what was compiled as JSON values, for people to read."""
        choice = self._choice
        described = (
            choice.get_config() if isinstance(choice, optimizers.Optimizer) else repr(choice)
        )
        return {
            "optimizer": described,
            "loss": repr(self.loss),
            "metrics": [metric.name for metric in (*self.metrics, *self.weighted)],
        }

    def _bind_one(self, loss: losses.Loss) -> None:
        self.loss = loss
        self.metrics = _resolve(self.asked["metrics"], loss)
        taken = {metric.name for metric in self.metrics}
        self.weighted = _renamed(_resolve(self.asked["weighted_metrics"], loss), taken)

    def _bind_several(self, names: tuple[str, ...]) -> None:
        if names == self.names:
            return
        if isinstance(self._losses, losses.Loss):
            parts = dict.fromkeys(names, self._losses)
        else:
            parts = by_name("compile: loss", self._losses, names)
        asked = self.asked["loss_weights"]
        weights = {} if asked is None else by_name("compile: loss_weights", asked, names)
        self.names, self.loss = names, Several(parts, weights)
        each = [OfOutput(name, Metric("loss", loss)) for name, loss in parts.items()]
        self.metrics = [*each, *self._of_outputs("metrics", parts)]
        taken = {metric.name for metric in self.metrics}
        self.weighted = _renamed(self._of_outputs("weighted_metrics", parts), taken)

    def _of_outputs(self, key: str, parts: Mapping[str, losses.Loss]) -> list[Metric]:
        asked = self.asked[key]
        if not asked:
            return []
        given = by_name(f"compile: {key}", asked, list(parts))
        return [
            OfOutput(name, metric)
            for name, measures in given.items()
            for metric in _resolve(measures, parts[name])
        ]

    def _build(self, model: nn.Module) -> torch.optim.Optimizer:
        # Frozen weights too: PyTorch leaves out those without gradient, and they may thaw.
        parameters = list(model.parameters())
        if isinstance(self._choice, optimizers.Optimizer):
            if self._choice.couples and getattr(model, "runs", None) is not None:
                raise ValueError(
                    f"compile: {self._choice!r} clips by a norm over all networks of an ensemble, "
                    "expected a step of each on its own. Use clipvalue instead."
                )
            return self._choice.build(parameters)
        if not isinstance(self._choice, torch.optim.Optimizer):
            made: torch.optim.Optimizer = self._choice(parameters)
            return made
        mine = {id(p) for p in parameters}
        if not any(id(p) in mine for group in self._choice.param_groups for p in group["params"]):
            raise ValueError(
                f"compile: the optimizer {type(self._choice).__name__} holds no weights of this "
                "model. Build the model first (input_shape=...) and give the optimizer "
                "model.parameters(), or give compile a name or the optimizer's class."
            )
        return self._choice


def _losses_of(given: Any) -> Any:  # noqa: ANN401 - one, or a list or dict of them
    if isinstance(given, list | tuple):
        return [losses.get(each) for each in given]
    if isinstance(given, Mapping) and "class_name" not in given:
        return {name: losses.get(each) for name, each in given.items()}
    return losses.get(given)


def _resolve(measures: Any, loss: losses.Loss) -> list[Metric]:  # noqa: ANN401 - one or several, or None
    if measures is None:
        return []
    several = measures if isinstance(measures, list | tuple) else [measures]
    return [metrics.get(each, loss.accuracy, loss.output_activation) for each in several]


def _renamed(measures: list[Metric], taken: set[str]) -> list[Metric]:
    """Tell a weighted metric from the same one without weights, as Keras does."""
    return [
        Metric(f"weighted_{metric.name}", metric) if metric.name in taken else metric
        for metric in measures
    ]


def _check_metrics(name: str, measures: object) -> None:
    if measures is not None and not isinstance(measures, list | tuple | Mapping):
        raise TypeError(
            f"compile: {name} must be a list, or for several outputs a dict or a list of lists, "
            f"got {measures!r}. Write e.g. {name}=['accuracy']."
        )
