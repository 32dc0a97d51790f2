"""Loss and metrics over the epochs of a running training, drawn with bqplot."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from bqplot import Axis, Figure, LinearScale, Lines
from ipywidgets import HBox

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from glow_widgets._metric_history import MetricHistory

_FIGURES = 2  # the loss and the metric after it; the table has all
# Training and validation, as js/style/progress.css draws them once the training is over.
_COLORS = ["#2f7fb8", "#c0562a"]
_MARGIN = {"top": 28, "bottom": 38, "left": 48, "right": 12}
_LAYOUT = {"height": "168px", "min_width": "80px", "min_height": "80px", "flex": "1 1 0"}


class MetricCurves(HBox):  # type: ignore[misc] # ipywidgets publishes no types
    """The loss and the metric after it, each with its validation curve (dashed).

    Their names stand above them in the progress, which keeps them in place at every width.
    """

    def __init__(self) -> None:
        self._charts: dict[str, _Chart] = {}
        super().__init__(layout={"width": "100%", "height": "168px", "overflow": "hidden"})
        self.add_class("glow-metric-curves")

    def show(self, history: MetricHistory) -> None:
        """Draw what a history holds now."""
        epochs, values = history.thinned()
        names = [name for name in values if not name.startswith("val_")][:_FIGURES]
        if names != list(self._charts):
            self._charts = {name: _Chart() for name in names}
            self.children = [chart.figure for chart in self._charts.values()]
        for name, chart in self._charts.items():
            chart.show(epochs, [values[name], values.get(f"val_{name}", [])])

    def close(self) -> None:
        """Close the charts with all that they are made of."""
        for chart in self._charts.values():
            chart.close()
        self.layout.close()
        super().close()


class _Chart:
    """One metric: its figure and what is in it."""

    def __init__(self) -> None:
        self._x, self._y = LinearScale(min=0, max=1), LinearScale(min=0, max=1)
        scales = {"x": self._x, "y": self._y}
        styles = zip(_COLORS, ("solid", "dashed"), strict=True)
        self._lines = [
            Lines(x=[], y=[], scales=scales, colors=[color], line_style=style, stroke_width=2)
            for color, style in styles
        ]
        self._axes = [
            Axis(
                scale=self._x,
                label="Epoch",
                label_offset="28px",
                grid_lines="none",
                tick_format="~g",
            ),
            Axis(scale=self._y, side="left", tick_format="~g"),
        ]
        self.figure = Figure(
            marks=self._lines,
            axes=self._axes,
            fig_margin=_MARGIN,
            layout=_LAYOUT,
            display_toolbar=False,
            animation_duration=0,
        )
        self.figure.add_class("glow-chart")

    def show(self, epochs: list[int], columns: list[list[float]]) -> None:
        for line, column in zip(self._lines, columns, strict=True):
            with line.hold_sync():
                line.x, line.y = np.asarray(epochs[: len(column)], float), np.asarray(column, float)
        shown = np.concatenate([np.asarray(column, float) for column in columns])
        _fit(self._x, self._axes[0], np.asarray(epochs, float), whole=True)
        _fit(self._y, self._axes[1], shown[np.isfinite(shown)])

    def close(self) -> None:
        figure = self.figure
        own = (figure.scale_x, figure.scale_y, figure.layout)
        for part in (*self._lines, *self._axes, self._x, self._y, *own, figure):
            part.close()


def _fit(scale: LinearScale, axis: Axis, values: NDArray[Any], *, whole: bool = False) -> None:
    """Set limits and ticks, since bqplot finds none for a constant series."""
    ticks = even_ticks(values, whole=whole)
    ends = (values.min(), max(values.max(), values.min() + 1)) if whole else (ticks[0], ticks[-1])
    with scale.hold_sync():
        scale.min, scale.max = map(float, ends)
    axis.tick_values = [tick for tick in ticks if scale.min <= tick <= scale.max]


def even_ticks(values: NDArray[Any], *, whole: bool = False) -> list[float]:
    """Three to six multiples of 1, 2 or 5 times a power of ten around ``values``."""
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    span = high - low or max(abs(low) * 0.2, 1e-12)
    power = 10.0 ** math.floor(math.log10(span))
    step = next(s for s in (power * f for f in (0.2, 0.5, 1.0, 2.0, 5.0)) if span / s <= 4)
    step = max(step, 1.0) if whole else step
    first, last = math.floor(low / step), math.ceil(high / step)
    return [float(f"{i * step:.12g}") for i in range(first, max(last, first + 1) + 1)]
