"""A learning rate for every epoch."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from glow.callbacks._base import Callback
from glow.callbacks._learning_rate import check_free, logs_of, set_rate

if TYPE_CHECKING:
    from glow.callbacks._base import Logs


class LearningRateScheduler(Callback):
    """Set the learning rate before every epoch; as `keras.callbacks.LearningRateScheduler`.

    The logs get ``learning_rate``, the one of the epoch. Several groups of weights are each asked
    for on their own and logged as ``learning_rate_0``, ``learning_rate_1``...

    Args:
        schedule: A function of the epoch, from 0, or of the epoch and the present learning rate.
            Unlike Keras, which calls it again with the epoch alone after any TypeError, its
            signature decides.
        verbose: 1 to say what it does.

    Raises:
        TypeError: The schedule cannot be called like that.
        ValueError: While training, it returns no number of at least 0, or the optimizer follows a
            schedule of its own.

    Example:
        >>> callback = LearningRateScheduler(lambda epoch, lr: lr if epoch < 10 else 0.9 * lr)
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        self._takes_rate = _takes_rate(schedule)
        self.schedule, self.verbose = schedule, verbose
        self._epoch = -1

    def on_train_begin(self, logs: Logs = None) -> None:
        """Look whether the learning rate can be set."""
        check_free("LearningRateScheduler", self.params)
        self._epoch = -1

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Set the learning rate, unless the epoch goes on from a backup that has it already."""
        if epoch == self._epoch:
            return
        self._epoch = epoch
        for group in self.model.optimizer.param_groups:
            rate = self._next(epoch, float(group["lr"]))
            set_rate(group, rate)
            if self.verbose:
                print(f"Epoch {epoch + 1}: LearningRateScheduler sets the learning rate to {rate}")

    def extra_logs(self) -> Mapping[str, float]:
        """Return the learning rate of the epoch."""
        return logs_of(self.model.optimizer)

    def state_dict(self) -> dict[str, Any]:
        """Return the epoch whose learning rate is set."""
        return {"epoch": self._epoch}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take the epoch whose learning rate is set."""
        self._epoch = state["epoch"]

    def _next(self, epoch: int, rate: float) -> float:
        given = self.schedule(epoch, rate) if self._takes_rate else self.schedule(epoch)
        try:
            new = float(given)
        except (TypeError, ValueError):
            new = math.nan
        if not 0 <= new < math.inf:
            raise ValueError(
                f"LearningRateScheduler: schedule must return a number of at least 0, got "
                f"{given!r} for epoch {epoch}. Return e.g. 0.001."
            )
        return new


def _takes_rate(schedule: Callable[..., float]) -> bool:
    if not callable(schedule):
        raise TypeError(
            f"LearningRateScheduler: schedule must be a function, got {schedule!r}. "
            "Write e.g. lambda epoch, lr: 0.9 * lr."
        )
    signature = inspect.signature(schedule)
    for arguments in ((0, 0.1), (0,)):
        try:
            signature.bind(*arguments)
        except TypeError:
            continue
        return len(arguments) == 2
    raise TypeError(
        f"LearningRateScheduler: schedule must take (epoch) or (epoch, lr), got {signature}. "
        "Write e.g. lambda epoch, lr: 0.9 * lr."
    )
