"""A smaller learning rate when it gets no better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glow._arguments import integer, number
from glow.callbacks._base import Callback
from glow.callbacks._learning_rate import check_free, logs_of, set_rate
from glow.callbacks._monitor import Mode, Monitor

if TYPE_CHECKING:
    from glow.callbacks._base import Logs


class ReduceLROnPlateau(Callback):
    """Reduce the learning rate on a plateau; as `keras.callbacks.ReduceLROnPlateau`.

    The logs get ``learning_rate``, the one of the epoch, before it is reduced. Where it differs
    from Keras, which there are traps: a ``monitor`` that is not in the logs raises instead of
    warning; ``mode="auto"`` raises for a name that does not tell the direction, instead of taking
    less for better. Each group of weights keeps its own learning rate, reduced by the same factor.

    Args:
        monitor: The quantity, a name in ``history.history``.
        factor: What the learning rate is multiplied by, from 0 to less than 1.
        patience: Epochs without improvement after which it is reduced.
        verbose: 1 to say what it does.
        mode: ``"min"`` where less is better, ``"max"`` where more is; ``"auto"`` goes by the name.
        min_delta: The least change that counts as an improvement.
        cooldown: Epochs after a reduction that do not count.
        min_lr: What it is never reduced below.

    Attributes:
        best: The best value.
        wait: Epochs since then.
        cooldown_counter: Epochs left that do not count.

    Raises:
        ValueError: A wrong argument; while training, a monitor that is not in the logs, or an
            optimizer that follows a schedule of its own.

    Example:
        >>> callback = ReduceLROnPlateau("val_loss", factor=0.5, patience=3)
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: Mode = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        owner = "ReduceLROnPlateau"
        self._monitor = Monitor(owner, monitor, mode, min_delta)
        self.factor = number(owner, "factor", factor, 0, 1, open=True)
        self.patience = integer(owner, "patience", patience, low=0)
        self.cooldown = integer(owner, "cooldown", cooldown, low=0)
        self.min_lr = number(owner, "min_lr", min_lr, 0)
        self.verbose = verbose
        self.best: float
        self.wait: int
        self.cooldown_counter: int
        self._forget()

    def on_train_begin(self, logs: Logs = None) -> None:
        """Begin anew; the learning rate stays."""
        check_free("ReduceLROnPlateau", self.params)
        self._forget()

    def extra_logs(self) -> Mapping[str, float]:
        """Return the learning rate of the epoch."""
        return logs_of(self.model.optimizer)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Compare the epoch with the best one."""
        value = self._monitor.read(logs, self.params)
        if value is None:
            return
        if self.cooldown_counter:
            self.cooldown_counter -= 1
            self.wait = 0
        if self._monitor.better(value, self.best):
            self.best, self.wait = value, 0
        elif not self.cooldown_counter:
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def state_dict(self) -> dict[str, Any]:
        """Return the best so far and how long ago that was."""
        return {"best": self.best, "wait": self.wait, "cooldown": self.cooldown_counter}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on waiting."""
        self.best, self.wait, self.cooldown_counter = (
            state["best"], state["wait"], state["cooldown"]
        )  # fmt: skip

    def _forget(self) -> None:
        self.best = self._monitor.worst
        self.wait = self.cooldown_counter = 0

    def _reduce(self, epoch: int) -> None:
        for group in self.model.optimizer.param_groups:
            old = float(group["lr"])
            if old <= self.min_lr:
                continue
            new = max(old * self.factor, self.min_lr)
            set_rate(group, new)
            self.cooldown_counter, self.wait = self.cooldown, 0
            if self.verbose:
                print(f"Epoch {epoch + 1}: ReduceLROnPlateau reduces the learning rate to {new}")
