"""One estimator on one recording, as the explorer offers it: its curves and what they cost."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from glow.dynamics import Cancelled
from glow.estimators import UnsuitableError
from glow_widgets._curves import Cancel, KeptCurve, coarse_to_fine, is_number
from glow_widgets._forgiving import forgiving
from glow_widgets._histogram import Histograms
from glow_widgets._keepable import Keepable

if TYPE_CHECKING:
    import xarray as xr

    from glow.dynamics import Recording
    from glow.estimators import Estimator, Parameter

    Progress = Callable[[int, int], object]

ORDERED_EPOCHS = 24
_COSTLY_SECONDS = 5.0  # for the first level: from here on the plane comes before the curves
_SMOOTH_POINTS = 8  # a whole smooth curve costs as much as so many single points
_QUICK = 0.05  # seconds: a first point that took longer may have compiled
_LOG = logging.getLogger(__name__)
_SLOW = 1.0  # seconds: a point that takes longer is not measured again


class Offered:
    """One estimator on one recording.

    It keeps a curve along each slider, through the estimator's own values of the others, and the
    plane at its own settings where no curve shows it (a slider may stand at a word) or where curves
    take long. An estimator that learns from epoch to epoch has no curves: it is estimated as it
    stands, at a few epochs in order.

    Args:
        name: The recording's name in the explorer.
        recording: What is measured.
        estimator: How.
        label: What the drop-down calls it.
        histograms: Of the recording, shared with the other estimators on it.
        epochs: Which epochs are shown, however many follow while it is recorded; those there are
            now if None.

    Attributes:
        cost: Seconds that one point takes; None before it was measured.
        problem: Why it does not suit the recording; empty if it does.
        keepable: What is saved of it.
    """

    def __init__(
        self,
        name: str,
        recording: Recording,
        estimator: Estimator,
        label: str,
        histograms: Histograms | None = None,
        epochs: Sequence[int] | None = None,
    ) -> None:
        self.name = name
        self.recording = recording
        self.epochs = list(recording.epochs if epochs is None else epochs)
        self.estimator = estimator
        self.label = label
        self.histograms = histograms or Histograms(recording)
        self.cost: float | None = None
        self.problem = ""
        self._learned: xr.Dataset | None = None
        self.keepable = Keepable(self)
        self.curves: list[KeptCurve] = []
        self._left_out: list[KeptCurve] = []
        self.sliders = estimator.sliders
        if not estimator.ordered:
            self.curves = [self._curve(slider) for slider in self.sliders]
            if not self.curves or not all(map(is_number, self.own.values())):
                self._keep_plane()

    @property
    def own(self) -> dict[str, Any]:
        """The values through which the curves run: the estimator's own, by slider."""
        settings = self.estimator.settings
        return {slider.name: settings[slider.name] for slider in self.sliders}

    @property
    def measured(self) -> bool:
        """Whether it is known what it costs, or that it does not suit."""
        return bool(self.problem) or self.cost is not None or self.estimator.ordered

    @property
    def ready(self) -> bool:
        """Whether there is something to show."""
        return self._learned is not None or any(curve.ready for curve in self.curves)

    @property
    def done(self) -> bool:
        """Whether there is nothing more to compute."""
        if self.problem:
            return True
        if self.estimator.ordered:
            return self._learned is not None
        return all(curve.done for curve in self.curves)

    @property
    def begun(self) -> bool:
        """Whether the first level of every curve is there."""
        return self.done or all(curve.ready for curve in self.curves)

    @property
    def level(self) -> int:
        """How many levels of epochs can be seen, coarse to fine."""
        return max((curve.level for curve in self.curves), default=0)

    @property
    def share(self) -> float:
        """How much of it is there, from 0 to 1."""
        if self.estimator.ordered:
            return float(self.done)
        known = sum(curve.known for curve in self.curves)
        total = known + sum(curve.to_come for curve in self.curves)
        return known / total if total else 1.0

    def probe(self, cancel: Cancel) -> None:
        """Measure what one point costs.

        Raises:
            Cancelled: If ``cancel`` was set.
            ValueError: If the estimator does not suit the recording.
        """
        layers = self.recording.layers
        one = self._time(layers[-1:], cancel)
        if one > _QUICK:
            one = self._time(layers[-1:], cancel)
        self.cost = one
        if one < _SLOW and self._points > 1:
            # The difference leaves out what a call costs beside its points.
            whole = self._time(layers, cancel)
            self.cost = max(whole - one, 0.0) / (self._points - 1)
        if self.curves[0].slider and self.first_level_seconds > _COSTLY_SECONDS:
            self._keep_plane()

    @property
    def first_level_seconds(self) -> float:
        """About how long the first level of all curves takes."""
        epochs = len(coarse_to_fine(self.curves[0].epochs)[0]) if self.curves else ORDERED_EPOCHS
        return epochs * sum(map(self.epoch_seconds, self.curves))

    def epoch_seconds(self, curve: KeptCurve) -> float:
        """About how long one epoch of a curve takes: as measured, or as one point promises."""
        if math.isfinite(curve.seconds):
            return curve.seconds
        if curve.slider is None:
            return self._points * (self.cost or 0.0)
        values = _SMOOTH_POINTS if curve.slider.smooth else len(curve.values)
        return values * self._points * (self.cost or 0.0)

    def next_curve(self) -> KeptCurve | None:
        """The curve to work on: the first levels of all before the second of any."""
        open_ones = [curve for curve in self.curves if not curve.done]
        return min(open_ones, key=lambda curve: curve.level, default=None)

    def leave_out(self, curve: KeptCurve) -> None:
        """Keep no curve along a slider: it would take too long."""
        self.curves.remove(curve)
        self._left_out.append(curve)

    def take_back(self) -> None:
        """Keep the curves that were left out after all."""
        self.curves += self._left_out
        self._left_out = []

    def learn(self, cancel: Cancel, progress: Progress) -> None:
        """Estimate an ordered estimator at its own settings.

        Raises:
            Cancelled: If ``cancel`` was set.
        """
        self._learned = self._in_order(self.estimator, cancel, progress)

    def at(self, settings: Mapping[str, Any]) -> Estimator:
        """The estimator with its sliders at ``settings``; those not named stay as they are.

        Raises:
            TypeError: If a setting is of the wrong kind.
            ValueError: If one is out of range.
        """
        changes = {s.name: settings[s.name] for s in self.sliders if s.name in settings}
        return self.estimator.replace(**changes) if changes else self.estimator

    def kept(self, settings: Mapping[str, Any]) -> xr.Dataset | None:
        """The complete plane at ``settings`` if a curve holds it."""
        own = self.own
        wanted = self.at(settings).settings
        away = [name for name, value in own.items() if wanted[name] != value]
        for curve in self.curves:
            along = curve.slider.name if curve.slider else None
            if all(name == along for name in away):
                plane = curve.kept(wanted)
                if plane is not None:
                    return plane
        return None

    def exact(self, settings: Mapping[str, Any]) -> xr.Dataset:
        """The plane at ``settings`` with all epochs, estimated now."""
        from glow.dynamics import plane

        options: dict[str, Any] = {"epochs": self.epochs, "diagnostics": False}
        return forgiving(plane, self.recording, self.at(settings), **options)

    def learned_at(
        self, settings: Mapping[str, Any], cancel: Cancel, progress: Progress
    ) -> xr.Dataset:
        """An ordered estimator's plane at ``settings``; NaN at the epochs that it leaves out.

        Raises:
            Cancelled: If ``cancel`` was set meanwhile.
        """
        found = self._in_order(self.at(settings), cancel, progress)
        return found.reindex(epoch=self.epochs)

    def published(self) -> list[xr.Dataset]:
        """What there is to show: the curves along the sliders, then the plane if it is kept."""
        ready = [curve for curve in self.curves if curve.ready]
        known = [curve.published() for curve in sorted(ready, key=lambda c: c.slider is None)]
        if self._learned is not None:
            known = [self._learned.reindex(epoch=self.epochs)]
        return [plane.assign_attrs(label=self.label) for plane in known]

    @property
    def _points(self) -> int:
        return len(self.recording.layers) * (self.recording.runs or 1)

    def _keep_plane(self) -> None:
        self.curves.insert(0, self._curve(None))

    def _curve(self, slider: Parameter | None) -> KeptCurve:
        return KeptCurve(self.recording, self.estimator, slider, epochs=self.epochs)

    def _time(self, layers: Sequence[str], cancel: Cancel) -> float:
        """Seconds that some layers of the last epoch take; of one layer, in one run."""
        from glow.dynamics import plane

        runs = [0] if self.recording.runs is not None and len(layers) == 1 else None
        options: dict[str, Any] = {"layers": layers, "runs": runs, "cancel": cancel}
        start = time.perf_counter()
        try:
            forgiving(
                plane,
                self.recording,
                self.estimator,
                epochs=self.epochs[-1:],
                diagnostics=False,
                **options,
            )
        except (Cancelled, UnsuitableError):
            raise
        except Exception:  # other layers may be estimated; if not, the curve will say so
            _LOG.debug("%s failed on %s.", self.label, layers, exc_info=True)
        return time.perf_counter() - start

    def _in_order(self, estimator: Estimator, cancel: Cancel, progress: Progress) -> xr.Dataset:
        """A plane at a few epochs, since one that learns takes long."""
        from glow.dynamics import plane

        epochs = self.epochs
        places = np.linspace(0, len(epochs) - 1, min(len(epochs), ORDERED_EPOCHS))
        return forgiving(
            plane,
            self.recording,
            estimator,
            epochs=[epochs[i] for i in np.unique(places.round().astype(int))],
            diagnostics=False,
            cancel=cancel,
            progress=progress,
        )
