"""The file of a saved model: a zip archive of a few named parts, none of them compressed.

One file rather than a folder, because one file is replaced whole or not at all. Nothing in it is
ever run or unpacked to the disk, and no part is larger than the file says it is long.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from glow.dynamics._atomic import write_atomically

_FORMAT, _VERSION = "glow-model", 1
MODEL, WEIGHTS, HISTORY = "model.json", "weights.safetensors", "history.json"
TRAINING, OPTIMIZER = "training.json", "optimizer.safetensors"
_REQUIRED, _OPTIONAL = {MODEL, WEIGHTS, HISTORY}, {TRAINING, OPTIMIZER}
# Dates in the archive would make two saves of one model differ.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def write(path: str | os.PathLike[str], parts: Mapping[str, bytes]) -> None:
    """Write an archive, replacing an older file only when the new one is whole.

    Raises:
        OSError: It cannot be written.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _NO_DATE), data)
    write_atomically(Path(path), content.getvalue())


def read(path: str | os.PathLike[str]) -> dict[str, bytes]:
    """Return the parts of an archive.

    Raises:
        FileNotFoundError: There is no file.
        ValueError: It is no archive of a model, or not a whole one.
    """
    file = Path(path)
    content = file.read_bytes()
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise damaged(file, f"it is no whole archive ({error})") from error
    _check(file, archive.infolist(), len(content))
    try:
        return {info.filename: archive.read(info) for info in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, RuntimeError) as error:
        raise damaged(file, f"a part of it cannot be read ({error})") from error


def dumps(values: Mapping[str, Any]) -> bytes:
    """Return an object as JSON with the format's name and version."""
    return json.dumps({"format": _FORMAT, "version": _VERSION, **values}).encode()


def loads(path: str | os.PathLike[str], name: str, data: bytes) -> dict[str, Any]:
    """Return what `dumps` was given.

    Raises:
        ValueError: It is damaged, of another kind or of a later version.
    """
    try:
        values = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise damaged(path, f"{name} is no JSON ({error})") from error
    if not isinstance(values, dict) or values.get("format") != _FORMAT:
        raise damaged(path, f"{name} is of another format")
    if values.get("version") != _VERSION:
        raise ValueError(
            f"load_model: {os.fspath(path)!r} has the version {values.get('version')!r}, expected "
            f"{_VERSION}. Install the release of glow that wrote it, or a later one."
        )
    return values


def damaged(path: str | os.PathLike[str], why: str) -> ValueError:
    """Return the error for a file that holds no model."""
    return ValueError(
        f"load_model: {os.fspath(path)!r} is no whole model file: {why}. "
        "Give a file that model.save wrote; copy it again if it was copied."
    )


def _check(path: Path, infos: list[zipfile.ZipInfo], size: int) -> None:
    names = [info.filename for info in infos]
    strange = set(names) - _REQUIRED - _OPTIONAL
    if strange or not set(names) >= _REQUIRED or len(set(names)) < len(names):
        raise damaged(path, f"it holds {', '.join(map(repr, names)) or 'nothing'}")
    for info in infos:
        stored = info.compress_type == zipfile.ZIP_STORED and info.compress_size == info.file_size
        if not stored or info.file_size > size:
            raise damaged(path, f"{info.filename!r} is not as long as it says, or compressed")
