"""A label and a layer of which each class is a Gaussian."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from glow._arguments import integer

from ._quadrature import mixture_information
from ._sampler import Sampler, as_numbers, number, shares

if TYPE_CHECKING:
    import numpy.typing as npt

    from ._sampler import Pair

_MOST_AXES = 2  # quadrature beyond takes too long to be exact


@dataclass(frozen=True, kw_only=True)
class GaussianMixtureLabel(Sampler):
    """X is a layer in which each class y is a Gaussian, Y the label.

    The classes differ along one or two axes only. These are turned into the diagonal of all ``d``
    units, so that every unit knows a little; the turn and the independent standard normal noise in
    the other directions change nothing. I(X;Y) is therefore the integral over one or two
    dimensions, done by quadrature to 1e-10 bits.

    Args:
        means: (C,) or (C, r) the class means along r = 1 or 2 axes.
        scales: (C,) the standard deviation of each class along the axes, in which the directions
            without information have 1; all 1 if None.
        weights: (C,) the probability of each class; equal if None.
        d: Units of the layer, at least r.

    Raises:
        ValueError: If a setting is out of bounds or the numbers of classes differ.

    Example:
        >>> round(GaussianMixtureLabel(means=[-1, 1], d=5).mutual_information, 4)
        0.4859
    """

    means: Sequence[float] | Sequence[Sequence[float]] | npt.NDArray[np.float64]
    scales: Sequence[float] | npt.NDArray[np.float64] | None = None
    weights: Sequence[float] | npt.NDArray[np.float64] | None = None
    d: int = 1

    def __post_init__(self) -> None:
        owner = type(self).__name__
        ndim = 1 if np.ndim(self.means) == 1 else 2
        means = as_numbers(owner, "means", self.means, ndim=ndim).reshape(len(self.means), -1)
        if means.shape[1] > _MOST_AXES:
            raise ValueError(
                f"{owner}: means must lie along 1 or 2 axes, got {means.shape[1]}. "
                "The information is exact there only; units without information come with d."
            )
        scales = [1.0] * len(means) if self.scales is None else self.scales
        deviations = as_numbers(owner, "scales", scales, ndim=1)
        if len(deviations) != len(means) or not (deviations > 0).all():
            raise ValueError(
                f"{owner}: scales must be {len(means)} positive numbers, one for each class, "
                f"got {deviations.tolist()}."
            )
        object.__setattr__(self, "means", tuple(map(tuple, means.tolist())))
        object.__setattr__(self, "scales", tuple(deviations.tolist()))
        object.__setattr__(self, "weights", shares(owner, "weights", self.weights, len(means)))
        object.__setattr__(self, "d", integer(owner, "d", self.d, low=means.shape[1]))

    @classmethod
    def with_information(
        cls, d: int, bits: float, weights: Sequence[float] | npt.NDArray[np.float64] = (0.5, 0.5)
    ) -> Self:
        """Classes of the given weights, equally far apart on one axis, so that I(X;Y) is ``bits``.

        Raises:
            ValueError: If ``bits`` is not above 0 and at least 0.001 below the entropy of the
                weights.
        """
        from scipy.optimize import brentq

        p = np.array(shares(cls.__name__, "weights", weights))
        entropy = float(-(p * np.log2(p)).sum())
        number(cls.__name__, "bits", bits, 0, max(entropy - 1e-3, 0.0), example=entropy / 2)
        places = np.arange(len(p), dtype=np.float64) - (len(p) - 1) / 2

        def excess(apart: float) -> float:
            means: npt.NDArray[np.float64] = apart * places[:, None]
            return mixture_information(means, np.ones(len(p)), p) - bits

        apart = float(brentq(excess, 0, 20, xtol=1e-12))
        return cls(means=(apart * places).tolist(), weights=p, d=d)

    @property
    def name(self) -> str:
        """Such as "label of 10 classes"."""
        spread = "" if len(set(self.scales or ())) == 1 else ", unlike widths"
        plane = ", two axes" if np.shape(self.means)[1] == 2 else ""
        return f"label of {len(self.means)} classes{plane}{spread}"

    @cached_property
    def mutual_information(self) -> float:
        """In bits, by quadrature."""
        return mixture_information(
            np.array(self.means), np.array(self.scales), np.array(self.weights)
        )

    def _draw(self, n: int, rng: np.random.Generator) -> Pair:
        means, scales = np.array(self.means), np.array(self.scales)
        labels = rng.choice(len(means), size=n, p=self.weights)
        layer = rng.standard_normal((n, self.d))
        axes = means.shape[1]
        layer[:, :axes] = means[labels] + scales[labels, None] * layer[:, :axes]
        return _turned(layer, axes), labels.astype(np.int64)


def _turned(layer: npt.NDArray[np.float64], axes: int) -> npt.NDArray[np.float64]:
    """Reflects each of the first axes onto a diagonal of its share of the units.

    A Householder reflection is its own inverse. The columns axis, axis + axes, axis + 2 axes, ...
    belong to one axis, so that the two of a plane do not mix.
    """
    turned = layer.copy()
    for axis in range(axes):
        block = layer[:, axis::axes]
        mirror = np.full(block.shape[1], -1 / math.sqrt(block.shape[1]))
        mirror[0] += 1
        length = mirror @ mirror
        if length > 0:
            turned[:, axis::axes] = block - 2 / length * np.outer(block @ mirror, mirror)
    return turned
