"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Writes ``content`` under a temporary name and renames it over ``path``.

    Flushed to the operating system, not to the platter: a killed process loses nothing, and a
    snapshot stays a fraction of a millisecond of training.

    Raises:
        OSError: if the file cannot be written, a full disk for example. ``path`` is as it was.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
