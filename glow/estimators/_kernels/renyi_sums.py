"""Entropies of kernel matrices: from sums for the second order, from eigenvalues for others."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from glow.estimators._context import Classes

if TYPE_CHECKING:
    from glow.estimators._context import Context

    from .passes import Kernels, Sigma, Variable

Curve = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]


class Spectra(NamedTuple):
    """Eigenvalues of kernel matrices of trace 1.

    Attributes:
        first: (N,) of one variable.
        second: (N,) of the other.
        both: (N,) of the product of their entries.
    """

    first: Curve
    second: Curve
    both: Curve


def collision_entropies(
    kernels: Kernels,
    first: Variable,
    seconds: list[Variable],
    sigmas: list[Sigma],
    context: Context | None,
) -> list[Curve]:
    """Information of order 2 of one variable and each of some others, (V,) each, in bits.

    The trace of a squared matrix is the sum of the squares of its entries, and the square of a
    kernel is the kernel at twice the scale.
    """
    if isinstance(first, Classes):
        return [np.repeat(_of_labels(first, second), len(sigmas)) for second in seconds]
    n = len(first)
    nodes = 2 * kernels.scales(first, sigmas)
    classes = next((s for s in seconds if isinstance(s, Classes)), None)
    found, sums = [], None
    for second in seconds:
        if isinstance(second, Classes):
            sums = sums or kernels.sums(first, nodes, classes)
            same = float((np.diff(second.starts).astype(np.float64) ** 2).sum())
            others, both = np.full(len(nodes), same), same + sums.within.sum(axis=1)
        else:
            fixed = kernels.fixed(
                second, nodes, 2 * kernels.scales(second, sigmas) / nodes, context
            )
            sums = kernels.sums(first, nodes, classes, fixed)
            others, both = n**2 + fixed.total.sum(axis=1), n**2 + sums.joint
        own = n**2 + sums.total.sum(axis=1)
        found.append(np.log2(both / n**2) - np.log2(own / n**2) - np.log2(others / n**2))
    return found


def spectra(
    first: Variable, second: Variable, sigmas: tuple[float, float], rows: npt.NDArray[np.int64]
) -> Spectra:
    """The eigenvalues that an information of any order needs.

    Args:
        first: Samples (N, d) or labels.
        second: Likewise.
        sigmas: The bandwidths of both.
        rows: (n,) the samples to take.
    """
    a, b = (_matrix(v, sigma, rows) for v, sigma in zip((first, second), sigmas, strict=True))
    n = len(rows)
    return Spectra(*(_eigenvalues(matrix / n) for matrix in (a, b, a * b)))


def _eigenvalues(matrix: Matrix) -> Curve:
    return np.asarray(np.linalg.eigvalsh(matrix), dtype=np.float64)


def information(found: Spectra, alpha: float) -> float:
    """S(A) + S(B) - S(A, B) of order alpha, in bits."""
    return (
        _entropy(found.first, alpha) + _entropy(found.second, alpha) - _entropy(found.both, alpha)
    )


def _entropy(eigenvalues: Curve, alpha: float) -> float:
    """S = log2(sum of the eigenvalues' powers) / (1 - alpha), in bits."""
    positive = eigenvalues[eigenvalues > np.finfo(np.float64).eps]
    if alpha == 1:
        return float(-(positive * np.log2(positive)).sum()) + 0.0
    return math.log2(float((positive**alpha).sum())) / (1 - alpha)


def _matrix(variable: Variable, sigma: float, rows: npt.NDArray[np.int64]) -> Matrix:
    if isinstance(variable, Classes):
        labels = variable.labels[rows]
        return np.asarray(labels[:, None] == labels, dtype=np.float64)
    from scipy.spatial.distance import pdist, squareform

    squared = pdist(np.asarray(variable[rows], dtype=np.float64), "sqeuclidean")
    matrix: Matrix = np.exp(-squareform(squared) / (2 * sigma**2))
    return matrix


def _of_labels(first: Classes, second: Variable) -> float:
    assert isinstance(second, Classes)  # noqa: S101 - a continuous variable comes first
    n = len(first.labels)
    joint = first.labels * (len(second.starts) - 1) + second.labels
    counts = (
        np.diff(first.starts),
        np.diff(second.starts),
        np.unique(joint, return_counts=True)[1],
    )
    own, other, both = (-math.log2(float((c.astype(np.float64) ** 2).sum()) / n**2) for c in counts)
    return own + other - both
