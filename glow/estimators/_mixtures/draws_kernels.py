"""Draws from a mixture of Gaussians against all its centres: the loops behind `SamplePropagation`.

Imported only when an estimate is wanted, because numba takes half a second.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glow.estimators._compile import vector_kernel
from glow.estimators._kernels.exponential import Floats, exp

_NOTHING = np.float32(-3e38)


@vector_kernel
def differences(
    columns: Floats, centres: npt.NDArray[np.int64], draws: Floats
) -> tuple[Floats, Floats]:
    """Squared distances from some centres to all, and the slopes of draws along them.

    Args:
        columns: (d, N) all centres, one row per unit.
        centres: (R,) which centre each draw belongs to.
        draws: (R, d) standard normal numbers z.

    Returns:
        ``|c - m_j|**2`` and ``z . (c - m_j)``, (R, N) each; both 0 at the draw's own centre.
    """
    d, n = columns.shape
    squares = np.zeros((len(centres), n), np.float32)
    slopes = np.zeros((len(centres), n), np.float32)
    for i in range(len(centres)):
        square, slope = squares[i], slopes[i]
        for k in range(d):
            column, z = columns[k], draws[i, k]
            own = column[centres[i]]
            for j in range(n):
                difference = own - column[j]
                square[j] += difference * difference
                slope[j] += z * difference
    return squares, slopes


@vector_kernel
def log_sum(
    exponents: Floats, squares: Floats, slopes: Floats, curvature: np.float32, tilt: np.float32
) -> float:
    """``ln sum_j exp(-(curvature squares_j + tilt slopes_j))``.

    The exponents of a draw that lies nearer to another centre are positive, so the largest is taken
    out first. All arrays are (n,); ``exponents`` is overwritten.
    """
    top = _NOTHING
    for j in range(len(squares)):
        exponents[j] = -(curvature * squares[j] + tilt * slopes[j])
        top = max(top, exponents[j])
    total = np.float32(0)
    for j in range(len(squares)):
        total += exp(exponents[j] - top)
    return float(np.float64(top) + np.log(np.float64(total)))


@vector_kernel
def log_sums(
    squares: Floats,
    slopes: Floats,
    lows: npt.NDArray[np.int64],
    highs: npt.NDArray[np.int64],
    noises: npt.NDArray[np.float64],
    found: npt.NDArray[np.float64],
) -> None:
    """Logarithms of a draw's density under all centres and under those of its class.

    Both in multiples of its density under its own centre, which is 1 here.

    Args:
        squares: (R, N) as `differences` returns them, the columns sorted by class.
        slopes: (R, N) likewise.
        lows: (R,) where the class of each draw begins among the columns.
        highs: (R,) where it ends.
        noises: (V,) standard deviations.
        found: (2, V, R) the natural logarithms of the two sums; written to.
    """
    exponents = np.empty(squares.shape[1], np.float32)
    for i in range(len(squares)):
        low, high, square, slope = lows[i], highs[i], squares[i], slopes[i]
        for v in range(len(noises)):
            curvature = np.float32(0.5 / noises[v] ** 2)
            tilt = np.float32(1 / noises[v])
            inside = log_sum(exponents, square[low:high], slope[low:high], curvature, tilt)
            total = inside
            if low > 0:
                rest = log_sum(exponents, square[:low], slope[:low], curvature, tilt)
                total = np.logaddexp(total, rest)
            if high < len(square):
                rest = log_sum(exponents, square[high:], slope[high:], curvature, tilt)
                total = np.logaddexp(total, rest)
            found[0, v, i], found[1, v, i] = total, inside
