"""Information planes of a recording, under one setting or many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from glow._errors import closest

from ._grids import as_grids
from ._job import Job
from ._measures import Pair, Sweep, as_estimator
from ._recording import Recording
from ._resamples import check_resamples
from ._study import Study

if TYPE_CHECKING:
    from collections.abc import Iterable

    import xarray as xr

    from glow.estimators import Estimator

    from ._job import Flag
    from ._measures import Measure
    from ._progress import Progress

T = TypeVar("T", int, str)


def plane(
    recording: Recording,
    estimator: Estimator | str | None = None,
    *,
    x: Estimator | str | None = None,
    y: Estimator | str | None = None,
    epochs: Iterable[int] | None = None,
    layers: Iterable[str] | None = None,
    runs: Iterable[int] | None = None,
    diagnostics: bool = True,
    resamples: int | None = None,
    device: str | None = None,
    progress: Progress = None,
    cancel: Flag | None = None,
    n_jobs: int | None = None,
) -> xr.Dataset:
    """Estimates where each layer lies in the information plane after each recorded epoch.

    Args:
        recording: the recording.
        estimator: the measure of both coordinates, or its name. Alternatively:
        x: the measure of the horizontal coordinate, and
        y: that of the vertical one.
        epochs: which recorded epochs; all by default.
        layers: which layers; all by default.
        runs: which of several networks recorded together; all by default.
        diagnostics: whether to add the estimator's own diagnostics and its verdicts.
        resamples: how many random halves of the probe set to estimate as well, at least 2. The
            spread of a sampled probe set shows how much the plane owes to the samples drawn; they
            are drawn without replacement, since repeated samples are ties and whole symbols to the
            estimators. For an enumerated probe set, such as all 4096 patterns of 12 bits, leave it
            out: nothing was sampled, and half of the patterns is another, smaller problem.
        device: where activations are computed and handed to the estimators, as tensors: ``"cuda"``
            for estimators that work there. None leaves them to the host as NumPy arrays.
        progress: called as ``progress(points done, points in all)`` from this thread; True shows a
            bar in a terminal or notebook.
        cancel: stops the work soon after it ``is_set()``.
        n_jobs: how many threads; by default as many as joblib's configuration says, or as there
            are cores (one if a device is given). Inside ``joblib.parallel_config("dask")`` the work
            goes to that cluster.

    An estimator that learns (``ordered``) follows each run and layer through the chosen epochs in
    order, so its estimates depend on which epochs are chosen.

    Returns:
        ``xt`` and ``ty`` over ([run,] epoch, layer), the raw estimates, in the estimator's unit
        (bits). A range "global" or "layer" is each run's own, over all its recorded epochs.

        With diagnostics, also the estimator's figures as variables, NaN where they could not be
        made, and in words ``xt_verdict`` and ``ty_verdict``: one of `glow.estimators.VERDICTS`,
        "unknown" there, or the reason of a refusal. Given two measures, each figure is named after
        its coordinate.

        With resamples, also ``xt_resamples`` and ``ty_resamples`` over (resample, ...), whose
        halves are the same for all epochs, layers and estimators, and ``xt_sampling_error`` and
        ``ty_sampling_error``, their standard deviation. Half-samples of N without replacement vary
        as much as samples of N do (the jackknife that deletes N / 2; Shao and Wu 1989), so that is
        the standard error of the plane as it is; it does not tell of a bias.

        Attributes name the estimator (``estimator``, ``label``, ``settings`` as JSON), the number
        of ``samples``, the ceilings log2 N (``x_ceiling``, NaN if the measure has none) and H(Y)
        (``y_ceiling``, NaN if Y is continuous or the measure not in bits), the ``recording`` and
        ``glow_version``. Those of ``xt`` and ``ty`` give the unit and, where the estimator chose
        its ``form`` by the kind of the data, that.

        A point that the estimator refuses (a layer that is constant in one class, or not finite
        since training diverged) is NaN, and its verdicts are "refused: " and the reason. Then there
        is an attribute ``refused`` too, where and why the first of them was.

    Raises:
        Cancelled: if ``cancel`` was set.
        RefusedError: if every point was refused; a ValueError that holds the plane.
        TypeError: if an argument is of the wrong kind.
        UnsuitableError: as soon as the estimator says that, as it is set, it suits no point.
        ValueError: if an epoch, layer, run or setting is unknown, or the device is not there.

    Example:
        >>> p = plane(recording, Binned(bins=30, range=(-1, 1)))  # doctest: +SKIP
        >>> p.xt.sel(layer="dense_4").plot()  # doctest: +SKIP
    """
    measure: Measure
    if estimator is not None and x is None and y is None:
        measure = Sweep(as_estimator("plane", estimator), {}, diagnostics)
    elif estimator is None and x is not None and y is not None:
        measure = Pair(as_estimator("plane", x), as_estimator("plane", y), diagnostics)
    else:
        raise TypeError(
            "plane: give one estimator, or one for x and one for y, e.g. "
            "plane(recording, Binned(bins=30)) or plane(recording, x=Binned(), y=KDE())."
        )
    halves = check_resamples("plane", resamples)
    study = _study("plane", recording, measure, layers, runs, device)
    chosen = _choose("plane", "epoch", recording.epochs, epochs)
    return Job("plane", progress, cancel, n_jobs).run(study, chosen, halves)


def sweep(
    recording: Recording,
    estimator: Estimator | str,
    *,
    epochs: Iterable[int] | None = None,
    layers: Iterable[str] | None = None,
    runs: Iterable[int] | None = None,
    diagnostics: bool = False,
    device: str | None = None,
    progress: Progress = None,
    cancel: Flag | None = None,
    n_jobs: int | None = None,
    **grids: Iterable[Any],
) -> xr.Dataset:
    """Estimates planes under every combination of settings, together.

    Each snapshot is read once; a parameter whose whole curve takes one pass (the variance of
    `KDE`) costs a few single estimates, however many values it has.

    Args:
        recording: the recording.
        estimator: the estimator, or its name; its other settings stay as they are.
        epochs: as in `plane`.
        layers: as in `plane`.
        runs: as in `plane`.
        diagnostics: as in `plane`, but left out by default: every value is then estimated by
            itself, and most estimators' figures cost as much as the estimate.
        device: as in `plane`.
        progress: as in `plane`.
        cancel: as in `plane`.
        n_jobs: as in `plane`.
        **grids: by parameter, the values to visit. Numbers and words are sorted; other values,
            such as ``range=[(-1, 1), "global"]`` or several ``edges``, keep their order.

    Returns:
        As `plane`, with one dimension for each swept parameter, named after it, before the epoch.
        The labels of values that are neither numbers nor words are text, such as ``"[-1, 1]"``;
        the dimension's attribute ``values`` says in JSON what each stands for. It takes 16 bytes
        for each value, run, epoch and layer, with diagnostics about 250.

    Raises:
        Cancelled: if ``cancel`` was set.
        RefusedError: as `plane`, if every point was refused under every setting.
        TypeError: if an argument is of the wrong kind.
        UnsuitableError: as `plane`, for any of the settings.
        ValueError: if an epoch, layer, run, parameter or value is unknown, or the result would be
            larger than `glow.estimators.memory_ceiling`.

    Example:
        >>> s = sweep(recording, Binned(range="global"), bins=[8, 16, 30])  # doctest: +SKIP
        >>> s.sel(bins=16).xt  # doctest: +SKIP
    """
    chosen = as_estimator("sweep", estimator)
    if not grids:
        raise TypeError(
            "sweep: give at least one parameter and its values, e.g. "
            "sweep(recording, Binned(), bins=[8, 16, 30])."
        )
    measure = Sweep(chosen, as_grids("sweep", chosen, grids), diagnostics)
    _ = measure.settings  # every combination is checked before any work
    study = _study("sweep", recording, measure, layers, runs, device)
    chosen_epochs = _choose("sweep", "epoch", recording.epochs, epochs)
    return Job("sweep", progress, cancel, n_jobs).run(study, chosen_epochs)


def _study(
    owner: str,
    recording: Recording,
    measure: Measure,
    layers: Iterable[str] | None,
    runs: Iterable[int] | None,
    device: str | None,
) -> Study:
    if not isinstance(recording, Recording):
        raise TypeError(
            f"{owner}: recording must be a Recording, got {type(recording).__name__}. "
            "Open one: Recording.open(path)."
        )
    return Study(
        recording,
        measure,
        layers=_choose(owner, "layer", recording.layers, layers),
        runs=_choose(owner, "run", tuple(range(recording.runs or 1)), runs),
        device=_checked_device(owner, device),
    )


def _checked_device(owner: str, device: object) -> str | None:
    """Returns the name of a device that is there."""
    import torch

    if device is None:
        return None
    try:
        torch.empty(1, device=device)  # type: ignore[call-overload]  # whether it is one is asked
    except (RuntimeError, AssertionError, TypeError) as cause:
        raise ValueError(
            f"{owner}: device {str(device)!r} cannot be used here ({cause}). "
            "Leave device= out, or choose one that torch finds, e.g. 'cpu'."
        ) from cause
    return str(device)


def _choose(
    owner: str, kind: str, recorded: tuple[T, ...], wanted: Iterable[T] | None
) -> tuple[T, ...]:
    """Returns the wanted ones of what was recorded, in the recording's order."""
    asked = recorded if wanted is None else _several(wanted)
    for one in asked:
        if one not in recorded:
            raise ValueError(f"{owner}: {kind} {one!r} was not recorded. {_valid(one, recorded)}")
    if not asked:
        raise ValueError(f"{owner}: expected at least one {kind}, got none. Leave {kind}s= out.")
    return tuple(one for one in recorded if one in set(asked))


def _several(wanted: Iterable[T] | T) -> tuple[T, ...]:
    """Returns what was asked for as a tuple; one epoch or one layer may stand alone."""
    return (wanted,) if isinstance(wanted, str | int | np.integer) else tuple(wanted)


def _valid(wrong: object, recorded: tuple[int, ...] | tuple[str, ...]) -> str:
    if isinstance(recorded[0], int):
        return f"There are {len(recorded)}, from {recorded[0]} to {recorded[-1]}."
    return closest(wrong, [str(each) for each in recorded])
