"""A label that is read off a Gaussian layer through noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from glow._arguments import integer

from ._sampler import Sampler, number, shares

if TYPE_CHECKING:
    import numpy.typing as npt

    from ._sampler import Pair

_REACH, _STEPS = 10.0, 20_000  # the grid of the quadrature, in standard deviations


@dataclass(frozen=True, kw_only=True)
class ProbitLabel(Sampler):
    """X is a standard normal layer, Y a label that grades its first unit through noise.

    The class is the interval in which ``rho x + sqrt(1 - rho**2) noise`` lies; the borders are set
    so that the classes have the given weights. X keeps its normal distribution whatever the
    information is, so that X can be given any correlations and marginals by invertible maps.

    Args:
        weights: (C,) the probability of each class, in the order in which they are graded.
        rho: The correlation of the first unit with what is graded, above -1 and below 1.
        d: Units of the layer.

    Raises:
        ValueError: If a setting is out of bounds.

    Example:
        >>> round(ProbitLabel(weights=(0.5, 0.5), rho=0.9, d=3).mutual_information, 4)
        0.55
    """

    weights: Sequence[float] | npt.NDArray[np.float64]
    rho: float
    d: int = 1

    def __post_init__(self) -> None:
        owner = type(self).__name__
        object.__setattr__(self, "weights", shares(owner, "weights", self.weights))
        object.__setattr__(self, "rho", number(owner, "rho", self.rho, -1, 1, example=0.5))
        object.__setattr__(self, "d", integer(owner, "d", self.d, low=1))

    @classmethod
    def with_information(
        cls, d: int, bits: float, weights: Sequence[float] | npt.NDArray[np.float64] = (0.5, 0.5)
    ) -> Self:
        """The one of these weights whose mutual information is ``bits``, rho positive.

        Raises:
            ValueError: If ``bits`` is not above 0 and below 0.99 of the entropy of the weights.
        """
        from scipy.optimize import brentq

        p = shares(cls.__name__, "weights", weights)
        entropy = float(-(np.array(p) @ np.log2(p)))
        number(cls.__name__, "bits", bits, 0, 0.99 * entropy, example=entropy / 2)

        def excess(rho: float) -> float:
            return cls(weights=p, rho=rho).mutual_information - bits

        return cls(weights=p, rho=float(brentq(excess, 0.0, 1 - 1e-6, xtol=1e-12)), d=d)

    @property
    def name(self) -> str:
        """Such as "graded label of 3 classes"."""
        return f"graded label of {len(self.weights)} classes"

    @cached_property
    def mutual_information(self) -> float:
        """In bits, H(Y) less the mean entropy of the label at each x, by quadrature."""
        x = np.linspace(-_REACH, _REACH, _STEPS + 1)
        density = np.exp(-(x**2) / 2)
        p = self._class_probabilities(x)  # (P, C)
        within = -(p * np.log2(p, out=np.zeros_like(p), where=p > 0)).sum(axis=1)
        entropy = -(np.array(self.weights) @ np.log2(self.weights))
        return float(entropy - density @ within / density.sum())

    def labels(self, x: npt.NDArray[np.float64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
        """Labels (n,) for given values (n,) of the first unit."""
        graded = self.rho * x + self._noise * rng.standard_normal(len(x))
        return np.searchsorted(self._borders, graded).astype(np.int64)

    def _draw(self, n: int, rng: np.random.Generator) -> Pair:
        x = rng.standard_normal((n, self.d))
        return x, self.labels(x[:, 0], rng)

    @property
    def _noise(self) -> float:
        return math.sqrt((1 - self.rho) * (1 + self.rho))

    @property
    def _borders(self) -> npt.NDArray[np.float64]:
        from scipy.special import ndtri

        borders: npt.NDArray[np.float64] = ndtri(np.cumsum(self.weights)[:-1])
        return borders

    def _class_probabilities(self, x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        from scipy.special import ndtr

        below = ndtr((self._borders - self.rho * x[:, None]) / self._noise)  # (P, C - 1)
        ends = np.zeros((len(x), 1))
        probabilities: npt.NDArray[np.float64] = np.diff(np.hstack((ends, below, ends + 1)), axis=1)
        return probabilities
