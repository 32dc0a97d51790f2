"""Activation functions by name, as in Keras: ``Dense(10, activation="tanh")``.

Every function here works on a tensor of any shape. All but ``softmax`` and ``log_softmax`` act on
each value alone; those two act on the last dimension.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

from glow._registry import lookup

__all__ = ["Activation", "get", "is_elementwise", "linear", "log_softmax", "serialize", "softmax"]

Activation: TypeAlias = Callable[[Tensor], Tensor]


def linear(x: Tensor) -> Tensor:
    """Return ``x`` itself."""
    return x


def softmax(x: Tensor) -> Tensor:
    """Return probabilities over the last dimension."""
    return torch.softmax(x, dim=-1)


def log_softmax(x: Tensor) -> Tensor:
    """Return log probabilities (nats) over the last dimension."""
    return torch.log_softmax(x, dim=-1)


_ELEMENTWISE: dict[str, Activation] = {
    "linear": linear,
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": functional.softplus,
    "softsign": functional.softsign,
    "elu": functional.elu,
    "selu": torch.selu,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "leaky_relu": functional.leaky_relu,
    "hard_sigmoid": functional.hardsigmoid,
    "exponential": torch.exp,
}
_BY_NAME: dict[str, Activation] = {**_ELEMENTWISE, "softmax": softmax, "log_softmax": log_softmax}


def get(identifier: str | Activation | None) -> Activation:
    """Return the activation that a name stands for; a callable as it is, None is linear.

    Args:
        identifier: A name such as ``"tanh"``, a callable from tensor to tensor, or None.

    Raises:
        ValueError: The name is unknown.
        TypeError: Neither a name, a callable nor None.
    """
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        return lookup("activation", identifier, _BY_NAME)
    if callable(identifier):
        return identifier
    raise TypeError(
        f"activation must be a name, a callable or None, got {identifier!r}. "
        "Choose e.g. activation='tanh'."
    )


def serialize(activation: Activation) -> str:
    """Return the name of an activation, the inverse of `get`.

    Raises:
        TypeError: The activation has no name, so it cannot be written as JSON.
    """
    for name, function in _BY_NAME.items():
        if function is activation:
            return name
    raise TypeError(
        f"The activation {activation!r} has no name, so it cannot be written as JSON. "
        f"Use one of {', '.join(_BY_NAME)}."
    )


def is_elementwise(activation: Activation) -> bool:
    """Say whether the activation is known to act on each value alone, whatever the layout."""
    return any(function is activation for function in _ELEMENTWISE.values())
