"""Sums over linear kernels, from features instead of pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from glow.estimators._context import Classes

from .statistics import Products

if TYPE_CHECKING:
    import numpy.typing as npt

    from glow.estimators._arrays import Samples


def linear_products(
    first: Samples | Classes, second: Samples | Classes, *, unbiased: bool
) -> Products:
    """The sums of two linear kernels, at one bandwidth, since they have none.

    Those of labels are the linear kernels of their one-hot rows. Samples are centred, which changes
    neither estimate.

    Args:
        first: (N, d) samples, or labels.
        second: Likewise.
        unbiased: Whether the pairs of a sample with itself are left out.
    """
    a, b = _features(first), _features(second)
    cross = float(np.square(a.T @ b).sum())
    dot = first_sum = second_sum = 0.0
    if unbiased:
        own, other = np.einsum("ij,ij->i", a, a), np.einsum("ij,ij->i", b, b)
        cross -= float(own @ other)
        # rows of a centred kernel sum to 0; what is left out is each sample with itself
        dot, first_sum, second_sum = float(own @ other), -float(own.sum()), -float(other.sum())
    return Products(*(np.array([value]) for value in (cross, dot, first_sum, second_sum)))


def _features(variable: Samples | Classes) -> npt.NDArray[np.float64]:
    """Centred features (N, d) whose inner products are the kernel."""
    if isinstance(variable, Classes):
        features = np.eye(len(variable.starts) - 1)[variable.labels]
    else:
        features = np.asarray(variable, dtype=np.float64)
    centred: npt.NDArray[np.float64] = features - features.mean(axis=0)
    return centred
