"""The normalised HSIC, from factors of ridged kernels or from their dense matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from glow.estimators._context import Classes
from glow.estimators._memory import memory_ceiling

if TYPE_CHECKING:
    from .passes import Variable

Matrix = npt.NDArray[np.float64]

_RESIDUAL = 1e-7
"""What a factor leaves of a kernel's trace, as a share of the ridge: the error of nHSIC by it."""
_LOW_RANK = 8
"""A factor takes less work than the dense matrix up to so many times fewer columns than samples."""
_MATRICES = 3
"""Dense matrices alive at once: two kernels' and one in between."""


class Ridged(NamedTuple):
    """A ridged kernel K~ = Kc (Kc + ridge I)^-1, Kc being the centred kernel of N samples.

    Attributes:
        values: K~ itself (N, N), or a factor A (N, r) with A A' = K~.
        dense: Which of the two.
    """

    values: Matrix
    dense: bool


def normalised_hsic(first: Ridged, second: Ridged) -> float:
    """tr(K~ L~)."""
    a, b = first.values, second.values
    if first.dense and second.dense:
        return float(np.einsum("ij,ij->", a, b))
    if first.dense:
        return float(np.einsum("ij,ij->", b, a @ b))
    if second.dense:
        return normalised_hsic(second, first)
    return float(np.square(a.T @ b).sum())


def ridged(
    owner: str, variable: Variable, scale: float, epsilon: float, *, rooted: bool, linear: bool
) -> Ridged:
    """The ridged kernel of a variable, in the form that takes less work.

    Args:
        owner: Who asks, to begin an error message.
        variable: Samples (N, d), or labels.
        scale: Of the exponent; of labels, by how much the kernel of different ones is less than 1.
        epsilon: The ridge per sample.
        rooted: Whether the kernel is exp(-scale distance) instead of exp(-scale distance**2).
        linear: Whether it is the inner product instead.

    Raises:
        ValueError: If it would exceed the memory ceiling.
    """
    if isinstance(variable, Classes):
        ridge = epsilon * len(variable.labels)
        return _low_rank(np.sqrt(scale) * np.eye(len(variable.starts) - 1)[variable.labels], ridge)
    samples, ridge = np.asarray(variable, dtype=np.float64), epsilon * len(variable)
    samples = samples - samples.mean(axis=0)
    if linear:
        return _low_rank(samples, ridge)
    n = len(samples)
    fits = _MATRICES * 8 * n**2 <= memory_ceiling()
    ranks = max(1, n // _LOW_RANK if fits else memory_ceiling() // 4 // (8 * n))
    factor = _incomplete_cholesky(samples, scale, _RESIDUAL * ridge, ranks, rooted=rooted)
    if factor is not None:
        return _low_rank(factor, ridge)
    if not fits:
        raise ValueError(
            f"{owner}: the normalised form needs more than {ranks} of {n} dimensions of the "
            "kernel, which is more than the memory ceiling holds. Choose a larger sigma or "
            "epsilon, fewer samples, or raise it with set_memory_ceiling."
        )
    return _dense(_kernel(samples, samples, scale, rooted=rooted), ridge)


def _kernel(first: Matrix, second: Matrix, scale: float, *, rooted: bool) -> Matrix:
    """exp(-scale distance**2), or of the distance, made in place."""
    norms = (np.einsum("ij,ij->i", v, v) for v in (first, second))
    own, other = norms
    made: Matrix = first @ second.T
    made *= -2
    made += own[:, None]
    made += other
    np.maximum(made, 0, out=made)
    if rooted:
        np.sqrt(made, out=made)
    made *= -scale
    return np.exp(made, out=made)


def _dense(kernel: Matrix, ridge: float) -> Ridged:
    """K~ = I - ridge (Kc + ridge I)^-1, in the place of the kernel (N, N).

    The inverse of a symmetric matrix from its Cholesky factor takes N**3 operations, a tenth of
    what its eigenvalues and vectors would.
    """
    from scipy.linalg import cholesky, lapack

    means = kernel.mean(axis=0)
    kernel -= means
    kernel -= (means - means.mean())[:, None]
    diagonal = np.einsum("ii->i", kernel)
    diagonal += ridge
    # LAPACK works by columns: the transpose lies in memory as it wants it
    lower = cholesky(kernel.T, lower=True, overwrite_a=True, check_finite=False)
    values, _ = lapack.dpotri(lower, lower=True, overwrite_c=True)
    values += np.tril(values, -1).T
    values *= -ridge
    np.einsum("ii->i", values)[:] += 1
    return Ridged(values, dense=True)


def _low_rank(factor: Matrix, ridge: float) -> Ridged:
    """From a factor G (N, r) of the kernel: A = Gc L'^-1 where L L' = Gc' Gc + ridge I."""
    from scipy.linalg import cholesky, solve_triangular

    centred = factor - factor.mean(axis=0)
    inner = centred.T @ centred + ridge * np.eye(factor.shape[1])
    return Ridged(solve_triangular(cholesky(inner, lower=True), centred.T, lower=True).T, False)


def _incomplete_cholesky(
    samples: Matrix, scale: float, residual: float, ranks: int, *, rooted: bool
) -> Matrix | None:
    """A factor G (N, r) of a kernel, pivot by pivot until the trace of K - GG' is small.

    Fine and Scheinberg (2001), algorithm of section 4: the pivot is the sample worst represented.

    Returns:
        The factor, or None if it would need more than so many ranks.
    """
    n = len(samples)
    rows, left = np.empty((min(ranks, 64), n)), np.ones(n)
    for rank in range(n):
        pivot = int(left.argmax())
        if left[pivot] <= 0 or left.sum() <= residual:
            return rows[:rank].T
        if rank == ranks:
            return None
        if rank == len(rows):
            rows = np.concatenate((rows, np.empty((min(len(rows), ranks - rank), n))))
        column = _kernel(samples[[pivot]], samples, scale, rooted=rooted)[0]
        column -= rows[:rank, pivot] @ rows[:rank]
        rows[rank] = column / np.sqrt(left[pivot])
        left -= rows[rank] ** 2
        left[pivot] = 0
    return rows[:n].T
