"""What all estimates from kernels of one bandwidth share: both coordinates from one pass."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from glow.estimators._arrays import as_array, as_samples, is_discrete, same_length
from glow.estimators._base import Estimator
from glow.estimators._context import Classes
from glow.estimators._parameter import parameter

from .passes import Kernels, rows_of, target_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from glow.estimators._arrays import Array, Samples
    from glow.estimators._context import Context

    from .passes import Curve, Sigma, Variable


class OfBandwidth(Estimator):
    """An estimate from kernels of a bandwidth; base of HSIC, CKA and Renyi."""

    sigma: float | str = parameter(
        default="median",
        scale="log",
        low=1e-6,
        high=1e6,
        slider=(2**-8, 2**7),
        smooth=True,
        per_octave=6,  # three an octave of its square, on which kernels depend
        choices=("median",),
        example=1.0,
        meaning="bandwidth of the kernel, or the median distance of different samples",
    )

    def criterion(self, x: Array, y: Array) -> float:
        """Dependence or information of two variables.

        Args:
            x: (N,) or (N, ...) samples. Integers and booleans are labels.
            y: (N,) or (N, ...) samples, likewise.

        Returns:
            The estimate, in `unit`.

        Raises:
            ValueError: If the lengths differ or a value is not finite, or if there are too few
                samples for the settings.
        """
        first, second = self._variable("x", x), self._variable("y", y)
        same_length(type(self).__name__, x=rows_of(first), y=rows_of(second))
        if isinstance(first, Classes) and not isinstance(second, Classes):
            first, second = second, first
        return float(self._pairs(first, [second], [self.sigma])[0][0])

    def coordinates(self, t: Array, context: Context) -> tuple[float, float]:
        """Both coordinates, from one pass over the pairs.

        Raises:
            ValueError: If ``t`` is not finite or does not fit the context.
        """
        xt, ty = self._both(t, context, [self.sigma])
        return float(xt[0]), float(ty[0])

    def curve(
        self, t: Array, context: Context, parameter: str, values: Iterable[float]
    ) -> tuple[Curve, Curve]:
        """Both coordinates at many bandwidths from one pass over the pairs.

        Args:
            t: (N, ...) activations of the layer.
            context: What is fixed while the layer changes.
            parameter: "sigma"; anything else is evaluated value by value.
            values: (V,) its values in any order. Those whose squares halve each other cost little
                more, so choose ``Parameter.grid()``.

        Returns:
            Both coordinates, two arrays (V,), in the order of ``values``.
        """
        sigmas = [self.replace(**{parameter: value}).sigma for value in values]
        if parameter != "sigma" or any(isinstance(sigma, str) for sigma in sigmas):
            return super().curve(t, context, parameter, values)
        return self._both(t, context, sigmas)

    def estimate(self, t: Array, context: Context) -> dict[str, float]:
        """Both coordinates and what `diagnose` says of them, from work that is done once.

        Raises:
            ValueError: If ``t`` is not finite or does not fit the context.
        """
        samples = self._samples(t)
        same_length(type(self).__name__, t=samples, x=context.x)
        others = [context.x, target_of(context), target_of(context.shuffled)]
        found = self._pairs(samples, others, [self.sigma], context)
        xt, ty, shuffled = (float(values[0]) for values in found)
        return {"xt": xt, "ty": ty, **self._width(samples), "ty_shuffled": shuffled}

    def _both(self, t: Array, context: Context, sigmas: list[Sigma]) -> tuple[Curve, Curve]:
        samples = self._samples(t)
        same_length(type(self).__name__, t=samples, x=context.x)
        xt, ty = self._pairs(samples, [context.x, target_of(context)], sigmas, context)
        return xt, ty

    def check(self, x: Array, y: Array) -> dict[str, float]:
        """What the measure makes of a shuffled partner.

        Returns:
            ``shuffled``, the estimate for y in another order: what there is of it without any
            dependence, because the samples are finite.
        """
        values = as_array(type(self).__name__, "y", y)
        order = np.random.default_rng(0).permutation(len(values))
        return {"shuffled": self.criterion(x, values[order])}

    def diagnose(self, t: Array, context: Context) -> dict[str, float]:
        """The bandwidth in the layer, and what the estimate makes of shuffled labels.

        Returns:
            ``sigma``, the bandwidth of the layer's kernel, in units of the activation (absent for
            the linear kernel), and ``ty_shuffled``, the estimate for T and shuffled Y.
        """
        samples = as_samples(type(self).__name__, "t", t)
        shuffled = self.criterion(samples, context.shuffled.y)
        return {**self._width(samples), "ty_shuffled": shuffled}

    def _width(self, samples: Samples) -> dict[str, float]:
        if all(p.name != "sigma" for p in self.active):
            return {}
        return {"sigma": self._kernels().width(samples, self.sigma)}

    @abstractmethod
    def _pairs(
        self,
        first: Variable,
        seconds: list[Variable],
        sigmas: list[Sigma],
        context: Context | None = None,
    ) -> list[Curve]:
        """The estimate for one variable and each of some others, (V,) each."""

    def _kernels(self) -> Kernels:
        return Kernels(type(self).__name__)

    def _samples(self, t: Array) -> Samples:
        return as_samples(type(self).__name__, "t", t)

    def _variable(self, name: str, value: Array) -> Variable:
        array = as_array(type(self).__name__, name, value)
        if is_discrete(array):
            return Classes.of(array)
        return as_samples(type(self).__name__, name, value)
