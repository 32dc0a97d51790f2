"""Estimators by neighbours in the joint space, and whether N samples are enough for it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from glow.estimators._arrays import as_array, as_samples, is_discrete
from glow.estimators._base import half_of
from glow.estimators._context import Classes
from glow.estimators._parameter import parameter

from .base import NeighbourEstimator
from .search import AnyCloud, Cloud
from .surrogate import gaussian_labels, gaussian_pair

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import numpy.typing as npt
    import torch

    from glow.estimators._arrays import Array, Samples

_LEAST_INFORMATION = 0.5  # bits; errors are taken relative to at least this
_SURE = 2.0  # standard errors from which on a change is one
_FEWEST = 16  # samples below which there is nothing to fit


class JointNeighbourEstimator(NeighbourEstimator[AnyCloud]):
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
            beyond 0.2 there are too few samples for d. ``bias_left``, of two continuous variables
            whose estimate moves with N by more than its noise: how many bits are still missing if
            it goes on as slowly as neighbours may, 0 if it does not move.
        """
        figures = {**super().check(x, y), "gaussian_error": self.gaussian_error(x, y)}
        return figures | {"bias_left": self._bias_left(x, y, figures["half_change"])}

    def _bias_left(self, x: Array, y: Array, change: float) -> float:
        """The change from N/2 to N samples, continued to infinitely many.

        The bias of neighbours in d dimensions falls as N**(-1/d) at the slowest (Gao, Oh and
        Viswanath 2018, theorem 4), so that what is left after N samples is at most the last change
        over 2**(1/d) - 1. The noise of the change is judged by that of both halves.
        """
        arrays = as_array(self._owner, "x", x), as_array(self._owner, "y", y)
        n = len(arrays[0])
        first = half_of(n)
        noise = _SURE / math.sqrt(n)  # terms of a bit's deviation
        if first is None or any(is_discrete(a) for a in arrays) or not abs(change) > noise:
            return 0.0
        halves = first, np.setdiff1d(np.arange(n), first)
        one, other = (self.criterion(*(a[rows] for a in arrays)) for rows in halves)
        both = change + (one - other) / 2  # the estimate less the mean of its halves
        if abs(both) <= max(noise, _SURE * abs(one - other) / 2):
            return 0.0
        varying = sum(
            int((a.reshape(n, -1) != a.reshape(n, -1)[0]).any(axis=0).sum()) for a in arrays
        )
        return both / (2 ** (1 / varying) - 1)

    def gaussian_error(self, x: Array, y: Array) -> float:
        """The relative error of `criterion` on Gaussian data like the given.

        A parametric bootstrap. Two continuous variables are replaced by Gaussian ones of their
        joint covariance, a continuous variable and labels by Gaussian classes of its means and
        common covariance; the information of both is known. The error is divided by it, or by half
        a bit where it is less. NaN where there is nothing to fit. Done on the host.
        """
        arrays = as_array(self._owner, "x", x), as_array(self._owner, "y", y)
        continuous = [array for array in arrays if not is_discrete(array)]
        if len(arrays[0]) < max(_FEWEST, self.k + 1) or not continuous:
            return math.nan
        found, information = self._on_gaussian(arrays, continuous)
        return (found - information) / max(information, _LEAST_INFORMATION)

    @property
    def _preparation(self) -> Hashable:
        return "cloud", self.metric

    def _prepared(
        self, samples: Samples | torch.Tensor, *, second: bool, reused: bool = False
    ) -> AnyCloud:
        if isinstance(samples, np.ndarray):
            return Cloud.of(samples, self.metric, reused=reused)
        from .search_torch import TensorCloud

        return TensorCloud.of(samples, self.metric)

    def _on_gaussian(
        self, arrays: Sequence[npt.NDArray[Any]], continuous: Sequence[npt.NDArray[Any]]
    ) -> tuple[float, float]:
        """The estimate on Gaussian data and the truth, in bits."""
        samples = [as_samples(self._owner, "x", array) for array in continuous]
        if len(samples) == 2:
            like, partner, information = gaussian_pair(*samples)
            return self.criterion(like, partner), information
        labels = next(Classes.of(array) for array in arrays if is_discrete(array))
        like, information = gaussian_labels(samples[0], labels)
        return self.criterion(like, labels.labels), information
