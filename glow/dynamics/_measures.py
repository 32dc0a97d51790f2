"""What is estimated at one point of a plane: one estimator, two, or one under many settings."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from glow.estimators import Estimator, UnsuitableError, get

from ._axes import AXES
from ._grids import declared
from ._points import columns, judged, only, point, side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from glow.estimators import Context

    from ._grids import Grid
    from ._points import Activation, Point, Values

    Stream = Callable[[], Iterable[Activation]]

_OF_RECORDING = ("global", "layer")  # ranges that only the whole recording knows


class Measure(Protocol):
    """What `plane` and `sweep` estimate at each point (run, epoch, layer)."""

    @property
    def grids(self) -> Mapping[str, Grid]:
        """The swept parameters and their values, in the order of the dimensions."""

    @property
    def diagnostics(self) -> bool:
        """Whether diagnostics and verdicts are added."""

    @property
    def estimators(self) -> tuple[Estimator, ...]:
        """The estimators behind the first coordinate and the second."""

    @property
    def tracks(self) -> int:
        """How many trajectories a layer has: one for each combination of settings."""

    def __call__(self, t: Activation, context: Context) -> Values:
        """Returns ``xt``, ``ty``, diagnostics and verdicts, each of the grids' shape."""

    def trajectory(self, track: int, stream: Stream, context: Context) -> Iterator[Point]:
        """Yields the points of one track in the order of ``stream()``, epoch by epoch."""

    def attrs(self) -> dict[str, str]:
        """Returns the plane's attributes that name the estimator and its settings."""

    def bare(self) -> Measure:
        """Returns the same without diagnostics."""


