"""The trajectories of a plane that grows, for estimators that go through the epochs in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glow.estimators import UnsuitableError

from ._points import refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glow.estimators import Context

    from ._points import Activation, Point, Values
    from ._study import Study, Track


class Walks:
    """All tracks of a study, each kept where it is, and advanced together by one epoch.

    Args:
        study: what is estimated.
        contexts: the contexts of each run's layers.
    """

    def __init__(self, study: Study, contexts: list[dict[str, Context]]) -> None:
        self._study = study
        self._contexts = contexts
        self._feeds = {track: _Feed() for track in study.tracks}
        self._walks = {track: self._begun(track) for track in study.tracks}

    def advance(self, epoch: int) -> Values:
        """Estimates the next epoch of every track, as `Study.epoch` would.

        Raises:
            UnsuitableError: as `Study.epoch`, and if the estimator asks for epochs that have not
                come yet.
        """
        study = self._study
        activations = study.recording.read(epoch, study.device)
        points = []
        for track, feed in self._feeds.items():
            run, layer = study.runs[track[0]], study.layers[track[1]]
            feed.offer(study.samples(activations[layer], run))
            try:
                points.append(next(self._walks[track]))
            except UnsuitableError:
                raise
            except ValueError as cause:
                points.append(refused(cause, study.measure.diagnostics))
                self._walks[track] = self._begun(track)
        return study.arranged(points)

    def _begun(self, track: Track) -> Iterator[Point]:
        context = self._contexts[track[0]][self._study.layers[track[1]]]
        return self._study.measure.trajectory(track[2], self._feeds[track].stream, context)


class _Feed:
    """Hands out the present activation, once."""

    def __init__(self) -> None:
        self._offered: Activation | None = None

    def offer(self, t: Activation) -> None:
        self._offered = t

    def stream(self) -> Iterator[Activation]:
        while True:
            if self._offered is None:
                raise UnsuitableError(
                    "The estimator asked for the next epoch before it gave this one's estimate. "
                    "Its trajectory must yield after each activation; use plane afterwards."
                )
            t, self._offered = self._offered, None
            yield t
