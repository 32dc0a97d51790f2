"""The static picture of a plane."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from ._axes import AXES, check_one_setting
from ._labels import label_offsets
from ._settings import label_of, settings_of

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

    Array = npt.NDArray[np.float64]

_COLOURS = "plasma"  # lightness rises all along, so that epochs survive grey scale
_STANDS_OUT = 0.62  # the part of the map whose contrast with white is at least 3:1
_MARKERS = "osD^vP*X<>"
_GLYPHS = "●■◆▲▼✚★✖◀▶"  # the same shapes as text, for the labels
_CEILING: dict[str, Any] = {
    "color": "0.45",
    "linewidth": 0.8,
    "linestyle": (0, (4, 3)),
    "zorder": 0,
}

_MARKED = 14  # points of a trajectory that carry the layer's marker
_CAPTION_WIDTH = 110  # characters
_LINE = 12.0  # points between two labels
_NEAR = 70.0  # points; labels of ends further apart than this do not meet


def plot(plane: xr.Dataset, ax: Axes | None = None) -> Axes:
    """Draws a plane: a trajectory for each layer, the epoch as colour, ceilings as dashed lines.

    Runs are averaged. No window opens and matplotlib's global state is left alone, so this works
    without a display: save the picture with ``plot(p).figure.savefig("plane.png")`` or ``.svg``.

    Args:
        plane: a plane; of a sweep, one setting: ``sweep.sel(bins=30)``.
        ax: where to draw; a new figure by default.

    Returns:
        The axes drawn on.

    Raises:
        TypeError: if it is no plane.
        ValueError: if it is a sweep.
    """
    from matplotlib.colors import Normalize, SymLogNorm

    check_one_setting("plot", plane)
    axes = _new_axes() if ax is None else ax
    xt, ty = (_mean_over_runs(plane[axis]) for axis in AXES)  # (epochs, layers)
    epochs = plane["epoch"].values.astype(float)
    # Recordings are log-spaced, and so is the colour; linear below epoch 1 because of epoch 0.
    last = float(epochs.max())
    norm = (
        SymLogNorm(1, linscale=0.3, vmin=0, vmax=last) if last > 10 else Normalize(0, max(last, 1))
    )
    scale = {"norm": norm, "cmap": _colours()}
    for index in range(xt.shape[1]):
        _draw_layer(axes, xt[:, index], ty[:, index], epochs, scale, index)
    _draw_ceilings(axes, plane)
    _label_layers(axes, [str(name) for name in plane["layer"].values], xt[-1], ty[-1])
    _draw_epoch_bar(axes, scale, last)
    axes.set_xlabel(_axis_label(plane["xt"]))
    axes.set_ylabel(_axis_label(plane["ty"]))
    _write_caption(axes, plane)
    return axes


def _colours() -> Colormap:
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    return ListedColormap(colormaps[_COLOURS](np.linspace(0, _STANDS_OUT, 256)))


def _new_axes() -> Axes:
    from matplotlib.figure import Figure

    # A figure of its own, not pyplot's: nothing to close, no window, any thread.
    figure = Figure(figsize=(7.2, 5.4), dpi=144, layout="constrained")
    return figure.add_subplot()


def _axis_label(values: xr.DataArray) -> str:
    name, unit = values.attrs["long_name"], values.attrs["units"]
    return f"{name} [{unit}]" if unit else str(name)


def _mean_over_runs(values: xr.DataArray) -> Array:
    mean = values.mean("run") if "run" in values.dims else values
    array: Array = np.asarray(mean.transpose("epoch", "layer").values, dtype=np.float64)
    return array


def _draw_layer(
    axes: Axes, xt: Array, ty: Array, epochs: Array, scale: dict[str, Any], index: int
) -> None:
    from matplotlib.collections import LineCollection

    path = np.column_stack([xt, ty])
    pieces = list(np.stack([path[:-1], path[1:]], axis=1))  # one per step, coloured by its end
    axes.add_collection(LineCollection(pieces, array=epochs[1:], linewidths=1.6, **scale))
    some = np.unique(np.linspace(0, len(xt) - 1, _MARKED).round().astype(int))
    marker: dict[str, Any] = {"marker": _MARKERS[index % len(_MARKERS)], "zorder": 2, **scale}
    axes.scatter(xt[some], ty[some], c=epochs[some], s=18, linewidths=0, **marker)
    last = slice(-1, None)
    axes.scatter(xt[last], ty[last], c=epochs[last], s=48, edgecolors="0.1", **marker)


def _draw_ceilings(axes: Axes, plane: xr.Dataset) -> None:
    x_ceiling, y_ceiling = plane.attrs["x_ceiling"], plane.attrs["y_ceiling"]
    note: dict[str, Any] = {"color": "0.35", "fontsize": 8, "textcoords": "offset points"}
    if plane["xt"].attrs["units"] == "bits" and not math.isnan(x_ceiling):
        axes.axvline(x_ceiling, **_CEILING)
        text = f"log2 N = {x_ceiling:.4g}"
        axes.annotate(
            text,
            (x_ceiling, 0.02),
            (3, 0),
            xycoords=("data", "axes fraction"),
            rotation=90,
            va="bottom",
            **note,
        )
    if plane["ty"].attrs["units"] == "bits" and not math.isnan(y_ceiling):
        axes.axhline(y_ceiling, **_CEILING)
        text = f"H(Y) = {y_ceiling:.4g}"
        axes.annotate(text, (0.02, y_ceiling), (0, 3), xycoords=("axes fraction", "data"), **note)


def _label_layers(axes: Axes, names: list[str], xt: Array, ty: Array) -> None:
    """Writes each layer's marker and name beside its last point, apart from one another."""
    axes.margins(0.08)
    axes.autoscale_view()
    pixels_per_point = axes.figure.dpi / 72
    ends = np.nan_to_num(np.column_stack([xt, ty]))
    shown = axes.transData.transform(ends) / pixels_per_point  # in points, as text is measured
    offsets = label_offsets(shown, _LINE, _NEAR, axes.bbox.y1 / pixels_per_point - _LINE / 2)
    for index, name in enumerate(names):
        on_left = (
            axes.transAxes.inverted().transform(axes.transData.transform(ends[index]))[0] > 0.7
        )
        axes.annotate(
            f"{_GLYPHS[index % len(_GLYPHS)]} {name}",
            tuple(ends[index]),
            (-16 if on_left else 16, offsets[index]),
            textcoords="offset points",
            ha="right" if on_left else "left",
            va="center",
            fontsize=8,
            arrowprops={"arrowstyle": "-", "color": "0.4", "linewidth": 0.6, "shrinkB": 3},
            bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "alpha": 0.75, "linewidth": 0},
            zorder=4,
        )


