"""The model on the disk while it is trained."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from glow._arguments import integer
from glow._errors import closest
from glow.callbacks._base import Callback
from glow.callbacks._monitor import Mode, Monitor

if TYPE_CHECKING:
    from glow.callbacks._base import Logs


class ModelCheckpoint(Callback):
    """Save the model, or the best so far; as `keras.callbacks.ModelCheckpoint`.

    A file appears whole or not at all: it is written under another name and renamed. Where it
    differs from Keras: any ending will do, folders are made, and a ``monitor`` that is not in the
    logs raises, where Keras warns and saves every epoch. As in Keras the best goes on over
    several ``fit``, as the file does.

    Args:
        filepath: The file, in which ``{epoch:02d}`` (from 1), ``{batch}`` (from 1, between epochs)
            and the names of the logs are filled in, ``"{epoch:02d}-{val_loss:.2f}.glow"``.
        monitor: The quantity that says which is the best.
        verbose: 1 to say what it does.
        save_best_only: Whether to save only what is better than all before.
        save_weights_only: Whether to call ``model.save_weights`` instead of ``model.save``.
        mode: ``"min"`` where less is better, ``"max"`` where more is; ``"auto"`` goes by the name.
        save_freq: ``"epoch"``, or after how many batches to save. The logs of a batch are means
            over the epoch so far, and cost what ``wants_batch_logs`` costs.
        initial_value_threshold: The best so far, for a start.

    Attributes:
        best: The best value.

    Raises:
        ValueError: A wrong argument; while training, a monitor or a name in ``filepath`` that is
            not in the logs.
        OSError: The file cannot be written.

    Example:
        >>> callback = ModelCheckpoint("best.glow", monitor="val_accuracy", save_best_only=True)
    """

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: Mode = "auto",
        save_freq: int | Literal["epoch"] = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        self.filepath, self.verbose = os.fspath(filepath), verbose
        self.save_weights_only, self.save_freq = save_weights_only, save_freq
        self._monitor = Monitor("ModelCheckpoint", monitor, mode) if save_best_only else None
        self._every = None if save_freq == "epoch" else batches("ModelCheckpoint", save_freq)
        self.wants_batch_logs = self._every is not None
        if self._every and self._monitor is not None and monitor.startswith("val_"):
            raise ValueError(
                f"ModelCheckpoint: monitor={monitor!r} is known after whole epochs only, got "
                f"save_freq={save_freq!r}. Choose save_freq='epoch', or another monitor."
            )
        self.best = initial_value_threshold
        self._epoch = self._seen = 0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Count batches from here."""
        self._seen = 0

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Remember the epoch."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Save, if so many batches are done."""
        self._seen += 1
        if self._every and self._seen % self._every == 0:
            self._consider(logs or {}, {"batch": batch + 1})

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Save, if epochs count."""
        if self._every is None:
            self._consider(logs or {}, {})

    def state_dict(self) -> dict[str, Any]:
        """Return the best so far."""
        return {"best": self.best, "seen": self._seen}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take the best so far."""
        self.best, self._seen = state["best"], state["seen"]

    def _consider(self, logs: Mapping[str, float], extra: Mapping[str, int]) -> None:
        if self._monitor is not None:
            value = self._monitor.read(logs, self.params)
            best = self._monitor.worst if self.best is None else self.best
            if value is None or not self._monitor.better(value, best):
                self._say(f"{self._monitor.name} did not improve from {best:.5f}")
                return
            self._say(f"{self._monitor.name} improved from {best:.5f} to {value:.5f}")
            self.best = value
        self._save(self._path({**logs, **extra, "epoch": self._epoch + 1}))

    def _save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        (self.model.save_weights if self.save_weights_only else self.model.save)(path)
        self._say(f"saved {path}")

    def _path(self, values: Mapping[str, float]) -> Path:
        try:
            return Path(self.filepath.format(**values))
        except KeyError as error:
            name = error.args[0]
            raise ValueError(
                f"ModelCheckpoint: filepath={self.filepath!r} names {name!r}, which is not in the "
                f"logs. {closest(name, values)}"
            ) from None

    def _say(self, what: str) -> None:
        if self.verbose:
            print(f"Epoch {self._epoch + 1}: {what}")


def batches(owner: str, save_freq: object) -> int:
    """Return a number of batches.

    Raises:
        ValueError: Neither ``"epoch"`` nor a number of batches.
    """
    if isinstance(save_freq, str):
        raise ValueError(
            f"{owner}: save_freq must be 'epoch' or a number of batches, got {save_freq!r}. "
            "Choose save_freq='epoch'."
        )
    return integer(owner, "save_freq", save_freq, low=1)
