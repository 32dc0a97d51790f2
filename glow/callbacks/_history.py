"""The record of what every epoch brought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from glow.callbacks._base import Callback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from glow.callbacks._base import Logs


class History(Callback):
    """What ``fit`` returns; it goes on over several calls of ``fit``.

    Attributes:
        epoch: The numbers of the finished epochs, from 0.
        history: A list per quantity, one float per finished epoch.
        runs: The same for each replica of an ensemble: arrays (runs,). Empty for a single model.
        params: The settings of the last ``fit``.
        stopped: Whether the last ``fit`` ended before its last epoch.
        interrupted: Whether Ctrl-C or the kernel's interrupt ended it.
        reason: Why it stopped, in words; empty if it did not.
        validation_indices: The rows that ``validation_split`` held back, (n,), or (runs, n) for an
            ensemble; None without a split.
    """

    def __init__(self) -> None:
        self.epoch: list[int] = []
        self.history: dict[str, list[float]] = {}
        self.runs: dict[str, list[NDArray[Any]]] = {}
        self.params = {}
        self.stopped = False
        self.interrupted = False
        self.reason = ""
        self.validation_indices: NDArray[Any] | None = None

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forget how the last ``fit`` ended."""
        self.stopped = self.interrupted = False
        self.reason = ""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Keep the epoch's values."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        for name, values in self.model.run_logs.items():
            if values.ndim:
                self.runs.setdefault(name, []).append(values)

    def state_dict(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        indices = self.validation_indices
        return {
            "epoch": self.epoch,
            "history": self.history,
            "runs": {name: [v.tolist() for v in each] for name, each in self.runs.items()},
            "params": self.params,
            "stopped": self.stopped,
            "interrupted": self.interrupted,
            "reason": self.reason,
            "validation_indices": None if indices is None else indices.tolist(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take what `state_dict` returned."""
        for name in ("epoch", "history", "params", "stopped", "interrupted", "reason"):
            setattr(self, name, state[name])
        runs = state["runs"].items()
        self.runs = {name: [np.asarray(value) for value in each] for name, each in runs}
        indices = state["validation_indices"]
        self.validation_indices = None if indices is None else np.asarray(indices, dtype=np.int64)

    def __repr__(self) -> str:
        last = ", ".join(f"{name}={values[-1]:.4g}" for name, values in self.history.items())
        return f"History({len(self.epoch)} epochs{': ' if last else ''}{last})"
