"""Stop when it gets no better."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from glow._arguments import integer
from glow.callbacks._base import Callback
from glow.callbacks._monitor import Mode, Monitor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from glow.callbacks._base import Logs


class EarlyStopping(Callback):
    """Stop when a monitored quantity has stopped improving; as `keras.callbacks.EarlyStopping`.

    Where it differs from Keras, which there are traps: a ``monitor`` that is not in the logs raises
    instead of warning every epoch; a second ``fit`` does not compete with the best of the first;
    and a training that failed keeps its last weights.

    Args:
        monitor: The quantity, a name in ``history.history``.
        min_delta: The least change that counts as an improvement.
        patience: Epochs without improvement after which to stop. As in Keras the first epoch of all
            never stops.
        verbose: 1 to say what it does.
        mode: ``"min"`` where less is better, ``"max"`` where more is; ``"auto"`` goes by the name.
        baseline: A value to beat: what does not beat it is no improvement for ``patience``.
        restore_best_weights: Whether to end with the weights of the best epoch, whatever ended
            training and whether or not the baseline was beaten. The optimizer stays as it is.
        start_from_epoch: The first epoch to look at, from 0.

    Attributes:
        best: The best value.
        best_epoch: Its epoch, from 0.
        best_weights: Its weights, if they are to be restored.
        wait: Epochs since then.
        stopped_epoch: The epoch after which it stopped, from 0; 0 if it did not.

    Raises:
        ValueError: A wrong argument; while training, a monitor that is not in the logs.

    Example:
        >>> callback = EarlyStopping("val_accuracy", patience=5, restore_best_weights=True)
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        verbose: int = 0,
        mode: Mode = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        self._monitor = Monitor("EarlyStopping", monitor, mode, min_delta)
        self.patience = integer("EarlyStopping", "patience", patience, low=0)
        self.start_from_epoch = integer("EarlyStopping", "start_from_epoch", start_from_epoch, 0)
        self.baseline, self.verbose = baseline, verbose
        self.restore_best_weights = restore_best_weights
        self.best: float
        self.wait: int
        self.best_weights: list[NDArray[Any]] | None
        self._forget()

    def on_train_begin(self, logs: Logs = None) -> None:
        """Begin anew."""
        self._forget()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Compare the epoch with the best one."""
        value = self._monitor.read(logs, self.params)
        if value is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        improved = self._monitor.better(value, self.best)
        if self.restore_best_weights and (improved or self.best_weights is None):
            self.best_weights, self.best_epoch = self.model.get_weights(), epoch
        if improved:
            self.best, self.best_epoch = value, epoch
            if self.baseline is None or self._monitor.better(value, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self._stop(epoch)

    def on_exception(self, error: BaseException) -> None:
        """What failed is left as it is."""
        self.best_weights = None

    def on_train_end(self, logs: Logs = None) -> None:
        """Put the best weights back."""
        if self.verbose and self.stopped_epoch:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose:
                print(f"Restoring the weights of the best epoch: {self.best_epoch + 1}")
            self.model.set_weights(self.best_weights)

    def state_dict(self) -> dict[str, Any]:
        """Return the best so far and how long ago that was."""
        weights = self.best_weights
        return {
            "best": self.best,
            "best_epoch": self.best_epoch,
            "wait": self.wait,
            "best_weights": None if weights is None else [torch.as_tensor(w) for w in weights],
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on waiting."""
        self.best, self.best_epoch, self.wait = state["best"], state["best_epoch"], state["wait"]
        weights = state["best_weights"]
        self.best_weights = None if weights is None else [w.numpy() for w in weights]

    def _forget(self) -> None:
        self.best, self.best_epoch = self._monitor.worst, 0
        self.wait = self.stopped_epoch = 0
        self.best_weights = None

    def _stop(self, epoch: int) -> None:
        self.stopped_epoch = epoch
        self.model.stop_training = True
        self.model.stop_reason = (
            f"{self._monitor.name} has not improved for {self.wait} epochs; the best was "
            f"{self.best:.4g} in epoch {self.best_epoch + 1}"
        )
