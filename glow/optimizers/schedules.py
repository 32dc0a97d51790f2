"""Learning rates that change with the step, under their Keras names.

Give one to an optimizer: ``Adam(learning_rate=CosineDecay(1e-3, decay_steps=1000))``. Steps are
counted from 0; where a training stands is kept in the optimizer's state, so that it can be resumed.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from glow._arguments import integer, number
from glow._registry import lookup

__all__ = [
    "CosineDecay",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "get",
]


@dataclass(frozen=True)
class LearningRateSchedule(ABC):
    """A learning rate for every step."""

    @abstractmethod
    def __call__(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""

    def get_config(self) -> dict[str, Any]:
        """Return the class name and the arguments as JSON, the inverse of `get`."""
        return {"class_name": type(self).__name__, "config": asdict(self)}


@dataclass(frozen=True)
class _Decay(LearningRateSchedule):
    """What the schedules with a first rate and a length share.

    Raises:
        ValueError: The rate is negative, or decay_steps is not positive.
    """

    initial_learning_rate: float
    decay_steps: int

    def __post_init__(self) -> None:
        owner = type(self).__name__
        number(owner, "initial_learning_rate", self.initial_learning_rate, 0)
        integer(owner, "decay_steps", self.decay_steps, low=1)


@dataclass(frozen=True)
class ExponentialDecay(_Decay):
    """initial_learning_rate * decay_rate ** (step / decay_steps).

    Args:
        initial_learning_rate: The first rate.
        decay_steps: After how many steps the rate is multiplied by decay_rate.
        decay_rate: The factor.
        staircase: Whether the exponent is rounded down, so that the rate falls in jumps.

    Raises:
        ValueError: A rate is negative, or decay_steps is not positive.
    """

    decay_rate: float
    staircase: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        number("ExponentialDecay", "decay_rate", self.decay_rate, 0)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step."""
        passed = step // self.decay_steps if self.staircase else step / self.decay_steps
        return float(self.initial_learning_rate * self.decay_rate**passed)


@dataclass(frozen=True)
class InverseTimeDecay(_Decay):
    """initial_learning_rate / (1 + decay_rate * step / decay_steps).

    Args:
        initial_learning_rate: The first rate.
        decay_steps: The unit of time, in steps.
        decay_rate: How fast the rate falls.
        staircase: Whether time is rounded down, so that the rate falls in jumps.

    Raises:
        ValueError: A rate is negative, or decay_steps is not positive.
    """

    decay_rate: float
    staircase: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        number("InverseTimeDecay", "decay_rate", self.decay_rate, 0)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step."""
        passed = step // self.decay_steps if self.staircase else step / self.decay_steps
        return self.initial_learning_rate / (1 + self.decay_rate * passed)


@dataclass(frozen=True)
class PolynomialDecay(_Decay):
    """From the first rate to the last within decay_steps, as (1 - step / decay_steps) ** power.

    Args:
        initial_learning_rate: The first rate.
        decay_steps: How many steps it takes.
        end_learning_rate: The rate from then on.
        power: 1 for a straight line.

    Raises:
        ValueError: A number is negative, or decay_steps is not positive.
    """

    end_learning_rate: float = 0.0001
    power: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        number("PolynomialDecay", "end_learning_rate", self.end_learning_rate, 0)
        number("PolynomialDecay", "power", self.power, 0)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step."""
        left = (1 - min(step, self.decay_steps) / self.decay_steps) ** self.power
        span = self.initial_learning_rate - self.end_learning_rate
        return float(self.end_learning_rate + span * left)


@dataclass(frozen=True)
class CosineDecay(_Decay):
    """Half a cosine down to alpha times the rate, after a linear rise if one is asked for.

    Args:
        initial_learning_rate: The first rate.
        decay_steps: How many steps the fall takes, after the rise.
        alpha: The last rate, as a share of the highest.
        warmup_target: The rate that the rise leads to; None for no rise.
        warmup_steps: How many steps the rise takes.

    Raises:
        ValueError: A number is negative, or decay_steps is not positive.
    """

    alpha: float = 0.0
    warmup_target: float | None = None
    warmup_steps: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        number("CosineDecay", "alpha", self.alpha, 0)
        integer("CosineDecay", "warmup_steps", self.warmup_steps, low=0)
        if self.warmup_target is not None:
            number("CosineDecay", "warmup_target", self.warmup_target, 0)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step."""
        first, highest, rise = self.initial_learning_rate, self.warmup_target, self.warmup_steps
        if highest is None:
            highest, rise = first, 0
        if step < rise:
            return first + (highest - first) * step / rise
        passed = min(step - rise, self.decay_steps) / self.decay_steps
        share = (1 + math.cos(math.pi * passed)) / 2
        return highest * (self.alpha + (1 - self.alpha) * share)


@dataclass(frozen=True)
class PiecewiseConstantDecay(LearningRateSchedule):
    """One rate up to the first boundary and including it, the next up to the second, and so on.

    Args:
        boundaries: Steps, increasing.
        values: Rates, one more than there are boundaries.

    Raises:
        ValueError: The boundaries do not increase, or the numbers do not match.
    """

    boundaries: Sequence[int]
    values: Sequence[float]

    def __post_init__(self) -> None:
        increasing = list(self.boundaries) == sorted(set(self.boundaries))
        if not increasing or len(self.values) != len(self.boundaries) + 1:
            raise ValueError(
                "PiecewiseConstantDecay: expected increasing boundaries and one value more than "
                f"there are, got boundaries {list(self.boundaries)} and values "
                f"{list(self.values)}. Write e.g. ([1000, 2000], [0.1, 0.01, 0.001])."
            )
        for name, given in (("boundaries", self.boundaries), ("values", self.values)):
            object.__setattr__(self, name, tuple(given))

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step."""
        return float(self.values[bisect_left(self.boundaries, step)])


_CLASSES: dict[str, type[Any]] = {
    cls.__name__: cls
    for cls in (
        CosineDecay,
        ExponentialDecay,
        InverseTimeDecay,
        PiecewiseConstantDecay,
        PolynomialDecay,
    )
}


def get(config: Mapping[str, Any]) -> LearningRateSchedule:
    """Build a schedule from what its ``get_config`` returned.

    Raises:
        ValueError: The class is unknown.
    """
    schedule: LearningRateSchedule = lookup("schedule", config["class_name"], _CLASSES)(
        **config["config"]
    )
    return schedule
