"""What a t copula leaves unexplained, measured against samples drawn from it, in nats."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from glow.estimators._ksg import KSG
from glow.estimators._verdict import MISFIT, RELIABLE

from .fit import quantiles
from .moments import Normal, pair_information
from .ranks import normal_scores

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from glow.estimators._context import Classes

    from .fit import FittedCopula, Ranks

    Matrix = npt.NDArray[np.float64]

_DRAWS = 4
_SIGNIFICANT = 3.0  # standard deviations from which on an excess is believed
# Share of the estimate from which on an excess matters. What pairs and another copula show is
# missing in bits; a bend is but one sign that the copula is of another kind.
_SERIOUS = {"pair": 0.1, "bend": 0.02, "copula": 0.1, "part": 0.1}
_NATS = float(np.log(2))


@dataclass(frozen=True)
class Excess:
    """By how much a statistic of the samples exceeds that of samples drawn from the copula.

    Attributes:
        value: The excess in nats.
        error: Its standard deviation if the copula is right.
    """

    value: float
    error: float


def excesses(x: Ranks, y: Ranks, copula: FittedCopula) -> dict[str, float]:
    """`pair_excess` and `bend_excess` of ranks, with their errors, in bits; NaN where unknown."""
    scores = quantiles(x, math.inf), quantiles(y, math.inf)
    figures = {}
    for name, test in (("pair", pair_excess), ("bend", bend_excess)):
        try:
            excess = test(*scores, copula)
        except ValueError:  # too few samples for the test, though enough for the estimate
            excess = Excess(math.nan, math.nan)
        figures[f"{name}_excess"] = excess.value / _NATS
        figures[f"{name}_error"] = excess.error / _NATS
    return figures


def quick_bend(x: Ranks, y: Ranks) -> dict[str, float]:
    """`bend_excess` over a Gaussian copula, of which nothing need be drawn, in bits.

    There twice the log likelihood ratio of 2 d e more coefficients is chi2(2 d e), and its mean is
    the bias that `pair_information` takes away.
    """
    scores = quantiles(x, math.inf), quantiles(y, math.inf)
    try:
        found = _bent_information(*scores)
    except ValueError:  # too few samples for the test, though enough for the estimate
        return {}
    error = math.sqrt(x.shape[1] * y.shape[1]) / len(x)
    return {"bend_excess": found / _NATS, "bend_error": error / _NATS}


def part_excess(t: npt.NDArray[np.floating], classes: Classes, value: float) -> dict[str, float]:
    """By how much a single unit knows more of a label than all of them were found to, in bits.

    Each unit's information is measured by its neighbours (Ross's form). The error is that of the
    mean of N log posteriors that differ by a bit.
    """
    largest = max(KSG().criterion(unit, classes.labels) for unit in t.T)
    return {"part_excess": largest - value, "part_error": 1 / math.sqrt(len(t))}


def doubt(verdict: str, value: float, figures: Mapping[str, float]) -> str:
    """The verdict, or "model does not fit" where an excess says so; NaN says nothing."""
    for name, serious in _SERIOUS.items():
        excess = figures.get(f"{name}_excess", math.nan)
        error = figures.get(f"{name}_error", math.nan)
        if excess > _SIGNIFICANT * error and excess > serious * value:
            return MISFIT if verdict == RELIABLE else verdict
    return verdict


def of_axis(estimate: Mapping[str, float], prefix: str) -> dict[str, float]:
    """The figures of one coordinate of a point, under their plain names."""
    return {k.removeprefix(prefix): v for k, v in estimate.items() if k.startswith(prefix)}


def pair_excess(x: Matrix, y: Matrix, copula: FittedCopula) -> Excess:
    """Information between single units that the copula misses, such as edges of a density.

    Units of X and Y are matched to the largest sum of absolute correlations; each pair's
    information is measured by its neighbours (KSG), on the samples and on draws from the copula.

    Args:
        x: (N, d) normal scores.
        y: (N, e) normal scores.
        copula: What was fitted to them.
    """
    found = _pair_informations(x, y)
    drawn = np.array([_pair_informations(*draw) for draw in _draws(copula)])  # (draws, pairs)
    variance = drawn.var(axis=0, ddof=1).mean() * len(found)  # of the sum over pairs
    error = float(np.sqrt(variance * (1 + 1 / _DRAWS)))
    return Excess(float(found.sum() - drawn.sum(axis=1).mean()), error)


def bend_excess(x: Matrix, y: Matrix, copula: FittedCopula) -> Excess:
    """Information seen once the mean of one variable given the other need not be linear.

    In a t copula it is linear. The Gaussian information that X has together with its squares and
    with X times its length shows whether that holds; both directions are asked and the larger one
    counts.

    Args:
        x: (N, d) normal scores.
        y: (N, e) normal scores.
        copula: What was fitted to them.

    Raises:
        ValueError: If the samples are too few for the covariance.
    """
    found = _bent_information(x, y)
    drawn = [_bent_information(*draw) for draw in _draws(copula)]
    # twice the log likelihood ratio of 2 d e more coefficients is chi2(2 d e)
    expected = np.sqrt(x.shape[1] * y.shape[1]) / len(x)
    spread = max(float(np.std(drawn, ddof=1)), float(expected))
    return Excess(found - float(np.mean(drawn)), spread * float(np.sqrt(1 + 1 / _DRAWS)))


def _draws(copula: FittedCopula) -> list[tuple[Matrix, Matrix]]:
    return [copula.draw(np.random.default_rng(seed)) for seed in range(_DRAWS)]


def _pair_informations(x: Matrix, y: Matrix) -> Matrix:
    from scipy.optimize import linear_sum_assignment

    correlations = np.abs(np.corrcoef(x, y, rowvar=False)[: x.shape[1], x.shape[1] :])
    rows, columns = linear_sum_assignment(-correlations)
    order = np.argsort(correlations[rows, columns])
    measure = KSG().criterion
    found = [measure(x[:, i], y[:, j]) for i, j in zip(rows[order], columns[order], strict=True)]
    return np.array(found) * _NATS


def _bent_information(x: Matrix, y: Matrix) -> float:
    whole = _gaussian(x, y)
    return max(_gaussian(_bent(x), y), _gaussian(x, _bent(y))) - whole


def _gaussian(x: Matrix, y: Matrix) -> float:
    return pair_information(Normal.of("x", x, None), Normal.of("y", y, None), corrected=True)


def _bent(scores: Matrix) -> Matrix:
    """(N, 3 d) whitened samples, those times the normal score of their length, and squares."""
    white = Normal.of("x", scores, None).values
    lengths = (white**2).sum(axis=1, keepdims=True)
    return np.hstack((white, white * normal_scores(lengths), scores**2))
