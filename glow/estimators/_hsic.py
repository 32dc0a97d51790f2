"""The Hilbert-Schmidt independence criterion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from ._context import Classes
from ._kernels.dependence import KernelMeasure
from ._kernels.normalised import normalised_hsic, ridged
from ._kernels.passes import samples_of
from ._memory import memory_ceiling
from ._parameter import parameter

if TYPE_CHECKING:
    from ._context import Context
    from ._kernels.normalised import Ridged
    from ._kernels.passes import Curve, Sigma, Three, Variable
    from ._parameter import Parameter


class HSIC(KernelMeasure):
    """The Hilbert-Schmidt independence criterion, dimensionless.

    With kernel matrices K and L of two variables, H = I - 11'/N and N samples,

        HSIC = tr(K H L H) / (N - 1)**2

    (Gretton, Bousquet, Smola and Schoelkopf 2005, definition 2). It is 0 for independent variables
    and large N; its own scale depends on the kernels. Two more normalisations are in use. First,
    ``unbiased`` is the estimate of Song, Smola, Gretton, Bedo and Borgwardt (2012, equation 5),
    which leaves out the pairs of a sample with itself, is 0 in the mean for independent variables,
    and so is negative about half of the time there. Second, ``normalised`` is the form of Ma, Lewis
    and Kleijn (2020, equation 6),

        nHSIC = tr(K~ L~), K~ = HKH (HKH + epsilon N I)^-1,

    about the number of dimensions that the kernels share. Kernels of low rank are factored, exact
    to 1e-7; of others, as those of wide layers, the dense matrix is inverted, which takes N**3
    operations: two to three seconds for 4,096 samples.

    The kernels, with the distance r of two samples:

    * "gaussian": exp(-r**2 / (2 sigma**2)); with ``scale_sigma`` exp(-r**2 / (2 sigma**2 d)), as
      Ma, Lewis and Kleijn (2020) have it, d being the width of the variable (for one-hot labels,
      the number of classes);
    * "laplacian": exp(-r / sigma), likewise;
    * "linear": the inner product of centred samples;
    * labels, by default, 1 if equal and else 0 ("delta"); with ``labels="one-hot"`` the kernel of
      the other variables on one-hot rows, which is the same times a constant.

    One sigma serves all variables; "median" takes for each its own median distance. The estimate is
    smooth in sigma: `curve` evaluates many for little more than one. Distances are in float32.

    Args:
        sigma: Bandwidth, or "median", the median distance of different samples (of 512, chosen by a
            fixed seed, if there are more).
        kernel: "gaussian", "laplacian" or "linear".
        labels: "delta" or "one-hot".
        scale_sigma: Whether a sigma given as a number is multiplied by sqrt(d).
        unbiased: Whether to use the unbiased estimate. It needs four samples.
        normalised: Whether to use the normalised form.
        epsilon: Its ridge.

    Raises:
        TypeError: If a setting is of the wrong kind or unknown.
        ValueError: If a setting is out of bounds or has no effect beside the others.

    Example:
        >>> round(HSIC().criterion([0, 0, 1, 1], [5, 5, 7, 7]), 6)
        0.444444
    """

    name = "hsic"

    normalised: bool = parameter(
        default=False,
        scale="switch",
        meaning="whether to use the normalised form, which counts shared dimensions",
    )
    epsilon: float = parameter(
        default=1e-5,
        scale="log",
        low=1e-9,
        high=1,
        slider=(1e-6, 1e-1),
        meaning="ridge of the normalised form, per sample",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.normalised and self.unbiased:
            raise ValueError(
                "HSIC: normalised=True and unbiased=True are two different normalisations. Give "
                "one of them."
            )

    @property
    def active(self) -> tuple[Parameter, ...]:
        """All parameters but those without effect beside the others."""
        idle = () if self.normalised else ("epsilon",)
        return tuple(p for p in super().active if p.name not in idle)

    @property
    def symbol(self) -> str:
        """Before (X;T) on an axis: "HSIC", or "nHSIC" where normalised."""
        return "nHSIC" if self.normalised else "HSIC"

    @property
    def label(self) -> str:
        """Such as "HSIC, gaussian kernel, unbiased"."""
        return super().label + (", normalised" if self.normalised else "")

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        """Gaussian and linear kernels, and the normalised form."""
        return cls(), cls(kernel="linear"), cls(normalised=True)

    def _pairs(
        self,
        first: Variable,
        seconds: list[Variable],
        sigmas: list[Sigma],
        context: Context | None = None,
    ) -> list[Curve]:
        if not self.normalised:
            return super()._pairs(first, seconds, sigmas, context)
        # dense matrices of many bandwidths are made again rather than kept
        keeps = 8 * samples_of(first) ** 2 * len(sigmas) <= memory_ceiling() // 2
        found = np.empty((len(seconds), len(sigmas)))
        for v, sigma in enumerate(sigmas):
            own = self._ridged(first, sigma)
            for s, second in enumerate(seconds):
                fixed = self._fixed(second, sigma, context if keeps else None)
                found[s, v] = normalised_hsic(own, fixed)
        return list(found)

    def _fixed(self, variable: Variable, sigma: Sigma, context: Context | None) -> Ridged:
        """The ridged kernel of what stays while layers change."""
        if context is None:
            return self._ridged(variable, sigma)
        key = (
            "ridged",
            self._kernels().kind(variable, context),
            *self.replace(sigma=sigma).settings.values(),
        )
        return context.memo(key, lambda: self._ridged(variable, sigma))

    def _ridged(self, variable: Variable, sigma: Sigma) -> Ridged:
        kernels = self._kernels()
        linear = self.kernel == "linear"
        if isinstance(variable, Classes):
            scale = 1.0 if linear else float(kernels.contrast(variable, [sigma])[0])
        else:
            scale = float(kernels.scales(variable, [sigma])[0])
        return ridged("HSIC", variable, scale, self.epsilon, rooted=kernels.rooted, linear=linear)

    def _value(self, sums: Three, n: int) -> Curve:
        return sums.both.hsic(n, unbiased=self.unbiased)
