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
    fits, members = _fits(t, classes)
    densities = np.column_stack([fit.log_density(noisy) + fit.log_prior for fit in fits])
    own = classes.labels[:, None] == np.arange(len(fits))
    found = _mean_log_posterior(densities, own)
    if corrected:
        for c, (fit, rows) in enumerate(zip(fits, members, strict=True)):
            without = fit.log_density_without(t.values[rows], noisy[rows])
            densities[rows, c] = without + fit.log_prior
        found = (found + _mean_log_posterior(densities, own)) / 2
    return classes.entropy * math.log(2) + found


def _fits(t: Normal, classes: Classes) -> tuple[list[_Class], list[npt.NDArray[np.int64]]]:
    """Every class as a Gaussian, and the numbers of its samples."""
    members = np.split(classes.order, classes.starts[1:-1])
    n = len(t.values)
    return [_Class(t.values[rows], t.variance, c, n) for c, rows in enumerate(members)], members


class _Class:
    """One class as a Gaussian, up to the factor (2 pi)**(-d/2) that all classes share."""

    def __init__(self, values: Matrix, variance: float, index: int, samples: int) -> None:
        self.n = len(values)
        self.index = index
        self.log_prior = math.log(self.n / samples)
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
        factor = self._factor(self.n - 1)
        away = _solve(factor, points - self.mean)
        density: Matrix = -np.log(np.diag(factor)).sum() - (away**2).sum(axis=0) / 2
        return density

    def log_density_without(self, samples: Matrix, points: Matrix) -> Matrix:
        """(n,) log density at each point, of the class without the sample of the same row.

        Leaving a sample out changes the covariance by a matrix of rank one, so that one
        factorisation serves all (Sherman and Morrison 1950).

        Raises:
            ValueError: If the class does not spread in all directions without some sample.
        """
        n = self.n
        factor = self._factor(n - 2)
        change = n / ((n - 1) * (n - 2))
        left = _solve(factor, samples - self.mean)
        away = _solve(factor, points - self.mean) + left / (n - 1)  # from the mean of the others
        rest = 1 - change * (left**2).sum(axis=0)
        if rest.min() <= _SINGULAR:
            raise ValueError(
                f"Gaussian: one sample alone makes class {self.index} spread in some direction of "
                "T, so without it there is no density there. Give more samples or noise, or leave "
                "out units that are almost constant in a class."
            )
        distance = (away**2).sum(axis=0) + change * (away * left).sum(axis=0) ** 2 / rest
        density: Matrix = -np.log(np.diag(factor)).sum() - (np.log(rest) + distance) / 2
        return density

    def _factor(self, freedom: int) -> Matrix:
        try:
            factor: Matrix = np.linalg.cholesky(self.scatter / freedom + self.noise)
        except np.linalg.LinAlgError:
            raise ValueError(
                f"Gaussian: the noise is too little beside the spread of class {self.index}, whose "
                "samples do not spread in all directions of T. Give more noise."
            ) from None
        return factor


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
