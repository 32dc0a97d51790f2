"""The exponential of Gaussian kernels, for loops that become vector code."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ._compile import vector_kernel

Floats = npt.NDArray[np.float32]

_LOG2_E = np.float32(1.4426950408889634)
# ln 2 in two parts: products of the first with small whole numbers are exact
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
_C2, _C3, _C4 = np.float32(0.5), np.float32(1 / 6), np.float32(0.041665795894)
_C5, _C6 = np.float32(0.0083334519073), np.float32(0.0013981999507)
_HALF, _ONE = np.float32(0.5), np.float32(1)
# exp(-87) is the last power of e above the smallest normal float32; slower arithmetic begins below
_LOWEST = np.float32(-87)


@vector_kernel
def exp(x: np.float32) -> np.float32:
    """e**x for x <= 0 to 1e-7 of the value, without a call, so that loops become vector code."""
    x = max(x, _LOWEST)
    whole = np.floor(x * _LOG2_E + _HALF)
    r = x - whole * _LN2_HIGH - whole * _LN2_LOW
    p = _C6
    p = p * r + _C5
    p = p * r + _C4
    p = p * r + _C3
    p = p * r + _C2
    p = p * r * r + r + _ONE
    power = np.int32((np.int32(whole) + np.int32(127)) << np.int32(23))  # the bits of 2**whole
    return np.float32(p * power.view(np.float32))
