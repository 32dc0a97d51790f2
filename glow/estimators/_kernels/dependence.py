"""What the kernel measures of dependence share: settings, bandwidths, one pass for both axes."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from glow.estimators._arrays import as_array, as_samples, is_discrete, same_length
from glow.estimators._base import Estimator
from glow.estimators._context import Classes
from glow.estimators._errors import UnsuitableError
from glow.estimators._parameter import parameter

from .passes import Kernels, Sigma, Three, Variable, rows_of, samples_of, target_of
from .sums import placed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from glow.estimators._arrays import Array, Samples
    from glow.estimators._context import Context
    from glow.estimators._parameter import Parameter

Curve = npt.NDArray[np.float64]

_FEWEST_UNBIASED = 4


class KernelMeasure(Estimator):
    """A measure of dependence from the kernel matrices of two variables; base of HSIC and CKA."""

    unit = ""
    capped = False
    _squares: ClassVar[bool] = False
    """Whether the measure needs the sums of each kernel with itself."""

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
    kernel: str = parameter(
        default="gaussian",
        scale="choice",
        choices=("gaussian", "laplacian", "linear"),
        meaning="kernel of continuous variables",
    )
    labels: str = parameter(
        default="delta",
        scale="choice",
        choices=("delta", "one-hot"),
        meaning="kernel of labels: 1 if equal, else 0; or the other variables', of one-hot rows",
    )
    scale_sigma: bool = parameter(
        default=False,
        scale="switch",
        meaning="whether a given sigma is multiplied by the root of the variable's width",
    )
    unbiased: bool = parameter(
        default=False,
        scale="switch",
        meaning="whether to use the unbiased estimate, which can be negative",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        active = {p.name: getattr(self, p.name) for p in self.active}
        for p in self.parameters:
            value = getattr(self, p.name)
            if p.name not in active and value != p.default:
                raise ValueError(
                    f"{type(self).__name__}: {p.name}={value!r} has no effect beside {active}. "
                    "Leave it out, or change those."
                )

    @property
    def active(self) -> tuple[Parameter, ...]:
        """All parameters but those of a bandwidth that the linear kernel does not have."""
        idle = ("sigma", "scale_sigma", "labels") if self.kernel == "linear" else ()
        return tuple(p for p in self.parameters if p.name not in idle)

    @property
    def label(self) -> str:
        """Such as "HSIC, gaussian kernel" or "CKA, linear kernel, unbiased"."""
        return f"{type(self).__name__}, {self.kernel} kernel{', unbiased' if self.unbiased else ''}"

    @abstractmethod
    def _value(self, sums: Three, n: int) -> Curve:
        """The measure at each bandwidth, from the sums of its kernels."""

    def criterion(self, x: Array, y: Array) -> float:
        """Dependence of two variables.

        Args:
            x: (N,) or (N, ...) samples. Integers and booleans are labels, see ``labels``.
            y: (N,) or (N, ...) samples, likewise.

        Returns:
            The estimate, dimensionless.

        Raises:
            ValueError: If the lengths differ or a value is not finite, or if there are fewer than
                four samples for ``unbiased``.
        """
        first, second = self._variable("x", x), self._variable("y", y)
        same_length(type(self).__name__, x=rows_of(first), y=rows_of(second))
        if isinstance(first, Classes) and not isinstance(second, Classes):
            first, second = second, first
        return float(self._pairs(first, [second], [self.sigma])[0][0])

    def coordinates(self, t: Array, context: Context) -> tuple[float, float]:
        """The dependence of X and T and of T and Y, from one pass over the pairs.

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
            Dependence of X and T and of T and Y, two arrays (V,), in the order of ``values``.
        """
        sigmas = [self.replace(**{parameter: value}).sigma for value in values]
        if parameter != "sigma" or any(isinstance(sigma, str) for sigma in sigmas):
            return super().curve(t, context, parameter, values)
        return self._both(t, context, sigmas)

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
        """The bandwidth in the layer, and what the measure makes of shuffled labels.

        Returns:
            ``sigma``, the bandwidth of the layer's kernel, in units of the activation (absent for
            the linear kernel), and ``ty_shuffled``, the dependence of T and shuffled Y.
        """
        samples = as_samples(type(self).__name__, "t", t)
        shuffled = {"ty_shuffled": self.criterion(samples, context.shuffled.y)}
        if self.kernel == "linear":
            return shuffled
        return {"sigma": self._kernels().width(samples, self.sigma), **shuffled}

    def _pairs(
        self,
        first: Variable,
        seconds: list[Variable],
        sigmas: list[Sigma],
        context: Context | None = None,
    ) -> list[Curve]:
        """The measure of one variable and each of some others, (V,) each."""
        n = samples_of(first)
        if self.unbiased and n < _FEWEST_UNBIASED:
            raise UnsuitableError(
                f"{type(self).__name__}: unbiased=True needs at least {_FEWEST_UNBIASED} samples, "
                f"got {n}. Give more, or choose unbiased=False."
            )
        kernels = self._kernels()
        if self.kernel == "linear":
            found = [kernels.linear(first, s, context, unbiased=self.unbiased) for s in seconds]
            return [np.repeat(self._value(sums, n), len(sigmas)) for sums in found]
        passes = kernels.passes(first, seconds, sigmas, context, squares=self._squares)
        return [self._value(sums, n) for sums in passes]

    def _samples(self, t: Array) -> Samples:
        """Activations; for the linear kernel and factors of others in the host's memory."""
        summed = self.kernel != "linear" and not getattr(self, "normalised", False)
        return (placed if summed else as_samples)(type(self).__name__, "t", t)

    def _kernels(self) -> Kernels:
        return Kernels(
            type(self).__name__,
            rooted=self.kernel == "laplacian",
            delta=self.labels == "delta",
            scaled=self.scale_sigma,
        )

    def _variable(self, name: str, value: Array) -> Variable:
        array = as_array(type(self).__name__, name, value)
        if is_discrete(array):
            return Classes.of(array)
        return as_samples(type(self).__name__, name, value)
