"""Information between a label and a variable that is Gaussian in each class, in nats."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .moments import Normal

if TYPE_CHECKING:
    import numpy.typing as npt

    from glow.estimators._context import Classes

    Matrix = npt.NDArray[np.float64]

_SEED = 0  # of the noise that is added to the samples
_SINGULAR = 1e-11  # variance of a direction inside a class, where it is 1 in all of them together


def class_information(t: Normal, classes: Classes, *, corrected: bool) -> float:
    """H(Y) plus the mean log posterior of each sample's own class.

    Args:
        t: The continuous variable.
        classes: The label.
        corrected: Whether to take the mean of two estimates: with densities fitted to all samples,
            which is too large, and with each sample's own class fitted without it, which is too
            small by the same to first order in 1/N.

    Raises:
        ValueError: If a class has too few samples for a covariance, or does not spread in all
            directions of ``t``.
    """
    if not t.values.shape[1] or len(classes.starts) == 2:
        return 0.0
    _check_sizes(t, classes)
    noisy = t.values + math.sqrt(t.variance) * np.random.default_rng(_SEED).normal(
        size=t.values.shape
    )
    densities, left_out = _densities(t, noisy, classes)
    own = classes.labels[:, None] == np.arange(densities.shape[1])
    found = _mean_log_posterior(densities, own)
    if corrected:
        found = (found + _mean_log_posterior(np.where(own, left_out[:, None], densities), own)) / 2
    return classes.entropy * math.log(2) + found


def _densities(t: Normal, noisy: Matrix, classes: Classes) -> tuple[Matrix, Matrix]:
    """(N, C) log p(t, y) with all samples, (N,) that of each sample's class without the sample."""
    n, count = len(noisy), len(classes.starts) - 1
    densities, left_out = np.empty((n, count)), np.empty(n)
    for c in range(count):
        members = classes.order[classes.starts[c] : classes.starts[c + 1]]
        fit = _Class(t.values[members], t.variance, c)
        prior = math.log(len(members) / n)
        densities[:, c] = fit.log_density(noisy) + prior
        left_out[members] = fit.log_density_without(t.values[members], noisy[members]) + prior
    return densities, left_out


class _Class:
    """One class as a Gaussian, up to the factor (2 pi)**(-d/2) that all classes share."""

    def __init__(self, values: Matrix, variance: float, index: int) -> None:
        self.n = len(values)
        self.mean = values.mean(axis=0)
        self.scatter = (values - self.mean).T @ (values - self.mean)
        self.noise = variance * np.eye(values.shape[1])
        if not variance and np.linalg.eigvalsh(self.scatter)[0] <= _SINGULAR * self.n:
            raise ValueError(
                f"Gaussian: the samples of class {index} do not spread in all directions of T, so "
                "it has no density there. Give noise, or leave out units that are constant in a "
                "class."
            )

    def log_density(self, points: Matrix) -> Matrix:
        """(M,) log densities at (M, d) points."""
        factor: Matrix = np.linalg.cholesky(self.scatter / (self.n - 1) + self.noise)
        away = _solve(factor, points - self.mean)
        density: Matrix = -np.log(np.diag(factor)).sum() - (away**2).sum(axis=0) / 2
        return density

    def log_density_without(self, samples: Matrix, points: Matrix) -> Matrix:
        """(n,) log density at each point, of the class without the sample of the same row.

        Leaving a sample out changes the covariance by a matrix of rank one, so that one
        factorisation serves all (Sherman and Morrison 1950).
        """
        n = self.n
        factor: Matrix = np.linalg.cholesky(self.scatter / (n - 2) + self.noise)
        change = n / ((n - 1) * (n - 2))
        left = _solve(factor, samples - self.mean)
        away = _solve(factor, points - self.mean) + left / (n - 1)  # from the mean of the others
        rest = 1 - change * (left**2).sum(axis=0)
        distance = (away**2).sum(axis=0) + change * (away * left).sum(axis=0) ** 2 / rest
        density: Matrix = -np.log(np.diag(factor)).sum() - (np.log(rest) + distance) / 2
        return density


def _check_sizes(t: Normal, classes: Classes) -> None:
    sizes = np.diff(classes.starts)
    needed = 3 if t.variance else t.values.shape[1] + 3
    if sizes.min() < needed:
        raise ValueError(
            f"Gaussian: a covariance in {t.values.shape[1]} directions needs at least {needed} "
            f"samples of each class, got {sizes.min()} of class {int(sizes.argmin())}. "
            "Give more samples, fewer units or noise."
        )


def _mean_log_posterior(densities: Matrix, own: npt.NDArray[np.bool_]) -> float:
    from scipy.special import logsumexp

    return float((densities[own] - logsumexp(densities, axis=1)).mean())


def _solve(factor: Matrix, rows: Matrix) -> Matrix:
    """(d, M) L**-1 applied to each of (M, d) rows."""
    from scipy.linalg import solve_triangular

    solved: Matrix = solve_triangular(factor, rows.T, lower=True, check_finite=False)
    return solved
