"""Centred kernel alignment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from ._kernels.dependence import KernelMeasure

if TYPE_CHECKING:
    import numpy.typing as npt

    from ._kernels.passes import Three


class CKA(KernelMeasure):
    """Centred kernel alignment, the correlation of two centred kernel matrices.

        CKA = HSIC(X, Y) / sqrt(HSIC(X, X) HSIC(Y, Y))

    (Cortes, Mohri and Rostamizadeh 2012; Kornblith, Norouzi, Lee and Hinton 2019). With the biased
    HSIC it is between 0 and 1, and 1 if the kernels are equal up to a factor and a constant; it
    reads too high for few samples of wide layers. With ``unbiased`` (Nguyen, Raghu and Kornblith
    2021) it is about 0 for independent variables and can be negative.

    A constant variable shares nothing with any other: CKA is then 0. With ``unbiased``, the HSIC of
    a variable with itself can be negative if it hardly varies or there are few samples; CKA has no
    meaning there and is NaN.

    The settings are those of `HSIC`, and ``labels`` makes no difference.

    Args:
        sigma: Bandwidth, or "median".
        kernel: "gaussian", "laplacian" or "linear".
        labels: "delta" or "one-hot".
        scale_sigma: Whether a sigma given as a number is multiplied by sqrt(d).
        unbiased: Whether to use unbiased HSIC. It needs four samples.

    Raises:
        TypeError: If a setting is of the wrong kind or unknown.
        ValueError: If a setting is out of bounds.

    Example:
        >>> round(CKA(kernel="linear").criterion([1.0, 2.0, 4.0], [3.0, 5.0, 9.0]), 6)
        1.0
    """

    name = "cka"
    _squares = True

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        """Linear and Gaussian kernels."""
        return cls(kernel="linear"), cls()

    def _value(self, sums: Three, n: int) -> npt.NDArray[np.float64]:
        both, first, second = (
            products.hsic(n, unbiased=self.unbiased)
            for products in (sums.both, sums.first(), sums.second())
        )
        norm = np.sqrt(np.where((first < 0) | (second < 0), np.nan, first * second))
        constant = (first == 0) | (second == 0)
        return np.where(constant, 0.0, both / np.where(constant, 1.0, norm))
