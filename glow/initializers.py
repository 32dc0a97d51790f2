"""Initial weights by name, as in Keras; each initializer fills a tensor in place, as in PyTorch.

An initializer is any callable that fills the tensor it is given, so ``torch.nn.init.orthogonal_``
is one. The objects here can also be written as JSON. None of them takes a seed: the model's fixes
all its weights.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor, nn

from glow._registry import lookup

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "get",
    "serialize",
]

Initializer: TypeAlias = Callable[[Tensor], object]
_Mode: TypeAlias = Literal["fan_in", "fan_out", "fan_avg"]
_Distribution: TypeAlias = Literal["uniform", "truncated_normal"]

# The standard deviation of a unit normal truncated at 2: Keras divides by it in VarianceScaling.
_TRUNCATED_STD = 0.87962566103423978


@dataclass(frozen=True)
class Constant:
    """Fill with one value.

    Args:
        value: The value.
    """

    value: float = 0.0

    def __call__(self, tensor: Tensor) -> Tensor:
        """Fill ``tensor`` in place and return it."""
        return nn.init.constant_(tensor, self.value)


@dataclass(frozen=True)
class Zeros(Constant):
    """Fill with 0."""

    value: float = field(default=0.0, init=False)


@dataclass(frozen=True)
class Ones(Constant):
    """Fill with 1."""

    value: float = field(default=1.0, init=False)


@dataclass(frozen=True)
class RandomNormal:
    """Draw from a normal distribution.

    Args:
        mean: Its mean.
        stddev: Its standard deviation.
    """

    mean: float = 0.0
    stddev: float = 0.05

    def __call__(self, tensor: Tensor) -> Tensor:
        """Fill ``tensor`` in place and return it."""
        return nn.init.normal_(tensor, self.mean, self.stddev)


@dataclass(frozen=True)
class RandomUniform:
    """Draw from a uniform distribution.

    Args:
        minval: The lower limit.
        maxval: The upper limit.
    """

    minval: float = -0.05
    maxval: float = 0.05

    def __call__(self, tensor: Tensor) -> Tensor:
        """Fill ``tensor`` in place and return it."""
        return nn.init.uniform_(tensor, self.minval, self.maxval)


@dataclass(frozen=True)
class TruncatedNormal:
    """Draw from a normal distribution, cut at two standard deviations.

    ``TruncatedNormal(stddev="fan_in")`` takes the standard deviation 1 / sqrt(fan_in) *before* the
    cut, which is how the networks of Shwartz-Ziv and Tishby (2017) start. Keras's ``lecun_normal``
    is wider by 1 / 0.8796, because it corrects the variance for the cut.

    Args:
        mean: The mean before the cut.
        stddev: The standard deviation before the cut, or ``"fan_in"``.
    """

    mean: float = 0.0
    stddev: float | Literal["fan_in"] = 0.05

    def __post_init__(self) -> None:
        if isinstance(self.stddev, str) and self.stddev != "fan_in":
            raise ValueError(
                f"TruncatedNormal: stddev must be a number or 'fan_in', got {self.stddev!r}. "
                "Choose e.g. stddev='fan_in'."
            )

    def __call__(self, tensor: Tensor) -> Tensor:
        """Fill ``tensor`` in place and return it."""
        std = 1 / math.sqrt(_fans(tensor)[0]) if isinstance(self.stddev, str) else self.stddev
        low, high = self.mean - 2 * std, self.mean + 2 * std
        return nn.init.trunc_normal_(tensor, self.mean, std, low, high)


@dataclass(frozen=True)
class VarianceScaling:
    """Draw with a variance that depends on the shape: scale / n, n being the fan of ``mode``.

    Args:
        scale: The numerator.
        mode: ``"fan_in"``, ``"fan_out"`` or ``"fan_avg"``.
        distribution: ``"uniform"`` or ``"truncated_normal"`` (cut at two standard deviations, then
            corrected so that the variance after the cut is the one asked for, as in Keras).
    """

    scale: float = 1.0
    mode: _Mode = "fan_in"
    distribution: _Distribution = "truncated_normal"

    def __post_init__(self) -> None:
        modes, shapes = ("fan_in", "fan_out", "fan_avg"), ("uniform", "truncated_normal")
        lookup("mode of VarianceScaling", self.mode, dict.fromkeys(modes))
        lookup("distribution of VarianceScaling", self.distribution, dict.fromkeys(shapes))

    def __call__(self, tensor: Tensor) -> Tensor:
        """Fill ``tensor`` in place and return it."""
        fan_in, fan_out = _fans(tensor)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        std = math.sqrt(self.scale / fan)
        if self.distribution == "uniform":
            return nn.init.uniform_(tensor, -math.sqrt(3) * std, math.sqrt(3) * std)
        return TruncatedNormal(stddev=std / _TRUNCATED_STD)(tensor)


@dataclass(frozen=True)
class GlorotUniform(VarianceScaling):
    """Draw uniformly with the variance 2 / (fan_in + fan_out) (Glorot and Bengio 2010)."""

    scale: float = field(default=1.0, init=False)
    mode: _Mode = field(default="fan_avg", init=False)
    distribution: _Distribution = field(default="uniform", init=False)


@dataclass(frozen=True)
class GlorotNormal(VarianceScaling):
    """Draw from a cut normal with the variance 2 / (fan_in + fan_out)."""

    scale: float = field(default=1.0, init=False)
    mode: _Mode = field(default="fan_avg", init=False)
    distribution: _Distribution = field(default="truncated_normal", init=False)


@dataclass(frozen=True)
class HeUniform(VarianceScaling):
    """Draw uniformly with the variance 2 / fan_in (He et al. 2015)."""

    scale: float = field(default=2.0, init=False)
    mode: _Mode = field(default="fan_in", init=False)
    distribution: _Distribution = field(default="uniform", init=False)


@dataclass(frozen=True)
class HeNormal(VarianceScaling):
    """Draw from a cut normal with the variance 2 / fan_in."""

    scale: float = field(default=2.0, init=False)
    mode: _Mode = field(default="fan_in", init=False)
    distribution: _Distribution = field(default="truncated_normal", init=False)


@dataclass(frozen=True)
class LecunUniform(VarianceScaling):
    """Draw uniformly with the variance 1 / fan_in (LeCun et al. 1998)."""

    scale: float = field(default=1.0, init=False)
    mode: _Mode = field(default="fan_in", init=False)
    distribution: _Distribution = field(default="uniform", init=False)


@dataclass(frozen=True)
class LecunNormal(VarianceScaling):
    """Draw from a cut normal with the variance 1 / fan_in."""

    scale: float = field(default=1.0, init=False)
    mode: _Mode = field(default="fan_in", init=False)
    distribution: _Distribution = field(default="truncated_normal", init=False)


@dataclass(frozen=True)
class Orthogonal:
    """Draw a matrix with orthonormal rows or columns (Saxe et al. 2014).

    Args:
        gain: What it is multiplied with.
    """

    gain: float = 1.0

    def __call__(self, tensor: Tensor) -> Tensor:
        """Fill ``tensor`` in place and return it."""
        return nn.init.orthogonal_(tensor, self.gain)


@dataclass(frozen=True)
class Identity:
    """Fill a matrix with ones on the diagonal and zeros elsewhere.

    Args:
        gain: What it is multiplied with.
    """

    gain: float = 1.0

    def __call__(self, tensor: Tensor) -> Tensor:
        """Fill ``tensor`` in place and return it."""
        with torch.no_grad():
            return nn.init.eye_(tensor).mul_(self.gain)


def _fans(tensor: Tensor) -> tuple[int, int]:
    if tensor.ndim < 2:
        raise ValueError(
            "An initializer that scales by the fan needs a tensor of two or more dimensions, got "
            f"the shape {tuple(tensor.shape)}. Use e.g. 'zeros' for a bias."
        )
    return nn.init._calculate_fan_in_and_fan_out(tensor)


_BY_NAME: dict[str, type[Any]] = {
    "zeros": Zeros,
    "ones": Ones,
    "constant": Constant,
    "random_normal": RandomNormal,
    "normal": RandomNormal,
    "random_uniform": RandomUniform,
    "uniform": RandomUniform,
    "truncated_normal": TruncatedNormal,
    "variance_scaling": VarianceScaling,
    "glorot_uniform": GlorotUniform,
    "glorot_normal": GlorotNormal,
    "he_uniform": HeUniform,
    "he_normal": HeNormal,
    "lecun_uniform": LecunUniform,
    "lecun_normal": LecunNormal,
    "orthogonal": Orthogonal,
    "identity": Identity,
}
_CLASSES: dict[str, type[Any]] = {cls.__name__: cls for cls in _BY_NAME.values()}


def get(identifier: str | Mapping[str, Any] | type[Any] | Initializer) -> Initializer:
    """Return the initializer that a name or a configuration stands for; a callable as it is.

    Args:
        identifier: A name such as ``"glorot_uniform"``, a class of this module, what `serialize`
            returned, or a callable that fills the tensor it is given.

    Raises:
        ValueError: The name is unknown.
        TypeError: None of these.
    """
    made: Initializer
    if isinstance(identifier, str):
        made = lookup("initializer", identifier, _BY_NAME)()
        return made
    if isinstance(identifier, Mapping):
        made = lookup("initializer", identifier["class_name"], _CLASSES)(**identifier["config"])
        return made
    if identifier in _CLASSES.values():
        made = identifier()  # type: ignore[call-arg, assignment]  # a class of this module
        return made
    if inspect.isclass(identifier) or not callable(identifier):
        raise TypeError(
            f"An initializer must be a name or a callable that fills a tensor, got {identifier!r}. "
            "Choose e.g. kernel_initializer='glorot_uniform'."
        )
    return identifier


def serialize(initializer: Initializer) -> dict[str, Any]:
    """Return an initializer as JSON, the inverse of `get`.

    Raises:
        TypeError: The initializer is not one of this module's.
    """
    cls: Any = type(initializer)
    if cls not in _CLASSES.values():
        raise TypeError(
            f"The initializer {initializer!r} cannot be written as JSON. Use a name or one of "
            f"{', '.join(_CLASSES)}."
        )
    arguments = {each.name: getattr(initializer, each.name) for each in fields(cls) if each.init}
    return {"class_name": cls.__name__, "config": arguments}
