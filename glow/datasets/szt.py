"""The 12-bit problem of Shwartz-Ziv and Tishby, made by rule: no file, no download.

Shwartz-Ziv and Tishby, "Opening the black box of deep neural networks via information" (2017),
trained on all 4096 patterns of 12 bits with a label that respects the symmetries of a sphere. The
bits stand at the vertices of an icosahedron. With w set bits, a antipodal pairs of set bits and b
pairs of set bits in the relation `RELATED` (one of the two kinds of pairs that are not antipodal),
the label is

    y = 1 if 45 w + w**2 - 18 a - 12 b >= 198, else 0

which gives 2118 ones, H(Y) = 0.99916 bits, and does not change under the 120 symmetries of the
icosahedron.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BITS = 12

ANTIPODE = (9, 7, 5, 6, 10, 2, 3, 1, 11, 0, 4, 8)
"""The bit opposite to each bit."""

RELATED = (
    (2, 4, 6, 7, 8),
    (5, 6, 8, 9, 10),
    (0, 6, 7, 10, 11),
    (4, 5, 7, 9, 11),
    (0, 3, 5, 7, 8),
    (1, 3, 4, 8, 9),
    (0, 1, 2, 8, 10),
    (0, 2, 3, 4, 11),
    (0, 1, 4, 5, 6),
    (1, 3, 5, 10, 11),
    (1, 2, 6, 9, 11),
    (2, 3, 7, 9, 10),
)
"""The five bits in relation to each bit; the remaining five are those of its antipode."""

Split = tuple[
    tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]],
    tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]],
]


def patterns() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """All patterns and their labels.

    Returns:
        x: (4096, 12) float32 of 0 and 1, in binary order, bit 0 the most significant.
        y: (4096,) int64 of 0 and 1.

    Example:
        >>> x, y = patterns()
        >>> x.shape, int(y.sum())
        ((4096, 12), 2118)
    """
    numbers = np.arange(2**BITS)
    bits = (numbers[:, None] >> np.arange(BITS)[::-1]) & 1  # (4096, 12)
    return bits.astype(np.float32), (_score(bits) >= 198).astype(np.int64)


def load_data(test_size: float = 0.2, seed: int = 0) -> Split:
    """The patterns split at random into a training and a test part.

    Args:
        test_size: Share of the 4096 patterns in the test part, above 0 and below 1.
        seed: Fixes the split; a non-negative integer.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``, shaped and typed as `patterns` gives them.

    Raises:
        ValueError: If a part would be empty.
    """
    x, y = patterns()
    tested = round(test_size * len(x)) if 0 < test_size < 1 else 0
    if not 0 < tested < len(x):
        raise ValueError(
            f"szt.load_data: test_size must be above 0 and below 1 and leave at least one of the "
            f"{len(x)} patterns in both parts, got {test_size!r}. Choose e.g. test_size=0.2."
        )
    order = np.random.default_rng(seed).permutation(len(x))
    test, train = order[:tested], order[tested:]
    return (x[train], y[train]), (x[test], y[test])


def _score(bits: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The quantity that the label thresholds, (4096,)."""
    set_bits = bits.sum(axis=1)
    antipodal = (bits * bits[:, ANTIPODE]).sum(axis=1) // 2  # each pair is met from both ends
    related = (bits[:, :, None] * bits[:, RELATED]).sum(axis=(1, 2)) // 2
    score: npt.NDArray[np.int64] = 45 * set_bits + set_bits**2 - 18 * antipodal - 12 * related
    return score