@dataclass(frozen=True)
class Sweep:
    """One estimator, under every combination of settings; without grids, as it is.

    Attributes:
        estimator: the estimator.
        grids: by parameter, its values.
        diagnostics: whether to add diagnostics and verdicts.
    """

    estimator: Estimator
    grids: Mapping[str, Grid]
    diagnostics: bool = True

    @property
    def estimators(self) -> tuple[Estimator, ...]:
        return self.estimator, self.estimator

    @property
    def tracks(self) -> int:
        return math.prod(len(grid) for grid in self.grids.values())

    def bare(self) -> Sweep:
        return replace(self, diagnostics=False)

    def attrs(self) -> dict[str, str]:
        return {
            "estimator": self.estimator.name,
            "label": self.estimator.label,
            "settings": json.dumps(self.estimator.settings),
        }

    def __call__(self, t: Activation, context: Context) -> Values:
        if not self.grids:
            whole = point(self.estimator, t, context, self.diagnostics)
            return {name: np.array(value) for name, value in whole.items()}
        if self.diagnostics:
            found = columns([point(each, t, context, True) for each in self.settings])
            return {name: values.reshape(self.shape) for name, values in found.items()}
        found = columns([self._curve(base, t, context) for base in self._bases])
        return {name: self._ordered(values) for name, values in found.items()}

    def _curve(self, base: Estimator, t: Activation, context: Context) -> Values:
        """One pass over the moved parameter; value by value where the whole is refused."""
        try:
            base.admit(context)
            curve = base.curve(t, context, self._moved, self._steps)
            return dict(zip(AXES, curve, strict=True))
        except UnsuitableError:
            raise
        except ValueError:
            moved = [base.replace(**{self._moved: value}) for value in self._steps]
            return columns([point(each, t, context, False) for each in moved])

    def trajectory(self, track: int, stream: Stream, context: Context) -> Iterator[Point]:
        estimator = self.settings[track]
        estimator.admit(context)
        for found in estimator.trajectory(stream(), context, diagnostics=self.diagnostics):
            yield judged(estimator, found, context) if self.diagnostics else dict(found)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the grids."""
        return tuple(len(grid) for grid in self.grids.values())

    @cached_property
    def settings(self) -> list[Estimator]:
        """The estimator under every combination, in the order of the grids; checks them all."""
        combinations = itertools.product(*(grid.values for grid in self.grids.values()))
        names = tuple(self.grids)
        return [self.estimator.replace(**dict(zip(names, c, strict=True))) for c in combinations]

    @cached_property
    def _moved(self) -> str:
        """The parameter that one pass covers: a smooth one if there is any, else a numeric one."""
        parameters = [declared(self.estimator, name) for name in self.grids]
        ranked = sorted(parameters, key=lambda p: (p.smooth, p.numeric))
        return ranked[-1].name

    @cached_property
    def _steps(self) -> tuple[Any, ...]:
        return self.grids[self._moved].values

    @cached_property
    def _bases(self) -> list[Estimator]:
        """The estimator under every combination of the other parameters."""
        others = {name: grid for name, grid in self.grids.items() if name != self._moved}
        return Sweep(self.estimator, others).settings

    def _ordered(self, values: Any) -> Any:  # noqa: ANN401 - an array of any shape
        """Brings (other combinations, moved) into the order of the grids."""
        others = [len(grid) for name, grid in self.grids.items() if name != self._moved]
        position = list(self.grids).index(self._moved)
        return np.moveaxis(values.reshape(*others, len(self._steps)), -1, position)


@dataclass(frozen=True)
class Pair:
    """Two measures: the first one's complexity against the second one's relevance.

    Each is asked for its own coordinate where it measures them apart, and says what it has to say
    of that one alone.
    """

    x: Estimator
    y: Estimator
    diagnostics: bool = True

    @property
    def grids(self) -> Mapping[str, Grid]:
        return {}

    @property
    def estimators(self) -> tuple[Estimator, ...]:
        return self.x, self.y

    @property
    def tracks(self) -> int:
        return 1

    def bare(self) -> Pair:
        return replace(self, diagnostics=False)

    def attrs(self) -> dict[str, str]:
        settings = {"x": {**self.x.settings}, "y": {**self.y.settings}}
        return {
            "estimator": f"{self.x.name}, {self.y.name}",
            "label": f"{self.x.label} against {self.y.label}",
            "settings": json.dumps(settings),
        }

    def __call__(self, t: Activation, context: Context) -> Values:
        halves = [
            side(estimator, axis, t, context, self.diagnostics)
            for axis, estimator in zip(AXES, self.estimators, strict=True)
        ]
        return {name: np.array(value) for half in halves for name, value in half.items()}

    def trajectory(self, track: int, stream: Stream, context: Context) -> Iterator[Point]:
        for halves in zip(*(self._half(axis, stream, context) for axis in AXES), strict=True):
            yield halves[0] | halves[1]

    def _half(self, axis: str, stream: Stream, context: Context) -> Iterator[Point]:
        estimator = self.estimators[AXES.index(axis)]
        if not estimator.ordered:
            for t in stream():
                yield side(estimator, axis, t, context, self.diagnostics)
            return
        estimator.admit(context)
        for found in estimator.trajectory(stream(), context, diagnostics=self.diagnostics):
            yield (
                only(estimator, axis, found, context) if self.diagnostics else {axis: found[axis]}
            )


def needs_ranges(measure: Measure) -> bool:
    """Tells whether a measure's cells span the recording, which then has to be read first."""
    words = (value for e in measure.estimators for value in e.settings.values())
    swept = (value for grid in measure.grids.values() for value in grid.values)
    return any(word in _OF_RECORDING for word in (*words, *swept) if isinstance(word, str))


def is_ordered(measure: Measure) -> bool:
    """Tells whether each layer's epochs have to be estimated in order."""
    return any(estimator.ordered for estimator in measure.estimators)


def as_estimator(owner: str, estimator: object) -> Estimator:
    """Returns an estimator given as an object or by name.

    Raises:
        TypeError: if it is neither.
    """
    if isinstance(estimator, str):
        return get(estimator)
    if not isinstance(estimator, Estimator):
        raise TypeError(
            f"{owner}: estimator must be an Estimator or the name of one, got {estimator!r}. "
            "Choose e.g. Binned(bins=30)."
        )
    return estimator
