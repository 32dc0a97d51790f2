"""The declaration of one setting: it drives validation, errors, sweep grids and sliders."""

from __future__ import annotations

import dataclasses
import math
import reprlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ._checks import CHECKS

if TYPE_CHECKING:
    import numpy.typing as npt

Scale = Literal["linear", "log", "integer", "choice", "interval", "edges", "sizes", "switch"]

_NUMERIC = ("linear", "log", "integer")
_GRID_POINTS = 24


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One setting of an estimator, declared once.

    Attributes:
        name: The keyword under which the estimator takes it.
        default: The value used when none is given.
        low: The smallest legal number (numeric scales and sizes).
        high: The largest legal number (numeric scales and sizes).
        scale: ``"linear"``, ``"log"`` and ``"integer"`` are numbers and get a slider; ``"choice"``
            is one of ``choices``; ``"interval"`` is one of ``choices`` or a pair ``(low, high)``;
            ``"edges"`` is an increasing sequence of numbers; ``"sizes"`` a sequence of integers,
            such as the widths of layers; ``"switch"`` is True or False.
        unit: The unit of the value, empty for a plain number.
        meaning: One line for people.
        smooth: Whether the estimate is smooth in this parameter, so that a curve through few nodes
            replaces the estimate; otherwise a slider snaps to the values of ``grid()``.
        per_octave: How many nodes an octave a smooth curve needs.
        choices: The legal words of a choice or an interval; on a numeric scale, words that stand
            for a number that follows from the samples.
        optional: Whether None is legal.
        slider: The range that a slider visits; ``(low, high)`` if None; False for a number that is
            no matter of a slider, such as a seed.
        example: A legal value to show in error messages, for parameters whose default is None; a
            number where a word is legal beside numbers, for the slider to stand at.
        step: The values of an integer's ``grid()`` differ from the default by multiples of this;
            other integers are legal too.
    """

    name: str
    default: Any
    scale: Scale
    meaning: str
    low: float = -math.inf
    high: float = math.inf
    unit: str = ""
    smooth: bool = False
    per_octave: int = 3
    choices: tuple[str, ...] = ()
    optional: bool = False
    slider: tuple[float, float] | Literal[False] | None = None
    example: Any = None
    step: int = 1

    @property
    def numeric(self) -> bool:
        """Whether values are numbers, so that a slider makes sense."""
        return self.scale in _NUMERIC

    def at(self, value: Any) -> Parameter:  # noqa: ANN401 - as many types as there are scales
        """The same declaration with another default; a slider stands at ``example`` for a word."""
        default = self.example if self.numeric and isinstance(value, str) else value
        return dataclasses.replace(self, default=default)

    def check(self, owner: str, value: object) -> Any:  # noqa: ANN401 - as many types as there are scales
        """Returns the normalised value.

        Args:
            owner: The estimator's class name, which begins the error message.
            value: What was given.

        Raises:
            TypeError: If the value is of the wrong kind.
            ValueError: If the value is of the right kind but not legal.
        """
        if value is None and self.optional:
            return None
        try:
            return CHECKS[self.scale](self, value)
        except (TypeError, ValueError) as error:
            raise type(error)(
                f"{owner}: {self.name} must be {error}, got {reprlib.repr(value)}. {self._advice()}"
            ) from None

    def grid(self) -> npt.NDArray[np.float64] | npt.NDArray[np.int64]:
        """The values that a slider visits and a sweep keeps, increasing.

        Smooth parameters give the nodes ``2 ** (q / per_octave)`` of their range, through which a
        cubic spline in the logarithm is drawn. Others give about 24 values, evenly spread on the
        parameter's scale, that contain the default.

        Raises:
            TypeError: If the parameter is not a number.
        """
        if not self.numeric:
            raise TypeError(
                f"{self.name} is not a number, so no slider visits it (scale {self.scale!r})."
            )
        low, high = self.slider or (self.low, self.high)
        if self.smooth:
            first = math.ceil(self.per_octave * math.log2(low))
            last = math.floor(self.per_octave * math.log2(high))
            return np.asarray(2.0 ** (np.arange(first, last + 1) / self.per_octave))
        spread = np.linspace if self.scale == "linear" else np.geomspace
        values = np.array([float(f"{value:.3g}") for value in spread(low, high, _GRID_POINTS)])
        if self.scale == "integer":
            values = self._in_steps(values, low, high)
        if isinstance(self.default, (int, float)):
            values = np.append(values, self.default)
        return np.unique(values)

    def _in_steps(
        self, values: npt.NDArray[np.float64], low: float, high: float
    ) -> npt.NDArray[np.int64]:
        origin = self.default if isinstance(self.default, int) else 0
        steps = np.rint((values - origin) / self.step).astype(np.int64)
        stepped = origin + self.step * steps
        return stepped[(stepped >= low) & (stepped <= high)]

    def _advice(self) -> str:
        example = self.default if self.example is None else self.example
        return f"Choose e.g. {self.name}={example!r}."


def parameter(
    *,
    default: Any,  # noqa: ANN401 - as many types as there are scales
    scale: Scale,
    meaning: str,
    low: float = -math.inf,
    high: float = math.inf,
    unit: str = "",
    smooth: bool = False,
    per_octave: int = 3,
    choices: tuple[str, ...] = (),
    optional: bool = False,
    slider: tuple[float, float] | Literal[False] | None = None,
    example: Any = None,  # noqa: ANN401 - likewise
    step: int = 1,
) -> Any:  # noqa: ANN401 - stands for the field's own type, as dataclasses.field does
    """Declares a field of an estimator; see `Parameter` for the arguments.

    Example:
        ``bins: int = parameter(default=30, scale="integer", low=1, high=256, meaning="cells")``
    """
    declared = Parameter(
        name="",  # the field's name, known once the class exists
        default=default,
        scale=scale,
        meaning=meaning,
        low=low,
        high=high,
        unit=unit,
        smooth=smooth,
        per_octave=per_octave,
        choices=choices,
        optional=optional,
        slider=slider,
        example=example,
        step=step,
    )
    return dataclasses.field(default=default, metadata={Parameter: declared})


def declared(cls: type) -> tuple[Parameter, ...]:
    """The parameters of a dataclass whose fields were made by `parameter`, in order.

    Raises:
        TypeError: If a field was declared in another way.
    """
    found = []
    for field in dataclasses.fields(cls):
        if Parameter not in field.metadata:
            raise TypeError(
                f"{cls.__name__}: field {field.name!r} is not declared. "
                f"Write {field.name} = parameter(default=..., scale=..., meaning=...)."
            )
        found.append(dataclasses.replace(field.metadata[Parameter], name=field.name))
    return tuple(found)
