"""Entropies of kernel matrices: from sums for the second order, from eigenvalues for others."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from glow.estimators._context import Classes

from .passes import remember, samples_of

if TYPE_CHECKING:
    from glow.estimators._context import Context

    from .passes import Kernels, Sigma, Variable

Curve = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]

_SUBSAMPLE = 512
"""Samples whose eigenvalues are taken where the order is not 2."""


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
    nodes, found = 2 * kernels.scales(first, sigmas), []
    for second, sums, fixed in kernels.walks(first, seconds, sigmas, nodes, nodes / 2, context):
        if fixed is not None:
            others, both = n**2 + fixed.total.sum(axis=1), n**2 + sums.joint
        elif isinstance(second, Classes):
            same = float((np.diff(second.starts).astype(np.float64) ** 2).sum())
            others, both = np.full(len(nodes), same), same + sums.within.sum(axis=1)
        own = n**2 + sums.total.sum(axis=1)
        found.append(np.log2(both / n**2) - np.log2(own / n**2) - np.log2(others / n**2))
    return found


def informations(
    kernels: Kernels,
    first: Variable,
    seconds: list[Variable],
    sigma: Sigma,
    orders: Curve,
    context: Context | None,
) -> Curve:
    """S(A) + S(B) - S(A, B) of many orders, in bits, from the same eigenvalues.

    Args:
        kernels: How the bandwidth becomes a kernel.
        first: A variable.
        seconds: The others.
        sigma: The bandwidth.
        orders: (V,) the orders.
        context: Where to keep what follows from the others alone.

    Returns:
        (others, V).
    """
    rows = _chosen(samples_of(first))
    own = _matrix(kernels, first, sigma, rows)
    entropy, found = _entropies(_eigenvalues(own), orders), []
    for second in seconds:
        if isinstance(second, Classes):
            other, both = _spectra_with_labels(own, second.labels[rows])
        else:
            key = ("renyi spectrum", kernels.kind(second, context), sigma)
            matrix = _matrix(kernels, second, sigma, rows)
            other = remember(context, key, partial(_eigenvalues, matrix))
            both = _eigenvalues(own * matrix)
        found.append(entropy + _entropies(other, orders) - _entropies(both, orders))
    return np.array(found)


def _eigenvalues(kernel: Matrix) -> Curve:
    """Those of a kernel matrix, made to have trace 1."""
    return np.asarray(np.linalg.eigvalsh(kernel / len(kernel)), dtype=np.float64)


def _spectra_with_labels(kernel: Matrix, labels: npt.NDArray[np.int64]) -> tuple[Curve, Curve]:
    """Eigenvalues of the labels' kernel and of its product with another, class by class."""
    classes = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    n = len(labels)
    own = np.array([len(rows) / n for rows in classes])
    blocks = [np.linalg.eigvalsh(kernel[np.ix_(rows, rows)] / n) for rows in classes]
    return own, np.concatenate(blocks)


def _entropies(eigenvalues: Curve, orders: Curve) -> Curve:
    """S = log2(sum of the eigenvalues' powers) / (1 - order) for each order, in bits."""
    positive = eigenvalues[eigenvalues > np.finfo(np.float64).eps]
    first = orders == 1
    powers = (positive ** orders[:, None]).sum(axis=1)
    neumann = -(positive * np.log2(positive)).sum() + 0.0
    others = np.log2(powers) / np.where(first, 1, 1 - orders)
    return np.asarray(np.where(first, neumann, others), dtype=np.float64)


def _chosen(n: int) -> npt.NDArray[np.int64]:
    if n <= _SUBSAMPLE:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).permutation(n)[:_SUBSAMPLE])


def _matrix(
    kernels: Kernels, variable: Variable, sigma: Sigma, rows: npt.NDArray[np.int64]
) -> Matrix:
    if isinstance(variable, Classes):
        labels = variable.labels[rows]
        return np.asarray(labels[:, None] == labels, dtype=np.float64)
    from scipy.spatial.distance import pdist, squareform

    squared = pdist(np.asarray(variable[rows], dtype=np.float64), "sqeuclidean")
    scale = float(kernels.scales(variable, [sigma])[0])
    matrix: Matrix = squareform(np.exp(-scale * squared))
    np.fill_diagonal(matrix, 1)
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
