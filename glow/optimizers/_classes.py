"""The optimizers, each a description of one of torch's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch

from glow.optimizers._base import Optimizer, Parameters, Rate


@dataclass(frozen=True, kw_only=True)
class SGD(Optimizer):
    """Stochastic gradient descent.

    Args:
        learning_rate: The step size, or a schedule.
        momentum: Share of the last step that is kept.
        nesterov: Whether the gradient is taken after the momentum step.
        weight_decay: Factor of the L2 penalty's gradient.
        clipnorm: The norm to which the gradient of every weight tensor is shortened.
        clipvalue: The absolute value to which every number of the gradients is cut.
        global_clipnorm: The norm to which all gradients together are shortened.
    """

    learning_rate: Rate = field(default=0.01, kw_only=False)
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    def _make(self, parameters: Parameters, rate: float) -> torch.optim.Optimizer:
        return torch.optim.SGD(
            parameters,
            lr=rate,
            momentum=self.momentum,
            nesterov=self.nesterov,
            weight_decay=self.weight_decay,
            fused=True,
        )


@dataclass(frozen=True, kw_only=True)
class Adam(Optimizer):
    """Adam (Kingma and Ba 2015), in one fused kernel.

    Args:
        learning_rate: The step size, or a schedule.
        beta_1: Decay of the mean gradient.
        beta_2: Decay of the mean squared gradient.
        epsilon: Added to the root of the mean squared gradient.
        weight_decay: Factor of the L2 penalty's gradient.
        amsgrad: Whether the largest mean squared gradient so far is used.
        clipnorm: The norm to which the gradient of every weight tensor is shortened.
        clipvalue: The absolute value to which every number of the gradients is cut.
        global_clipnorm: The norm to which all gradients together are shortened.
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    amsgrad: bool = False

    def _make(self, parameters: Parameters, rate: float) -> torch.optim.Optimizer:
        return torch.optim.Adam(parameters, lr=rate, **self._arguments())

    def _arguments(self) -> dict[str, Any]:
        return {
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
        learning_rate: The step size, or a schedule.
        beta_1: Decay of the mean gradient.
        beta_2: Decay of the mean squared gradient.
        epsilon: Added to the root of the mean squared gradient.
        weight_decay: Share of each weight taken away per unit of step size.
        amsgrad: Whether the largest mean squared gradient so far is used.
        clipnorm: The norm to which the gradient of every weight tensor is shortened.
        clipvalue: The absolute value to which every number of the gradients is cut.
        global_clipnorm: The norm to which all gradients together are shortened.
    """

    weight_decay: float = 0.01

    def _make(self, parameters: Parameters, rate: float) -> torch.optim.Optimizer:
        return torch.optim.AdamW(parameters, lr=rate, **self._arguments())


@dataclass(frozen=True, kw_only=True)
class RMSprop(Optimizer):
    """RMSprop (Hinton's lecture of 2012).

    Args:
        learning_rate: The step size, or a schedule.
        rho: Decay of the mean squared gradient.
        momentum: Share of the last step that is kept.
        epsilon: Added to the root of the mean squared gradient.
        centered: Whether the mean gradient is taken off.
        clipnorm: The norm to which the gradient of every weight tensor is shortened.
        clipvalue: The absolute value to which every number of the gradients is cut.
        global_clipnorm: The norm to which all gradients together are shortened.
    """

    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-8
    centered: bool = False

    def _make(self, parameters: Parameters, rate: float) -> torch.optim.Optimizer:
        return torch.optim.RMSprop(
            parameters,
            lr=rate,
            alpha=self.rho,
            momentum=self.momentum,
            eps=self.epsilon,
            centered=self.centered,
        )


@dataclass(frozen=True, kw_only=True)
class Adagrad(Optimizer):
    """Adagrad (Duchi, Hazan and Singer 2011).

    Args:
        learning_rate: The step size, or a schedule.
        initial_accumulator_value: Where the sums of squared gradients begin.
        epsilon: Added to the root of these sums.
        weight_decay: Factor of the L2 penalty's gradient.
        clipnorm: The norm to which the gradient of every weight tensor is shortened.
        clipvalue: The absolute value to which every number of the gradients is cut.
        global_clipnorm: The norm to which all gradients together are shortened.
    """

    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-10
    weight_decay: float = 0.0

    def _make(self, parameters: Parameters, rate: float) -> torch.optim.Optimizer:
        return torch.optim.Adagrad(
            parameters,
            lr=rate,
            initial_accumulator_value=self.initial_accumulator_value,
            eps=self.epsilon,
            weight_decay=self.weight_decay,
        )


@dataclass(frozen=True, kw_only=True)
class Adadelta(Optimizer):
    """Adadelta (Zeiler 2012).

    Args:
        learning_rate: The step size, or a schedule.
        rho: Decay of the mean squared gradient.
        epsilon: Added to the mean squares under the roots.
        weight_decay: Factor of the L2 penalty's gradient.
        clipnorm: The norm to which the gradient of every weight tensor is shortened.
        clipvalue: The absolute value to which every number of the gradients is cut.
        global_clipnorm: The norm to which all gradients together are shortened.
    """

    rho: float = 0.95
    epsilon: float = 1e-6
    weight_decay: float = 0.0

    def _make(self, parameters: Parameters, rate: float) -> torch.optim.Optimizer:
        return torch.optim.Adadelta(
            parameters,
            lr=rate,
            rho=self.rho,
            eps=self.epsilon,
            weight_decay=self.weight_decay,
        )


@dataclass(frozen=True, kw_only=True)
class Adamax(Optimizer):
    """Adam with the largest gradient so far in place of the mean square (Kingma and Ba 2015).

    Args:
        learning_rate: The step size, or a schedule.
        beta_1: Decay of the mean gradient.
        beta_2: Decay of the largest gradient.
        epsilon: Added to the largest gradient.
        weight_decay: Factor of the L2 penalty's gradient.
        clipnorm: The norm to which the gradient of every weight tensor is shortened.
        clipvalue: The absolute value to which every number of the gradients is cut.
        global_clipnorm: The norm to which all gradients together are shortened.
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0

    def _make(self, parameters: Parameters, rate: float) -> torch.optim.Optimizer:
        return torch.optim.Adamax(
            parameters,
            lr=rate,
            betas=(self.beta_1, self.beta_2),
            eps=self.epsilon,
            weight_decay=self.weight_decay,
        )


@dataclass(frozen=True, kw_only=True)
class Nadam(Optimizer):
    """Adam with Nesterov momentum (Dozat 2016).

    Args:
        learning_rate: The step size, or a schedule.
        beta_1: Decay of the mean gradient.
        beta_2: Decay of the mean squared gradient.
        epsilon: Added to the root of the mean squared gradient.
        weight_decay: Factor of the L2 penalty's gradient.
        clipnorm: The norm to which the gradient of every weight tensor is shortened.
        clipvalue: The absolute value to which every number of the gradients is cut.
        global_clipnorm: The norm to which all gradients together are shortened.
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0

    def _make(self, parameters: Parameters, rate: float) -> torch.optim.Optimizer:
        return torch.optim.NAdam(
            parameters,
            lr=rate,
            betas=(self.beta_1, self.beta_2),
            eps=self.epsilon,
            weight_decay=self.weight_decay,
        )
