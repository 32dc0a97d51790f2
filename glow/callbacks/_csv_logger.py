"""The logs of every epoch as a table on the disk."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING

from glow.callbacks._base import Callback

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from glow.callbacks._base import Logs


class CSVLogger(Callback):
    """Write a row per epoch to a CSV file; as `keras.callbacks.CSVLogger`.

    The columns are ``epoch``, from 0, and the names of the logs in alphabetical order, with ``NA``
    for what an epoch did not bring. Every row is on the disk when its epoch has ended. Unlike
    Keras it makes missing folders, and refuses to append to a file with other columns.

    Args:
        filename: The file.
        separator: What stands between columns.
        append: Whether to go on with a file that is there, as after `BackupAndRestore`; it is
            overwritten by each ``fit`` otherwise.

    Raises:
        ValueError: A wrong separator; while training, a file with other columns.
        OSError: The file cannot be written.
    """

    def __init__(
        self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False
    ) -> None:
        if len(separator) != 1:
            raise ValueError(
                f"CSVLogger: separator must be one character, got {separator!r}. Choose e.g. ';'."
            )
        self.filename, self.separator, self.append = Path(filename), separator, append
        self._file: IO[str] | None = None
        self._columns: list[str] = []

    def on_train_begin(self, logs: Logs = None) -> None:
        """Open the file."""
        self._columns = self._header() if self.append else []
        self.filename.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.filename.open("a" if self.append else "w", newline="", encoding="utf-8")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Write the epoch's row."""
        if self._file is None:
            return
        logs = logs or {}
        if not self._columns:
            self._columns = ["epoch", *self._names(logs)]
            self._write(self._columns)
        elif set(logs) - set(self._columns):
            raise ValueError(
                f"CSVLogger: {str(self.filename)!r} has the columns {self._columns}, got logs with "
                f"{sorted(logs)}. Choose another file, or append=False."
            )
        row = {"epoch": epoch, **logs}
        self._write([row.get(name, "NA") for name in self._columns])

    def on_train_end(self, logs: Logs = None) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _header(self) -> list[str]:
        if not self.filename.exists():
            return []
        with self.filename.open(newline="", encoding="utf-8") as file:
            return next(csv.reader(file, delimiter=self.separator), [])

    def _names(self, logs: Mapping[str, float]) -> list[str]:
        """All that there will be, with the validation that may be due only later."""
        names = set(logs)
        if self.params.get("validation"):
            extra = {name for companion in self.companions for name in companion.extra_logs()}
            measured = {name for name in names - extra if not name.startswith("val_")}
            names |= {f"val_{name}" for name in measured}
        return sorted(names)

    def _write(self, row: Sequence[object]) -> None:
        if self._file is not None:
            csv.writer(self._file, delimiter=self.separator).writerow(row)
            self._file.flush()
