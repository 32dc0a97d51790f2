"""Matrix-based Renyi information."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from ._arrays import as_array, as_samples, is_discrete, same_length
from ._base import Estimator
from ._context import Classes, Context
from ._kernels.passes import Kernels, Sigma, Variable, rows_of
from ._kernels.renyi_sums import collision_entropies, information, spectra
from ._parameter import parameter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._arrays import Array, Samples

Curve = npt.NDArray[np.float64]

_SUBSAMPLE = 512
"""Samples whose eigenvalues are taken where alpha is not 2."""


class Renyi(Estimator):
    """Matrix-based Renyi information of order alpha, in bits.

    With the kernel matrix K of N samples, ones on its diagonal, and A = K / N,

        S(A) = log2(tr A**alpha) / (1 - alpha)

    and I(X;T) = S(A_X) + S(A_T) - S(A_X o A_T / tr(A_X o A_T)), "o" being the product of entries
    (Giraldo, Rao and Principe 2015, definitions 2 to 4). The kernel is exp(-r**2 / (2 sigma**2));
    that of labels is 1 if equal, else 0. As with the variance of KDE, the number says how many
    samples a kernel of that width tells apart: 0 for a wide one, log2 N for a narrow one.

    For alpha = 2, tr A**2 is the mean of all K_ij**2: no eigenvalues are needed, all samples
    count, and `curve` evaluates many sigmas for little more than one. Other orders take the
    eigenvalues of up to 512 samples, chosen by a fixed seed; alpha = 1 is the von Neumann entropy.

    Args:
        sigma: Bandwidth, or "median", for each variable the median distance of different samples
            (of 512, chosen by a fixed seed, if there are more).
        alpha: The order.

    Raises:
        TypeError: If a setting is of the wrong kind or unknown.
        ValueError: If a setting is out of bounds.

    Example:
        >>> Renyi().criterion([0, 0, 1, 1], [5, 5, 7, 7])
        1.0
    """

    name = "renyi"

    sigma: float | str = parameter(
        default="median",
        scale="log",
        low=1e-6,
        high=1e6,
        slider=(2**-8, 2**7),
        smooth=True,
        per_octave=6,  # three an octave of its square, on which the kernel depends
        choices=("median",),
        example=1.0,
        meaning="bandwidth of the kernel, or the median distance of different samples",
    )
    alpha: float = parameter(
        default=2,
        scale="log",
        low=0.1,
        high=10,
        slider=(0.5, 5),
        meaning="order of the entropy; 2 uses all samples, others up to 512",
    )

    def criterion(self, x: Array, y: Array) -> float:
        """Matrix-based information of two variables.

        Args:
            x: (N,) or (N, ...) samples. Integers and booleans are labels.
            y: (N,) or (N, ...) samples, likewise.

        Returns:
            The estimate in bits.

        Raises:
            ValueError: If the lengths differ or a value is not finite.
        """
        first, second = _variable("x", x), _variable("y", y)
        same_length("Renyi", x=rows_of(first), y=rows_of(second))
        if isinstance(first, Classes):
            first, second = second, first
        return float(self._informations(first, [second], [self.sigma], None)[0][0])

    def coordinates(self, t: Array, context: Context) -> tuple[float, float]:
        """I(X;T) and I(T;Y) in bits, for alpha = 2 from one pass over the pairs.

        Raises:
            ValueError: If ``t`` is not finite or does not fit the context.
        """
        xt, ty = self._both(t, context, [self.sigma])
        return float(xt[0]), float(ty[0])

    def curve(
        self, t: Array, context: Context, parameter: str, values: Iterable[float]
    ) -> tuple[Curve, Curve]:
        """Both coordinates at many bandwidths, for alpha = 2 from one pass over the pairs.

        Args:
            t: (N, ...) activations of the layer.
            context: What is fixed while the layer changes.
            parameter: "sigma"; anything else is evaluated value by value.
            values: (V,) its values in any order; choose ``Parameter.grid()``.

        Returns:
            I(X;T) and I(T;Y), two arrays (V,) in bits, in the order of ``values``.
        """
        sigmas = [self.replace(**{parameter: value}).sigma for value in values]
        if parameter != "sigma" or any(isinstance(sigma, str) for sigma in sigmas):
            return super().curve(t, context, parameter, values)
        return self._both(t, context, sigmas)

    def check(self, x: Array, y: Array) -> dict[str, float]:
        """What the estimate makes of a shuffled partner.

        How it moves with half of the samples is not asked: a narrow kernel's information grows
        with N by its definition.

        Returns:
            ``shuffled``, in bits.
        """
        values = as_array("Renyi", "y", y)
        order = np.random.default_rng(0).permutation(len(values))
        return {"shuffled": self.criterion(x, values[order])}

    def diagnose(self, t: Array, context: Context) -> dict[str, float]:
        """The bandwidth in the layer and what the estimate makes of shuffled labels.

        Returns:
            ``sigma``, in units of the activation, and ``ty_shuffled``, I(T;Y) of shuffled Y in
            bits.
        """
        samples = as_samples("Renyi", "t", t)
        shuffled = self.criterion(samples, context.shuffled.y)
        return {"sigma": Kernels("Renyi").width(samples, self.sigma), "ty_shuffled": shuffled}

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        """The second order."""
        return (cls(),)

    def _both(self, t: Array, context: Context, sigmas: list[Sigma]) -> tuple[Curve, Curve]:
        samples = as_samples("Renyi", "t", t)
        same_length("Renyi", t=samples, x=context.x)
        target: Variable = (
            as_samples("Renyi", "y", context.y) if context.classes is None else context.classes
        )
        xt, ty = self._informations(samples, [context.x, target], sigmas, context)
        return xt, ty

    def _informations(
        self,
        first: Variable,
        seconds: list[Variable],
        sigmas: list[Sigma],
        context: Context | None,
    ) -> list[Curve]:
        if self.alpha == 2:
            return collision_entropies(Kernels("Renyi"), first, seconds, sigmas, context)
        return [
            np.array([self._by_eigenvalues(first, second, sigma) for sigma in sigmas])
            for second in seconds
        ]

    def _by_eigenvalues(self, first: Variable, second: Variable, sigma: Sigma) -> float:
        rows = _chosen(len(rows_of(first)))
        kernels = Kernels("Renyi")
        widths = [
            math.nan if isinstance(v, Classes) else kernels.width(v, sigma) for v in (first, second)
        ]
        return information(spectra(first, second, (widths[0], widths[1]), rows), self.alpha)


def _chosen(n: int) -> npt.NDArray[np.int64]:
    if n <= _SUBSAMPLE:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).permutation(n)[:_SUBSAMPLE])


def _variable(name: str, value: Array) -> Samples | Classes:
    array = as_array("Renyi", name, value)
    return Classes.of(array) if is_discrete(array) else as_samples("Renyi", name, value)
