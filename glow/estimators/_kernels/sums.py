"""Sums over kernel matrices, many bandwidths in one pass over the pairs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from glow.estimators._arrays import as_samples, as_tensor, device_of
from glow.estimators._memory import memory_ceiling

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch

    from glow.estimators._arrays import Array, Samples
    from glow.estimators._context import Classes

    from .layout import Nodes, Source, Strip

# Up to this many units, summing differences is as fast as a matrix product, and exact for equal
# samples.
NARROW = 32
# Pairs closer than this share of their squared norms are summed by differences in wide layers too:
# the matrix product would leave them with fewer than five digits.
_DOUBTFUL = np.float32(1 / 64)
# Distances of a wide layer held at once: few enough matrix products that waking the threads of the
# linear algebra library does not count.
_BLOCK = 2**22
_ROWS = 256
# Squares of anything larger are not finite in float32.
_LARGEST = 1e18
# From this many nodes on, sorting the samples so that close ones share a tile pays for itself.
_MANY = 6
# For fewer nodes exponentials cost less than powers, which are then kept to where they are needed.
_CLOSE_OF_FEW = 0.25
_NO_FLOATS = np.empty((0, 0), np.float32)
_NO_PICKS = np.empty(0, np.int64)


@dataclass(frozen=True, eq=False)
class KernelSums:
    """Sums of kernel matrices K, with ones on their diagonals, at V bandwidths.

    All are sums of K - 1: what a kernel close to 1 says is in the digits behind the 1.

    Attributes:
        order: (N,) the sample of each sum, sorted by class.
        total: (V, N) for each sample over all samples.
        within: (V, N) for each sample over those of the same class.
        joint: (V,) over all pairs, of the product of two variables' kernels; 0 without another.
    """

    order: npt.NDArray[np.int64]
    total: npt.NDArray[np.float64]
    within: npt.NDArray[np.float64]
    joint: npt.NDArray[np.float64]


def kernel_sums(
    owner: str,
    samples: Samples | torch.Tensor,
    scales: npt.NDArray[np.float64],
    *,
    classes: Classes | None = None,
    other: Distances | None = None,
    ratio: float = 1.0,
    rooted: bool = False,
) -> KernelSums:
    """Sums of exp(-scale |t_i - t_j|**2) - 1 over pairs of samples.

    Args:
        owner: Who asks, to begin an error message.
        samples: (N, d) activations. Those of a tensor are summed in torch where they lie, and the
            sums come to the host.
        scales: (V,) in any order. Those that double each other share an exponential.
        classes: Without it, all samples are one class.
        other: Another variable, for the sums of both kernels' product.
        ratio: Its scale over that of the samples.
        rooted: Whether the exponent holds the distance instead of its square.

    Raises:
        ValueError: If the activations are too large to square.
    """
    from .layout import workspace
    from .order import cut, neighbourly
    from .settle import empty_tallies, settled
    from .strips import add_tiles

    if not isinstance(samples, np.ndarray):
        return _sums_on_device(samples, scales, classes, other, ratio, rooted=rooted)
    n, d = samples.shape
    starts = np.array([0, n]) if classes is None else classes.starts
    order = np.arange(n) if classes is None else classes.order
    values = single(owner, samples)[order]
    if len(scales) >= _MANY and d <= NARROW:
        nearer = neighbourly(values, starts)
        order, values = order[nearer], values[nearer]
    segments, tiles = cut(starts)
    nodes, visited = arrange(scales)
    tallies = empty_tallies(len(segments) - 1, nodes)
    second = None if other is None else other.ordered(order)
    ratio, work = 0.0 if other is None else ratio, workspace()
    for strip, chosen in _strips(OrderedDistances(values), second, ratio, tiles, rooted=rooted):
        add_tiles(chosen, segments, strip, nodes, tallies, work)
    return KernelSums(order, *settled(tallies, nodes, visited, segments, starts))


def placed(owner: str, name: str, value: Array) -> Samples:
    """Samples as `kernel_sums` takes them: what lies on an accelerator stays there.

    A tensor there is typed as samples, because what is done to either is the same: taking the
    shape, the length and `kernel_sums`.
    """
    device = device_of(value)
    if device is None:
        return as_samples(owner, name, value)
    return cast("Samples", as_tensor(owner, name, value, device))


def _sums_on_device(
    samples: torch.Tensor,
    scales: npt.NDArray[np.float64],
    classes: Classes | None,
    other: Distances | None,
    ratio: float,
    *,
    rooted: bool,
) -> KernelSums:
    import torch

    from .torch_sums import tensor_sums

    second = None if other is None else torch.tensor(other.values, device=samples.device)
    found = tensor_sums(samples, scales, classes=classes, other=second, ratio=ratio, rooted=rooted)
    total, within, joint = (sums.cpu().numpy() for sums in found)
    order = np.arange(len(samples)) if classes is None else classes.order
    return KernelSums(order, total[:, order], within[:, order], joint)


def arrange(scales: npt.NDArray[np.float64]) -> tuple[Nodes, npt.NDArray[np.int64]]:
    """Sorts scales into groups, and says which position each came from."""
    from .layout import CLOSE, Nodes

    groups = doubling_groups(scales)
    visited = np.array([i for group in groups for i in group], dtype=np.int64)
    bounds = np.cumsum([0, *(len(group) for group in groups)]).astype(np.int64)
    close = CLOSE if len(scales) >= _MANY else _CLOSE_OF_FEW
    levels = np.floor(np.log2(close / scales[visited])).astype(np.int64)
    return Nodes(scales[visited], levels, bounds, int(levels.min()), int(levels.max())), visited


def doubling_groups(scales: npt.NDArray[np.float64]) -> list[list[int]]:
    """Groups of positions such that each scale is twice the one before.

    Equally spaced nodes of the logarithm fall into few groups; values without order make groups of
    one, and the sums are as right, only slower.
    """
    rest = np.argsort(scales, kind="stable").tolist()
    groups = []
    while rest:
        group = [rest.pop(0)]
        while found := [i for i in rest if math.isclose(scales[i], 2 * scales[group[-1]])]:
            rest.remove(found[0])
            group.append(found[0])
        groups.append(group)
    return groups


def single(owner: str, samples: Samples) -> npt.NDArray[np.float32]:
    """The samples in single precision, without the offset where it would cost digits."""
    if samples.shape[1] > NARROW or samples.dtype == np.float64:
        samples = samples - samples.mean(axis=0, dtype=np.float64)
    largest = float(np.abs(samples).max())
    if largest > _LARGEST:
        raise ValueError(
            f"{owner}: activations must be below {_LARGEST:g} to be squared, got {largest:g}. "
            "Scale them down, or estimate the epochs before training diverged."
        )
    return np.ascontiguousarray(samples, dtype=np.float32)


def squared_distances(
    values: npt.NDArray[np.float32], first: int, stop: int
) -> npt.NDArray[np.float32]:
    """(stop - first, N - first) squared distances of some samples to all from the first on."""
    from .tiles import direct_distances, repair_distances

    if values.shape[1] <= NARROW:
        return direct_distances(np.ascontiguousarray(values[first:].T), stop - first)
    distances = values[first:stop] @ values[first:].T
    norms = np.einsum("ij,ij->i", values[first:], values[first:])
    repair_distances(distances, values[first:], norms, _DOUBTFUL)
    return distances


class Distances:
    """Squared distances of one variable, whose kernel multiplies that of others.

    Those of a wide variable are kept if they fit into half of the memory ceiling, else made again
    strip by strip.

    Args:
        owner: Who asks, to begin an error message.
        samples: (N, d) of the variable.
    """

    def __init__(self, owner: str, samples: Samples) -> None:
        self.values = single(owner, samples)
        n, d = samples.shape
        keeps = d > NARROW and 4 * n * n <= memory_ceiling() // 2
        self._whole = self._square() if keeps else _NO_FLOATS

    def ordered(self, order: npt.NDArray[np.int64]) -> OrderedDistances:
        """The same samples in another order."""
        if len(self._whole):
            return OrderedDistances(_NO_FLOATS, self._whole, order)
        return OrderedDistances(self.values[order])

    def _square(self) -> npt.NDArray[np.float32]:
        n = len(self.values)
        whole = np.empty((n, n), np.float32)
        for first in range(0, n, _ROWS):
            stop = min(first + _ROWS, n)
            whole[first:stop, first:] = squared_distances(self.values, first, stop)
            whole[first:, first:stop] = whole[first:stop, first:].T
        return whole


class OrderedDistances:
    """Squared distances of one variable, in the form in which a walk over tiles takes them.

    Args:
        values: (N, d) samples, (0, 0) if their distances are known.
        whole: (N, N) distances.
        picks: (N,) which of their rows and columns belong to the samples.
    """

    def __init__(
        self,
        values: npt.NDArray[np.float32],
        whole: npt.NDArray[np.float32] = _NO_FLOATS,
        picks: npt.NDArray[np.int64] = _NO_PICKS,
    ) -> None:
        self._values, self._whole, self._picks = values, whole, picks
        d = values.shape[1]
        self.whole = d <= NARROW
        """Whether one strip serves all rows."""
        units = (
            np.pad(values.T, ((0, 0 if d % 2 == 0 else 1), (0, 0))) if self.whole else _NO_FLOATS
        )
        self._units = np.ascontiguousarray(units)

    def source(self, first: int, stop: int) -> Source:
        """The distances of some samples to all from the first on."""
        from .layout import Source

        if self.whole:
            return Source(self._units, self._whole, self._picks, 0)
        return Source(_NO_FLOATS, squared_distances(self._values, first, stop), _NO_PICKS, first)


def _strips(
    own: OrderedDistances,
    other: OrderedDistances | None,
    ratio: float,
    tiles: npt.NDArray[np.int64],
    *,
    rooted: bool,
) -> Iterator[tuple[Strip, npt.NDArray[np.int64]]]:
    """The tiles, in runs whose distances are in memory at the same time."""
    from .layout import Source, Strip

    n = int(tiles[:, 5].max())
    at_once = own.whole and (other is None or other.whole)
    for low, high in [(0, len(tiles))] if at_once else _runs(tiles, max(1, _BLOCK // n)):
        first, stop = int(tiles[low, 1]), int(tiles[low:high, 2].max())
        second = None if other is None else other.source(first, stop)
        absent = Source(_NO_FLOATS, _NO_FLOATS, _NO_PICKS, 0)
        yield Strip(own.source(first, stop), second or absent, ratio, rooted), tiles[low:high]


def _runs(tiles: npt.NDArray[np.int64], rows: int) -> Iterator[tuple[int, int]]:
    """Runs of tiles that together have up to so many rows, whole segments at least."""
    segment = tiles[:, 0]
    bounds = [*(np.flatnonzero(np.diff(segment)) + 1).tolist(), len(tiles)]
    low = 0
    for bound, following in zip(bounds, [*bounds[1:], None], strict=True):
        if following is None or tiles[low:following, 2].max() - tiles[low, 1] > rows:
            yield low, bound
            low = bound
