"""What ``model.fit`` shows in a notebook."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from glow.callbacks import Callback
from glow_widgets._live import LivePlaneOutput, replace, show
from glow_widgets._progress import TrainingProgress
from glow_widgets._saved import progress_html, progress_text

if TYPE_CHECKING:
    from glow.callbacks._base import Logs
    from glow.estimators import Estimator


class TrainingDisplay(Callback):
    """Progress with Stop, Pause and Resume, and the information plane if the model records.

    ``fit`` adds one by itself in a Jupyter kernel. Stop and Pause act at the next batch edge. When
    the training is over both outputs are replaced by plain ones (a table, a picture with its
    data), so that a notebook opened later without a kernel still shows them.

    Args:
        estimator: Measures the live plane; binned over the whole recording's range if None.
    """

    wants_batch_logs = False

    def __init__(self, estimator: Estimator | None = None) -> None:
        self._estimator = estimator
        self._failure = ""
        self._last_finite = 0
        self._plane: LivePlaneOutput | None = None

    def on_train_begin(self, logs: Logs = None) -> None:
        """Show the progress, before anything is computed."""
        first = self.params["initial_epoch"]
        self._failure, self._last_finite, self._plane = "", first, None
        self.progress = TrainingProgress(
            self.params["epochs"],
            self.params["steps"],
            initial_epoch=first,
            ended=lambda: self.model.stop_training,
        )
        self._handle = show(self.progress)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Count the batch; wait here while paused, and stop here if asked to."""
        if self.progress.batch_done(batch):
            self.model.stop_training = True
            self.model.stop_reason = "the Stop button was pressed"

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Show the epoch's metrics and the newest snapshots."""
        self.progress.epoch_done(epoch, logs)
        if all(map(math.isfinite, (logs or {}).values())):
            self._last_finite = epoch + 1
        recording = getattr(self.model, "recording", None)
        if recording is not None and self._plane is None:
            estimator = self._estimator or _default_estimator()
            self._plane = LivePlaneOutput(recording, estimator, name="this training")
        if self._plane is not None:
            self._plane.follow()

    def on_exception(self, error: BaseException) -> None:
        """Remember what went wrong, to say it at the end."""
        self._failure = f"{type(error).__name__}: {error}"

    def on_train_end(self, logs: Logs = None) -> None:
        """Say how it ended and leave behind what a reader without a kernel can see."""
        self.progress.finish(*self._outcome())
        state = self.progress.state
        bundle = {"text/html": progress_html(state), "text/plain": progress_text(state)}
        replace(self._handle, self.progress, bundle)
        if self._plane is not None:
            self._plane.finish()

    def _outcome(self) -> tuple[str, str]:
        """The final status and what to say about it."""
        done, reason = self.progress.epoch, self.model.stop_reason
        if self._failure:
            return "failed", self._failure
        if self._last_finite < self.progress.epoch:
            return "failed", f"values are not finite; the last good epoch is {self._last_finite}"
        if reason == "interrupted":
            return "interrupted", f"after {done} whole epochs"
        if done < self.params["epochs"]:
            return "stopped", reason
        return "done", ""


def _default_estimator() -> Estimator:
    from glow.estimators import Binned

    return Binned(range="global")
