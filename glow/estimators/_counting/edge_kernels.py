"""Neighbour distances in one dimension and hashed grids: the loops behind `EDGE`.

Imported only when an estimate is wanted, because numba takes half a second.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glow.estimators._compile import kernel

Floats = npt.NDArray[np.float64]


@kernel
def neighbour_distances(values: Floats, ranks: npt.NDArray[np.int64], k: int) -> Floats:
    """Distances to the k-th nearest value, each value its own first neighbour.

    Args:
        values: (N,) in increasing order.
        ranks: (A,) which of them to ask for.
        k: From 1 to N.

    Returns:
        (A,) distances: the half width of the narrowest window of k values around each.
    """
    n = len(values)
    found = np.empty(len(ranks))
    for a in range(len(ranks)):
        own = values[ranks[a]]
        low, high = max(0, ranks[a] - k + 1), min(ranks[a], n - k)
        while low < high:  # the first window whose left end is not farther than its right end
            middle = (low + high) // 2
            if own - values[middle] > values[middle + k - 1] - own:
                low = middle + 1
            else:
                high = middle
        best = max(own - values[low], values[low + k - 1] - own)
        if low > max(0, ranks[a] - k + 1):
            best = min(best, max(own - values[low - 1], values[low + k - 2] - own))
        found[a] = best
    return found


@kernel
def grid_codes(
    columns: Floats,
    inverse_widths: Floats,
    offsets: Floats,
    multipliers: npt.NDArray[np.uint64],
    shift: np.uint64,
) -> npt.NDArray[np.int64]:
    """Row codes (N,) of the cells ``floor(value / width + offset)``.

    Args:
        columns: (r, N) the coordinates of all samples, one row each.
        inverse_widths: (r,) 1 over the cell width of each coordinate.
        offsets: (r,) shifts of the grid, in cells.
        multipliers: (r,) of the row code, as in `glow.estimators._counting.codes_kernels`.
        shift: Of the row code.
    """
    codes = np.zeros(columns.shape[1], np.uint64)
    for j in range(len(columns)):
        for i in range(columns.shape[1]):
            cell = np.int64(np.floor(columns[j, i] * inverse_widths[j] + offsets[j]))
            part = np.uint64(cell) * multipliers[j]
            codes[i] += part ^ (part >> shift)
    return codes.view(np.int64)
