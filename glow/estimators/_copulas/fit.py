"""A t copula fitted to the ranks of two variables, and its information in nats."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .moments import log_determinant_bias

if TYPE_CHECKING:
    import numpy.typing as npt

    from glow.estimators._arrays import Samples

    Matrix = npt.NDArray[np.float64]
    Ranks = npt.NDArray[np.int64]

_STEPS = 30  # of the iteration for a correlation at given degrees of freedom
_SETTLED = 1e-5  # change of a correlation at which it ends
_MIN_GAIN = 2.0  # log likelihood that tails must bring to be believed, as half of chi2(1) at 0.95
_SINGULAR = 1e-11
_COLLAPSED = 1e-2  # of the plain correlation's least eigenvalue: tails alone change it far less


class SingularCopulaError(ValueError):
    """The copula has no density: ranks follow from others, or too many samples share theirs."""


@dataclass(frozen=True, eq=False)
class FittedCopula:
    """The dependence of two variables as that of a multivariate Student t, whatever the marginals.

    Attributes:
        correlation: (d + e, d + e) correlation matrix of both variables together.
        dof: Degrees of freedom; infinite for a Gaussian copula.
        split: d, the columns of the first variable.
        samples: N, from which it was fitted.
    """

    correlation: Matrix
    dof: float
    split: int
    samples: int

    def information(self, *, corrected: bool) -> float:
        """I(X;Y) in nats, see `glow.estimators.TCopula`.

        Args:
            corrected: Whether to take away the expected bias of the log-determinants.
        """
        d, e = self.split, len(self.correlation) - self.split
        parts = self.correlation[:d, :d], self.correlation[d:, d:], self.correlation
        first, second, both = (float(np.linalg.slogdet(part)[1]) for part in parts)
        found = (first + second - both) / 2 + tail_information(d, e, self.dof)
        if not corrected:
            return found
        bias = [log_determinant_bias(np.ones(size), self.samples - 1) for size in (d, e, d + e)]
        return found - (bias[0] + bias[1] - bias[2]) / 2

    def standard_error(self) -> float:
        """Of `information` in nats, as for a Gaussian copula.

        Its variance is sum r**2 / N over the canonical correlations r, plus d e / (2 N**2), what is
        left of it for independent variables.
        """
        d, e = self.split, len(self.correlation) - self.split
        first, second = (
            np.linalg.cholesky(part)
            for part in (self.correlation[:d, :d], self.correlation[d:, d:])
        )
        across = np.linalg.solve(first, self.correlation[:d, d:])
        squares = float((np.linalg.solve(second, across.T) ** 2).sum())
        return math.sqrt(squares / self.samples + d * e / (2 * self.samples**2))

    def draw(self, rng: np.random.Generator) -> tuple[Matrix, Matrix]:
        """As many samples as it was fitted to, as normal scores."""
        factor = np.linalg.cholesky(self.correlation)
        values = rng.normal(size=(self.samples, len(factor))) @ factor.T
        if math.isfinite(self.dof):
            values /= np.sqrt(rng.chisquare(self.dof, (self.samples, 1)) / self.dof)
        scores = quantiles(double_ranks(values), math.inf)
        return scores[:, : self.split], scores[:, self.split :]


def fit_t_copula(x: Ranks, y: Ranks, dof: float | None) -> FittedCopula:
    """The t copula of largest likelihood.

    The correlation is that of a multivariate t fitted by expectation and maximisation to the t
    quantiles of the ranks (Demarta and McNeil 2005; Liu and Rubin 1995).

    Args:
        x: (N, d) twice the ranks, see `double_ranks`.
        y: (N, e) likewise.
        dof: Degrees of freedom; None chooses them by likelihood.

    Raises:
        SingularCopulaError: If the correlation is singular, or if at the degrees of freedom given
            it becomes so.
    """
    ranks = np.hstack((x, y))
    plain = np.atleast_2d(np.corrcoef(quantiles(ranks, math.inf), rowvar=False))
    if np.linalg.eigvalsh(plain)[0] <= _SINGULAR:
        raise SingularCopulaError(
            "TCopula: the ranks of one unit follow linearly from those of others, so there is no "
            "density. Leave that unit out."
        )
    _, correlation, found = _best(ranks, plain) if dof is None else _fit(ranks, dof, plain)
    return FittedCopula(correlation, found, x.shape[1], len(ranks))


def tail_information(d: int, e: int, dof: float) -> float:
    """What the common length of a multivariate t tells of Y beyond its directions, in nats.

    f(v) + f(v + d + e) - f(v + d) - f(v + e) with f(a) = ln Gamma(a/2) - a/2 psi(a/2)
    (Arellano-Valle, Contreras-Reyes and Genton 2013); 0 for infinite degrees of freedom.
    """
    from scipy.special import digamma, gammaln

    if math.isinf(dof):
        return 0.0
    a = np.array([dof, dof + d + e, dof + d, dof + e]) / 2
    return float((gammaln(a) - a * digamma(a)) @ [1, 1, -1, -1])


def double_ranks(samples: Samples | Matrix) -> Ranks:
    """(N, d) twice the rank of each value in its column, a whole number for ties too."""
    from scipy.stats import rankdata

    ranks: Ranks = np.rint(2 * rankdata(samples, axis=0)).astype(np.int64)
    return ranks


def distinct(ranks: Ranks) -> Ranks:
    """The columns that order the samples differently; the others add nothing.

    Constant columns go, and so do those that are a monotone function of another.
    """
    n = len(ranks)
    falling = ranks[0] > n + 1
    upward = np.where(falling, 2 * (n + 1) - ranks, ranks)
    moving = np.flatnonzero((ranks != ranks[0]).any(axis=0))
    _, first = np.unique(upward[:, moving], axis=1, return_index=True)
    return ranks[:, moving[np.sort(first)]]


def quantiles(ranks: Ranks, dof: float) -> Matrix:
    """(N, d) t quantiles at rank / (N + 1), normal ones for infinite degrees of freedom."""
    return _table(len(ranks), dof)[ranks]


def _table(n: int, dof: float) -> Matrix:
    """(2 N + 1,) the quantile at each half rank: columns of ranks share them."""
    from scipy.special import ndtri, stdtrit

    levels = np.arange(2 * n + 1) / (2 * (n + 1))
    levels[0] = levels[1]  # no rank is 0
    table = ndtri(levels) if math.isinf(dof) else stdtrit(dof, levels)
    return np.asarray(table, dtype=np.float64)


def _best(ranks: Ranks, start: Matrix) -> tuple[float, Matrix, float]:
    from scipy.optimize import minimize_scalar

    found: dict[float, tuple[float, Matrix, float]] = {}

    normal = _fit(ranks, math.inf, start)

    def loss(share: float) -> float:
        warm = found[min(found, key=lambda other: abs(other - share))][1] if found else start
        try:
            found[share] = _fit(ranks, 1 / share, warm)
        except SingularCopulaError:  # such heavy tails do not suit samples with so many ties
            return -normal[0]
        return -found[share][0]

    minimize_scalar(loss, bounds=(0, 1), method="bounded", options={"xatol": 3e-3})
    best = max(found.values(), key=lambda fit: fit[0], default=normal)
    return best if best[0] > normal[0] + _MIN_GAIN else normal


def _fit(ranks: Ranks, dof: float, start: Matrix) -> tuple[float, Matrix, float]:
    """Log likelihood of the copula, correlation and the degrees of freedom given."""
    from scipy.special import gammaln

    values = quantiles(ranks, dof)
    n, p = values.shape
    if math.isinf(dof):
        correlation = np.corrcoef(values, rowvar=False).reshape(p, p)
        joint = -_lengths(values, correlation) / 2
        single = -(values**2) / 2
    else:
        correlation = _correlation(values, dof, start)
        joint = -(dof + p) / 2 * np.log1p(_lengths(values, correlation) / dof)
        single = -(dof + 1) / 2 * np.log1p(values**2 / dof)
        joint += gammaln((dof + p) / 2) - gammaln(dof / 2)
        single += gammaln((dof + 1) / 2) - gammaln(dof / 2)
    spread = n * float(np.linalg.slogdet(correlation)[1]) / 2
    return float(joint.sum() - single.sum()) - spread, correlation, dof


def _correlation(values: Matrix, dof: float, start: Matrix) -> Matrix:
    """Expectation and maximisation (Kent, Tyler and Vardi 1994): long samples count less.

    It has no solution where a subspace of q dimensions holds a share (v + q) / (v + p) of the
    samples, as saturated units make it: the scatter collapses onto that subspace.

    Raises:
        SingularCopulaError: If it does.
    """
    p = values.shape[1]
    scatter = start
    for _ in range(_STEPS):
        weights = (dof + p) / (dof + _lengths(values, scatter))
        # the weights sum to N at the solution; dividing by their sum gets there in fewer steps
        after = (values * weights[:, None]).T @ values / weights.sum()
        change = np.abs(after - scatter).max()
        scatter = after
        if change < _SETTLED:
            break
    deviations = np.sqrt(np.diag(scatter))
    correlation: Matrix = scatter / np.outer(deviations, deviations)
    plain = np.corrcoef(values, rowvar=False).reshape(p, p)
    if not np.linalg.eigvalsh(correlation)[0] > _COLLAPSED * np.linalg.eigvalsh(plain)[0]:
        raise _collapsed()
    return correlation


def _lengths(values: Matrix, scatter: Matrix) -> Matrix:
    """(N,) squared Mahalanobis lengths."""
    from scipy.linalg import solve_triangular

    try:
        factor = np.linalg.cholesky(scatter)
    except np.linalg.LinAlgError:
        raise _collapsed() from None
    solved = solve_triangular(factor, values.T, lower=True, check_finite=False)
    lengths: Matrix = (solved**2).sum(axis=0)
    return lengths


def _collapsed() -> SingularCopulaError:
    return SingularCopulaError(
        "TCopula: too many samples share the ranks of a unit (a saturated one?) for tails this "
        "heavy, so there is no density. Choose a larger dof, or leave that unit out."
    )
