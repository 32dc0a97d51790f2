"""One kept curve: an estimator's coordinates along one slider, computed coarse to fine."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from glow_widgets._forgiving import forgiving

if TYPE_CHECKING:
    import xarray as xr

    from glow.dynamics import Recording
    from glow.estimators import Estimator, Parameter

FIRST_STRIDE = 8
_TARGET_SECONDS = 0.5
_APART = 0.4  # of a step of the grid: the least distance from the estimator's own value
_CHECKED_EPOCHS = 3


class Cancel(Protocol):
    """Anything with the method of :class:`threading.Event` that says to give up."""

    def is_set(self) -> bool:
        """Whether to give up."""
        ...


def coarse_to_fine(epochs: Sequence[int], stride: int = FIRST_STRIDE) -> list[list[int]]:
    """Levels of epochs: every ``stride``-th and the last, then those that halve the gaps.

    Fewer epochs at first show the whole trajectory soon; fewer *samples* would change log2 N and
    make the plane jump, so those are never reduced.
    """
    levels, seen = [], set()
    while stride >= 1:
        level = [e for e in dict.fromkeys([*epochs[::stride], *epochs[-1:]]) if e not in seen]
        if level:
            levels.append(level)
            seen.update(level)
        stride //= 2
    return levels


def thinned_grid(grid: Sequence[Any], own: float) -> list[Any]:
    """The grid with the estimator's own value in place of those too close to it.

    Two values side by side would show as a spike in the sensitivity chart, where each has its own
    noise.
    """
    place = math.log if min(*grid, own) > 0 else float
    ends = [place(value) for value in (grid[0], grid[-1])]
    apart = _APART * (ends[1] - ends[0]) / max(len(grid) - 1, 1)
    inner = [v for v in grid[1:-1] if abs(place(v) - place(own)) > apart]
    return sorted({grid[0], grid[-1], *inner, own})


class KeptCurve:
    """One estimator's coordinates on one recording, over the values one slider can take.

    Args:
        recording: What is measured.
        estimator: How; its other settings stay as they are.
        slider: The parameter that is swept over its own grid. None keeps the plane as it is.
        levels: The epochs in the order in which they are wanted, a list for each level; every
            eighth and the last first if None.
        diagnostics: Whether a plane that is not swept comes with the estimator's verdicts.
        epochs: All there will ever be; those of the recording now if None.

    Attributes:
        data: What is known; None before anything is.
        seconds: What one epoch cost when it was last measured; NaN before.
    """

    def __init__(
        self,
        recording: Recording,
        estimator: Estimator,
        slider: Parameter | None,
        levels: list[list[int]] | None = None,
        *,
        diagnostics: bool = False,
        epochs: Sequence[int] | None = None,
    ) -> None:
        self.recording = recording
        self.estimator = estimator
        self.slider = slider
        self.epochs = list(recording.epochs if epochs is None else epochs)
        self.data: xr.Dataset | None = None
        self.seconds = math.nan
        self.level = 0
        self._levels = levels or coarse_to_fine(self.epochs)
        self._diagnostics = diagnostics
        self._unchecked = slider is not None and slider.smooth
        self._chunk = 1
        self._suspects: set[str] = set()

    @property
    def values(self) -> list[Any]:
        """The kept values of the slider, increasing; empty without one."""
        if self.slider is None:
            return []
        own = self.estimator.settings[self.slider.name]
        grid = self.slider.grid().tolist()
        # A spline runs through its even nodes only; a grid that snaps should hold the own value.
        return grid if self.slider.smooth or not is_number(own) else thinned_grid(grid, own)

    @property
    def ready(self) -> bool:
        """Whether the first level is there, hence something worth showing."""
        return self.level > 0

    @property
    def done(self) -> bool:
        """Whether every epoch is there."""
        return not self._levels and not self._unchecked

    @property
    def known(self) -> int:
        """Number of epochs that are there."""
        return 0 if self.data is None else self.data.sizes["epoch"]

    @property
    def to_come(self) -> int:
        """Number of epochs still to be computed."""
        return sum(map(len, self._levels))

    def drop_fine(self, seconds: float) -> None:
        """Leave out the finest levels as long as what is to come would take longer than that."""
        while self._levels and self.to_come * self.seconds > seconds:
            self._levels.pop()

    def drop_last(self, seconds: float) -> None:
        """Leave out as many of the last epochs to come as would take longer than that."""
        while self._levels and self.to_come * self.seconds > seconds:
            level = self._levels[-1]
            del level[max(0, len(level) - math.ceil(self.to_come - seconds / self.seconds)) :]
            if not level:
                self._levels.pop()

    def extend(self, cancel: Cancel) -> bool:
        """Compute about half a second's worth of further epochs.

        Args:
            cancel: Asked while computing whether to give up.

        Returns:
            Whether a level is now complete, hence worth showing.

        Raises:
            Cancelled: If ``cancel`` was set; what was known before stays.
        """
        if not self._levels:
            self._check_error(cancel)
            return True
        level = self._levels[0]
        epochs = sorted(level[: self._chunk])
        start = time.perf_counter()
        part = self._estimate(epochs, self.values, cancel)
        self._note_cost(time.perf_counter() - start, len(epochs))
        self.data = part if self.data is None else _joined(self.data, part)
        del level[: len(epochs)]
        if level:
            return False
        self._check_any()
        self._levels.pop(0)
        self.level += 1
        return True

    def published(self) -> xr.Dataset:
        """What is known, over all epochs; those still to come hold NaN."""
        assert self.data is not None  # noqa: S101 - callers show ready curves only
        texts = [name for name, values in self.data.items() if values.dtype.kind in "OU"]
        return self.data.reindex(epoch=self.epochs, fill_value=dict.fromkeys(texts, ""))

    def kept(self, settings: Mapping[str, Any]) -> xr.Dataset | None:
        """The complete plane at some settings as the curve has it, None if it has not."""
        from glow.dynamics import Curves

        if not self.done or self.data is None or self.known < len(self.epochs):
            return None
        if self.slider is None:
            return self.data
        curves, wanted = Curves(self.data), settings[self.slider.name]
        if not is_number(wanted):
            return None
        between = self.slider.smooth and curves.values[0] <= wanted <= curves.values[-1]
        return curves.at(wanted) if between or curves.exact(wanted) else None

    def _check_any(self) -> None:
        """Raise what the estimator said if it refused every point so far."""
        assert self.data is not None  # noqa: S101 - it holds that part
        if "refused" in self.data.attrs and bool(self.data["xt"].isnull().all()):
            raise ValueError(self.data.attrs["refused"])

    def _estimate(self, epochs: list[int], values: list[Any], cancel: Cancel) -> xr.Dataset:
        from glow.dynamics import plane, sweep

        shared: dict[str, Any] = {"epochs": epochs, "cancel": cancel, "suspects": self._suspects}
        if self.slider is None:
            shared["diagnostics"] = self._diagnostics
            return forgiving(plane, self.recording, self.estimator, **shared)
        grids: dict[str, Any] = {self.slider.name: values}
        return forgiving(sweep, self.recording, self.estimator, **shared, **grids)

    def _check_error(self, cancel: Cancel) -> None:
        """Measure, at a few epochs, how far the spline is off halfway between its nodes."""
        from glow.dynamics import Curves

        assert self.slider is not None  # noqa: S101 - smooth sliders only
        assert self.data is not None  # noqa: S101 - after the last level
        places = np.linspace(0, self.known - 1, _CHECKED_EPOCHS).round().astype(int)
        few = self.data.isel(epoch=np.unique(places))
        nodes = few[self.slider.name].values
        middles = np.sqrt(nodes[:-1] * nodes[1:]).tolist()
        exact = self._estimate(few.epoch.values.tolist(), middles, cancel)
        curves = Curves(few)
        read = [curves.at(value) for value in middles]
        errors = [
            np.nanmax(np.abs(plane[axis] - exact[axis].isel({self.slider.name: i})), initial=0.0)
            for i, plane in enumerate(read)
            for axis in ("xt", "ty")
        ]
        self.data[self.slider.name].attrs["error"] = float(max(errors, default=0.0))
        self._unchecked = False

    def _note_cost(self, seconds: float, epochs: int) -> None:
        self.seconds = seconds / epochs
        # Short chunks let a request from the browser in; long ones waste nothing on starting.
        self._chunk = max(1, round(epochs * min(_TARGET_SECONDS / max(seconds, 1e-6), 4.0)))


def is_number(value: object) -> bool:
    """Whether a setting is a number, not a word or None that stands for one."""
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _joined(known: xr.Dataset, part: xr.Dataset) -> xr.Dataset:
    import xarray as xr

    both = xr.concat([known, part], "epoch", join="exact", combine_attrs="override")
    return both.sortby("epoch").assign_attrs({**part.attrs, **known.attrs})


def with_value(curve: xr.Dataset, name: str, value: Any, plane: xr.Dataset) -> xr.Dataset:  # noqa: ANN401
    """A curve along ``name`` that holds ``plane`` at ``value``; other curves stay as they are."""
    import xarray as xr

    if name not in curve.dims or not is_number(value) or value in curve[name].values:
        return curve
    kept = plane[["xt", "ty"]].expand_dims({name: [value]})
    both = xr.concat([curve, kept], name, join="outer", combine_attrs="override")
    both[name].attrs = curve[name].attrs
    return both.sortby(name).transpose(*curve.xt.dims)
