"""Recording as a callback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch

from glow.callbacks._base import Callback
from glow.dynamics import Recorder, Recording, RecordingError
from glow.utils import generator

if TYPE_CHECKING:
    import os
    from collections.abc import Container, Mapping, Sequence
    from typing import Literal

    import numpy.typing as npt
    from torch import Tensor, nn

    from glow.callbacks._base import Logs

_MOST_SAMPLES = 4096


class Record(Callback):
    """Record what the layers do while ``fit`` trains (`glow.dynamics.Recorder`).

    Args:
        probe: The samples (x, y) on which layers are recorded. By default all given to ``fit``,
            before the validation split, but at most 4096 rows chosen by the model's seed.
        layers: Names of the layers to record; all that have weights, after their activation, if
            None.
        schedule: The epochs to record; log-spaced, at most 300, if None.
        path: Folder of the recording; a fresh one among the temporary files if None.
        keep: Whether snapshots hold ``"weights"`` or ``"activations"``; ``"auto"`` takes the
            smaller.
    """

    order = -1  # before whoever puts other weights back in `on_train_end`

    def __init__(
        self,
        probe: tuple[npt.ArrayLike | Tensor, npt.ArrayLike | Tensor] | None = None,
        layers: Sequence[str] | Mapping[str, nn.Module] | None = None,
        schedule: Container[int] | None = None,
        path: str | os.PathLike[str] | None = None,
        keep: Literal["auto", "weights", "activations"] = "auto",
    ) -> None:
        self._probe = probe
        self._arguments: dict[str, Any] = {
            "layers": layers,
            "schedule": schedule,
            "path": path,
            "keep": keep,
        }
        self._recorder: Recorder | None = None
        self._whole_epoch = self._whole_batch = True

    @property
    def recording(self) -> Recording:
        """The recording, which grows while training goes on.

        Raises:
            RecordingError: Training has not begun.
        """
        if self._recorder is None:
            raise RecordingError("Record: nothing is recorded before training. Call fit first.")
        return self._recorder.recording

    def adopt(self, path: str | os.PathLike[str], epochs: int) -> None:
        """Go on with what a copy of this callback recorded in another process.

        Args:
            path: Folder of the recording.
            epochs: How many epochs were finished.
        """
        recording = Recording.open(path, cast("nn.Module", self.model))
        self._probe = (recording.x, recording.y)
        self._recorder = self._make()
        self._recorder.adopt(recording, epochs)

    def set_data(self, x: Tensor, y: Tensor) -> None:
        """Choose the probe set, if none was given."""
        if self._probe is None:
            rows = torch.randperm(len(x), generator=generator(self.model.seed, "probe"))
            rows = rows[:_MOST_SAMPLES].sort().values.to(x.device)
            self._probe = (x[rows], y[rows])

    def on_train_begin(self, logs: Logs = None) -> None:
        """Record the state before training, or go on with the recording of the last ``fit``."""
        if self._recorder is None:
            self._recorder = self._make()
        else:
            self._recorder.expect(self.params["epochs"])
        self._recorder.attach()

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """From here to the end of the epoch the weights belong to no whole epoch."""
        self._whole_epoch = False

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """From here to the end of the batch the weights may be half changed."""
        self._whole_batch = False

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """The weights are those after a whole step."""
        self._whole_batch = True

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Record the epoch, if it is due."""
        self._whole_epoch = True
        if self._recorder is not None:
            self._recorder.epoch()

    def on_exception(self, error: BaseException) -> None:
        """What failed in the middle of an epoch is no state to keep."""
        self._whole_batch = False

    def on_train_end(self, logs: Logs = None) -> None:
        """Close the recording; the state in which training stopped is always in it.

        A training stopped inside an epoch is recorded where it stopped, and what was done of that
        epoch counts as one. Weights that are not finite are not recorded.
        """
        if self._recorder is None:
            return
        kept = self._whole_epoch or (self._whole_batch and self._finite())
        if kept and not self._whole_epoch:
            self._recorder.epoch()
        self._recorder.detach(final=kept)

    def state_dict(self) -> dict[str, Any]:
        """Return how many epochs are finished; what is recorded stays where it is."""
        return {} if self._recorder is None else {"finished": self._recorder.finished}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on with the epoch after that; in a new process those before it are missing."""
        if self._recorder is not None:
            self._recorder.resume(state["finished"])

    def _finite(self) -> bool:
        network = cast("nn.Module", self.model)
        return all(bool(weights.isfinite().all()) for weights in network.parameters())

    def _make(self) -> Recorder:
        if self._probe is None:
            raise RecordingError(
                "Record: there is no probe set, because fit was given an iterable, not arrays. "
                "Give the samples to record: Record(probe=(x, y))."
            )
        return Recorder(
            cast("nn.Module", self.model),
            probe=self._probe,
            epochs=self.params["epochs"] or None,
            output=self.model.loss.output_activation,
            settings=self.params,
            seed=self.model.seed,
            **self._arguments,
        )
