"""One writer to a recording folder: a lock file that names the process holding it."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING

from ._errors import RecordingError

if TYPE_CHECKING:
    from pathlib import Path

LOCK = "recording.lock"


class FolderLock:
    """Keeps a second Recorder out of a folder while the first one writes there.

    A lock that a killed process left behind is recognised by its process id and taken over.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK

    def acquire(self) -> None:
        """Takes the lock.

        Raises:
            RecordingError: if a living Recorder holds it, or the folder cannot be written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if not self._create():
                self._refuse_if_held()
                self._path.unlink(missing_ok=True)
                if not self._create():
                    raise self._held("another process")
        except OSError as cause:
            raise RecordingError(
                f"Recorder: cannot write in {str(self._path.parent)!r}: "
                f"{cause.strerror or cause}. Choose another path."
            ) from cause

    def release(self) -> None:
        """Gives the lock back; it is no error if somebody removed the file."""
        self._path.unlink(missing_ok=True)

    def _create(self) -> bool:
        try:
            with self._path.open("x", encoding="utf-8") as file:
                json.dump({"host": socket.gethostname(), "pid": os.getpid()}, file)
        except FileExistsError:
            return False
        return True

    def _refuse_if_held(self) -> None:
        try:
            owner = json.loads(self._path.read_text(encoding="utf-8"))
            host, pid = str(owner["host"]), int(owner["pid"])
        except (ValueError, KeyError, TypeError, FileNotFoundError):
            return  # its writer died before it could sign it, or has just given it back
        if host != socket.gethostname():
            raise self._held(f"process {pid} on {host}")
        if _is_alive(pid):
            raise self._held(f"process {pid}")

    def _held(self, holder: str) -> RecordingError:
        return RecordingError(
            f"Recorder: {str(self._path.parent)!r} is being written by another Recorder "
            f"({holder}). Give this one its own path, or detach the other; if that process is "
            f"gone, delete {LOCK} there."
        )


def _is_alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True  # somebody else's process
    except (OSError, OverflowError):
        return False
    return True
