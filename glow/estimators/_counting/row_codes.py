"""How the cells of a sample's units become one integer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

# Row codes are exact while they fit a signed 64-bit integer.
_CODES = 2**63
_EXACT_SHIFT, _HASH_SHIFT = np.uint64(63), np.uint64(32)


@dataclass(frozen=True, eq=False)
class RowCode:
    """What `glow.estimators._counting.codes_kernels` adds up to a code.

    Attributes:
        multipliers: (d,) uint64, one for each unit.
        shift: uint64, 63 where the code is exact and 32 where it is a hash.
    """

    multipliers: npt.NDArray[np.uint64]
    shift: np.uint64

    @property
    def exact(self) -> bool:
        """Whether different rows always have different codes."""
        return bool(self.shift == _EXACT_SHIFT)


@lru_cache(maxsize=256)
def row_code(cells: int, units: int) -> RowCode:
    """The code of rows of ``units`` cells 0..cells-1.

    A number in base ``cells`` where that fits 63 bits, so that the first unit is the most
    significant digit; otherwise a hash to 64 bits.
    """
    if cells**units < _CODES:
        powers = [cells ** (units - 1 - j) for j in range(units)]
        return RowCode(np.array(powers, dtype=np.uint64), _EXACT_SHIFT)
    return hash_code(units)


@lru_cache(maxsize=256)
def hash_code(units: int) -> RowCode:
    """The code of rows of any whole numbers: a hash to 64 bits."""
    words = np.random.default_rng(0).integers(2**64, size=units, dtype=np.uint64)
    return RowCode(words | np.uint64(1), _HASH_SHIFT)
