"""The normalised HSIC, from low-rank factors of kernel matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from glow.estimators._context import Classes
from glow.estimators._memory import memory_ceiling

if TYPE_CHECKING:
    from .passes import Variable

Factor = npt.NDArray[np.float64]

_RESIDUAL = 1e-2
"""What a factor leaves of a kernel's trace, as a share of the ridge: the error of nHSIC by it."""


def normalised_hsic(first: Factor, second: Factor) -> float:
    """tr(A A' B B') of two ridged factors."""
    return float(np.square(first.T @ second).sum())


def ridged_factor(
    owner: str, variable: Variable, scale: float, epsilon: float, *, rooted: bool, linear: bool
) -> Factor:
    """A factor A (N, r) with A A' = Kc (Kc + epsilon N I)^-1, Kc being the centred kernel.

    With Kc = G G', A = G L'^-1 where L L' = G'G + epsilon N I: no matrix of N x N is made.

    Args:
        owner: Who asks, to begin an error message.
        variable: Samples (N, d), or labels.
        scale: Of the exponent; of labels, by how much the kernel of different ones is less than 1.
        epsilon: The ridge per sample.
        rooted: Whether the kernel is exp(-scale distance) instead of exp(-scale distance**2).
        linear: Whether it is the inner product instead.

    Raises:
        ValueError: If the factor would exceed the memory ceiling.
    """
    from scipy.linalg import cholesky, solve_triangular

    if isinstance(variable, Classes):
        factor = np.sqrt(scale) * np.eye(len(variable.starts) - 1)[variable.labels]
    elif linear:
        factor = np.asarray(variable, dtype=np.float64)
    else:
        samples = np.asarray(variable, dtype=np.float64)
        residual = _RESIDUAL * epsilon * len(samples)
        factor = _incomplete_cholesky(owner, samples, scale, residual, rooted=rooted)
    factor = factor - factor.mean(axis=0)
    ridge = factor.T @ factor + epsilon * len(factor) * np.eye(factor.shape[1])
    ridged: Factor = solve_triangular(cholesky(ridge, lower=True), factor.T, lower=True).T
    return ridged


def _incomplete_cholesky(
    owner: str, samples: Factor, scale: float, residual: float, *, rooted: bool
) -> Factor:
    """A factor G (N, r) of a kernel, pivot by pivot until the trace of K - GG' is small.

    Fine and Scheinberg (2001), algorithm of section 4: the pivot is the sample worst represented.
    """
    n = len(samples)
    ranks = max(1, memory_ceiling() // 4 // (8 * n))
    rows = np.empty((min(n, 64), n))
    left, norms = np.ones(n), np.einsum("ij,ij->i", samples, samples)
    for rank in range(n):
        pivot = int(left.argmax())
        if left[pivot] <= 0 or left.sum() <= residual:
            return rows[:rank].T
        if rank == ranks:
            raise ValueError(
                f"{owner}: the normalised form needs more than {ranks} of {n} dimensions of the "
                "kernel, which is more than the memory ceiling holds. Choose a larger sigma or "
                "epsilon, fewer samples, or raise it with set_memory_ceiling."
            )
        if rank == len(rows):
            rows = np.concatenate((rows, np.empty((min(len(rows), n - rank), n))))
        squared = np.maximum(norms + norms[pivot] - 2 * samples @ samples[pivot], 0)
        column = np.exp(-scale * (np.sqrt(squared) if rooted else squared))
        column -= rows[:rank, pivot] @ rows[:rank]
        rows[rank] = column / np.sqrt(left[pivot])
        left -= rows[rank] ** 2
        left[pivot] = 0
    return rows.T
