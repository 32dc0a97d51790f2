"""Invertible maps: they change how a variable looks and not what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from glow._errors import closest

from ._sampler import Sampler

if TYPE_CHECKING:
    from ._sampler import Pair

Values: TypeAlias = npt.NDArray[np.float64]


def cube_root(values: Values) -> Values:
    """Steep at 0 and flat in the tails."""
    return np.cbrt(values)


def asinh(values: Values) -> Values:
    """Almost the identity near 0, a logarithm in the tails: it tames a Student t."""
    return np.arcsinh(values)


def normal_cdf(values: Values) -> Values:
    """The normal distribution function; a standard normal becomes uniform on [0, 1].

    Values above 8.2 round to 1, which a standard normal reaches once in 1e16 samples; give it no
    heavy tails.
    """
    from scipy.special import ndtr

    mapped: Values = ndtr(values)
    return mapped


def wiggly(values: Values) -> Values:
    """A line with three sine waves on it.

    Its slope is at least 1 - 0.4 - 0.2 * 1.7 - 0.03 * 3.3 = 0.161, so it can be undone (Czyz et
    al. 2023, appendix on one-dimensional maps).
    """
    return (
        values
        + 0.4 * np.sin(values)
        + 0.2 * np.sin(1.7 * values + 1)
        + 0.03 * np.sin(3.3 * values - 2.5)
    )


def spiral(values: Values) -> Values:
    """Turns each point by an angle that grows with its distance from 0.

    ``x -> exp(v A |x|**2) x`` with A skew-symmetric (Czyz et al. 2023): lengths stay, so turning
    back by the same angle undoes it, and so do volumes. A turns the columns in pairs, an odd last
    one stays; v = 1/sqrt(d) makes the angles of a standard normal differ by 1.4 radians in any d.

    Args:
        values: (n, d) with d at least 2.
    """
    angle = (values**2).sum(axis=1, keepdims=True) / np.sqrt(values.shape[1])  # (n, 1)
    cos, sin = np.cos(angle), np.sin(angle)
    end = values.shape[1] // 2 * 2
    first, second = values[:, 0:end:2], values[:, 1:end:2]  # (n, d // 2) each
    turned = values.copy()
    turned[:, 0:end:2] = cos * first - sin * second
    turned[:, 1:end:2] = sin * first + cos * second
    return turned


MAPS: Mapping[str, Callable[[Values], Values]] = {
    each.__name__: each for each in (asinh, cube_root, normal_cdf, spiral, wiggly)
}
"""Every map by its name."""


@dataclass(frozen=True, kw_only=True)
class Mapped(Sampler):
    """Another sampler seen through invertible maps; its mutual information does not change.

    Args:
        base: The sampler.
        x: The map of X: "asinh", "cube_root", "normal_cdf", "spiral" or "wiggly"; None leaves X.
        y: The map of Y, likewise.

    Raises:
        TypeError: If ``base`` is no sampler.
        ValueError: If a map is unknown, or does not suit the variable: symbols cannot be mapped and
            a spiral needs two columns.

    Example:
        >>> from glow.datasets import CorrelatedGaussians
        >>> plain = CorrelatedGaussians(d=2, rho=0.8)
        >>> Mapped(base=plain, x="spiral").mutual_information == plain.mutual_information
        True
    """

    base: Sampler
    x: str | None = None
    y: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.base, Sampler):
            raise TypeError(
                f"Mapped: base must be a sampler, got {type(self.base).__name__}. "
                "Choose e.g. base=CorrelatedGaussians(d=2, rho=0.5)."
            )
        for name, values in zip("xy", self.base.sample(1), strict=True):
            _check(name, getattr(self, name), values)

    @property
    def name(self) -> str:
        """Such as "correlated Gaussians, spiral of x"."""
        maps = [f"{how} of {axis}" for axis, how in (("x", self.x), ("y", self.y)) if how]
        if self.x == self.y and self.x is not None:
            maps = [f"{self.x} of both"]
        return ", ".join([self.base.name, *(each.replace("_", " ") for each in maps)])

    @property
    def d(self) -> int:
        """The columns of the sampler below."""
        return self.base.d

    @property
    def mutual_information(self) -> float:
        """That of the sampler below, in bits."""
        return self.base.mutual_information

    def _draw(self, n: int, rng: np.random.Generator) -> Pair:
        x, y = self.base._draw(n, rng)
        return (
            x if self.x is None else MAPS[self.x](x),
            y if self.y is None else MAPS[self.y](y),
        )


def _check(name: str, how: str | None, values: npt.NDArray[np.generic]) -> None:
    if how is None:
        return
    if how not in MAPS:
        raise ValueError(f"Mapped: no map is called {how!r}. {closest(how, MAPS)}")
    if values.dtype.kind != "f":
        raise ValueError(f"Mapped: {name} holds symbols, which {how!r} does not map. Leave it out.")
    if how == "spiral" and values.shape[1] < 2:
        raise ValueError(
            f"Mapped: a spiral needs {name} of at least 2 columns, got {values.shape[1]}. "
            "Choose e.g. 'wiggly'."
        )
