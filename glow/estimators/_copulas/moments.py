"""Determinants of sample covariances and the information between Gaussian variables, in nats."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float64]

_REDUNDANT = 1e-7  # of the largest spread: smaller ones are rounding of float32 activations
_DEPENDENT = 1e-11  # share of a direction's variance that is left when the partner is known


class InfiniteInformationError(ValueError):
    """One variable determines a direction of the other: add noise, or leave that unit out."""


@dataclass(frozen=True, eq=False)
class Normal:
    """A continuous variable in the form that determinants are taken in.

    Attributes:
        name: What the variable is called, for error messages.
        values: (N, r) centred samples. Without noise: whitened scores of the r directions in which
            the variable spreads, since information does not change under invertible linear maps.
            With noise, whose units matter: the samples themselves.
        variance: Variance of the noise added to each unit; 0 without.
    """

    name: str
    values: Matrix
    variance: float

    @classmethod
    def of(cls, name: str, samples: Matrix, noise: float | None) -> Self:
        """Centres (N, d) float64 samples, and whitens them unless noise is added."""
        centred = samples - samples.mean(axis=0)
        if noise is not None:
            return cls(name, centred, noise**2)
        return cls(name, _whitened(centred, np.abs(samples).max(axis=0)), 0.0)

    @property
    def noise(self) -> Matrix:
        """(r,) variance of the noise of each direction."""
        return np.full(self.values.shape[1], self.variance)


def pair_information(x: Normal, y: Normal, *, corrected: bool) -> float:
    """1/2 ln(det A det B / det C) of two variables and the pair.

    Args:
        x: The first variable.
        y: The second one.
        corrected: Whether to take the expected bias of the log-determinants away.

    Raises:
        InfiniteInformationError: If without noise one variable determines a direction of the other.
        ValueError: If the samples do not exceed the dimensions.
    """
    n, d = len(x.values), x.values.shape[1] + y.values.shape[1]
    both = np.hstack((x.values, y.values))
    noise = np.concatenate((x.noise, y.noise))
    if n <= d and not noise.all():
        raise ValueError(
            f"Gaussian: a covariance of {d} directions ({x.name} and {y.name} together) needs more "
            f"than {d} samples, got {n}. Give more samples, fewer units or noise."
        )
    parts = (x.values, x.noise), (y.values, y.noise), (both, noise)
    first, second, pair = (_log_determinant(*part, corrected=corrected) for part in parts)
    if pair == -math.inf:
        raise InfiniteInformationError(
            f"Gaussian: a direction of {y.name} is a linear function of {x.name}, so the "
            "information is infinite. Give noise, or leave that unit out."
        )
    return (first + second - pair) / 2


def layer_information(t: Normal, *, corrected: bool) -> float:
    """1/2 ln det(1 + A / variance), the information that noisy units carry about their means.

    Args:
        t: A variable with noise.
        corrected: Whether to take the expected bias of the log-determinant away.
    """
    noise = t.noise
    whole = _log_determinant(t.values, noise, corrected=corrected)
    return (whole - float(np.log(noise).sum())) / 2


def _log_determinant(values: Matrix, noise: Matrix, *, corrected: bool) -> float:
    """Of the sample covariance plus diag(noise); minus infinity where that is singular."""
    from scipy.linalg import solve_triangular

    freedom = len(values) - 1
    if freedom == 0 or not values.size:
        return float(np.log(noise).sum()) if noise.all() else 0.0
    covariance = values.T @ values / freedom
    total = covariance + np.diag(noise)
    spread = np.linalg.eigvalsh(total)
    if spread[0] <= (0 if noise.all() else _DEPENDENT):
        return -math.inf
    log_determinant = float(np.log(spread).sum())
    if not corrected:
        return log_determinant
    try:
        factor = np.linalg.cholesky(total)
    except np.linalg.LinAlgError:  # singular as far as rounding can tell
        return -math.inf
    half = solve_triangular(factor, covariance, lower=True)
    shares: Matrix = np.linalg.eigvalsh(solve_triangular(factor, half.T, lower=True))
    return log_determinant - log_determinant_bias(shares, freedom)


def log_determinant_bias(shares: Matrix, freedom: int) -> float:
    """By how much the log-determinant of a sample covariance with noise is wrong in the mean.

    Without noise, for d Gaussian directions and f degrees of freedom (Goodman 1963; Misra, Singh
    and Demchuk 2005), exactly

        sum over j = 1..d of psi((f + 1 - j) / 2) + ln(2 / f).

    Known noise beside it makes a share ``a`` of each direction estimated and the rest certain.
    Taking ``a_j`` of each term, and for j the directions estimated so far, is exact for shares of
    0 and 1 and agrees with the second-order bias -(tr a**2 + (tr a)**2) / (2 f) for all others.

    Args:
        shares: (d,) share of the variance of each direction that is estimated, 0 to 1.
        freedom: Degrees of freedom, N - 1.
    """
    from scipy.special import digamma

    falling = np.clip(np.sort(shares)[::-1], 0, 1)
    terms = digamma((freedom + 1 - np.cumsum(falling)) / 2) + math.log(2 / freedom)
    return float((falling * terms).sum())


def _whitened(centred: Matrix, largest: Matrix) -> Matrix:
    """(N, r) scores of unit variance in the r directions in which (N, d) samples spread."""
    n = len(centred)
    deviations = centred.std(axis=0)
    moving = deviations > _REDUNDANT * largest
    if n < 2 or not moving.any():
        return np.empty((n, 0))
    left, spread, _ = np.linalg.svd(centred[:, moving] / deviations[moving], full_matrices=False)
    kept = spread > _REDUNDANT * spread[0] * math.sqrt(moving.sum())
    return np.asarray(left[:, kept]) * math.sqrt(n - 1)
