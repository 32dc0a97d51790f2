"""Folders of recordings that nobody gave a path: where they lie and what they are called."""

from __future__ import annotations

import datetime
import re
import tempfile
from pathlib import Path

from ._errors import RecordingError

_PARENT = "glow-recordings"
_STAMP = "%Y%m%d-%H%M%S-"


def fresh_folder() -> Path:
    """Returns a new folder among the system's temporary files, stamped with the time (UTC)."""
    parent = Path(tempfile.gettempdir()) / _PARENT
    stamp = datetime.datetime.now(datetime.UTC).strftime(_STAMP)
    try:
        parent.mkdir(exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=stamp, dir=parent))
    except OSError as cause:
        raise RecordingError(
            f"Recorder: cannot write in {str(parent)!r}: {cause.strerror or cause}. Give path=."
        ) from cause


def name_of(folder: Path) -> str:
    """Returns a folder's name, or of a `fresh_folder` when its training began, in words."""
    stamped = re.match(r"(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-", folder.name)
    if folder.parent.name != _PARENT or stamped is None:
        return folder.name
    year, month, day, hour, minute, second = stamped.groups()
    return f"training of {year}-{month}-{day} {hour}:{minute}:{second} UTC"
