"""What is fixed while an information plane is estimated."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self, TypeVar

import numpy as np

from ._arrays import Samples, as_array, as_samples, is_discrete, same_length
from ._memo import Memo

if TYPE_CHECKING:
    import numpy.typing as npt

    from ._arrays import Array

T = TypeVar("T")

_SHUFFLE_SEED = 0  # one shuffle serves every point, so that its baselines differ by the layers only


@dataclass(frozen=True, eq=False)
class Classes:
    """A discrete target.

    Attributes:
        labels: (N,) int64 codes 0..C-1.
        order: (N,) int64 sample numbers sorted by class, stable within one.
        starts: (C + 1,) int64; class c holds the sorted samples ``starts[c]:starts[c + 1]``.
        entropy: H(Y) in bits, plug-in.
    """

    labels: npt.NDArray[np.int64]
    order: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    entropy: float

    @classmethod
    def of(cls, symbols: npt.NDArray[np.generic]) -> Self:
        """Codes (N,) or (N, k) symbols; equal rows are one class."""
        flat = symbols.reshape(len(symbols), -1)
        columns = flat[:, 0] if flat.shape[1] == 1 else flat
        _, codes, counts = np.unique(columns, axis=0, return_inverse=True, return_counts=True)
        labels = codes.reshape(-1).astype(np.int64)
        starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        share = counts / len(labels)
        entropy = float(-(share * np.log2(share)).sum()) + 0.0  # one class: 0.0, not -0.0
        return cls(labels, np.argsort(labels, kind="stable").astype(np.int64), starts, entropy)


@dataclass(frozen=True, eq=False, init=False)
class Context:
    """The probe set and the ranges that estimators may need beside the activations.

    Args:
        x: (N, ...) inputs.
        y: (N,) or (N, 1) labels, (N, C) one-hot rows, or (N, k) continuous targets. Numbers of any
            type count as labels if they are all whole and stand in one column.
        recording_range: Smallest and largest activation of the whole recording.
        layer_range: Smallest and largest activation of this layer over the recording.
        noise: Standard deviation of the noise that the layer adds to its activations, if any.
        layer: The layer's name, for error messages.

    Attributes:
        classes: The target as `Classes`, or None if it is continuous.

    Raises:
        TypeError: If an array does not hold real numbers.
        ValueError: If an array is empty or not finite, or the lengths differ.
    """

    x: Samples = field(repr=False)
    y: npt.NDArray[np.int64] | Samples = field(repr=False)
    recording_range: tuple[float, float] | None
    layer_range: tuple[float, float] | None
    noise: float | None
    layer: str | None
    classes: Classes | None = field(repr=False)
    _memo: Memo = field(repr=False)

    def __init__(
        self,
        x: Array,
        y: Array,
        *,
        recording_range: tuple[float, float] | None = None,
        layer_range: tuple[float, float] | None = None,
        noise: float | None = None,
        layer: str | None = None,
    ) -> None:
        samples = as_samples("Context", "x", x)
        symbols = _symbols(y)
        target = as_samples("Context", "y", y) if symbols is None else symbols
        same_length("Context", x=samples, y=target)
        classes = None if symbols is None else Classes.of(symbols)
        self._set(x=samples, y=target if classes is None else classes.labels, classes=classes)
        self._set(_memo=Memo())
        self._set(
            recording_range=recording_range, layer_range=layer_range, noise=noise, layer=layer
        )

    @property
    def samples(self) -> int:
        """N, the size of the probe set."""
        return len(self.x)

    @property
    def sample_ceiling(self) -> float:
        """log2 N in bits: no plug-in entropy of N samples exceeds it."""
        return math.log2(self.samples)

    @property
    def label_entropy(self) -> float | None:
        """H(Y) in bits, the ceiling of I(T;Y); None if the target is continuous."""
        return None if self.classes is None else self.classes.entropy

    def for_layer(
        self,
        *,
        recording_range: tuple[float, float] | None = None,
        layer_range: tuple[float, float] | None = None,
        noise: float | None = None,
        layer: str | None = None,
    ) -> Context:
        """The same probe set seen by one layer; nothing is computed or copied again.

        Without ``recording_range`` it keeps this context's.
        """
        context = copy.copy(self)
        kept = self.recording_range if recording_range is None else recording_range
        context._set(recording_range=kept, layer_range=layer_range, noise=noise, layer=layer)
        return context

    def memo(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` returned when first asked under this key, for all layers of a plane.

        For work that depends on the probe set alone, such as a kernel of X. Safe to call from many
        threads: one makes, the others wait. Keep what is kept within
        `glow.estimators.memory_ceiling`.

        Args:
            key: Names the work, with the settings that it depends on: ``("hsic kernel", sigma)``.
            make: Does it.
        """
        return self._memo.get(key, make)

    @property
    def shuffled(self) -> Context:
        """The same samples with Y shuffled: what is estimated there, an estimator makes up."""

        def make() -> Context:
            order = np.random.default_rng(_SHUFFLE_SEED).permutation(self.samples)
            return Context(self.x, self.y[order])

        return self._with_ranges(self.memo("shuffled", make))

    def subset(self, rows: npt.NDArray[np.int64]) -> Context:
        """The samples of the given numbers alone, in that order."""
        return self._with_ranges(Context(self.x[rows], self.y[rows]))

    def _with_ranges(self, context: Context) -> Context:
        return context.for_layer(
            recording_range=self.recording_range,
            layer_range=self.layer_range,
            noise=self.noise,
            layer=self.layer,
        )

    def _set(self, **values: object) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)


def _symbols(y: Array) -> npt.NDArray[np.generic] | None:
    """The labels in ``y``, or None if it is continuous."""
    target = as_array("Context", "y", y)
    rows = target.reshape(len(target), -1)
    if is_discrete(rows) or (rows.shape[1] == 1 and _whole(rows)):
        return rows
    one_hot = rows.shape[1] > 1 and np.isin(rows, (0, 1)).all() and (rows.sum(axis=1) == 1).all()
    return rows if one_hot else None


def _whole(values: npt.NDArray[np.generic]) -> bool:
    finite = values[np.isfinite(values)]
    return len(finite) == values.size and bool((finite == np.floor(finite)).all())
