"""Sums over the neighbourhoods of all samples, from which `KSG` and `KNN` are put together.

Everything is in nats. Variables are scaled to the same spread, because which neighbours are near in
the joint space depends on it: multiplying a variable by a number changes no estimate.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from glow.estimators._memo import Memo
from glow.estimators._memory import memory_ceiling

if TYPE_CHECKING:
    import torch

    from glow.estimators._arrays import Samples
    from glow.estimators._context import Classes

    from .search_torch import TensorCloud

Floats = npt.NDArray[Any]
Doubles = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
AnyCloud: TypeAlias = "Cloud | TensorCloud"

_BLOCK = 2**16  # distances of one variable held at once: a share of a core's cache
_KEPT_SHARE = 4  # a matrix of distances may fill this part of the memory ceiling
_WIDE = 16  # units from which on a distance costs more to sum again than to read


@dataclass(frozen=True, eq=False)
class Cloud:
    """The samples of one continuous variable, ready for distances.

    Attributes:
        columns: (d, N) one row per unit, scaled by a power of two to at most 1.
        factor: What distances of the columns are multiplied by.
        metric: "euclidean", whose distances are kept squared, or "max".
        matrix: (N, N) distances if they are worth keeping and fit into memory, else None.
        memo: What is known of this variable alone, such as its entropy.
    """

    columns: Floats
    factor: float
    metric: str
    matrix: Floats | None = None
    memo: Memo = field(default_factory=Memo, repr=False)

    @classmethod
    def of(cls, samples: Samples, metric: str, *, reused: bool = False) -> Self:
        """Prepares (N, d) samples.

        Args:
            samples: Finite numbers.
            metric: "euclidean" or "max".
            reused: Whether distances will be asked for many times.
        """
        n, d = samples.shape
        exponent = math.frexp(float(np.abs(samples).max()))[1]
        columns = np.ascontiguousarray(np.ldexp(samples, -exponent).T, dtype=samples.dtype)
        cloud = cls(columns, _spread(columns, metric) ** -cls.power(metric), metric)
        if (
            (reused and d > 1) or d > _WIDE
        ) and n * n * columns.itemsize <= memory_ceiling() // _KEPT_SHARE:
            matrix = np.empty((n, n), columns.dtype)
            cloud._fill(0, matrix)
            return cls(columns, cloud.factor, metric, matrix)
        return cloud

    @staticmethod
    def power(metric: str) -> int:
        """Which power of a distance is kept."""
        return 2 if metric == "euclidean" else 1

    @property
    def samples(self) -> int:
        """N."""
        return len(self.columns[0])

    @functools.cached_property
    def dimensions(self) -> int:
        """How many units are not constant."""
        return int((self.columns != self.columns[:, :1]).any(axis=1).sum())

    @property
    def is_line(self) -> bool:
        """Whether the samples are numbers, so that sorting finds their neighbours."""
        return len(self.columns) == 1

    def first(self, n: int) -> Self:
        """The first n samples."""
        if n == self.samples:
            return self
        columns = np.ascontiguousarray(self.columns[:, :n])
        matrix = None if self.matrix is None else np.ascontiguousarray(self.matrix[:n, :n])
        return type(self)(columns, self.factor, self.metric, matrix)

    def distances(self, rows: slice, room: Floats) -> Floats:
        """(rows, N) distances of some samples to all, in ``room`` or a view of those kept."""
        if self.matrix is not None:
            return self.matrix[rows].astype(room.dtype, copy=False)
        out = room[: rows.stop - rows.start]
        self._fill(rows.start, out)
        return out

    def _fill(self, first: int, out: Floats) -> None:
        from .search_kernels import largest_differences, squared_distances

        fill = squared_distances if self.metric == "euclidean" else largest_differences
        fill(self.columns, first, self.factor, out)


@dataclass(frozen=True, eq=False)
class Split:
    """Samples sorted by class, those that are alone in theirs at the end.

    Attributes:
        order: Sample numbers in that order.
        lows: (N,) where the class of each begins in it, for those that are not alone.
        highs: (N,) where it ends.
    """

    order: Integers
    lows: Integers
    highs: Integers

    @classmethod
    def of(cls, classes: Classes) -> Self:
        """Sorts the samples of a discrete variable."""
        sizes = np.diff(classes.starts)
        kept, alone = sizes[sizes > 1], np.repeat(sizes == 1, sizes)
        order = np.concatenate((classes.order[~alone], classes.order[alone]))
        ends = np.cumsum(kept)
        return cls(order, np.repeat(ends - kept, kept), np.repeat(ends, kept))

    @classmethod
    def whole(cls, n: int) -> Self:
        """All of n samples in one class, in their order."""
        return cls(np.arange(n), np.zeros(n, np.int64), np.full(n, n))

    @property
    def samples(self) -> int:
        """N, without those that are alone."""
        return len(self.lows)

    @property
    def dropped(self) -> float:
        """Share of those that are alone."""
        return 1 - self.samples / len(self.order)


@dataclass(frozen=True, eq=False)
class Reading:
    """Estimates at several numbers of neighbours.

    Attributes:
        values: (V,) in nats.
        atoms: (V,) share of samples whose k-th neighbour lies in their very place.
        ties: (V,) share whose k-th neighbour lies elsewhere, and another one exactly as far.
        dropped: Share of samples left out because they are alone in their class.
    """

    values: Doubles
    atoms: Doubles
    ties: Doubles
    dropped: float = 0.0


def _spread(columns: Floats, metric: str) -> float:
    """The mean distance of the samples (d, N) from their centre, 1 if they are all there.

    Variables of unlike dimension are thereby equally far in the joint space: with the spread of a
    unit instead, KSG's bias for 12 against 2 dimensions is twice as large.
    """
    centred = columns - columns.mean(axis=1, keepdims=True, dtype=np.float64)
    norms = np.linalg.norm(centred, ord=2 if metric == "euclidean" else np.inf, axis=0)
    return float(norms.mean()) or 1.0


@functools.lru_cache(maxsize=8)
def digammas(n: int) -> Doubles:
    """(n + 1,) the digamma function of 0..n, not to be written to; no term asks for that of 0."""
    steps = np.concatenate(([0.0, -np.euler_gamma], 1 / np.arange(1.0, n)))
    return np.asarray(np.cumsum(steps))[: n + 1]


def pair_reading(
    x: AnyCloud, y: AnyCloud, ks: Integers, *, variant: int = 1, mixed: bool = True
) -> Reading:
    """I(X;Y) of two continuous variables at increasing numbers of neighbours.

    Kraskov, Stoegbauer and Grassberger (2004), variant 1 or 2. If ``mixed``, samples whose k-th
    neighbour is not the only one at its distance count as atoms, as in Gao, Kannan, Oh and
    Viswanath (2017).
    """
    n = x.samples
    psi = digammas(n)
    if isinstance(x, Cloud) and isinstance(y, Cloud):
        from .term_kernels import add_pair_terms

        sums, ties = _nothing(ks)
        for rows, a, b in _blocks(x, y):
            add_pair_terms(a, b, rows.start, ks, variant, mixed, psi, sums, ties)
    else:
        from .search_torch import pair_sums

        sums, ties = _host(*pair_sums(x, y, ks, variant, mixed, _beside(x, psi)))  # type: ignore[arg-type]  # both are on the device
    return Reading(psi[n] + sums / n, ties[0] / n, ties[1] / n)


def label_reading(t: AnyCloud, split: Split, ks: Integers, *, mixed: bool = True) -> Reading:
    """I(T;Y) of a continuous variable, in the order of the split, and labels; Ross (2014)."""
    n = split.samples
    psi = digammas(n)
    if isinstance(t, Cloud):
        from .term_kernels import add_label_terms

        sums, ties = _nothing(ks)
        for rows, block in _blocks(t.first(n)):
            lows, highs = split.lows[rows], split.highs[rows]
            add_label_terms(block, rows.start, lows, highs, ks, mixed, psi, sums, ties)
    else:
        from .search_torch import label_sums

        sums, ties = _host(*label_sums(t.first(n), split, ks, mixed, _beside(t, psi)))
    return Reading(psi[n] + sums / n, ties[0] / n, ties[1] / n, split.dropped)


def radius_sums(
    clouds: tuple[AnyCloud, ...], ks: Integers, split: Split | None = None
) -> tuple[Doubles, Integers]:
    """What the Kozachenko-Leonenko entropies of samples, or of each class of them, are made of.

    That of one variable without classes is worked out once.

    Args:
        clouds: The samples, in the order of the split if there is one; those of two variables are
            as far from each other as the larger of their distances says.
        ks: (V,) increasing numbers of neighbours.
        split: Neighbours are of the same class.

    Returns:
        (2, V) sums over samples of the logarithm of the distance and of psi(k), and (2, V) numbers
        of samples with a tie at a distance of zero or at another.
    """
    if split is None and len(clouds) == 1:
        key = "radius sums", tuple(ks.tolist())
        whole = Split.whole(clouds[0].samples)
        return clouds[0].memo.get(key, lambda: _radius_sums(clouds, ks, whole))
    return _radius_sums(clouds, ks, split or Split.whole(clouds[0].samples))


def _radius_sums(
    clouds: tuple[AnyCloud, ...], ks: Integers, split: Split
) -> tuple[Doubles, Integers]:
    psi = digammas(clouds[0].samples)
    on_host = tuple(cloud for cloud in clouds if isinstance(cloud, Cloud))
    if not on_host:
        from .search_torch import radius_sums as on_device

        return _host(*on_device(clouds, split, ks, _beside(clouds[0], psi)))  # type: ignore[arg-type]  # all are on the device
    from .term_kernels import add_radius_terms

    sums, ties = np.zeros((2, len(ks))), np.zeros((2, len(ks)), np.int64)
    for rows, *blocks in _blocks(*on_host):
        block = blocks[0] if len(blocks) == 1 else np.maximum(*blocks)
        lows, highs = split.lows[rows], split.highs[rows]
        add_radius_terms(block, rows.start, lows, highs, ks, psi, sums, ties)
    sums[0] /= Cloud.power(on_host[0].metric)
    return sums, ties


def _nothing(ks: Integers) -> tuple[Doubles, Integers]:
    return np.zeros(len(ks)), np.zeros((2, len(ks)), np.int64)


def _beside(cloud: TensorCloud, table: Doubles) -> torch.Tensor:
    """A table on the device of a cloud, in double precision where the device has it."""
    import torch

    device = cloud.values.device
    precision = torch.float32 if device.type == "mps" else torch.float64
    return torch.from_numpy(table).to(device, precision)


def _host(sums: torch.Tensor, ties: torch.Tensor) -> tuple[Doubles, Integers]:
    return sums.cpu().double().numpy(), ties.cpu().numpy()


def _blocks(*clouds: Cloud) -> Iterator[Any]:
    """Slices of the samples, each with the distances of every cloud, valid until the next."""
    n = clouds[0].samples
    size = max(1, _BLOCK // n)
    precision = np.result_type(*(cloud.columns.dtype for cloud in clouds))
    rooms = [np.empty((size, n), precision) for _ in clouds]
    for first in range(0, n, size):
        rows = slice(first, min(first + size, n))
        yield rows, *(c.distances(rows, room) for c, room in zip(clouds, rooms, strict=True))
