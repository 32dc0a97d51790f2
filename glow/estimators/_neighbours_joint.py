"""Estimators by neighbours in the joint space, and whether N samples are enough for it."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from ._arrays import as_array
from ._context import Classes
from ._neighbours import Cloud
from ._neighbours_base import NeighbourEstimator
from ._neighbours_surrogate import gaussian_labels, gaussian_pair
from ._parameter import parameter
from ._verdict import RELIABLE, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Hashable

    from ._arrays import Array, Samples
    from ._context import Context
    from ._estimate import Estimate

_GAUSSIAN_ERROR = 0.2  # relative; from there on the estimate says more of N and d than of the data
_LEAST_INFORMATION = 0.5  # bits; errors are taken relative to at least this
_FEWEST = 16  # samples below which there is nothing to fit


class JointNeighbourEstimator(NeighbourEstimator[Cloud]):
    """An estimator whose error grows with the dimension, and which says so."""

    metric: str = parameter(
        default="euclidean",
        scale="choice",
        choices=("euclidean", "max"),
        meaning="distance within each variable; the joint one is the larger of the two",
    )

    def check(self, x: Array, y: Array) -> dict[str, float]:
        """Figures that say how far ``criterion(x, y)`` can be trusted.

        Returns:
            ``half_change``: the estimate less that from half of the samples. ``atom_share``: of the
            samples whose k-th neighbour lies in the very same place. ``tied_share``: of those whose
            term is biased because several neighbours are exactly as far as the k-th.
            ``dropped_share``: of those left out because they are alone in their class.
            ``gaussian_error``: the relative error on Gaussian data of the same N, d and covariance;
            beyond 0.2 there are too few samples for d.
        """
        return {**super().check(x, y), "gaussian_error": self.gaussian_error(x, y)}

    def gaussian_error(self, x: Array, y: Array) -> float:
        """The relative error of `criterion` on Gaussian data like the given.

        A parametric bootstrap. Two continuous variables are replaced by Gaussian ones of their
        joint covariance, a continuous variable and labels by Gaussian classes of its means and
        common covariance; the information of both is known. The error is divided by it, or by half
        a bit where it is less. NaN where there is nothing to fit.
        """
        first, second = self._variable("x", x), self._variable("y", y)
        if len(as_array(self._owner, "x", x)) < max(_FEWEST, self.k + 1):
            return math.nan
        if isinstance(first, Classes):
            first, second = second, first
        if isinstance(first, Classes):
            return math.nan
        found, information = self._on_gaussian(first, second)
        return (found - information) / max(information, _LEAST_INFORMATION)

    def measure(self, x: Array, y: Array) -> Estimate:
        """`criterion` with its form, diagnostics and verdict, as in `Estimator.measure`."""
        found = super().measure(x, y)
        error = found.diagnostics["gaussian_error"]
        return dataclasses.replace(found, verdict=_doubt(found.verdict, error))

    def verdicts(self, estimate: dict[str, float], context: Context) -> tuple[str, str]:
        """As `Estimator.verdicts`; a large ``gaussian_error`` means too few samples for d."""
        xt, ty = super().verdicts(estimate, context)
        return (
            _doubt(xt, estimate.get("xt_gaussian_error", 0.0)),
            _doubt(ty, estimate.get("ty_gaussian_error", 0.0)),
        )

    @property
    def _preparation(self) -> Hashable:
        return "cloud", self.metric

    def _prepared(self, samples: Samples, *, second: bool, reused: bool = False) -> Cloud:
        return Cloud.of(samples, self.metric, reused=reused)

    def _on_gaussian(self, x: Samples, y: Samples | Classes) -> tuple[float, float]:
        """The estimate on Gaussian data and the truth, in bits."""
        if isinstance(y, Classes):
            like, information = gaussian_labels(x, y)
            return self.criterion(like, y.labels), information
        like, partner, information = gaussian_pair(x, y)
        return self.criterion(like, partner), information


def _doubt(verdict: str, gaussian_error: float) -> str:
    doubtful = verdict == RELIABLE and abs(gaussian_error) > _GAUSSIAN_ERROR
    return SAMPLES if doubtful else verdict
