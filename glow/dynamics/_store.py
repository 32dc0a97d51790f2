"""The folder of a recording: atomic writes, memory-mapped reads, no way out of the folder.

Layout::

    recording.json                    the header; its list of epochs is authoritative
    probe.safetensors                 x and y
    snapshots/00000012.safetensors    what epoch 12 left: weights or activations

A snapshot is complete on disk before the header names it, and both appear by renaming. So a
reader never sees half a file, and a process killed at any moment loses at most the snapshot that
it was writing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError, safe_open
from safetensors.torch import load as from_safetensors
from safetensors.torch import save as to_safetensors

from ._atomic import write_atomically
from ._errors import RecordingError
from ._header import Header

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from torch import Tensor

HEADER = "recording.json"
PROBE = "probe.safetensors"
_UNREADABLE = (SafetensorError, OSError, ValueError, RuntimeError)
_LARGEST_HEADER = 64 * 2**20  # bytes; a header of 300 epochs and a large model has about 50 kB


class Folder:
    """The files of one recording.

    Args:
        path: the folder; it need not exist before the first write.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def write_header(self, header: Header) -> None:
        """Replaces ``recording.json``; always the last write of a snapshot."""
        self.write_bytes(HEADER, header.to_json())

    def read_header(self) -> Header:
        """Reads and checks ``recording.json``.

        Raises:
            RecordingError: if the folder holds no recording, or a damaged one.
        """
        path = self._inside(HEADER)
        try:
            size = path.stat().st_size
            if size > _LARGEST_HEADER:
                raise self.error(HEADER, f"at most {_LARGEST_HEADER} bytes", f"{size} bytes")
            return Header.from_json(path.read_bytes(), str(path))
        except OSError as cause:
            raise RecordingError(
                f"Recording {str(self.path)!r}: expected a folder with a readable {HEADER}, got "
                f"{cause.strerror or cause}. Give the path of a folder that a Recorder wrote."
            ) from cause

    def write_probe(self, x: Tensor, y: Tensor) -> None:
        """Writes the probe set."""
        self.write_bytes(PROBE, to_safetensors({"x": x, "y": y}))

    def read_probe(self) -> dict[str, Tensor]:
        """Maps the probe set into memory: ``x`` and ``y``."""
        tensors = self._read(PROBE)
        if set(tensors) != {"x", "y"}:
            raise self.error(PROBE, "the arrays x and y", ", ".join(sorted(tensors)) or "none")
        return tensors

    def write_snapshot(self, epoch: int, tensors: Mapping[str, Tensor]) -> None:
        """Writes the snapshot of ``epoch``; the header does not name it yet."""
        self.write_bytes(snapshot_name(epoch), to_safetensors(dict(tensors)))

    def map_snapshot(self, epoch: int) -> dict[str, Tensor]:
        """Maps the snapshot of ``epoch`` into memory."""
        return self._read(snapshot_name(epoch))

    def read_snapshot(self, epoch: int) -> dict[str, Tensor]:
        """Reads the snapshot of ``epoch``; for weights, which are too small to be worth mapping."""
        name = snapshot_name(epoch)
        try:
            return from_safetensors(self._inside(name).read_bytes())
        except _UNREADABLE as cause:
            raise self.error(name, "a complete safetensors file", str(cause)) from cause

    def write_bytes(self, name: str, content: bytes) -> None:
        """Writes one file, whole or not at all.

        Raises:
            RecordingError: if it cannot be written, a full disk for example.
        """
        try:
            write_atomically(self.path / name, content)
        except OSError as cause:
            raise RecordingError(
                f"Recording {str(self.path)!r}: could not write {name}: {cause.strerror or cause}. "
                "Free some space or choose another folder; what was recorded is kept."
            ) from cause

    def read_bytes(self, name: str) -> bytes:
        """Returns one file as it is, to copy it."""
        try:
            return self._inside(name).read_bytes()
        except OSError as cause:
            raise self.error(name, "a readable file", str(cause)) from cause

    def error(self, name: str, expected: str, got: str) -> RecordingError:
        """Returns the error that says what was expected of one file and what was found."""
        return RecordingError(
            f"Recording {str(self.path)!r}, file {name}: expected {expected}, got {got}. "
            "The file is damaged or was replaced; restore it or record again."
        )

    def _read(self, name: str) -> dict[str, Tensor]:
        path = self._inside(name)
        try:
            # The torch reader maps the file; nothing is copied until a page is touched.
            with safe_open(path, framework="pt") as file:
                return {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - no mapping
        except _UNREADABLE as cause:
            raise self.error(name, "a complete safetensors file", str(cause)) from cause

    def _inside(self, name: str) -> Path:
        """Returns the path of one file, refusing a symbolic link that leaves the folder."""
        path = self.path / name
        try:
            outside = not path.resolve().is_relative_to(self.path.resolve())
        except (OSError, RuntimeError) as cause:  # a loop of links
            raise self.error(name, "a file", str(cause)) from cause
        if outside:
            raise self.error(name, "a file inside the folder", "a link that leads out of it")
        return path


def snapshot_name(epoch: int) -> str:
    """Returns the name of an epoch's file, relative to the folder."""
    return f"snapshots/{epoch:08d}.safetensors"
