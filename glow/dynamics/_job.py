"""Running a study: on how many threads, who is told, and who can stop it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from ._axes import AXES
from ._errors import Cancelled, RefusedError
from ._progress import told
from ._resamples import with_resamples
from ._size import check_size
from ._workers import follow, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import xarray as xr

    from ._points import Values
    from ._progress import Progress
    from ._study import Study


class Flag(Protocol):
    """Something that can be set while work goes on, such as a ``threading.Event``."""

    def is_set(self) -> bool:
        """Tells whether it was set."""


@dataclass(frozen=True)
class Job:
    """How estimates are to be made.

    Attributes:
        owner: the function that was called.
        progress: who is told; see `told`.
        cancel: what stops the work.
        n_jobs: how many threads; None for the default.
    """

    owner: str
    progress: Progress = None
    cancel: Flag | None = None
    n_jobs: int | None = None

    def __post_init__(self) -> None:
        jobs = self.n_jobs
        if jobs is not None and (isinstance(jobs, bool) or not isinstance(jobs, int)):
            raise TypeError(
                f"{self.owner}: n_jobs must be a whole number, got {jobs!r}. Choose e.g. 2."
            )
        if jobs == 0:
            raise ValueError(
                f"{self.owner}: n_jobs must be at least 1, or -1 for every core, got 0. "
                "Leave it out for the default."
            )

    def run(self, study: Study, epochs: Sequence[int], resamples: int = 0) -> xr.Dataset:
        """Estimates a study at some epochs, and as many halves of its probe set.

        Raises:
            Cancelled: if ``cancel`` was set.
            RefusedError: if the estimator refused every point.
            ValueError: if the result would be too large.
        """
        check_size(self.owner, study, len(epochs), resamples)
        bare = study.measure.bare()
        halves = [replace(study, measure=bare, half=number) for number in range(resamples)]
        self._find_ranges(study)
        total = len(epochs) * study.points_per_epoch * (1 + resamples)
        with told(self.owner, self.progress, total) as advance:
            whole, *others = [self._plane(one, epochs, advance) for one in (study, *halves)]
        return with_resamples(whole, others) if others else whole

    def _find_ranges(self, study: Study) -> None:
        if not study.uses_ranges:
            return
        recording = study.recording
        find = partial(recording.extremes, device=study.device)
        with closing(spread(find, recording.epochs, self._jobs(study))) as found:
            for epoch, ends in found:
                recording.remember_extremes(epoch, ends)  # another process may have found them
                self._stop_if_cancelled()

    def _plane(
        self, study: Study, epochs: Sequence[int], advance: Callable[[int], None]
    ) -> xr.Dataset:
        _ = study.contexts  # made once, before the threads start
        estimate = self._in_order if study.ordered else self._in_any_order
        plane = study.dataset(estimate(study, epochs, advance))
        if "refused" in plane.attrs and any(bool(plane[axis].isnull().all()) for axis in AXES):
            raise RefusedError(plane.attrs["refused"], plane)
        return plane

    def _in_any_order(
        self, study: Study, epochs: Sequence[int], advance: Callable[[int], None]
    ) -> dict[int, Values]:
        estimates = {}
        with closing(spread(study.epoch, epochs, self._jobs(study))) as found:
            for epoch, values in found:
                estimates[epoch] = values
                advance(study.points_per_epoch)
                self._stop_if_cancelled()
        return estimates

    def _in_order(
        self, study: Study, epochs: Sequence[int], advance: Callable[[int], None]
    ) -> dict[int, Values]:
        walks = {}
        with closing(follow(partial(study.walk, epochs), study.tracks, self._jobs(study))) as steps:
            for made, ended in steps:
                if ended is not None:
                    track, points = ended
                    walks[track] = points
                advance(made)
                self._stop_if_cancelled()
        return study.gathered(epochs, walks)

    def _jobs(self, study: Study) -> int | None:
        accelerated = study.device is not None and study.device != "cpu"
        return 1 if self.n_jobs is None and accelerated else self.n_jobs

    def _stop_if_cancelled(self) -> None:
        if self.cancel is not None and self.cancel.is_set():
            raise Cancelled("The estimation was cancelled before all points were done.")
