"""Gaussian data like given data, whose information is known: a parametric bootstrap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from glow.estimators._arrays import Samples
    from glow.estimators._context import Classes

Doubles = npt.NDArray[np.float64]

_SEED = 0
_RANK = 1e-10  # variances below this share of the largest are rounding
_CLOSEST = 1 - 1e-12  # a canonical correlation of 1 has no finite information


def gaussian_pair(x: Samples, y: Samples) -> tuple[Doubles, Doubles, float]:
    """Two Gaussian variables with the joint covariance of two others, as many samples.

    Drawn in canonical coordinates: there each unit of X depends on one unit of Y alone, and the
    information is -1/2 sum log2(1 - r**2) over the canonical correlations r.

    Args:
        x: (N, d) samples.
        y: (N, e) samples.

    Returns:
        Samples (N, d) and (N, e), and their mutual information in bits.
    """
    n = len(x)
    x_white, x_back = _whitened(x)
    y_white, y_back = _whitened(y)
    left, r, right = np.linalg.svd(x_white.T @ y_white / n)
    r = np.minimum(r, _CLOSEST)
    rng = np.random.default_rng(_SEED)
    u = rng.normal(size=(n, len(left)))
    v = rng.normal(size=(n, len(right)))
    v[:, : len(r)] = r * u[:, : len(r)] + np.sqrt(1 - r**2) * v[:, : len(r)]
    information = float(-0.5 * np.log2(1 - r**2).sum())
    return u @ left.T @ x_back, v @ right @ y_back, information


def gaussian_labels(t: Samples, classes: Classes) -> tuple[Doubles, float]:
    """Gaussian classes with the means and the common covariance of given ones, same labels.

    Args:
        t: (N, d) samples.
        classes: Their labels.

    Returns:
        Samples (N, d), and their mutual information with the labels in bits: H(Y) plus the mean
        logarithm of each sample's posterior probability of its label.
    """
    labels = classes.labels
    counts = np.diff(classes.starts)
    means = np.add.reduceat(t[classes.order].astype(np.float64), classes.starts[:-1], axis=0)
    means /= counts[:, None]
    white, back = _whitened(t - means[labels])
    noise = np.random.default_rng(_SEED).normal(size=white.shape)
    # in whitened coordinates: log p(y | t) up to a constant is log p(y) - |t - mean|**2 / 2
    to_white = np.linalg.pinv(back)
    centres = means @ to_white
    seen = noise + centres[labels]
    squares = (centres**2).sum(axis=1) - 2 * seen @ centres.T
    logits = np.log(counts / len(t)) - squares / 2
    logits -= logits.max(axis=1, keepdims=True)
    own = logits[np.arange(len(t)), labels] - np.log(np.exp(logits).sum(axis=1))
    return noise @ back + means[labels], classes.entropy + float(own.mean() / np.log(2))


def _whitened(samples: npt.NDArray[np.floating]) -> tuple[Doubles, Doubles]:
    """Centred samples without correlations (N, r), and the matrix (r, d) that brings them back."""
    centred = np.asarray(samples, dtype=np.float64)
    centred = centred - centred.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(centred))
    kept = variances > max(_RANK * variances[-1], np.finfo(float).tiny)
    deviations, axes = np.sqrt(variances[kept]), axes[:, kept]
    return centred @ axes / deviations, deviations[:, None] * axes.T
