"""The progress of a training: bars, time to come, metrics, and Stop, Pause, Resume and Step."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from ipywidgets import Widget, widget_serialization
from traitlets import Dict, Instance, TraitError, Unicode, validate

from glow_widgets._base import GlowWidget, live_bundle
from glow_widgets._control import ACTIONS, Edge, TrainingControl
from glow_widgets._metric_history import MetricHistory
from glow_widgets._rerun import retire_earlier
from glow_widgets._timing import Clock, Stopwatch, Throttle

FINAL_STATUSES = ("stopped", "interrupted", "diverged", "failed", "done")
STATUSES = ("running", "paused", "stopping", *FINAL_STATUSES)
_CURVES_AFTER = 1.0  # seconds: a training that is over by then never needs bqplot
# Seconds between two updates, and the share of the training's time that they may take.
_STATE = (0.2, 0.01)
_CURVES = (1.0, 0.01)
_COUNTS = ("epoch", "epochs", "batch")


class TrainingProgress(GlowWidget):
    """Shows how far a training is, its metrics as numbers and as curves, and takes commands.

    The reader can stop, pause and resume, and while paused run a single batch or epoch.

    ``model.fit`` shows one by itself in a notebook. In a loop of your own::

        progress = TrainingProgress(epochs=10, batches=len(loader))
        display(progress)
        for epoch in range(10):
            for batch, (x, y) in enumerate(loader):
                train_step(x, y)
                if progress.batch_done(batch):
                    break
            else:
                progress.epoch_done(epoch, {"loss": loss})
            if progress.hold("epoch"):
                break
        progress.finish("stopped" if progress.control.stop_requested else "done")

    At most five updates a second are sent, one of the curves, and the last one always; fewer where
    they would take more than a fiftieth of the time. A cell that is run again closes the displays
    that its last run made.

    Args:
        epochs: Number of epochs when the training is complete.
        batches: Batches in an epoch, None if unknown.
        initial_epoch: Epochs already done.
        ended: Asked while paused: whether something else has ended the training meanwhile.
        running: Asked a few times a second: the means over the epoch so far.
        clock: Seconds, monotonic.
    """

    _model_name = Unicode("ProgressModel", read_only=True).tag(sync=True)
    _view_name = Unicode("ProgressView").tag(sync=True)
    state = Dict().tag(sync=True)
    curves = Instance(Widget, allow_none=True).tag(sync=True, **widget_serialization)

    def __init__(
        self,
        epochs: int = 1,
        batches: int | None = None,
        *,
        initial_epoch: int = 0,
        ended: Callable[[], bool] = bool,
        running: Callable[[], Mapping[str, float]] = dict,
        clock: Clock = time.monotonic,
    ) -> None:
        self.control = TrainingControl(ended)
        self._epochs, self._batches = epochs, batches
        self._initial_epoch = initial_epoch
        self._epoch, self._batch = initial_epoch, 0
        self._metrics: dict[str, float] = {}
        self._running = running
        self.history = MetricHistory()
        self._status, self._message = "running", ""
        self._watch = Stopwatch(clock)
        self._clock = clock
        self._throttle = Throttle(*_STATE, clock)
        self._curves_throttle = Throttle(*_CURVES, clock)
        super().__init__(state=self._describe())
        self.on_msg(self._on_message)
        retire_earlier(self)

    def batch_done(self, batch: int) -> bool:
        """Note that batch ``batch`` (from 0) of the current epoch ended; blocks while paused.

        Returns:
            Whether the training is to stop now.
        """
        self._batch = batch + 1
        stop = self.hold("batch")
        if self._throttle.ready():
            self._show()
        return stop

    def epoch_done(self, epoch: int, metrics: Mapping[str, float] | None = None) -> None:
        """Note that epoch ``epoch`` (from 0) ended with ``metrics``."""
        self._epoch, self._batch = epoch + 1, 0
        self._metrics = {name: float(value) for name, value in (metrics or {}).items()}
        self.history.note(self._epoch, self._metrics)
        if self._throttle.ready():
            self._show()

    def hold(self, edge: Edge) -> bool:
        """Block where the reader paused; ``batch_done`` does so at the end of every batch.

        Args:
            edge: "epoch" after an epoch ended and is shown, for Step epoch.

        Returns:
            Whether the training is to stop now.
        """
        if self.control.pending:
            self._obey(edge)
        return self.control.stop_requested

    def say(self, message: str) -> None:
        """Show a message beside a training that goes on; empty for none."""
        self._message = message

    def finish(self, status: str = "done", message: str = "") -> None:
        """Show the final state.

        Args:
            status: "done", "stopped", "interrupted", "diverged" or "failed".
            message: What happened, in words.
        """
        self._status, self._message = status, message
        if status == "done":
            self._batch = self._batches or 0  # all of the last epoch's, not none of the next
        self._watch.pause()
        self._show()
        self._draw_curves()

    def close(self) -> None:
        """Close the widget and its curves."""
        if self.curves is not None:
            self.curves.close()
        super().close()

    @property
    def status(self) -> str:
        """One of running, paused, stopping, stopped, interrupted, diverged, failed and done."""
        return self._status

    @property
    def epoch(self) -> int:
        """Number of epochs done."""
        return self._epoch

    def _obey(self, edge: Edge) -> None:
        if self.control.waits(edge):
            self._watch.pause()
            self._status = "paused"
            self._show()
            self._draw_curves()
            self.control.wait()
            self._watch.resume()
        elif self._status == self._wanted():
            return
        self._status = self._wanted()
        self._show()

    def _wanted(self) -> str:
        return "stopping" if self.control.stop_requested else "running"

    def _show(self) -> None:
        began = self._clock()
        if self._batch and self._status not in FINAL_STATUSES:
            self._metrics |= {name: float(value) for name, value in self._running().items()}
        self.publish(state=self._describe())
        self._throttle.sent(self._clock() - began)
        if self._watch.elapsed >= _CURVES_AFTER and self._curves_throttle.ready():
            self._draw_curves()

    def _draw_curves(self) -> None:
        if self._watch.elapsed < _CURVES_AFTER or not self.history:
            return
        began = self._clock()
        from glow_widgets._metric_curves import MetricCurves

        curves: MetricCurves = self.curves or MetricCurves()
        curves.show(self.history)
        if self.curves is None:
            self.publish(curves=curves)
        self._curves_throttle.sent(self._clock() - began)

    def _describe(self) -> dict[str, Any]:
        return {
            "status": self._status,
            "epoch": self._epoch,
            "epochs": self._epochs,
            "batch": self._batch,
            "batches": self._batches,
            "elapsed": round(self._watch.elapsed, 3),
            "eta": None if self._status in FINAL_STATUSES else self._eta(),
            "metrics": {name: _finite(value) for name, value in self._metrics.items()},
            "message": self._message,
        }

    def _eta(self) -> float | None:
        # In epochs; a known number of batches gives the fraction of the one in progress.
        done = self._epoch - self._initial_epoch + self._batch / (self._batches or math.inf)
        seconds = self._watch.remaining(done, self._epochs - self._initial_epoch)
        return None if seconds is None else round(max(seconds, 0.0), 3)

    def _on_message(self, _: object, content: Mapping[str, Any], __: object) -> None:
        # Runs in the thread that serves the browser: it sets flags and answers, nothing more.
        action = content.get("action")
        if action == "hello":
            # The browser learns from the answer that clicks are heard while a cell is running.
            self.send({"action": "hello"})
        elif action == "history":
            # A page that was loaded anew has none of the curves' own widgets.
            self.send({"action": "history", "history": self.history.saved()})
        elif action in ACTIONS:
            self.control.request(action)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:  # noqa: ANN401 - IPython's options
        return live_bundle(self, "training")

    @validate("state")
    def _check_state(self, proposal: Mapping[str, Any]) -> dict[str, Any]:
        state: dict[str, Any] = proposal["value"]
        if state and state.get("status") not in STATUSES:
            raise TraitError(
                f"TrainingProgress: status must be one of {', '.join(STATUSES)}, "
                f"got {state.get('status')!r}."
            )
        for name in _COUNTS:
            if state and (not isinstance(state.get(name), int) or state[name] < 0):
                raise TraitError(
                    f"TrainingProgress: {name} must be an integer of 0 or more, "
                    f"got {state.get(name)!r}."
                )
        return state


def _finite(value: float) -> float | str:
    # JSON has no NaN; the word is what the reader needs to see.
    return value if math.isfinite(value) else str(value)
