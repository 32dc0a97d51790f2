"""What HSIC and CKA share: the settings of their kernels."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from glow.estimators._arrays import as_samples
from glow.estimators._errors import UnsuitableError
from glow.estimators._parameter import parameter

from .bandwidth import OfBandwidth
from .passes import Curve, Kernels, Sigma, Three, Variable, samples_of
from .sums import placed

if TYPE_CHECKING:
    from glow.estimators._arrays import Array, Samples
    from glow.estimators._context import Context
    from glow.estimators._parameter import Parameter

_FEWEST_UNBIASED = 4


class KernelMeasure(OfBandwidth):
    """A measure of dependence from the kernel matrices of two variables; base of HSIC and CKA."""

    unit = ""
    capped = False
    _squares: ClassVar[bool] = False
    """Whether the measure needs the sums of each kernel with itself."""

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
