"""Fitting and compression: where one ends, how much the other loses, and how sure that is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ._axes import check_one_setting
from ._phase_report import LayerPhases, Phases
from ._settings import label_of

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr

    Array = npt.NDArray[np.float64]

AT_CEILING = "at ceiling"
"""The one of `glow.estimators.VERDICTS` that says it."""

_CEILING_TOLERANCE = 0.05  # bits below log2 N at which a trajectory counts as standing on it
_SPLITS = 200
_CONFIDENCE = 0.95


def phases(plane: xr.Dataset) -> Phases:
    """Says of each layer where fitting ends and how much of I(X;T) compression loses.

    Epochs at which a layer was refused, in any run, are left out for that layer, and counted.

    Where the peak stands on a ceiling (log2 N for measures that are capped there, or what the
    plane's verdicts call one) neither it nor the loss is known, and there is no verdict.

    Args:
        plane: a plane, best of several runs; of a sweep, one setting: ``sweep.sel(bins=30)``.

    Returns:
        The phases of each layer; ``print`` shows them as a table.

    Raises:
        TypeError: if it is no plane.
        ValueError: if it is a sweep, or fewer than three epochs of a layer were estimated.
    """
    check_one_setting("phases", plane)
    xt, ty = (_by_run(plane[axis]) for axis in ("xt", "ty"))
    epochs = plane["epoch"].values
    there: npt.NDArray[np.bool_] = np.isfinite(xt + ty).min(axis=0)  # (epochs, layers)
    _check_enough(plane, there)
    at_ceiling = _at_ceiling(plane, xt)
    return Phases(
        layers=tuple(
            _layer(
                str(name),
                epochs[kept],
                xt[:, kept, index],
                ty[:, kept, index],
                at_ceiling[kept, index],
                missing=int((~kept).sum()),
            )
            for index, (name, kept) in enumerate(zip(plane["layer"].values, there.T, strict=True))
        ),
        runs=len(xt),
        unit=str(plane["xt"].attrs["units"]),
        label=label_of(plane),
    )


def _check_enough(plane: xr.Dataset, there: npt.NDArray[np.bool_]) -> None:
    """Raises unless every layer has three epochs without missing points."""
    for name, epochs in zip(plane["layer"].values, there.sum(axis=0), strict=True):
        if epochs < 3:
            why = f" ({plane.attrs['refused']})" if "refused" in plane.attrs else ""
            raise ValueError(
                f"phases: expected at least three epochs without missing points of each layer, "
                f"got {epochs} of {str(name)!r}{why}. Estimate more epochs, or leave that layer "
                "out: plane.sel(layer=[...])."
            )


def _by_run(values: xr.DataArray) -> Array:
    """Returns (runs, epochs, layers), one run where there is no such dimension."""
    whole = values if "run" in values.dims else values.expand_dims("run")
    array: Array = np.asarray(whole.transpose("run", "epoch", "layer").values, dtype=np.float64)
    return array


def _at_ceiling(plane: xr.Dataset, xt: Array) -> npt.NDArray[np.bool_]:
    """Tells of each epoch and layer whether it could not have been estimated any larger.

    It stands on log2 N where the measure is capped there (NaN if not), or the estimator's own
    verdict says so in most runs: it may know of another ceiling.
    """
    in_bits = plane["xt"].attrs["units"] == "bits"
    ceiling = float(plane.attrs["x_ceiling"]) if in_bits else math.nan
    reached: npt.NDArray[np.bool_] = xt.mean(axis=0) > ceiling - _CEILING_TOLERANCE
    if "xt_verdict" in plane:
        said = _by_run(plane["xt_verdict"] == AT_CEILING)
        reached |= said.mean(axis=0) > 0.5
    return reached


def _layer(
    name: str,
    epochs: npt.NDArray[np.int64],
    xt: Array,
    ty: Array,
    at_ceiling: npt.NDArray[np.bool_],
    missing: int,
) -> LayerPhases:
    """Estimates one layer's phases from (runs, epochs) trajectories."""
    peak = int(xt.mean(axis=0).argmax())
    raw = float((xt.max(axis=1) - xt[:, -1]).mean())
    lost, interval, peaks = (raw, None, None) if len(xt) == 1 else _held_out(xt)
    return LayerPhases(
        layer=name,
        peak_epoch=int(epochs[peak]),
        peak_epochs=None if peaks is None else (int(epochs[peaks[0]]), int(epochs[peaks[1]])),
        lost=lost,
        interval=interval,
        raw=raw,
        flat_noise=flat_noise_loss(xt),
        gained=float((ty[:, -1] - ty[:, 0]).mean()),
        verdict=_verdict(bool(at_ceiling[peak]), interval),
        missing=missing,
    )


def _verdict(at_ceiling: bool, interval: tuple[float, float] | None) -> str:
    if at_ceiling:
        return "at the ceiling"
    if interval is None:
        return "one run"
    return "compresses" if interval[0] > 0 else "no compression"


def _held_out(xt: Array) -> tuple[float, tuple[float, float], tuple[int, int]]:
    """Measures the loss on runs that did not choose the peak.

    Args:
        xt: (runs, epochs).

    Returns:
        The mean loss over runs, its 95 % interval, and the range of the chosen peaks' indices.
    """
    from scipy.stats import t as student

    runs = len(xt)
    rng = np.random.default_rng(0)  # the halvings are part of the definition, not of the data
    losses: list[list[float]] = [[] for _ in range(runs)]
    peaks = []
    for _ in range(_SPLITS):
        order = rng.permutation(runs)
        one, other = order[: runs // 2], order[runs // 2 :]
        for chosen, held in ((one, other), (other, one)):
            peak = int(xt[chosen].mean(axis=0).argmax())
            peaks.append(peak)
            for run in held:
                losses[run].append(xt[run, peak] - xt[run, -1])
    of_run = np.array([np.mean(loss) for loss in losses])
    error = float(of_run.std(ddof=1)) / math.sqrt(runs)
    half_width = error * float(student.ppf((1 + _CONFIDENCE) / 2, runs - 1))
    mean = float(of_run.mean())
    return mean, (mean - half_width, mean + half_width), (min(peaks), max(peaks))


def flat_noise_loss(xt: Array) -> float:
    """Returns the peak-minus-last loss that noise around a constant would show, in bits.

    The noise is read from second differences over epochs, which a smooth trajectory leaves small,
    by their median, which its few sharp turns do not move. The largest of E normal deviates is at
    the quantile (E - 0.375) / (E + 0.25) (Blom 1958), and the last has mean 0.

    Args:
        xt: (runs, epochs).
    """
    from scipy.stats import norm

    bends = np.diff(xt, n=2, axis=1)
    to_deviation = 1.4826 / math.sqrt(6)  # median to deviation; 1 + 4 + 1 times the variance
    noise = float(np.median(np.abs(bends))) * to_deviation
    epochs = xt.shape[1]
    return noise * float(norm.ppf((epochs - 0.375) / (epochs + 0.25)))
