"""A plane that grows while training goes on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ._errors import RecordingError
from ._live_walks import Walks
from ._measures import Sweep, as_estimator
from ._study import Study

if TYPE_CHECKING:
    import xarray as xr

    from glow.estimators import Context, Estimator

    from ._points import Values
    from ._recording import Recording


class LivePlane:
    """The plane of a recording that is still growing, estimated a little at a time.

    New epochs come first, the newest before the others. Where the estimator's cells span the range
    of the recording and a new epoch widens it, all earlier points become stale; they are shown as
    they are until they are estimated again, the oldest estimate first.

    An estimator that learns (``ordered``) keeps, for each layer, what it learnt and goes on from
    there: its epochs come in the order of training, and a plane that falls behind stays behind
    until training ends.

    Args:
        recording: the recording, of a Recorder or opened; call its ``refresh`` if another process
            writes it.
        estimator: the estimator, or its name.
        diagnostics: as in `plane`, but left out by default: for most estimators a point then takes
            about half the time.
    """

    def __init__(
        self, recording: Recording, estimator: Estimator | str, *, diagnostics: bool = False
    ) -> None:
        measure = Sweep(as_estimator("LivePlane", estimator), {}, diagnostics)
        runs = tuple(range(recording.runs or 1))
        self._study = Study(recording, measure, recording.layers, runs)
        self._estimates: dict[int, Values] = {}
        self._made_with: dict[int, tuple[Any, ...]] = {}  # by epoch, oldest estimate first
        self._ranges: tuple[Any, ...] | None = None
        self._contexts: list[dict[str, Context]] = []
        self._walks: Walks | None = None

    @property
    def recording(self) -> Recording:
        """The recording."""
        return self._study.recording

    @property
    def pending(self) -> int:
        """How many recorded epochs are not estimated with the present range."""
        return len(self._waiting(self._study.ranges()))

    def update(self, budget_seconds: float = 0.1) -> int:
        """Estimates what is waiting, one epoch at least, until the budget is spent.

        Args:
            budget_seconds: when to stop beginning another epoch, in seconds.

        Returns:
            How many epochs are still waiting.

        Raises:
            UnsuitableError: if the estimator can make no point of the recording. One that it
                refuses, as where training diverged, is NaN.
        """
        deadline = time.monotonic() + budget_seconds
        ranges = self._study.ranges()
        waiting = self._waiting(ranges)
        if ranges != self._ranges:
            self._contexts, self._ranges = self._study.fresh_contexts(), ranges
            self._walks = None
        for done, epoch in enumerate(waiting, start=1):
            self._estimates[epoch] = self._estimate(epoch)
            self._made_with.pop(epoch, None)
            self._made_with[epoch] = ranges
            if time.monotonic() >= deadline:
                return len(waiting) - done
        return 0

    def dataset(self) -> xr.Dataset:
        """Returns the plane of the epochs estimated so far, as `plane` would.

        Raises:
            RecordingError: if there are none.
        """
        if not self._estimates:
            raise RecordingError("LivePlane: nothing is estimated yet. Call update() first.")
        return self._study.dataset(self._estimates)

    def _estimate(self, epoch: int) -> Values:
        if not self._study.ordered:
            return self._study.epoch(epoch, self._contexts)
        walks = self._walks or Walks(self._study, self._contexts)
        self._walks = None  # one that failed cannot go on
        values = walks.advance(epoch)
        self._walks = walks
        return values

    def _waiting(self, ranges: tuple[Any, ...]) -> list[int]:
        new = [epoch for epoch in self.recording.epochs if epoch not in self._estimates]
        stale = [epoch for epoch, made_with in self._made_with.items() if made_with != ranges]
        return sorted([*new, *stale]) if self._study.ordered else [*reversed(new), *stale]
