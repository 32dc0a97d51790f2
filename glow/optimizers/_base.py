"""What an optimizer is before there are weights: a description."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

import torch
from torch import nn

from glow._arguments import number
from glow.optimizers import schedules
from glow.optimizers.schedules import LearningRateSchedule

Parameters: TypeAlias = Iterable[nn.Parameter]
Rate: TypeAlias = float | LearningRateSchedule

_STEPS = "steps"  # in the optimizer's groups, where its state is kept
_CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")


@dataclass(frozen=True, kw_only=True)
class Optimizer(ABC):
    """Description of an optimizer.

    Args:
        learning_rate: The step size, not negative; or a schedule (`glow.optimizers.schedules`).
        clipnorm: The norm to which the gradient of every weight tensor is shortened.
        clipvalue: The absolute value to which every number of the gradients is cut.
        global_clipnorm: The norm to which all gradients together are shortened.

    Raises:
        ValueError: The learning rate is negative or not a number, or there are two ways to clip.
    """

    learning_rate: Rate = field(default=0.001, kw_only=False)
    clipnorm: float | None = None
    clipvalue: float | None = None
    global_clipnorm: float | None = None

    def __post_init__(self) -> None:
        owner, rate = type(self).__name__, self.learning_rate
        if isinstance(rate, Mapping):
            object.__setattr__(self, "learning_rate", schedules.get(rate))
        elif not isinstance(rate, LearningRateSchedule):
            number(owner, "learning_rate", rate, 0)
        given = {name: getattr(self, name) for name in _CLIPS if getattr(self, name) is not None}
        for name, limit in given.items():
            number(owner, name, limit, 0)
        if len(given) > 1:
            raise ValueError(
                f"{owner}: expected at most one of {', '.join(_CLIPS)}, got "
                f"{' and '.join(given)}. Leave the others out."
            )

    def build(self, parameters: Parameters) -> torch.optim.Optimizer:
        """Return a torch optimizer of these parameters, which clips and follows the schedule."""
        rate = self.learning_rate
        if not isinstance(rate, LearningRateSchedule):
            made = self._make(parameters, rate)
        else:
            made = self._make(parameters, rate(0))
            made.register_step_pre_hook(_following(rate))
        if any(getattr(self, name) is not None for name in _CLIPS):
            made.register_step_pre_hook(self._clip)
        return made

    def get_config(self) -> dict[str, Any]:
        """Return the class name and the arguments as JSON, the inverse of `glow.optimizers.get`."""
        config = {each.name: getattr(self, each.name) for each in fields(self)}
        rate = self.learning_rate
        if isinstance(rate, LearningRateSchedule):
            config["learning_rate"] = rate.get_config()
        return {"class_name": type(self).__name__, "config": config}

    @property
    def couples(self) -> bool:
        """Whether the step of one weight depends on the gradients of others."""
        return self.clipnorm is not None or self.global_clipnorm is not None

    @abstractmethod
    def _make(self, parameters: Parameters, rate: float) -> torch.optim.Optimizer:
        """Return the torch optimizer at its first learning rate."""

    def _clip(self, optimizer: torch.optim.Optimizer, *_: object) -> None:
        groups = optimizer.param_groups
        weights = [p for group in groups for p in group["params"] if p.grad is not None]
        if self.clipvalue is not None:
            nn.utils.clip_grad_value_(weights, self.clipvalue)
        if self.global_clipnorm is not None:
            nn.utils.clip_grad_norm_(weights, self.global_clipnorm)
        if self.clipnorm is not None:
            for weight in weights:
                nn.utils.clip_grad_norm_(weight, self.clipnorm)


def _following(schedule: LearningRateSchedule) -> Callable[..., None]:
    """Return the hook that sets the learning rate before each step and counts it."""

    def follow(optimizer: torch.optim.Optimizer, *_: object) -> None:
        for group in optimizer.param_groups:
            group["lr"] = schedule(group.get(_STEPS, 0))
            group[_STEPS] = group.get(_STEPS, 0) + 1

    return follow
