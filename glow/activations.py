"""Activation functions by name, as in Keras: ``Dense(10, activation="tanh")``.

Every function here works on a tensor of any shape. All but ``softmax`` and ``log_softmax`` act on
each value alone; those two act on the last dimension. Slopes are PyTorch's: a ``leaky_relu`` has
0.01 below 0, where Keras has 0.2.
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


# A name's first function is the one it stands for; where torch has others that do the same, they
# are the same activation.
_ELEMENTWISE: dict[str, tuple[Activation, ...]] = {
    "linear": (linear,),
    "relu": (torch.relu, functional.relu),
    "relu6": (functional.relu6,),
    "leaky_relu": (functional.leaky_relu,),
    "elu": (functional.elu,),
    "selu": (torch.selu, functional.selu),
    "celu": (functional.celu,),
    "gelu": (functional.gelu,),
    "silu": (functional.silu,),
    "mish": (functional.mish,),
    "softplus": (functional.softplus,),
    "softsign": (functional.softsign,),
    "tanh": (torch.tanh, functional.tanh),
    "sigmoid": (torch.sigmoid, functional.sigmoid),
    "log_sigmoid": (functional.logsigmoid,),
    "hard_sigmoid": (functional.hardsigmoid,),
    "hard_silu": (functional.hardswish,),
    "hard_tanh": (functional.hardtanh,),
    "hard_shrink": (functional.hardshrink,),
    "soft_shrink": (functional.softshrink,),
    "tanh_shrink": (functional.tanhshrink,),
    "exponential": (torch.exp,),
}
_KNOWN = {**_ELEMENTWISE, "softmax": (softmax,), "log_softmax": (log_softmax,)}
_ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}
_BY_NAME: dict[str, Activation] = {
    **{name: functions[0] for name, functions in _KNOWN.items()},
    **{alias: _KNOWN[name][0] for alias, name in _ALIASES.items()},
}


def __getattr__(name: str) -> Activation:
    """Return an activation as an attribute: ``glow.activations.relu``."""
    if name not in _BY_NAME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _BY_NAME[name]


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
    for name, functions in _KNOWN.items():
        if any(function is activation for function in functions):
            return name
    raise TypeError(
        f"The activation {activation!r} has no name, so it cannot be written as JSON. "
        f"Use one of {', '.join(_KNOWN)}."
    )


def is_elementwise(activation: Activation) -> bool:
    """Say whether the activation is known to act on each value alone, whatever the layout."""
    return any(function is activation for known in _ELEMENTWISE.values() for function in known)
