"""The exponential of Gaussian kernels, for loops that become vector code."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glow.estimators._compile import vector_kernel

Floats = npt.NDArray[np.float32]

_LOG2_E = np.float32(1.4426950408889634)
# ln 2 in two parts: products of the first with small whole numbers are exact
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
# Moshier's polynomial of the Cephes library, to 2e-8: a bias of 1e-7 would show in differences of
# kernels that are close to 1
_C2, _C3, _C4 = (
    np.float32(5.0000001201e-1),
    np.float32(1.6666665459e-1),
    np.float32(4.1665795894e-2),
)
_C5, _C6, _C7 = (
    np.float32(8.3334519073e-3),
    np.float32(1.3981999507e-3),
    np.float32(1.9875691500e-4),
)
_HALF, _ONE = np.float32(0.5), np.float32(1)
# exp(-87) is the last power of e above the smallest normal float32; slower arithmetic begins below
_LOWEST = np.float32(-87)


@vector_kernel
def exp(x: np.float32) -> np.float32:
    """e**x for x <= 0 to 1e-7 of the value, without a call, so that loops become vector code."""
    x = max(x, _LOWEST)
    whole = np.floor(x * _LOG2_E + _HALF)
    r = x - whole * _LN2_HIGH - whole * _LN2_LOW
    p = _C7
    p = p * r + _C6
    p = p * r + _C5
    p = p * r + _C4
    p = p * r + _C3
    p = p * r + _C2
    p = p * r * r + r + _ONE
    power = np.int32((np.int32(whole) + np.int32(127)) << np.int32(23))  # the bits of 2**whole
    return np.float32(p * power.view(np.float32))
