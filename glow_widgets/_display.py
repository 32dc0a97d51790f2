"""What ``model.fit`` shows in a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glow.callbacks import Callback
from glow.callbacks._outcome import Health
from glow_widgets._live import LivePlaneOutput
from glow_widgets._place import CellOutput, Inside, Place
from glow_widgets._progress import TrainingProgress
from glow_widgets._saved import training_bundle

if TYPE_CHECKING:
    from ipywidgets import Box

    from glow.callbacks._base import Logs
    from glow.estimators import Estimator


class TrainingDisplay(Callback):
    """Progress with Stop, Pause, Resume and Step, and the information plane if the model records.

    ``fit`` adds one by itself in a Jupyter kernel. Stop and Pause act at the next batch edge. When
    the training is over both outputs are replaced by plain ones of the same size (curves and a
    table, a picture with its data), so that a notebook opened later without a kernel still shows
    them.

    A training in a thread of its own keeps the kernel free, so that every kernel hears Stop and
    Pause. It cannot know its cell's output: give it a box that is displayed there::

        box, start = VBox(), Button(description="Train")
        shown = TrainingDisplay(into=box)
        fit = partial(model.fit, x, y, epochs=100, verbose=0, callbacks=[shown])
        start.on_click(lambda _: Thread(target=fit).start())
        display(start, box)

    Args:
        estimator: Measures the live plane; binned over the whole recording's range if None.
        into: A box of ipywidgets to show both in, in place of what it holds; they stay in it as
            they are at the end. None for the output of the cell that calls ``fit``.
    """

    wants_batch_logs = False
    progress: TrainingProgress
    _place: Place

    def __init__(self, estimator: Estimator | None = None, into: Box | None = None) -> None:
        self._estimator = estimator
        self._into = into
        self._health = Health()
        self._plane: LivePlaneOutput | None = None
        self._begun = False

    def on_train_begin(self, logs: Logs = None) -> None:
        """Show the progress, before anything is computed."""
        first = self.params["initial_epoch"]
        self._health, self._plane = Health(first), None
        self.progress = TrainingProgress(
            self.params["epochs"],
            self.params["steps"],
            initial_epoch=first,
            ended=lambda: self.model.stop_training,
            running=self._running,
        )
        self._place = CellOutput() if self._into is None else Inside(self._into)
        self._place.show(self.progress, "training")
        self._begun = True

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Count the batch; wait here while paused, and stop here if asked to."""
        if self.progress.batch_done(batch):
            self._stop()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Show the epoch's metrics and the newest snapshots; wait here after Step epoch."""
        self._health.note(epoch + 1, logs or {})
        self.progress.say(self._health.trouble)
        self.progress.epoch_done(epoch, logs)
        self._follow_plane()
        if self.progress.hold("epoch"):
            self._stop()

    def on_exception(self, error: BaseException) -> None:
        """Remember what went wrong, to say it at the end."""
        self._health.fail(error)

    def on_train_end(self, logs: Logs = None) -> None:
        """Say how it ended and leave behind what a reader without a kernel can see."""
        if not self._begun:  # another callback failed before
            return
        self._running()
        outcome = self._health.outcome(self.params["epochs"], self.model.stop_reason)
        self.progress.finish(*outcome)
        self._place.leave(self.progress, self._saved)
        if self._plane is not None:
            self._plane.finish()

    def _running(self) -> Mapping[str, float]:
        """The means over the epoch so far; notes those that are not finite."""
        values = self.model.running_logs()
        if self._begun:
            self._health.note(self.progress.epoch + 1, values, whole=False)
            self.progress.say(self._health.trouble)
        return values

    def _saved(self) -> dict[str, Any]:
        return training_bundle(self.progress.state, self.progress.history.saved())

    def _follow_plane(self) -> None:
        recording = getattr(self.model, "recording", None)
        if recording is not None and self._plane is None:
            estimator = self._estimator or _default_estimator()
            run = self.progress.model_id
            name = "this training"
            self._plane = LivePlaneOutput(recording, estimator, self._place, name, run)
        if self._plane is not None:
            # Whoever goes step by step wants to see every step.
            self._plane.follow(now=self.progress.control.pending)

    def _stop(self) -> None:
        self.model.stop_training = True
        self.model.stop_reason = "the Stop button was pressed"


def _default_estimator() -> Estimator:
    from glow.estimators import Binned

    return Binned(range="global")
