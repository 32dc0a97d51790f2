"""The Hilbert-Schmidt independence criterion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from ._hsic_base import KernelMeasure

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ._hsic_passes import Three


class HSIC(KernelMeasure):
    """The Hilbert-Schmidt independence criterion, dimensionless.

    With kernel matrices K and L of two variables, H = I - 11'/N and N samples,

        HSIC = tr(K H L H) / (N - 1)**2

    (Gretton, Bousquet, Smola and Schoelkopf 2005, definition 2). It is 0 for independent variables
    and large N; its own scale depends on the kernels. Two more normalisations are in use:
    ``unbiased`` is the estimate of Song, Smola, Gretton, Bedo and Borgwardt (2012, equation 5),
    which leaves out the pairs of a sample with itself, is 0 in the mean for independent variables,
    and so is negative about half of the time there.

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

    Raises:
        TypeError: If a setting is of the wrong kind or unknown.
        ValueError: If a setting is out of bounds or has no effect beside the others.

    Example:
        >>> round(HSIC().criterion([0, 0, 1, 1], [5, 5, 7, 7]), 6)
        0.444444
    """

    name = "hsic"

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        """Gaussian and linear kernels."""
        return cls(), cls(kernel="linear")

    def _value(self, sums: Three, n: int) -> npt.NDArray[np.float64]:
        return sums.both.hsic(n, unbiased=self.unbiased)
