"""Mutual information of random one-dimensional projections."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from ._memory import memory_ceiling
from ._neighbours.base import NeighbourEstimator
from ._neighbours.search import Reading
from ._neighbours.sorted import Line, line_label_reading, line_pair_reading
from ._parameter import Parameter, parameter

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    import numpy.typing as npt
    import torch

    from ._arrays import Array, Samples
    from ._context import Context
    from ._neighbours.search import Doubles, Integers, Split

_KEPT_SHARE = 8  # the sorted projections of a variable may fill this part of the memory ceiling
_X, _Y = 0, 1  # the streams of directions


@dataclass(frozen=True, eq=False)
class Slices:
    """Random projections of one variable.

    Attributes:
        columns: (d, N) one row per unit.
        directions: (P, d) unit vectors, or ((1.0,),) for a variable of one unit.
        kept: The projections, sorted, where they fit into memory: each serves both coordinates.
    """

    columns: npt.NDArray[np.floating]
    directions: Doubles
    kept: Sequence[Line] | None = None

    @classmethod
    def of(cls, samples: Samples, projections: int, seed: int, stream: int) -> Self:
        """Draws directions that begin alike however many there are.

        Args:
            samples: (N, d).
            projections: P.
            seed: Of the directions.
            stream: Two variables of one pair need different ones.
        """
        d = samples.shape[1]
        columns: npt.NDArray[np.floating] = np.ascontiguousarray(samples.T)
        if d == 1:
            return cls(columns, np.ones((1, 1)))
        normal = np.random.default_rng((seed, stream)).normal(size=(projections, d))
        return cls(columns, normal / np.linalg.norm(normal, axis=1, keepdims=True))

    def keeping(self) -> Self:
        """The same with every projection sorted in advance, if they fit into memory."""
        if len(self.directions) * self.columns.shape[1] * 16 > memory_ceiling() // _KEPT_SHARE:
            return self
        return type(self)(self.columns, self.directions, list(self.lines()))

    def line(self, p: int) -> Line:
        """The p-th projection, sorted; a variable of one unit has but one.

        Units are added one by one, so that equal samples have equal projections.
        """
        p = min(p, len(self.directions) - 1)
        if self.kept is not None:
            return self.kept[p]
        total = np.zeros(self.columns.shape[1])
        for column, weight in zip(self.columns, self.directions[p], strict=True):
            total += weight * column
        return Line.of(total)

    def lines(self) -> Iterator[Line]:
        """All projections in order."""
        return (self.line(p) for p in range(len(self.directions)))


@dataclass(frozen=True, eq=False)
class SlicedReading(Reading):
    """The mean over projections, with each of them.

    Attributes:
        each: (P, V) in nats.
    """

    each: Doubles | None = None


class Sliced(NeighbourEstimator[Slices]):
    """Sliced mutual information, in bits.

    The mean, over random directions a and b, of the information between the numbers a.x and b.t
    (Goldfeld and Greenewald 2021), each by `KSG` of one dimension. It is zero only for independent
    variables and does not suffer from their dimension, but it is another quantity than I(X;T): it
    is smaller, and processing can raise it. Labels are not projected; each projection of T has its
    information with Y by Ross (2014). Repeated values count as atoms, as in `KSG`.

    The directions follow from the seed, and the first ones are the same however many are asked for:
    `curve` over ``projections`` is a running mean, and over ``k`` one pass. Neighbours are found by
    sorting, O(N log N) a projection. Layers on an accelerator are copied to the host, where sorting
    numbers is quick.

    Args:
        projections: Pairs of directions. A variable of one unit has but one; ``projection_error``
            in `check` is the standard error that remains.
        k: Neighbours.
        seed: Of the directions.

    Raises:
        TypeError: If a setting is of the wrong kind or unknown.
        ValueError: If a setting is out of bounds.

    Example:
        >>> import numpy as np
        >>> x, noise = np.random.default_rng(0).normal(size=(2, 1000))
        >>> round(Sliced().criterion(x, x + noise), 1)  # 0.5 bits
        0.5
    """

    name = "sliced"

    projections: int = parameter(
        default=500,
        scale="integer",
        low=1,
        high=100_000,
        slider=(1, 500),
        meaning="random directions that the mean is taken over",
    )
    seed: int = parameter(
        default=0,
        scale="integer",
        low=0,
        high=2**32 - 1,
        slider=False,
        meaning="seed of the directions",
    )

    @property
    def sliders(self) -> tuple[Parameter, ...]:
        """As of any estimator, but ``projections`` ends at this object's own number.

        Fewer are a running mean of those, so that the whole curve costs what one estimate does.
        """
        every = super().sliders
        if self.projections == 1:
            return tuple(each for each in every if each.name != "projections")
        own = (1, self.projections)
        return tuple(
            dataclasses.replace(each, slider=own) if each.name == "projections" else each
            for each in every
        )

    def curve(
        self, t: Array, context: Context, parameter: str, values: Iterable[float]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Both coordinates at many values of ``k`` or ``projections`` from one pass.

        Args:
            t: (N, ...) activations of the layer.
            context: What is fixed while the layer changes.
            parameter: "k" or "projections"; anything else is evaluated value by value.
            values: (V,) its values, in any order.

        Returns:
            I(X;T) and I(T;Y), two arrays (V,) in bits, in the order of ``values``.
        """
        if parameter != "projections":
            return super().curve(t, context, parameter, values)
        counts = np.array([self.replace(projections=p).projections for p in values], dtype=int)
        if not len(counts):
            return np.empty(0), np.empty(0)
        largest = self.replace(projections=int(counts.max()))
        readings = largest._readings(t, context, np.array([self.k]))
        xt, ty = (_running_mean(reading, counts) / math.log(2) for reading in readings)
        return xt, ty

    def form(self, x_discrete: bool, y_discrete: bool) -> str:
        """Ross's form beside labels, else Kraskov's, of each projection."""
        if x_discrete and y_discrete:
            return "plug-in"
        if x_discrete or y_discrete:
            return f"Ross 2014 of projections, discrete {'X' if x_discrete else 'Y'}"
        return "KSG 2004 of projections"

    @property
    def _preparation(self) -> Hashable:
        return "slices", self.projections, self.seed

    def _device(self, *values: Array) -> torch.device | None:
        return None

    def _prepared(
        self, samples: Samples | torch.Tensor, *, second: bool, reused: bool = False
    ) -> Slices:
        assert isinstance(samples, np.ndarray)  # noqa: S101 - always on the host
        stream = _Y if second else _X
        return Slices.of(samples, self.projections, self.seed, stream).keeping()

    def _of_pair(self, x: Slices, y: Slices, ks: Integers) -> Reading:
        pairs = max(len(x.directions), len(y.directions))
        return self._mean([line_pair_reading(x.line(p), y.line(p), ks) for p in range(pairs)])

    def _of_labels(self, t: Slices, split: Split, ks: Integers) -> Reading:
        return self._mean([line_label_reading(line, split, ks) for line in t.lines()])

    def _shares(self, reading: Reading) -> dict[str, float]:
        return {**super()._shares(reading), "projection_error": _standard_error(reading)}

    def _mean(self, readings: list[Reading]) -> SlicedReading:
        each = np.array([reading.values for reading in readings])
        return SlicedReading(
            values=each.mean(axis=0),
            atoms=np.mean([reading.atoms for reading in readings], axis=0),
            ties=np.mean([reading.ties for reading in readings], axis=0),
            dropped=readings[0].dropped,
            each=each,
        )


def _running_mean(reading: Reading, counts: npt.NDArray[np.int64]) -> Doubles:
    """Means (V,) of the first projections, for increasing numbers of them."""
    assert isinstance(reading, SlicedReading)  # noqa: S101 - what this family makes
    assert reading.each is not None  # noqa: S101
    each = reading.each[:, 0]
    means = np.cumsum(each) / np.arange(1, len(each) + 1)
    return np.asarray(means[np.minimum(counts, len(each)) - 1])


def _standard_error(reading: Reading) -> float:
    each = getattr(reading, "each", None)
    if each is None or len(each) < 2:  # labels on both sides, or numbers
        return 0.0
    return float(each[:, 0].std(ddof=1) / math.sqrt(len(each)) / math.log(2))
