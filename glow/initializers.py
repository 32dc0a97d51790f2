"""Initial weights by name, as in Keras; each initializer fills a tensor in place, as in PyTorch.

An initializer is any callable that fills the tensor it is given, so ``torch.nn.init.orthogonal_``
is one. The objects here can also be written as JSON.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from torch import Tensor, nn

from glow._registry import lookup

__all__ = [
    "Constant",
    "Initializer",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "get",
    "serialize",
]

Initializer: TypeAlias = Callable[[Tensor], object]

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
    mode: Literal["fan_in", "fan_out", "fan_avg"] = "fan_in"
    distribution: Literal["uniform", "truncated_normal"] = "truncated_normal"

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


def _fans(tensor: Tensor) -> tuple[int, int]:
    if tensor.ndim < 2:
        raise ValueError(
            "An initializer that scales by the fan needs a tensor of two or more dimensions, got "
            f"the shape {tuple(tensor.shape)}. Use e.g. 'zeros' for a bias."
        )
    return nn.init._calculate_fan_in_and_fan_out(tensor)


_CLASSES: dict[str, type[Any]] = {
    cls.__name__: cls
    for cls in (Constant, RandomNormal, RandomUniform, TruncatedNormal, VarianceScaling)
}
_BY_NAME: dict[str, Initializer] = {
    "zeros": Constant(0.0),
    "ones": Constant(1.0),
    "random_normal": RandomNormal(),
    "random_uniform": RandomUniform(),
    "truncated_normal": TruncatedNormal(),
    "glorot_uniform": VarianceScaling(1.0, "fan_avg", "uniform"),
    "glorot_normal": VarianceScaling(1.0, "fan_avg", "truncated_normal"),
    "he_uniform": VarianceScaling(2.0, "fan_in", "uniform"),
    "he_normal": VarianceScaling(2.0, "fan_in", "truncated_normal"),
    "lecun_uniform": VarianceScaling(1.0, "fan_in", "uniform"),
    "lecun_normal": VarianceScaling(1.0, "fan_in", "truncated_normal"),
}


def get(identifier: str | Mapping[str, Any] | Initializer) -> Initializer:
    """Return the initializer that a name or a configuration stands for; a callable as it is.

    Args:
        identifier: A name such as ``"glorot_uniform"``, what `serialize` returned, or a callable
            that fills the tensor it is given.

    Raises:
        ValueError: The name is unknown.
        TypeError: None of these.
    """
    if isinstance(identifier, str):
        return lookup("initializer", identifier, _BY_NAME)
    if isinstance(identifier, Mapping):
        initializer: Initializer = lookup("initializer", identifier["class_name"], _CLASSES)(
            **identifier["config"]
        )
        return initializer
    if callable(identifier):
        return identifier
    raise TypeError(
        f"An initializer must be a name or a callable that fills a tensor, got {identifier!r}. "
        "Choose e.g. kernel_initializer='glorot_uniform'."
    )


def serialize(initializer: Initializer) -> dict[str, Any]:
    """Return an initializer as JSON, the inverse of `get`.

    Raises:
        TypeError: The initializer is not one of this module's.
    """
    name = type(initializer).__name__
    if _CLASSES.get(name) is not type(initializer):
        raise TypeError(
            f"The initializer {initializer!r} cannot be written as JSON. Use a name or one of "
            f"{', '.join(_CLASSES)}."
        )
    return {"class_name": name, "config": asdict(initializer)}  # type: ignore[call-overload]  # a dataclass, checked above
