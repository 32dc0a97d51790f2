"""The values of a swept parameter: what the estimator takes, and what the dimension shows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from glow._errors import closest

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from glow.estimators import Estimator, Parameter

_SHOWN = 4  # numbers that a label spells out; more are summed up


@dataclass(frozen=True)
class Grid:
    """The values that one parameter takes in a sweep.

    Attributes:
        labels: (V,) the dimension's coordinate: increasing numbers, words in alphabetical order, or
            for anything else (pairs, edges, None) text in the order in which the values were given.
        values: what the estimator is given.
    """

    labels: npt.NDArray[Any]
    values: tuple[Any, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Grid:
        """Returns the grid of some values, each once."""
        for kinds in ((int, float, np.integer, np.floating), (str,)):
            if all(isinstance(v, kinds) and not isinstance(v, bool) for v in values):
                labels = np.unique(np.asarray(values))
                return cls(labels, tuple(labels.tolist()))
        named: dict[str, Any] = {}
        for value in map(_plain, values):
            if value not in named.values():
                named[_free(_label(value), named)] = value
        return cls(np.array(list(named)), tuple(named.values()))

    def __len__(self) -> int:
        return len(self.values)

    def attrs(self, parameter: Parameter) -> dict[str, Any]:
        """Returns the coordinate's attributes; netCDF knows neither booleans nor None."""
        attrs: dict[str, Any] = {
            "units": parameter.unit,
            "long_name": parameter.meaning,
            "scale": parameter.scale,
            "smooth": int(parameter.smooth),
        }
        if isinstance(parameter.default, (int, float)) and not isinstance(parameter.default, bool):
            attrs["default"] = parameter.default
        if self.labels.dtype.kind == "U":
            attrs["values"] = json.dumps(dict(zip(self.labels.tolist(), self.values, strict=True)))
        return attrs


def as_grids(
    owner: str, estimator: Estimator, grids: Mapping[str, Iterable[Any]]
) -> dict[str, Grid]:
    """Returns the swept values of each parameter.

    Raises:
        ValueError: if a parameter is unknown or its values are none.
    """
    names = [parameter.name for parameter in estimator.parameters]
    checked: dict[str, Grid] = {}
    for name, given in grids.items():
        if name not in names:
            raise ValueError(
                f"{owner}: {type(estimator).__name__} has no parameter {name!r} to sweep. "
                f"{closest(name, names)}"
            )
        values = _listed(given)
        if not values:
            example = declared(estimator, name)
            shown = example.default if example.example is None else example.example
            raise ValueError(
                f"{owner}: {name} needs a list of values to sweep, got {given!r}. "
                f"Choose e.g. {name}=[{shown!r}]."
            )
        checked[name] = Grid.of(values)
    return checked


def declared(estimator: Estimator, name: str) -> Parameter:
    """Returns the declaration of a parameter, its default being this object's value."""
    active = {parameter.name: parameter for parameter in estimator.sliders}
    return active.get(name) or next(p for p in estimator.parameters if p.name == name)


def _listed(given: object) -> list[Any]:
    if isinstance(given, str | dict) or not isinstance(given, Iterable):
        return []
    return list(given)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any setting
    """Returns a value as JSON and an estimator both take it."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return list(value) if isinstance(value, tuple) else value


def _free(label: str, taken: Mapping[str, Any]) -> str:
    """Returns a label that is not taken: edges of one number and span may differ inside."""
    numbered = (f"{label} ({number})" for number in range(2, len(taken) + 2))
    return label if label not in taken else next(n for n in numbered if n not in taken)


def _label(value: object) -> str:
    plain = _plain(value)
    if not isinstance(plain, list):
        return f"{plain:g}" if isinstance(plain, float) else str(plain)
    if len(plain) <= _SHOWN:
        return f"[{', '.join(_label(one) for one in plain)}]"
    return f"{len(plain)} values from {_label(plain[0])} to {_label(plain[-1])}"
