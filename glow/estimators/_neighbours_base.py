"""What the estimators by nearest neighbours share: their variables, curves over k and verdicts."""

from __future__ import annotations

import dataclasses
import math
from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from ._arrays import as_array, as_samples, is_discrete, same_length
from ._base import Estimator
from ._context import Classes
from ._neighbours import Cloud, Reading, Split
from ._neighbours_surrogate import gaussian_labels, gaussian_pair
from ._parameter import parameter
from ._partition import Partition
from ._verdict import RELIABLE, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import numpy.typing as npt

    from ._arrays import Array, Samples
    from ._context import Context
    from ._estimate import Estimate
    from ._neighbours import Integers

_GAUSSIAN_ERROR = 0.2  # relative; from there on the estimate says more of N and d than of the data
_FEWEST = 16  # samples below which the figures mean nothing


class NeighbourEstimator(Estimator):
    """An estimator whose k nearest neighbours make a curve over k in one pass.

    A family says what it reads from two continuous variables (`_of_pair`) and from a continuous one
    and labels (`_of_labels`).
    """

    k: int = parameter(
        default=3,
        scale="integer",
        low=1,
        high=256,
        slider=(1, 32),
        meaning="nearest neighbours; few for little bias, many for little variance",
    )
    metric: str = parameter(
        default="euclidean",
        scale="choice",
        choices=("euclidean", "max"),
        meaning="distance within each variable; the joint one is the larger of the two",
    )

    @abstractmethod
    def _of_pair(self, x: Cloud, y: Cloud, ks: Integers) -> Reading:
        """Estimates for two continuous variables at increasing numbers of neighbours."""

    @abstractmethod
    def _of_labels(self, t: Cloud, split: Split, ks: Integers) -> Reading:
        """Estimates for a continuous variable, sorted by class, and labels."""

    def criterion(self, x: Array, y: Array) -> float:
        """Mutual information of two variables.

        Args:
            x: (N,) or (N, ...) samples. Integers and booleans are symbols: give whole numbers that
                are quantities as floating point numbers.
            y: (N,) or (N, ...) samples, likewise. Two discrete variables have their plug-in
                information.

        Returns:
            The raw estimate in bits, negative where noise makes it so.

        Raises:
            ValueError: If the lengths differ, a value is not finite, there are not more than k
                samples, or no class has two.
        """
        return self._bits(self._between(x, y, np.array([self.k])))

    def coordinates(self, t: Array, context: Context) -> tuple[float, float]:
        """I(X;T) and I(T;Y) in bits.

        Raises:
            ValueError: As `criterion`, or if ``t`` does not fit the context.
        """
        xt, ty = self.curve(t, context, "k", [self.k])
        return float(xt[0]), float(ty[0])

    def curve(
        self, t: Array, context: Context, parameter: str, values: Iterable[float]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Both coordinates at many values of k from the neighbours of the largest.

        Args:
            t: (N, ...) activations of the layer.
            context: What is fixed while the layer changes.
            parameter: "k"; anything else is evaluated value by value.
            values: (V,) its values, in any order.

        Returns:
            I(X;T) and I(T;Y), two arrays (V,) in bits, in the order of ``values``.
        """
        if parameter != "k":
            return super().curve(t, context, parameter, values)
        given = [self.replace(k=value).k for value in values]
        if not given:
            return np.empty(0), np.empty(0)
        ks, back = np.unique(np.array(given, dtype=np.int64), return_inverse=True)
        xt, ty = self._readings(t, context, ks)
        return xt.values[back] / math.log(2), ty.values[back] / math.log(2)

    def check(self, x: Array, y: Array) -> dict[str, float]:
        """Figures that say how far ``criterion(x, y)`` can be trusted.

        Returns:
            ``half_change``: the estimate less that from half of the samples. ``gaussian_error``:
            the relative error of this estimator on Gaussian data of the same size, dimension and
            covariance, whose information is known (at least half a bit stands below the fraction);
            beyond 0.2 there are too few samples for the dimension. ``atom_share``: of the samples
            whose k-th neighbour lies in the very same place. ``tied_share``: of those whose term is
            biased because several neighbours are exactly as far as the k-th. ``dropped_share``: of
            those left out because they are alone in their class.
        """
        reading = self._between(x, y, np.array([self.k]))
        return {
            "half_change": self.half_change(x, y),
            "gaussian_error": self.gaussian_error(x, y),
            "atom_share": float(reading.atoms[0]),
            "tied_share": self._tied_share(reading),
            "dropped_share": reading.dropped,
        }

    def gaussian_error(self, x: Array, y: Array) -> float:
        """The relative error on Gaussian data like the given; NaN where there is nothing to fit.

        A parametric bootstrap: two continuous variables are replaced by Gaussian ones of their
        joint covariance, a continuous variable and labels by Gaussian classes of its means and
        common covariance.
        """
        first, second = self._variable("x", x), self._variable("y", y)
        if len(as_array(self._owner, "x", x)) < _FEWEST:
            return math.nan
        if isinstance(first, Classes):
            first, second = second, first
        if isinstance(first, Classes):
            return math.nan
        if isinstance(second, Classes):
            like, information = gaussian_labels(first, second)
            found = self.criterion(like, second.labels)
        else:
            like, partner, information = gaussian_pair(first, second)
            found = self.criterion(like, partner)
        return (found - information) / max(information, 0.5)

    def measure(self, x: Array, y: Array) -> Estimate:
        """`criterion` with its form, diagnostics and verdict, as in `Estimator.measure`."""
        found = super().measure(x, y)
        return dataclasses.replace(
            found,
            form=self._form_found(found.form, found.diagnostics),
            verdict=self._doubt(found.verdict, found.diagnostics.get("gaussian_error", 0.0)),
        )

    def verdicts(self, estimate: dict[str, float], context: Context) -> tuple[str, str]:
        """As `Estimator.verdicts`; a large ``gaussian_error`` means too few samples for d."""
        xt, ty = super().verdicts(estimate, context)
        return (
            self._doubt(xt, estimate.get("xt_gaussian_error", 0.0)),
            self._doubt(ty, estimate.get("ty_gaussian_error", 0.0)),
        )

    def _readings(self, t: Array, context: Context, ks: Integers) -> tuple[Reading, Reading]:
        """Readings of I(X;T) and I(T;Y) of a layer."""
        samples = as_samples(self._owner, "t", t)
        same_length(self._owner, t=samples, x=context.x)
        self._enough(len(samples), ks)
        classes = context.classes
        if classes is None:
            return (
                self._of_pair(self._kept(context, "x"), self._cloud(samples), ks),
                self._of_pair(self._cloud(samples), self._kept(context, "y"), ks),
            )
        split = self._split(classes, lambda make: context.memo("neighbour classes", make))
        return (
            self._of_pair(self._kept(context, "x"), self._cloud(samples), ks),
            self._of_labels(self._cloud(samples[split.rows]), split, ks),
        )

    def _between(self, x: Array, y: Array, ks: Integers) -> Reading:
        first, second = self._variable("x", x), self._variable("y", y)
        if isinstance(first, Classes):
            first, second = second, first
        if isinstance(first, Classes):
            return _plug_in(self._owner, first, second, ks)
        symbols = second.labels if isinstance(second, Classes) else second
        same_length(self._owner, x=first, y=symbols)
        self._enough(len(first), ks)
        if not isinstance(second, Classes):
            return self._of_pair(self._cloud(first), self._cloud(second), ks)
        split = self._split(second, lambda make: make())
        return self._of_labels(self._cloud(first[split.rows]), split, ks)

    def _kept(self, context: Context, name: str) -> Cloud:
        """X or Y of a plane, whose distances are fixed."""

        def make() -> Cloud:
            samples = as_samples(self._owner, name, getattr(context, name))
            return Cloud.of(samples, self.metric, reused=True)

        return context.memo(("neighbours", name, self.metric), make)

    def _cloud(self, samples: Samples) -> Cloud:
        return Cloud.of(samples, self.metric)

    def _split(self, classes: Classes, keep: Callable[[Callable[[], Split]], Split]) -> Split:
        split = keep(lambda: Split.of(classes))
        if not len(split.rows):
            raise ValueError(
                f"{self._owner}: neighbours are sought within classes, but each of the "
                f"{len(classes.labels)} samples is alone in its class. Give whole numbers that are "
                "quantities, not labels, as floating point numbers."
            )
        return split

    def _enough(self, n: int, ks: Integers) -> None:
        if n <= ks[-1]:
            raise ValueError(
                f"{self._owner}: k={ks[-1]} neighbours need more than {ks[-1]} samples, got N={n}. "
                "Choose a smaller k, or give more samples."
            )

    def _variable(self, name: str, value: Array) -> Samples | Classes:
        array = as_array(self._owner, name, value)
        return Classes.of(array) if is_discrete(array) else as_samples(self._owner, name, array)

    def _tied_share(self, reading: Reading) -> float:
        """Share of the samples whose ties bias the estimate."""
        return float(reading.atoms[0] + reading.ties[0])

    def _form_found(self, form: str, figures: Mapping[str, float]) -> str:
        """The form, once it is known how many samples are tied."""
        return form

    @property
    def _owner(self) -> str:
        return type(self).__name__

    @staticmethod
    def _bits(reading: Reading) -> float:
        return float(reading.values[0] / math.log(2))

    @staticmethod
    def _doubt(verdict: str, gaussian_error: float) -> str:
        doubtful = verdict == RELIABLE and abs(gaussian_error) > _GAUSSIAN_ERROR
        return SAMPLES if doubtful else verdict


def _plug_in(owner: str, x: Classes, y: Samples | Classes, ks: Integers) -> Reading:
    assert isinstance(y, Classes)  # noqa: S101 - the caller has seen to it
    same_length(owner, x=x.labels, y=y.labels)
    bits = Partition.of_classes(x).information(Partition.of_classes(y))
    nothing = np.zeros(len(ks))
    return Reading(np.full(len(ks), bits * math.log(2)), nothing, nothing)
