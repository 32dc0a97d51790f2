"""The interface of every estimator.

This file and those it imports know nothing of the rest of the library, so that an estimator can be
written, tested and used alone.
"""

from __future__ import annotations

import dataclasses
import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Self, dataclass_transform

import numpy as np

from glow._errors import closest

from ._arrays import as_array, as_samples, is_discrete
from ._context import Context
from ._estimate import Estimate
from ._parameter import Parameter, declared, parameter
from ._registry import register
from ._verdict import verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

    from ._arrays import Array

_SMALLEST_HALF = 8  # fewer samples say nothing of what halving them does


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(parameter,))
class Estimator(ABC):
    """A measure of dependence between two variables, with declared settings.

    A subclass declares its settings as fields with `parameter` and becomes a frozen dataclass that
    takes them by keyword. The smallest complete estimator is a ``name``, its parameters and
    `criterion`; on a recording the other methods then follow. All information is in bits.

    Example:
        >>> from glow.estimators import Estimator, parameter
        >>> class Gaussian1D(Estimator):
        ...     name = "gaussian-1d"
        ...     factor: float = parameter(default=1, scale="linear", low=0, high=9, meaning="-")
        ...
        ...     def criterion(self, x, y):
        ...         rho = np.corrcoef(x, y)[0, 1]
        ...         return float(-self.factor * np.log2(1 - rho**2) / 2)
        >>> Gaussian1D(factor=2).settings
        {'factor': 2.0}
    """

    name: ClassVar[str]
    """The key under which `glow.estimators.get` finds the class."""
    unit: ClassVar[str] = "bits"
    """The unit of the estimates."""
    capped: ClassVar[bool] = True
    """Whether no estimate of I(X;T) from N samples can exceed log2 N."""
    ordered: ClassVar[bool] = False
    """Whether an estimate of one epoch helps the next: planes then follow each layer in order."""
    noisy: ClassVar[bool] = False
    """Whether a layer may add noise of its own; others need a T that is a function of X."""
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    """The declared settings, in order."""

    def __init_subclass__(cls, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        super().__init_subclass__(**kwargs)
        dataclasses.dataclass(frozen=True, kw_only=True, repr=False)(cls)
        cls.parameters = declared(cls)
        if "name" in cls.__dict__:  # a base shared by a family has none
            register(cls)

    def __new__(cls, *positional: object, **settings: object) -> Self:
        valid = [p.name for p in cls.parameters]
        if positional:
            raise TypeError(
                f"{cls.__name__}: settings are given by name, got {positional[0]!r} without one. "
                f"{closest('', valid)}"
            )
        for given in settings:
            if given not in valid:
                raise TypeError(
                    f"{cls.__name__}: no setting is called {given!r}. {closest(given, valid)}"
                )
        return super().__new__(cls)

    def __post_init__(self) -> None:
        for p in self.parameters:
            object.__setattr__(self, p.name, p.check(type(self).__name__, getattr(self, p.name)))

    def __repr__(self) -> str:
        settings = (f"{p.name}={getattr(self, p.name)!r}" for p in self.active)
        return f"{type(self).__name__}({', '.join(settings)})"

    @abstractmethod
    def criterion(self, x: Array, y: Array) -> float:
        """Measures the dependence of two variables.

        Args:
            x: (N,) or (N, ...) samples, NumPy or torch. Integers and booleans are symbols, floating
                point numbers are values.
            y: (N,) or (N, ...) samples, likewise.

        Returns:
            The raw estimate in bits, never clamped: noise around zero stays visible.

        Raises:
            ValueError: If the lengths differ, a value is not finite, or a setting means something
                only on a recording.
        """

    def coordinates(self, t: Array, context: Context) -> tuple[float, float]:
        """Estimates I(X;T) and I(T;Y) of one layer in one snapshot.

        Args:
            t: (N, ...) activations of the layer, flattened to (N, d).
            context: What is fixed while the layer changes: X, Y and the ranges.

        Returns:
            I(X;T) and I(T;Y), in bits.

        Raises:
            ValueError: If ``t`` is not finite or does not fit the context.
        """
        return self.criterion(context.x, t), self.criterion(t, context.y)

    def admit(self, context: Context) -> None:
        """Refuses a layer that declares noise, unless the estimator is made for noise.

        Raises:
            ValueError: If the layer declares noise and the estimator needs one without.
        """
        if context.noise and not self.noisy:
            raise ValueError(
                f"{type(self).__name__}: expected a layer without noise, got "
                f"{context.layer or 'one'!r}, which adds noise of standard deviation "
                f"{context.noise:g}. Use SamplePropagation, or KDE with variance="
                f"{context.noise**2:g}."
            )

    def curve(
        self, t: Array, context: Context, parameter: str, values: Iterable[float]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Estimates both coordinates at many values of one parameter.

        Args:
            t: (N, ...) activations of the layer.
            context: What is fixed while the layer changes.
            parameter: The name of the parameter to move.
            values: (V,) its values, in any order.

        Returns:
            I(X;T) and I(T;Y), two arrays (V,) in bits, in the order of ``values``.
        """
        samples = as_samples(type(self).__name__, "t", t)
        moved = [self.replace(**{parameter: value}) for value in values]
        pairs = [estimator.coordinates(samples, context) for estimator in moved]
        xt, ty = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
        return xt, ty

    def diagnose(self, t: Array, context: Context) -> dict[str, float]:
        """Figures that say how far the coordinates can be trusted.

        By default those of `check` for each coordinate, under ``xt_`` and ``ty_``, and
        ``ty_shuffled``, the I(T;Y) that the estimator finds when Y is shuffled: what it makes up.
        """
        about = {
            "xt": self.check(context.x, t),
            "ty": {
                **self.check(t, context.y),
                "shuffled": self.criterion(t, context.shuffled.y),
            },
        }
        return {
            f"{axis}_{name}": v for axis, figures in about.items() for name, v in figures.items()
        }

    def check(self, x: Array, y: Array) -> dict[str, float]:
        """Figures that say how far ``criterion(x, y)`` can be trusted.

        By default ``half_change``, by how much the estimate moves when every second sample is left
        out: one that still moves has too few samples. NaN where half of them are too few to ask.
        """
        return {"half_change": self.half_change(x, y)}

    def half_change(self, x: Array, y: Array, whole: float | None = None) -> float:
        """The estimate less the one from half of the samples, chosen by a fixed seed.

        Args:
            x: As in `criterion`.
            y: As in `criterion`.
            whole: The estimate, where it is known.
        """
        n = len(as_array(type(self).__name__, "x", x))
        rows = half_of(n)
        if rows is None:
            return math.nan
        try:
            estimate = self.criterion(x, y) if whole is None else whole
            return estimate - self.criterion(_rows(x, rows), _rows(y, rows))
        except ValueError:  # the whole suits the estimator and its half does not
            return math.nan

    def measure(self, x: Array, y: Array) -> Estimate:
        """`criterion` with everything that is known about the number.

        Args:
            x: As in `criterion`.
            y: As in `criterion`.

        Returns:
            The estimate with its form, its diagnostics and a verdict.

        Raises:
            ValueError: As `criterion`.
        """
        value = self.criterion(x, y)
        name = type(self).__name__
        arrays = as_array(name, "x", x), as_array(name, "y", y)
        entropies = [Context(a, a).label_entropy for a in arrays if is_discrete(a)]
        entropy = min((e for e in entropies if e is not None), default=None)
        figures = self.check(x, y)
        capped = self.capped and self.unit == "bits"
        ceiling = math.log2(len(arrays[0])) if capped and entropy is None else math.inf
        return Estimate(
            value=value,
            unit=self.unit,
            form=self.form(*(is_discrete(a) for a in arrays)),
            diagnostics=figures,
            verdict=verdict(
                value, figures, ceiling=ceiling, entropy=entropy if self.unit == "bits" else None
            ),
        )

    def form(self, x_discrete: bool, y_discrete: bool) -> str:
        """Which form of the estimator such variables get, empty if there is only one.

        Args:
            x_discrete: Whether the first variable holds symbols.
            y_discrete: Whether the second does.
        """
        return ""

    def estimate(self, t: Array, context: Context) -> dict[str, float]:
        """Both coordinates of a point and what `diagnose` says of them.

        A family whose coordinates and diagnostics come from the same work overrides it, to do that
        work once.

        Args:
            t: (N, ...) activations of the layer.
            context: What is fixed while the layer changes.

        Returns:
            ``xt`` and ``ty`` in bits, followed by the diagnostics.
        """
        xt, ty = self.coordinates(t, context)
        return {"xt": xt, "ty": ty, **self.diagnose(t, context)}

    def trajectory(
        self, activations: Iterable[Array], context: Context, *, diagnostics: bool = True
    ) -> Iterator[dict[str, float]]:
        """Estimates one layer's epochs in order.

        A family that learns (``ordered``) overrides it, to begin each epoch where the last ended.

        Args:
            activations: The layer's (N, ...) activations, epoch by epoch.
            context: What is fixed while the layer changes.
            diagnostics: Whether to add them.

        Yields:
            For each epoch what `estimate` returns, or ``xt`` and ``ty`` alone.
        """
        for t in activations:
            if diagnostics:
                yield self.estimate(t, context)
            else:
                xt, ty = self.coordinates(t, context)
                yield {"xt": xt, "ty": ty}

    def verdicts(self, estimate: dict[str, float], context: Context) -> tuple[str, str]:
        """Whether the two coordinates of a point can be trusted, each in one phrase.

        Args:
            estimate: What `estimate` returned.
            context: What it was estimated in.

        Returns:
            For xt and ty, one of `glow.estimators.VERDICTS`. Diagnostics named ``xt_...`` and
            ``ty_...`` count for one coordinate, others for both.
        """

        def about(axis: str) -> dict[str, float]:
            other = "ty_" if axis == "xt" else "xt_"
            return {
                name.removeprefix(f"{axis}_"): figure
                for name, figure in estimate.items()
                if not name.startswith(other)
            }

        bits = self.unit == "bits"
        # what is not capped may exceed log2 N, but not be trusted there: N samples tell no more
        ceiling = context.sample_ceiling if bits and self.capped else math.inf
        limit = context.sample_ceiling if bits and not self.capped else None
        entropy = context.label_entropy if bits else None
        return (
            verdict(estimate["xt"], about("xt"), ceiling=ceiling, entropy=limit),
            verdict(estimate["ty"], about("ty"), entropy=entropy),
        )

    @property
    def active(self) -> tuple[Parameter, ...]:
        """The parameters that have an effect in this object, given its other settings."""
        return self.parameters

    @property
    def settings(self) -> dict[str, Any]:
        """The active settings as JSON values; ``get(name, **settings)`` builds an equal object."""
        values = {p.name: getattr(self, p.name) for p in self.active}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}

    @property
    def sliders(self) -> tuple[Parameter, ...]:
        """The active numeric parameters, each with this object's value as its default."""
        return tuple(
            p.at(getattr(self, p.name)) for p in self.active if p.numeric and p.slider is not False
        )

    @property
    def symbol(self) -> str:
        """What stands before (X;T) on an axis: "I" for bits, else the class's name."""
        return "I" if self.unit == "bits" else type(self).__name__

    @property
    def label(self) -> str:
        """Short text for a list of estimators, without the values that sliders show."""
        return type(self).__name__

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        """The settings that an explorer offers by default."""
        return (cls(),)

    def replace(self, **changes: Any) -> Self:  # noqa: ANN401 - each estimator has its own settings
        """The same estimator with some settings changed; they are checked as in the constructor."""
        return type(self)(**{**self.settings, **changes})


def half_of(samples: int) -> npt.NDArray[np.int64] | None:
    """The rows of a half chosen by a fixed seed, increasing; None if too few to tell anything."""
    rows = np.sort(np.random.default_rng(0).permutation(samples)[: samples // 2])
    return rows if len(rows) >= _SMALLEST_HALF else None


def _rows(samples: Array, rows: npt.NDArray[np.int64]) -> Array:
    """Some samples of an array, tensor or list; a tensor stays where it is."""
    if hasattr(samples, "detach"):
        return samples[rows]  # type: ignore[index]
    return np.asarray(samples)[rows]