def _draw_epoch_bar(axes: Axes, scale: dict[str, Any], last: float) -> None:
    from matplotlib.cm import ScalarMappable

    bar = axes.figure.colorbar(ScalarMappable(**scale), ax=axes, pad=0.02)
    ticks = [0.0, *(10.0**power for power in range(8) if 10**power < 0.8 * last), last]
    bar.set_ticks(ticks if last > 10 else sorted({0.0, last}))
    bar.ax.yaxis.set_major_formatter("{x:.0f}")
    bar.ax.minorticks_off()
    bar.set_label("epochs completed")


def _write_caption(axes: Axes, plane: xr.Dataset) -> None:
    attrs = plane.attrs
    runs = int(plane.sizes.get("run", attrs.get("runs", 1)))
    over = "1 run" if runs == 1 else f"mean of {runs} runs"
    caption = (
        f"{attrs['estimator']} {_short(settings_of(plane))}; N = {attrs['samples']}; "
        f"{over}; PyGlow {attrs['glow_version']}"
    )
    axes.set_title(f"{attrs['recording']}: {label_of(plane)}", fontsize=10, loc="left", wrap=True)
    axes.annotate(
        "\n".join(textwrap.wrap(caption, _CAPTION_WIDTH)),
        (0, 0),
        (0, -40),
        xycoords="axes fraction",
        textcoords="offset points",
        va="top",
        fontsize=7,
        color="0.35",
    )


def _short(value: object) -> str:
    """Returns settings in few characters: thirty edges as their number and ends."""
    if isinstance(value, dict):
        given = (f"{key}={_short(one)}" for key, one in value.items() if one is not None)
        return f"({', '.join(given)})"
    if isinstance(value, list) and len(value) > 4:
        return f"{len(value)} values from {value[0]:g} to {value[-1]:g}"
    return f"{value:g}" if isinstance(value, float) else str(value)
