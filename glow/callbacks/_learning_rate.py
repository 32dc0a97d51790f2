"""The learning rate of a torch optimizer, which has one per group of weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor
from torch.optim import Optimizer


def rates(optimizer: Optimizer) -> list[float]:
    """Return the learning rate of every group."""
    return [float(group["lr"]) for group in optimizer.param_groups]


def set_rate(group: dict[str, Any], rate: float) -> None:
    """Give a group another learning rate."""
    if isinstance(group["lr"], Tensor):  # an optimizer that `torch.compile` compiled
        group["lr"].fill_(rate)
    else:
        group["lr"] = rate


def logs_of(optimizer: Optimizer) -> dict[str, float]:
    """Return ``learning_rate``, or ``learning_rate_0``, ``learning_rate_1``... for several groups.

    Those are the names of Keras, which numbers several optimizers.
    """
    values = rates(optimizer)
    if len(values) == 1:
        return {"learning_rate": values[0]}
    return {f"learning_rate_{index}": value for index, value in enumerate(values)}


def check_free(owner: str, params: Mapping[str, Any]) -> None:
    """Refuse an optimizer whose learning rate follows a schedule of its own.

    Raises:
        ValueError: It does: what a callback sets would last for no step.
    """
    optimizer = params.get("optimizer")
    config = optimizer.get("config", {}) if isinstance(optimizer, Mapping) else {}
    if isinstance(config.get("learning_rate"), Mapping):
        raise ValueError(
            f"{owner}: expected an optimizer with a fixed learning rate, got one with the schedule "
            f"{config['learning_rate'].get('class_name')!r}, which sets it before every step. "
            "Compile with a number as learning_rate, or leave the callback out."
        )
