"""Pairs of symbols with known information."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ._sampler import Sampler, as_numbers, shares

if TYPE_CHECKING:
    import numpy.typing as npt

    from ._sampler import Pair


@dataclass(frozen=True, kw_only=True)
class DiscreteChannel(Sampler):
    """Symbols sent through a channel that confuses them.

    Args:
        matrix: (A, B); row a holds the probabilities of what arrives when a is sent.
        p: (A,) the probabilities of what is sent, all positive; equal if None.

    Raises:
        ValueError: If probabilities are negative or do not sum to 1.

    Example:
        >>> DiscreteChannel(matrix=[[1, 0], [0, 1]]).mutual_information
        1.0
    """

    matrix: Sequence[Sequence[float]] | npt.NDArray[np.float64]
    p: Sequence[float] | npt.NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        rows = as_numbers("DiscreteChannel", "matrix", self.matrix, ndim=2)
        if (rows < 0).any() or (abs(rows.sum(axis=1) - 1) > 1e-9).any():
            raise ValueError(
                "DiscreteChannel: every row of matrix must be non-negative and sum to 1, "
                f"got {rows.tolist()}."
            )
        object.__setattr__(self, "matrix", tuple(map(tuple, rows.tolist())))
        object.__setattr__(self, "p", shares("DiscreteChannel", "p", self.p, len(rows)))

    @property
    def name(self) -> str:
        """Such as "channel, 2 to 3 symbols"."""
        sent, arriving = np.shape(self.matrix)
        return f"channel, {sent} to {arriving} symbols"

    @property
    def d(self) -> int:
        """One column of symbols."""
        return 1

    @property
    def mutual_information(self) -> float:
        """In bits, the sum over the joint table."""
        joint = np.array(self.p)[:, None] * np.array(self.matrix)  # (A, B)
        apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0)
        seen = joint > 0
        return float((joint[seen] * np.log2(joint[seen] / apart[seen])).sum())

    def _draw(self, n: int, rng: np.random.Generator) -> Pair:
        joint = np.array(self.p)[:, None] * np.array(self.matrix)
        cells = rng.choice(joint.size, size=n, p=joint.ravel() / joint.sum())
        sent, arriving = np.unravel_index(cells, joint.shape)
        return sent.astype(np.int64), arriving.astype(np.int64)
