"""Information planes of a recording, under one setting or many."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from glow._errors import closest

from ._errors import Cancelled
from ._measures import Pair, Sweep, as_estimator, as_grids
from ._recording import Recording
from ._study import Study
from ._workers import spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import xarray as xr

    from glow.estimators import Estimator

    from ._measures import Measure


T = TypeVar("T", int, str)


class Flag(Protocol):
    """Something that can be set while work goes on, such as a ``threading.Event``."""

    def is_set(self) -> bool:
        """Tells whether it was set."""


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
    progress: Callable[[int, int], object] | None = None,
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
        diagnostics: whether to add the estimator's own diagnostics as variables.
        progress: called as ``progress(points done, points in all)`` from this thread.
        cancel: stops the work soon after it ``is_set()``.
        n_jobs: how many threads; by default as many as joblib's configuration says, or as there
            are cores. Inside ``joblib.parallel_config("dask")`` the work goes to that cluster.

    Returns:
        ``xt`` and ``ty`` over ([run,] epoch, layer), the raw estimates, in the estimator's unit
        (bits). A range "global" or "layer" is each run's own, over all its recorded epochs.
        Attributes name the estimator (``estimator``, ``label``, ``settings`` as JSON), the number
        of ``samples``, the ceilings log2 N (``x_ceiling``) and H(Y) (``y_ceiling``, NaN if Y is
        continuous), the ``recording`` and ``glow_version``.

    Raises:
        Cancelled: if ``cancel`` was set.
        TypeError: if an argument is of the wrong kind.
        ValueError: if an epoch, layer, run or setting is unknown, or an activation is not finite.

    Example:
        >>> p = plane(recording, Binned(bins=30, range=(-1, 1)))  # doctest: +SKIP
        >>> p.xt.sel(layer="dense_4").plot()  # doctest: +SKIP
    """
    measure: Measure
    if estimator is not None and x is None and y is None:
        measure = Sweep(as_estimator("plane", estimator), {}, diagnostics)
    elif estimator is None and x is not None and y is not None:
        measure = Pair(as_estimator("plane", x), as_estimator("plane", y))
    else:
        raise TypeError(
            "plane: give one estimator, or one for x and one for y, e.g. "
            "plane(recording, Binned(bins=30)) or plane(recording, x=Binned(), y=KDE())."
        )
    return _estimate("plane", recording, measure, epochs, layers, runs, progress, cancel, n_jobs)


def sweep(
    recording: Recording,
    estimator: Estimator | str,
    *,
    epochs: Iterable[int] | None = None,
    layers: Iterable[str] | None = None,
    runs: Iterable[int] | None = None,
    diagnostics: bool = False,
    progress: Callable[[int, int], object] | None = None,
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
        diagnostics: as in `plane`, but left out by default: they double the work of `Binned`.
        progress: as in `plane`.
        cancel: as in `plane`.
        n_jobs: as in `plane`.
        **grids: by parameter, the values to visit; they are sorted.

    Returns:
        As `plane`, with one dimension for each swept parameter, named after it, before the epoch.

    Raises:
        Cancelled: if ``cancel`` was set.
        TypeError: if an argument is of the wrong kind.
        ValueError: if an epoch, layer, run, parameter or value is unknown, or an activation
            is not finite.

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
    return _estimate("sweep", recording, measure, epochs, layers, runs, progress, cancel, n_jobs)


def _estimate(
    owner: str,
    recording: Recording,
    measure: Measure,
    epochs: Iterable[int] | None,
    layers: Iterable[str] | None,
    runs: Iterable[int] | None,
    progress: Callable[[int, int], object] | None,
    cancel: Flag | None,
    n_jobs: int | None,
) -> xr.Dataset:
    if not isinstance(recording, Recording):
        raise TypeError(
            f"{owner}: recording must be a Recording, got {type(recording).__name__}. "
            "Open one: Recording.open(path)."
        )
    chosen = _choose(owner, "epoch", recording.epochs, epochs)
    study = Study(
        recording,
        measure,
        layers=_choose(owner, "layer", recording.layers, layers),
        runs=_choose(owner, "run", tuple(range(recording.runs or 1)), runs),
    )
    if study.uses_ranges:
        with closing(spread(recording.extremes, recording.epochs, n_jobs)) as found:
            for epoch, ends in found:
                recording.remember_extremes(epoch, ends)  # another process may have found them
                _raise_if_set(cancel)
    _ = study.contexts  # made once, before the threads start
    estimates = {}
    total = len(chosen) * study.points_per_epoch
    with closing(spread(study.epoch, chosen, n_jobs)) as estimated:
        for epoch, values in estimated:
            estimates[epoch] = values
            if progress is not None:
                progress(len(estimates) * study.points_per_epoch, total)
            _raise_if_set(cancel)
    return study.dataset(estimates)


def _raise_if_set(cancel: Flag | None) -> None:
    if cancel is not None and cancel.is_set():
        raise Cancelled("The estimation was cancelled before all points were done.")


def _choose(
    owner: str, kind: str, recorded: tuple[T, ...], wanted: Iterable[T] | None
) -> tuple[T, ...]:
    """Returns the wanted ones of what was recorded, in the recording's order."""
    asked = recorded if wanted is None else tuple(wanted)
    for one in asked:
        if one not in recorded:
            raise ValueError(f"{owner}: {kind} {one!r} was not recorded. {_valid(one, recorded)}")
    if not asked:
        raise ValueError(f"{owner}: expected at least one {kind}, got none. Leave {kind}s= out.")
    return tuple(one for one in recorded if one in set(asked))


def _valid(wrong: object, recorded: tuple[int, ...] | tuple[str, ...]) -> str:
    if isinstance(recorded[0], int):
        return f"There are {len(recorded)}, from {recorded[0]} to {recorded[-1]}."
    return closest(wrong, [str(each) for each in recorded])
