"""What is estimated at one point of a plane: one estimator, two, or one under many settings."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from glow._errors import closest
from glow.estimators import Estimator, get

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from glow.estimators import Context, Parameter

    Values = dict[str, npt.NDArray[np.float64]]

_OF_RECORDING = ("global", "layer")  # ranges that only the whole recording knows


class Measure(Protocol):
    """What `plane` and `sweep` estimate at each point (run, epoch, layer)."""

    @property
    def grids(self) -> Mapping[str, npt.NDArray[Any]]:
        """The swept parameters and their values, in the order of the dimensions."""

    @property
    def estimators(self) -> tuple[Estimator, ...]:
        """The estimators behind the first coordinate and the second."""

    def __call__(self, t: npt.NDArray[np.float32], context: Context) -> Values:
        """Returns ``xt``, ``ty`` and diagnostics, each of the grids' shape."""

    def attrs(self) -> dict[str, str]:
        """Returns the plane's attributes that name the estimator and its settings."""


@dataclass(frozen=True)
class Sweep:
    """One estimator, under every combination of settings; without grids, as it is.

    Attributes:
        estimator: the estimator.
        grids: by parameter, its increasing values.
        diagnostics: whether to add what `Estimator.diagnose` says.
    """

    estimator: Estimator
    grids: Mapping[str, npt.NDArray[Any]]
    diagnostics: bool = True

    @property
    def estimators(self) -> tuple[Estimator, ...]:
        return self.estimator, self.estimator

    def attrs(self) -> dict[str, str]:
        return {
            "estimator": self.estimator.name,
            "label": self.estimator.label,
            "settings": json.dumps(self.estimator.settings),
        }

    def __call__(self, t: npt.NDArray[np.float32], context: Context) -> Values:
        if not self.grids:
            return {name: np.array(value) for name, value in self._point(t, context).items()}
        curves = [e.curve(t, context, self._moved, self._steps) for e in self._bases]
        xt_curves, ty_curves = zip(*curves, strict=True)
        return {
            "xt": self._ordered(np.stack(xt_curves)),
            "ty": self._ordered(np.stack(ty_curves)),
            **self._diagnose(t, context),
        }

    def _point(self, t: npt.NDArray[np.float32], context: Context) -> dict[str, float]:
        if self.diagnostics:
            return self.estimator.estimate(t, context)
        xt, ty = self.estimator.coordinates(t, context)
        return {"xt": xt, "ty": ty}

    @cached_property
    def settings(self) -> list[Estimator]:
        """The estimator under every combination, in the order of the grids; checks them all."""
        combinations = itertools.product(*(values.tolist() for values in self.grids.values()))
        names = tuple(self.grids)
        return [self.estimator.replace(**dict(zip(names, c, strict=True))) for c in combinations]

    @cached_property
    def _moved(self) -> str:
        """The parameter that one pass covers: a smooth one if there is any, else the last."""
        smooth = [name for name in self.grids if declared(self.estimator, name).smooth]
        return smooth[0] if smooth else list(self.grids)[-1]

    @cached_property
    def _steps(self) -> npt.NDArray[Any]:
        return self.grids[self._moved]

    @cached_property
    def _bases(self) -> list[Estimator]:
        """The estimator under every combination of the other parameters."""
        others = {name: values for name, values in self.grids.items() if name != self._moved}
        return Sweep(self.estimator, others).settings

    def _ordered(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Brings (other combinations, moved) into the order of the grids."""
        others = [len(grid) for name, grid in self.grids.items() if name != self._moved]
        position = list(self.grids).index(self._moved)
        return np.moveaxis(values.reshape(*others, len(self._steps)), -1, position)

    def _diagnose(self, t: npt.NDArray[np.float32], context: Context) -> Values:
        if not self.diagnostics or type(self.estimator).diagnose is Estimator.diagnose:
            return {}
        said = [estimator.diagnose(t, context) for estimator in self.settings]
        shape = tuple(len(values) for values in self.grids.values())
        return {name: np.reshape([one[name] for one in said], shape) for name in said[0]}


@dataclass(frozen=True)
class Pair:
    """Two measures: the first one's complexity against the second one's relevance."""

    x: Estimator
    y: Estimator

    @property
    def grids(self) -> Mapping[str, npt.NDArray[Any]]:
        return {}

    @property
    def estimators(self) -> tuple[Estimator, ...]:
        return self.x, self.y

    def attrs(self) -> dict[str, str]:
        settings = {"x": {**self.x.settings}, "y": {**self.y.settings}}
        return {
            "estimator": f"{self.x.name}, {self.y.name}",
            "label": f"{self.x.label} against {self.y.label}",
            "settings": json.dumps(settings),
        }

    def __call__(self, t: npt.NDArray[np.float32], context: Context) -> Values:
        xt, _ = self.x.coordinates(t, context)
        _, ty = self.y.coordinates(t, context)
        return {"xt": np.array(xt), "ty": np.array(ty)}


def needs_ranges(measure: Measure) -> bool:
    """Tells whether a measure's cells span the recording, which then has to be read first."""
    words = (value for e in measure.estimators for value in e.settings.values())
    swept = (value for grid in measure.grids.values() for value in grid.tolist())
    return any(word in _OF_RECORDING for word in (*words, *swept) if isinstance(word, str))


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


def as_grids(
    owner: str, estimator: Estimator, grids: Mapping[str, Iterable[Any]]
) -> dict[str, npt.NDArray[Any]]:
    """Returns the swept values of each parameter, increasing and each once.

    Raises:
        ValueError: if a parameter is unknown or its values are none.
    """
    checked: dict[str, npt.NDArray[Any]] = {}
    for name, values in grids.items():
        if name not in {parameter.name for parameter in estimator.parameters}:
            valid = closest(name, [parameter.name for parameter in estimator.parameters])
            raise ValueError(
                f"{owner}: {type(estimator).__name__} has no parameter {name!r} to sweep. {valid}"
            )
        array = _as_array(values)
        if array.ndim != 1 or array.size == 0 or array.dtype.kind not in "iufU":
            raise ValueError(
                f"{owner}: {name} needs a list of numbers or of words to sweep, got {values!r}. "
                f"Choose e.g. {name}=[{declared(estimator, name).default!r}]; for values that are "
                "neither, such as pairs, make a plane of each."
            )
        checked[name] = np.unique(array)
    return checked


def _as_array(values: object) -> npt.NDArray[Any]:
    """Returns numbers or words as an array, anything else as one that is refused."""
    if isinstance(values, str | dict) or not isinstance(values, Iterable):
        return np.array(None)
    listed = list(values)
    plain = all(isinstance(value, str | int | float | np.generic) for value in listed)
    return np.asarray(listed) if plain else np.array(None)


def declared(estimator: Estimator, name: str) -> Parameter:
    """Returns the declaration of a parameter, its default being this object's value."""
    active = {parameter.name: parameter for parameter in estimator.sliders}
    return active.get(name) or next(p for p in estimator.parameters if p.name == name)
