"""Weights of samples: what they do to a loss, and how classes get them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from glow.losses import Custom, Loss
from glow.models._several import Several


def weighted_loss(loss: Loss, output: Any, target: Any, weight: Any) -> Tensor:  # noqa: ANN401 - tensors, or dicts of them
    """Return sum(w l) / n over a batch, as in Keras: not divided by the sum of the weights.

    Args:
        loss: The loss.
        output: (n, ...); by name for several outputs.
        target: (n, ...); by name for several outputs.
        weight: (n,), or by name for several outputs.

    Returns:
        A scalar.
    """
    if isinstance(loss, Several):
        terms: list[Tensor] = [
            loss.weights[name]
            * weighted_loss(part, output[name], target[name], _weight_of(weight, name))
            for name, part in loss.parts.items()
        ]
        return torch.stack(terms).sum()
    mean: Tensor = (per_sample(loss, output, target) * weight).mean()
    return mean


def per_sample(loss: Loss, output: Tensor, target: Tensor) -> Tensor:
    """Return the loss of every sample, (n,): that of n models with one sample each.

    Raises:
        ValueError: A torch loss with weights of classes, whose mean is no mean over samples.
    """
    function = loss.function if isinstance(loss, Custom) else None
    if not isinstance(function, nn.Module) or not hasattr(function, "reduction"):
        alone: Tensor = loss.per_run(output.unsqueeze(1), target.unsqueeze(1))
        return alone
    if getattr(function, "weight", None) is not None:
        raise ValueError(
            f"The loss {function!r} has weights of classes, expected none beside the weights of "
            "samples. Give fit class_weight instead, or no sample weights."
        )
    each: Any = copy.copy(function)
    each.reduction = "none"
    values: Tensor = each(output, target)
    return values.flatten(1).mean(1) if values.ndim > 1 else values


def class_weights(owner: str, weights: Mapping[Any, float], y: Any) -> Tensor:  # noqa: ANN401 - checked here
    """Return the weight of every sample, (n,): that of its class, 1 for classes without one.

    Args:
        owner: Who asks, for messages.
        weights: By class number.
        y: Class numbers (n,), (n, 1), or one-hot rows (n, classes).

    Raises:
        ValueError: Several outputs, or keys that are no class numbers.
    """
    if not isinstance(y, Tensor):
        raise ValueError(
            f"{owner}: class_weight needs a model with one output, got several. "
            "Give sample_weight, a dict by the name of the output."
        )
    labels = y.argmax(1) if y.ndim > 1 and y.shape[1] > 1 else y.reshape(len(y)).long()
    if any(not isinstance(key, int | np.integer) or key < 0 for key in weights):
        raise ValueError(
            f"{owner}: class_weight must map class numbers to weights, got {dict(weights)!r}. "
            "Write e.g. {0: 1.0, 1: 5.0}."
        )
    table = torch.ones(max([int(labels.max()), *weights]) + 1)
    for label, weight in weights.items():
        table[label] = weight
    return table.to(labels.device)[labels]


def _weight_of(weight: Any, name: str) -> Any:  # noqa: ANN401 - a tensor
    return weight[name] if isinstance(weight, Mapping) else weight
