"""Going on with a training whose process died."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from torch import Tensor

from glow.callbacks import _tree
from glow.callbacks._base import Callback
from glow.callbacks._model_checkpoint import batches

if TYPE_CHECKING:
    from glow.callbacks._base import Logs

# What fixes which samples are in which batch.
_SETTINGS = ("seed", "batch_size", "samples", "steps", "shuffle", "validation_split",
             "validation_shuffle")  # fmt: skip


class BackupAndRestore(Callback):
    """Go on after the process was killed; as `keras.callbacks.BackupAndRestore`.

    Run the same script again: ``fit`` begins where the last backup was made and ends where it would
    have ended. The result is that of an undisturbed training bit for bit, on the same machine with
    as many threads. Where it differs from Keras, which there are traps:

    * The backup holds the optimizer's state, the History, what other callbacks know (how long
      `EarlyStopping` and `ReduceLROnPlateau` have waited) and, between epochs, the means, the noise
      and the number of batches done: these are not trained on twice.
    * It is called after the other callbacks, wherever it stands among them.
    * A backup of another model, optimizer, seed or data order is refused.
    * Only its own file is deleted, not all of ``backup_dir``; and a training that failed or was
      interrupted keeps it.

    Data must come in the same order again: arrays, a ``Dataset`` or a ``DataLoader`` do, a
    generator begins anew. A new process begins a new recording (`Record`): of epoch 0, and of those
    after the backup. Use ``CSVLogger(append=True)``.

    Args:
        backup_dir: The folder, made if it is missing; one for each training.
        save_freq: ``"epoch"``, or after how many batches to save.
        delete_checkpoint: Whether to delete the backup when training is done.

    Raises:
        ValueError: A wrong argument; while training, a backup that is damaged or another model's.
        OSError: The backup cannot be written.

    Example:
        >>> callback = BackupAndRestore("backup")
    """

    order = 1  # what other callbacks change belongs to the backup

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: int | Literal["epoch"] = "epoch",
        delete_checkpoint: bool = True,
    ) -> None:
        if not os.fspath(backup_dir):
            raise ValueError(
                "BackupAndRestore: backup_dir must be a folder, got ''. Choose e.g. 'backup'."
            )
        self.backup_dir, self.delete_checkpoint = Path(backup_dir), delete_checkpoint
        self._every = None if save_freq == "epoch" else batches("BackupAndRestore", save_freq)
        self._file = self.backup_dir / "backup.safetensors"
        self._seen, self._failed = 0, False

    def on_train_begin(self, logs: Logs = None) -> None:
        """Go on from the backup, if there is one."""
        self._seen, self._failed = 0, False
        if self._file.exists():
            try:
                self._restore(_tree.read(self._file))
            except (ValueError, RuntimeError, KeyError, TypeError) as error:
                raise ValueError(
                    f"BackupAndRestore: cannot go on from {str(self._file)!r}: {error}. Delete it "
                    "to begin anew, or give another backup_dir."
                ) from error

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Save, if so many batches are done."""
        self._seen += 1
        if self._every and self._seen % self._every == 0:
            self._save()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Save, if epochs count."""
        if self._every is None:
            self._save()

    def on_exception(self, error: BaseException) -> None:
        """What failed may be tried again."""
        self._failed = True

    def on_train_end(self, logs: Logs = None) -> None:
        """Delete the backup of a training that is done."""
        if self.delete_checkpoint and not (self._failed or self.model.stop_reason == "interrupted"):
            self._file.unlink(missing_ok=True)
            with suppress(OSError):  # there are other files in it, or it was never made
                self.backup_dir.rmdir()

    def _save(self) -> None:
        position = self.model.position
        # A training that is to stop here must stop here again, so the backup before is better.
        if position is None or self.model.stop_training:
            return
        tree = {
            "position": position.state_dict(),
            "weights": self.model.state_dict(),
            "optimizer": self.model.optimizer.state_dict(),
            "callbacks": {name: each.state_dict() for name, each in self._named()},
            "settings": self._settings(),
        }
        _tree.write(self._file, tree)

    def _restore(self, tree: Mapping[str, Any]) -> None:
        position = self.model.position
        self._check(tree)
        optimizer = tree["optimizer"]
        state = {int(index): own for index, own in optimizer["state"].items()}
        self.model.optimizer.load_state_dict({**optimizer, "state": state})
        self.model.load_state_dict(tree["weights"])
        for name, callback in self._named():
            if tree["callbacks"].get(name):
                callback.load_state_dict(tree["callbacks"][name])
                callback.set_params(self.params)  # the History brings those of the backup
        if position is not None:
            position.load_state_dict(tree["position"])

    def _check(self, tree: Mapping[str, Any]) -> None:
        """Refuse a backup of another training before anything is changed."""
        mine, shapes = self._settings(), _shapes(self.model.state_dict())
        if _shapes(tree["weights"]) != shapes:
            raise ValueError(
                f"it is of another model, expected weights {shapes}, got {_shapes(tree['weights'])}"
            )
        if tree["settings"] != mine:
            raise ValueError(f"it is of another training, expected {mine}, got {tree['settings']}")

    def _settings(self) -> dict[str, Any]:
        mine = {name: self.params.get(name) for name in _SETTINGS}
        mine["optimizer"] = type(self.model.optimizer).__name__
        return json.loads(json.dumps(mine))  # type: ignore[no-any-return]  # a dict as before

    def _named(self) -> Iterator[tuple[str, Callback]]:
        """Yield the callbacks by class and by number among those of their class."""
        seen: Counter[str] = Counter()
        for callback in self.companions:
            kind = type(callback).__name__
            yield f"{kind}.{seen[kind]}", callback
            seen[kind] += 1


def _shapes(state: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in state.items() if isinstance(value, Tensor)}
