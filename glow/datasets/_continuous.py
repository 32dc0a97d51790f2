"""Pairs of continuous variables with a closed form of their mutual information."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from glow._arguments import integer

from ._sampler import Sampler, number

if TYPE_CHECKING:
    from ._sampler import Pair

_MOST_BITS = 10  # for each pair of columns; beyond, rho is so near 1 that rounding shows
_MOST_DOF = 1e6  # beyond, the differences of large log gammas lose digits


@dataclass(frozen=True, kw_only=True)
class CorrelatedGaussians(Sampler):
    """Standard normal columns, each of X correlated with one of Y and with nothing else.

    ``I(X;Y) = -d/2 log2(1 - rho**2)``; for d = 1 and rho = 0.9 it is 1.1980 bits.

    Args:
        d: Columns of X and of Y.
        rho: The correlation within each pair, above -1 and below 1.

    Raises:
        ValueError: If a setting is out of bounds.

    Example:
        >>> round(CorrelatedGaussians(d=2, rho=0.8).mutual_information, 4)
        1.4739
    """

    d: int = 1
    rho: float = 0.0

    def __post_init__(self) -> None:
        _checked(self, d=self.d, rho=self.rho)

    @classmethod
    def with_information(cls, d: int, bits: float) -> Self:
        """The one of ``d`` columns whose mutual information is ``bits``, rho not negative.

        Raises:
            ValueError: If ``bits`` is negative or above 10 for each column.
        """
        return cls(d=d, rho=_rho(cls.__name__, d, bits))

    @property
    def name(self) -> str:
        """Its name without numbers."""
        return "correlated Gaussians"

    @property
    def mutual_information(self) -> float:
        """In bits, by the closed form."""
        return _gaussian_bits(self.d, self.rho)

    def _draw(self, n: int, rng: np.random.Generator) -> Pair:
        x = rng.standard_normal((n, self.d))
        own = rng.standard_normal((n, self.d))
        return x, self.rho * x + math.sqrt((1 - self.rho) * (1 + self.rho)) * own


@dataclass(frozen=True, kw_only=True)
class StudentT(Sampler):
    """A multivariate Student t of X and Y together: heavy tails, dependent even at rho = 0.

    All columns are divided by one random length, so that a large X goes with a large Y. With
    dispersion matrix as in `CorrelatedGaussians`,

        I(X;Y) = -d/2 log2(1 - rho**2) + (f(dof) + f(dof + 2 d) - 2 f(dof + d)) / ln 2,
        f(a) = ln Gamma(a/2) - a/2 digamma(a/2)

    (Arellano-Valle, Contreras-Reyes and Genton, "Shannon entropy and mutual information for
    multivariate skew-elliptical distributions", 2013; Czyz et al., "Beyond normal", 2023).

    Args:
        d: Columns of X and of Y.
        rho: The off-diagonal entry of the dispersion within each pair, above -1 and below 1.
        dof: Degrees of freedom, above 0 and at most a million; no variance exists up to 2, no mean
            up to 1.

    Raises:
        ValueError: If a setting is out of bounds.

    Example:
        >>> round(StudentT(d=1, rho=0.0, dof=1.0).mutual_information, 4)
        0.3234
    """

    d: int = 1
    rho: float = 0.0
    dof: float = 3.0

    def __post_init__(self) -> None:
        _checked(self, d=self.d, rho=self.rho)
        dof = number("StudentT", "dof", self.dof, 0, np.nextafter(_MOST_DOF, math.inf), example=3)
        object.__setattr__(self, "dof", dof)

    @classmethod
    def with_information(cls, d: int, bits: float, dof: float = 3.0) -> Self:
        """The one of ``d`` columns whose mutual information is ``bits``, rho not negative.

        Raises:
            ValueError: If ``bits`` is below what the tails alone carry, or above what `rho` can.
        """
        least = cls(d=d, dof=dof).mutual_information
        if bits < least:
            raise ValueError(
                f"{cls.__name__}: with d={d} and dof={dof:g} the tails alone carry {least:.4g} "
                f"bits, got bits={bits!r}. Ask for more bits or more degrees of freedom."
            )
        return cls(d=d, rho=_rho(cls.__name__, d, bits - least), dof=dof)

    @property
    def name(self) -> str:
        """Such as "Student t, 3 dof"."""
        return f"Student t, {self.dof:g} dof"

    @property
    def mutual_information(self) -> float:
        """In bits, by the closed form."""
        from scipy.special import digamma, gammaln

        a = np.array([self.dof, self.dof + 2 * self.d, self.dof + self.d]) / 2
        tails = (gammaln(a) - a * digamma(a)) @ [1, 1, -2]
        return _gaussian_bits(self.d, self.rho) + float(tails) / math.log(2)

    def _draw(self, n: int, rng: np.random.Generator) -> Pair:
        x, y = CorrelatedGaussians(d=self.d, rho=self.rho)._draw(n, rng)
        lengths = np.sqrt(rng.chisquare(self.dof, size=(n, 1)) / self.dof)
        # at dof far below 1 a length can round to 0
        lengths = np.maximum(lengths, np.finfo(np.float64).tiny ** 0.5)
        return x / lengths, y / lengths


@dataclass(frozen=True, kw_only=True)
class UniformNoise(Sampler):
    """X uniform on [0, 1], Y = X plus noise uniform on [-noise, noise], columns independent.

    A density with edges. For each column, in nats, ``noise - ln(2 noise)`` for noise up to 1/2 and
    ``1 / (4 noise)`` beyond.

    Args:
        d: Columns of X and of Y.
        noise: Half the width of the noise, above 0.

    Raises:
        ValueError: If a setting is out of bounds.

    Example:
        >>> round(UniformNoise(d=1, noise=0.5).mutual_information, 4)
        0.7213
    """

    d: int = 1
    noise: float = 0.1

    def __post_init__(self) -> None:
        _checked(self, d=self.d)
        noise = number("UniformNoise", "noise", self.noise, 0, math.inf, example=0.1)
        object.__setattr__(self, "noise", noise)

    @classmethod
    def with_information(cls, d: int, bits: float) -> Self:
        """The one of ``d`` columns whose mutual information is ``bits``.

        Raises:
            ValueError: If ``bits`` is not above 0, or above 10 for each column.
        """
        from scipy.optimize import brentq

        d = integer(cls.__name__, "d", d, low=1)
        nats = number(cls.__name__, "bits", bits, 0, _most_bits(d), example=d) * math.log(2) / d
        if nats < _uniform_nats(0.5):
            return cls(d=d, noise=1 / (4 * nats))
        noise = brentq(lambda e: _uniform_nats(e) - nats, math.exp(-nats) / 2, 0.5, xtol=1e-15)
        return cls(d=d, noise=float(noise))

    @property
    def name(self) -> str:
        """Its name without numbers."""
        return "uniform noise"

    @property
    def mutual_information(self) -> float:
        """In bits, by the closed form."""
        return self.d * _uniform_nats(self.noise) / math.log(2)

    def _draw(self, n: int, rng: np.random.Generator) -> Pair:
        x = rng.uniform(size=(n, self.d))
        return x, x + rng.uniform(-self.noise, self.noise, size=(n, self.d))


def _checked(sampler: CorrelatedGaussians | StudentT | UniformNoise, **settings: object) -> None:
    """Replaces ``d`` and ``rho`` by the plain numbers they stand for."""
    owner = type(sampler).__name__
    object.__setattr__(sampler, "d", integer(owner, "d", settings["d"], low=1))
    if "rho" in settings:
        rho = number(owner, "rho", settings["rho"], -1, 1, example=0.5)
        object.__setattr__(sampler, "rho", rho)


def _gaussian_bits(d: int, rho: float) -> float:
    return -d / 2 * (math.log1p(-rho) + math.log1p(rho)) / math.log(2) + 0.0


def _rho(owner: str, d: int, bits: float) -> float:
    d = integer(owner, "d", d, low=1)
    if bits == 0:
        return 0.0
    bits = number(owner, "bits", bits, 0, _most_bits(d), example=d)
    return math.sqrt(-math.expm1(-2 * bits / d * math.log(2)))


def _most_bits(d: int) -> float:
    return float(np.nextafter(_MOST_BITS * d, math.inf))


def _uniform_nats(noise: float) -> float:
    return noise - math.log(2 * noise) if noise <= 0.5 else 1 / (4 * noise)
