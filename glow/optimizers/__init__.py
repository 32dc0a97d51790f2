"""Optimizers under their Keras names, each a description from which a torch optimizer is made.

A description is made before the model has weights, holds no state and can be written as JSON.
Arguments and their defaults are Keras's, but for ``epsilon``, which is PyTorch's (1e-8 in Adam,
where Keras has 1e-7), and ``weight_decay``, which does what it does in PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import torch

from glow._registry import lookup
from glow.optimizers import schedules as schedules
from glow.optimizers._base import Optimizer, Parameters
from glow.optimizers._classes import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Nadam,
    RMSprop,
)

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Nadam",
    "Optimizer",
    "OptimizerLike",
    "RMSprop",
    "get",
    "schedules",
]

OptimizerLike: TypeAlias = (
    str
    | Mapping[str, Any]
    | Optimizer
    | torch.optim.Optimizer
    | Callable[[Parameters], torch.optim.Optimizer]
)

_BY_NAME: dict[str, type[Optimizer]] = {
    cls.__name__.lower(): cls
    for cls in (SGD, Adam, AdamW, RMSprop, Adagrad, Adadelta, Adamax, Nadam)
}


def get(
    identifier: OptimizerLike,
) -> Optimizer | torch.optim.Optimizer | Callable[[Parameters], torch.optim.Optimizer]:
    """Return the optimizer that a name stands for, and anything else that can be one as it is.

    Args:
        identifier: A name (``"adam"``), an object or class of this module, what its ``get_config``
            returned; a ready torch optimizer of the model's own parameters, or a callable from
            parameters to a torch optimizer (``torch.optim.Adam``, a partial).

    Raises:
        ValueError: The name is unknown.
        TypeError: None of these.
    """
    if isinstance(identifier, str):
        return lookup("optimizer", identifier, _BY_NAME)()
    if isinstance(identifier, Mapping):
        return lookup("optimizer", identifier["class_name"], _BY_NAME)(**identifier["config"])
    if isinstance(identifier, type) and issubclass(identifier, Optimizer):
        described: Optimizer = identifier()
        return described
    if isinstance(identifier, Optimizer | torch.optim.Optimizer) or callable(identifier):
        return identifier  # type: ignore[return-value]  # a class of torch's is callable
    raise TypeError(
        "optimizer must be a name, an optimizer or a callable from parameters to an optimizer, "
        f"got {identifier!r}. Choose e.g. optimizer=Adam(learning_rate=1e-3)."
    )
