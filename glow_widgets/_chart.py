"""Bits compressed per layer against an estimator's setting, drawn with bqplot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import cycle, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from bqplot import Axis, Figure, Label, LinearScale, Lines, LogScale

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

# Middle lightness: at least 3:1 against the light and the dark theme's background.
_COLORS = ["#2f7fb8", "#c0562a", "#3b8f5a", "#a25bb0", "#8a7a2e", "#5f6fd0", "#b84a6a", "#4a8a92"]
_MARK_COLOR = "#808080"
# The plane's markers, layer by layer (js/src/plane/markers.ts).
_MARKERS = "●■▲◆▼★⬢✦▶◀✶✸"
_LABEL_GAP = 0.09
_MAX_TICKS = 8
_SMALLEST_SPAN = 0.1  # bits; smaller differences mean nothing
_TINY_SPAN = 1e-9  # of other measures, whose scale is their own


class SensitivityChart(Figure):  # type: ignore[misc] # bqplot publishes no types
    """How much each layer compresses, as a function of one setting.

    Compression is the loss of I(X;T) from its peak to the last epoch, in its unit, averaged over
    runs. A layer's name stands beside its line with the marker that it has in the plane.
    Where lines stay apart and away from zero over a wide range, the phase does not hang on the
    setting; where they fall to zero, it does.

    Only marks and axes of bqplot are used. Limits are set here, since bqplot finds none for a
    constant series, and nothing is sent back on hover. The axis is logarithmic, without a
    setting of zero.
    """

    def __init__(self) -> None:
        # Settings are spread over octaves.
        self._x, self._y = LogScale(min=1, max=2), LinearScale(min=0, max=1)
        scales = {"x": self._x, "y": self._y}
        self._lines = Lines(x=[], y=[], scales=scales, colors=_COLORS, stroke_width=2)
        self._cursor = Lines(
            x=[], y=[], scales=scales, colors=[_MARK_COLOR], line_style="dashed", stroke_width=1.5
        )
        self._names = Label(
            x=[],
            y=[],
            text=[],
            scales=scales,
            colors=_COLORS,
            default_size=12,
            x_offset=6,
            y_offset=4,
            apply_clip=False,  # names stand to the right of the plot
        )
        self._x_axis = Axis(
            scale=self._x, grid_lines="none", label_offset="2.4em", tick_format="~g"
        )
        self._y_axis = Axis(
            scale=self._y,
            side="left",
            label="bits compressed",
            grid_lines="none",
            label_offset="4em",
            tick_format="~g",
        )
        super().__init__(
            marks=[self._lines, self._cursor, self._names],
            axes=[self._x_axis, self._y_axis],
            fig_margin={"top": 16, "bottom": 48, "left": 80, "right": 96},
            display_toolbar=False,
            animation_duration=0,
        )
        self.add_class("glow-chart")
        self.layout.height = "240px"
        self.layout.max_width = "860px"

    def show(self, sweep: xr.Dataset, parameter: str) -> None:
        """Draw the compression over a sweep.

        Args:
            sweep: Coordinates over ``parameter``, epoch and layer; epochs not yet known may hold
                NaN. Values are drawn in increasing order, each once.
            parameter: The swept parameter.
        """
        sweep = sweep.sortby(parameter).drop_duplicates(parameter)
        bits = _mean_compression(sweep, parameter)  # (layer, value)
        values = np.asarray(sweep[parameter].values, dtype=float)
        values, bits = values[values > 0], bits[:, values > 0]
        span = _SMALLEST_SPAN if sweep.xt.attrs.get("units", "bits") == "bits" else _TINY_SPAN
        top = max(span, float(np.nanmax(bits, initial=0.0)) * 1.08)
        self._set_axes(values, parameter, top)
        self._y_axis.label = _what_is_lost(sweep)
        self._x_axis.num_ticks = self._y_axis.num_ticks = None
        with self._lines.hold_sync():
            self._lines.x, self._lines.y = values, bits
        marked = zip(cycle(_MARKERS), sweep.layer.values, strict=False)
        names = [f"{marker} {name}" for marker, name in marked]
        with self._names.hold_sync():
            self._names.x = np.full(len(names), self._x.max)
            self._names.y = _spread(bits[:, -1], top * _LABEL_GAP)
            self._names.text = names

    def mark(self, value: float | None) -> None:
        """Mark the setting now shown; None marks nothing."""
        with self._cursor.hold_sync():
            if value is None:
                self._cursor.x, self._cursor.y = [], []
            else:
                self._cursor.x, self._cursor.y = [value, value], [0.0, self._y.max]

    def clear(self, reason: str = "no setting to vary") -> None:
        """Show nothing but why."""
        for mark in (self._lines, self._cursor):
            with mark.hold_sync():
                mark.x, mark.y = [], []
        with self._names.hold_sync():
            self._names.x, self._names.y, self._names.text = [], [], []
        for axis, label in ((self._x_axis, reason), (self._y_axis, "")):
            with axis.hold_sync():
                axis.label, axis.num_ticks = label, 0

    def __repr__(self) -> str:
        return f"SensitivityChart({self._x_axis.label!r})"

    def _set_axes(self, values: NDArray[Any], parameter: str, top: float) -> None:
        low, high = float(values[0]), float(values[-1])
        room = 2.0 if low == high else 1.0  # a single value still needs an axis
        with self._x.hold_sync():
            self._x.min, self._x.max = low / room, high * room
        self._y.max = top
        self._y_axis.tick_values = _even_ticks(top)
        with self._x_axis.hold_sync():
            self._x_axis.label = parameter
            self._x_axis.tick_values = _ticks(low, high)


def _what_is_lost(sweep: xr.Dataset) -> str:
    unit = sweep.xt.attrs.get("units", "bits")
    if unit == "bits":
        return "bits compressed"
    return f"loss from the peak ({unit})" if unit else "loss from the peak"


def _mean_compression(sweep: xr.Dataset, parameter: str) -> NDArray[np.float64]:
    # (layer, value)
    from glow.dynamics import compression

    bits = compression(sweep.dropna("epoch", how="all"))
    if "run" in bits.dims:
        bits = bits.mean("run")
    return bits.transpose("layer", parameter).values.astype(float)


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from ``low`` to ``high``, few enough to be read."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [s * 10.0**d for d in decades for s in steps if low <= s * 10.0**d <= high]
        if len(ticks) <= _MAX_TICKS:
            break
    return ticks[:: math.ceil(len(ticks) / _MAX_TICKS)] if ticks else [low, high]


def _even_ticks(top: float) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten from 0 to ``top``, few enough to be read."""
    power = 10.0 ** math.floor(math.log10(top))
    steps = (power * factor for factor in (0.1, 0.2, 0.5, 1.0, 2.0))
    step = next(step for step in steps if top / step <= _MAX_TICKS - 2)
    return [step * i for i in range(math.floor(top / step) + 1)]


def _spread(heights: Sequence[float] | NDArray[Any], gap: float) -> NDArray[np.float64]:
    """Heights moved up as little as needed to be ``gap`` apart, in their own order."""
    placed: NDArray[np.float64] = np.nan_to_num(np.asarray(heights, dtype=float))
    order = np.argsort(placed, kind="stable")
    for below, above in pairwise(order):
        placed[above] = max(placed[above], placed[below] + gap)
    return placed
