"""The static picture of a plane."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from ._axes import AXES, CEILINGS, check_one_setting
from ._band import band_path
from ._labels import label_offsets
from ._parts import averaged, run_std_of
from ._settings import label_of, settings_of

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

    Array = npt.NDArray[np.float64]

_COLOURS = "plasma"  # lightness rises all along, so that epochs survive grey scale
_STANDS_OUT = 0.62  # the part of the map whose contrast with white is at least 3:1
# The shapes that the widgets use, in their order, and the same shapes as text, for the labels.
_MARKERS: tuple[Any, ...] = ("o", "s", "^", "D", "v", "*", "h", (4, 1), ">", "<", (3, 1), (8, 1))
_GLYPHS = "●■▲◆▼★⬢✦▶◀⅄✸"
_CEILING: dict[str, Any] = {
    "color": "0.45",
    "linewidth": 0.8,
    "linestyle": (0, (4, 3)),
    "zorder": 0,
}

_MARKED = 14  # points of a trajectory that carry the layer's marker
_CAPTION_WIDTH = 110  # characters
_LINE = 12.0  # points between two labels
_TOLERANCE = 0.05  # bits by which an estimate may pass a bound: two decimals are noise
_NEAR = 70.0  # points; labels of ends further apart than this do not meet


def plot(plane: xr.Dataset, ax: Axes | None = None) -> Axes:
    """Draws a plane: a trajectory for each layer, the epoch as colour, ceilings as dashed lines.

    Runs are averaged; a band shows one standard deviation over them or, of one run with
    `resamples`, the standard error. Open marks are points not to be taken at face value: above a
    ceiling, more than in an earlier layer, or doubted by the estimator's own verdict.

    No window opens and matplotlib's global state is left alone, so this works without a display:
    save the picture with ``plot(p).figure.savefig("plane.png")`` or ``.svg``.

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
    mean = averaged(plane).transpose("epoch", "layer")
    xt, ty = (mean[axis].values.astype(np.float64) for axis in AXES)  # (epochs, layers)
    doubted, spread = _doubted(mean, plane.attrs), _spread(mean)
    epochs = plane["epoch"].values.astype(float)
    # Recordings are log-spaced, and so is the colour; linear below epoch 1 because of epoch 0.
    last = float(epochs.max())
    norm = (
        SymLogNorm(1, linscale=0.3, vmin=0, vmax=last) if last > 10 else Normalize(0, max(last, 1))
    )
    scale = {"norm": norm, "cmap": _colours()}
    if spread is not None:
        _draw_band(axes, xt, ty, *spread)
    for index in range(xt.shape[1]):
        one = (xt[:, index], ty[:, index], epochs, doubted[:, index])
        _draw_layer(axes, *one, scale, index)
    _draw_ceilings(axes, plane)
    _label_layers(axes, [str(name) for name in plane["layer"].values], xt[-1], ty[-1])
    _draw_epoch_bar(axes, scale, last)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel(_axis_label(plane["xt"]))
    axes.set_ylabel(_axis_label(plane["ty"]))
    _write_caption(axes, plane, _notes(mean, doubted))
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


def _doubted(mean: xr.Dataset, attrs: dict[str, Any]) -> npt.NDArray[np.bool_]:
    """(E, L) which points are not to be taken at face value."""
    doubted = np.zeros(mean["xt"].shape, dtype=bool)
    for axis in AXES:
        values = mean[axis].values
        doubted |= values > np.nan_to_num(attrs[CEILINGS[axis]], nan=np.inf) + _TOLERANCE
        if mean[axis].attrs.get("units") == "bits":  # only information obeys the inequality
            before = np.fmin.accumulate(values, axis=1)[:, :-1]
            doubted[:, 1:] |= values[:, 1:] > before + _TOLERANCE
        if (name := f"{axis}_verdict") in mean:
            doubted |= ~np.isin(mean[name].values, ("", "reliable"))
    return doubted


def _spread(mean: xr.Dataset) -> tuple[Array, Array] | None:
    """(E, L) the spread of both coordinates, over runs or else over halves of the probe set."""
    for name in (run_std_of, "{}_sampling_error".format):
        found = [mean[name(axis)].values for axis in AXES if name(axis) in mean]
        if len(found) == len(AXES) and np.isfinite(found).any():
            return found[0], found[1]
    return None


def _notes(mean: xr.Dataset, doubted: npt.NDArray[np.bool_]) -> list[str]:
    notes = []
    if _spread(mean) is not None:
        over = "deviation over runs" if _over_runs(mean) else "error from halves of the probe set"
        notes.append(f"band: one standard {over}")
    if doubted.any():
        notes.append("open marks: above a ceiling, out of layer order or doubted by the estimator")
    return notes


def _over_runs(mean: xr.Dataset) -> bool:
    return run_std_of("xt") in mean and bool(mean[run_std_of("xt")].notnull().any())


def _draw_band(axes: Axes, xt: Array, ty: Array, dx: Array, dy: Array) -> None:
    from matplotlib.patches import PathPatch

    for index in range(xt.shape[1]):
        columns = np.column_stack([each[:, index] for each in (xt, ty, dx, dy)])
        path = band_path(columns[np.isfinite(columns).all(axis=1)])
        if path is not None:
            axes.add_patch(PathPatch(path, facecolor="0.3", alpha=0.16, linewidth=0, zorder=0.5))


def _draw_layer(
    axes: Axes,
    xt: Array,
    ty: Array,
    epochs: Array,
    doubted: npt.NDArray[np.bool_],
    scale: dict[str, Any],
    index: int,
) -> None:
    from matplotlib.collections import LineCollection

    path = np.column_stack([xt, ty])
    pieces = list(np.stack([path[:-1], path[1:]], axis=1))  # one per step, coloured by its end
    axes.add_collection(LineCollection(pieces, array=epochs[1:], linewidths=1.3, **scale))
    some = np.unique(np.linspace(0, len(xt) - 1, _MARKED).round().astype(int))
    colours = scale["cmap"](scale["norm"](epochs))
    for chosen, size, edge in ((some, 18, None), (some[-1:], 48, "0.1")):
        open_, filled = chosen[doubted[chosen]], chosen[~doubted[chosen]]
        marker: dict[str, Any] = {"marker": _MARKERS[index % len(_MARKERS)], "s": size, "zorder": 2}
        edges = colours[filled] if edge is None else edge
        axes.scatter(xt[filled], ty[filled], c=colours[filled], edgecolors=edges, lw=0.8, **marker)
        axes.scatter(
            xt[open_], ty[open_], facecolors="white", edgecolors=colours[open_], lw=1.1, **marker
        )


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


def _write_caption(axes: Axes, plane: xr.Dataset, notes: list[str]) -> None:
    attrs = plane.attrs
    runs = int(plane.sizes.get("run", attrs.get("runs", 1)))
    over = "1 run" if runs == 1 else f"mean of {runs} runs"
    caption = (
        f"{attrs['estimator']} {_short(settings_of(plane))}; N = {attrs['samples']}; "
        f"{'; '.join([over, *notes])}; PyGlow {attrs['glow_version']}"
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
