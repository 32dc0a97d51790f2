"""Optimizers under their Keras names, each a description from which a torch optimizer is made.

A description is made before the model has weights, holds no state and can be written as JSON.
Defaults are PyTorch's (``epsilon=1e-8`` in Adam, where Keras has 1e-7).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import torch
from torch import nn

from glow._registry import lookup

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "OptimizerLike", "RMSprop", "get"]

Parameters: TypeAlias = Iterable[nn.Parameter]


@dataclass(frozen=True, kw_only=True)
class Optimizer(ABC):
    """Description of an optimizer.

    Args:
        learning_rate: The step size, not negative.

    Raises:
        ValueError: The learning rate is negative or not a number.
    """

    learning_rate: float = 0.001

    def __post_init__(self) -> None:
        if not self.learning_rate >= 0:  # also catches nan
            raise ValueError(
                f"{type(self).__name__}: learning_rate must be a number of at least 0, "
                f"got {self.learning_rate!r}. Choose e.g. learning_rate=0.001."
            )

    @abstractmethod
    def build(self, parameters: Parameters) -> torch.optim.Optimizer:
        """Return a torch optimizer of these parameters."""

    def get_config(self) -> dict[str, Any]:
        """Return the class name and the arguments as JSON."""
        return {"class_name": type(self).__name__, "config": asdict(self)}


@dataclass(frozen=True, kw_only=True)
class SGD(Optimizer):
    """Stochastic gradient descent.

    Args:
        learning_rate: The step size.
        momentum: Share of the last step that is kept.
        nesterov: Whether the gradient is taken after the momentum step.
        weight_decay: Factor of the L2 penalty's gradient.
    """

    learning_rate: float = 0.01
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    def build(self, parameters: Parameters) -> torch.optim.Optimizer:
        """Return a torch optimizer of these parameters."""
        return torch.optim.SGD(
            parameters,
            lr=self.learning_rate,
            momentum=self.momentum,
            nesterov=self.nesterov,
            weight_decay=self.weight_decay,
            fused=True,
        )


@dataclass(frozen=True, kw_only=True)
class Adam(Optimizer):
    """Adam (Kingma and Ba 2015), in one fused kernel.

    Args:
        learning_rate: The step size.
        beta_1: Decay of the mean gradient.
        beta_2: Decay of the mean squared gradient.
        epsilon: Added to the root of the mean squared gradient.
        weight_decay: Factor of the L2 penalty's gradient.
        amsgrad: Whether the largest mean squared gradient so far is used.
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    amsgrad: bool = False

    def build(self, parameters: Parameters) -> torch.optim.Optimizer:
        """Return a torch optimizer of these parameters."""
        return torch.optim.Adam(parameters, **self._arguments())

    def _arguments(self) -> dict[str, Any]:
        return {
            "lr": self.learning_rate,
            "betas": (self.beta_1, self.beta_2),
            "eps": self.epsilon,
            "weight_decay": self.weight_decay,
            "amsgrad": self.amsgrad,
            # One kernel for all parameters: a fifth less time per step of a small network.
            "fused": True,
        }


@dataclass(frozen=True, kw_only=True)
class AdamW(Adam):
    """Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019).

    Args:
        learning_rate: The step size.
        beta_1: Decay of the mean gradient.
        beta_2: Decay of the mean squared gradient.
        epsilon: Added to the root of the mean squared gradient.
        weight_decay: Share of each weight taken away per unit of step size.
        amsgrad: Whether the largest mean squared gradient so far is used.
    """

    weight_decay: float = 0.01

    def build(self, parameters: Parameters) -> torch.optim.Optimizer:
        """Return a torch optimizer of these parameters."""
        return torch.optim.AdamW(parameters, **self._arguments())


@dataclass(frozen=True, kw_only=True)
class RMSprop(Optimizer):
    """RMSprop (Hinton's lecture of 2012).

    Args:
        learning_rate: The step size.
        rho: Decay of the mean squared gradient.
        momentum: Share of the last step that is kept.
        epsilon: Added to the root of the mean squared gradient.
        centered: Whether the mean gradient is taken off.
    """

    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-8
    centered: bool = False

    def build(self, parameters: Parameters) -> torch.optim.Optimizer:
        """Return a torch optimizer of these parameters."""
        return torch.optim.RMSprop(
            parameters,
            lr=self.learning_rate,
            alpha=self.rho,
            momentum=self.momentum,
            eps=self.epsilon,
            centered=self.centered,
        )


OptimizerLike: TypeAlias = (
    str
    | Mapping[str, Any]
    | Optimizer
    | torch.optim.Optimizer
    | Callable[[Parameters], torch.optim.Optimizer]
)

_BY_NAME: dict[str, type[Optimizer]] = {
    cls.__name__.lower(): cls for cls in (SGD, Adam, AdamW, RMSprop)
}


def get(
    identifier: OptimizerLike,
) -> Optimizer | torch.optim.Optimizer | Callable[[Parameters], torch.optim.Optimizer]:
    """Return the optimizer that a name stands for, and anything else that can be one as it is.

    Args:
        identifier: A name (``"adam"``), an object of this module or what its ``get_config``
            returned, a ready torch optimizer of the model's own parameters, or a callable from
            parameters to a torch optimizer (``torch.optim.Adam``, a partial).

    Raises:
        ValueError: The name is unknown.
        TypeError: None of these.
    """
    if isinstance(identifier, str):
        return lookup("optimizer", identifier.lower(), _BY_NAME)()
    if isinstance(identifier, Mapping):
        name = str(identifier["class_name"]).lower()
        return lookup("optimizer", name, _BY_NAME)(**identifier["config"])
    if isinstance(identifier, Optimizer | torch.optim.Optimizer) or callable(identifier):
        return identifier
    raise TypeError(
        "optimizer must be a name, an optimizer or a callable from parameters to an optimizer, "
        f"got {identifier!r}. Choose e.g. optimizer=Adam(learning_rate=1e-3)."
    )
