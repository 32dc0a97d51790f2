"""CIFAR-10: small colour photographs of ten things, 50000 to train on and 10000 to test with.

Krizhevsky, "Learning multiple layers of features from tiny images" (2009), in its binary version:
records of a label and 3072 bytes, the red, green and blue planes of 32 x 32 pixels.
"""

from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path
from typing import IO, cast

import numpy as np
import numpy.typing as npt

from glow._errors import closest

from ._files import Folder, Part, Remote, balance, locate, remedy, whole

CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
"""What each label stands for."""

_ARCHIVE = Remote(
    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
)
_FOLDER = "cifar-10-batches-bin"
_TRAIN = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
_TEST = ("test_batch.bin",)
_IMAGE = (3, 32, 32)
_PER_CLASS = 1000  # on average over the files of a part
_RECORD = 1 + 3 * 32 * 32
_FORMATS = ("channels_first", "channels_last")


def load_data(data_dir: Folder = None, data_format: str = "channels_first") -> tuple[Part, Part]:
    """Loads the photographs and what they show.

    Args:
        data_dir: Folder of the archive ``cifar-10-binary.tar.gz`` or of the six ``.bin`` files in
            it, or of a folder ``cifar10`` or ``cifar-10-batches-bin`` with them. None stands for
            the environment variable ``GLOW_DATA_DIR``; what is not there is downloaded (170 MB),
            into it or into the user's cache.
        data_format: ``"channels_first"``, glow's and torch's, or Keras's ``"channels_last"``.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``. Photographs (N, 3, 32, 32) or (N, 32, 32, 3)
        uint8; labels (N,) int64, which count `CLASSES`.

    Raises:
        FileNotFoundError: ``data_dir`` does not hold a file.
        ImportError: The archive has to be downloaded and pooch is not installed.
        OSError: The archive cannot be downloaded.
        ValueError: ``data_format`` is unknown; a file is damaged or of another data set.
    """
    if data_format not in _FORMATS:
        raise ValueError(
            f"cifar10.load_data: unknown data_format {data_format!r}. "
            f"{closest(data_format, _FORMATS)}"
        )
    last = data_format == "channels_last"
    return _part(_TRAIN, data_dir, last), _part(_TEST, data_dir, last)


def _part(files: tuple[str, ...], data_dir: Folder, last: bool) -> Part:
    contents = [_content(file, data_dir) for file in files]
    records = np.concatenate([records for _, records in contents])
    labels = records[:, 0].astype(np.int64)
    balance("cifar10", contents[0][0].parent, labels, (_PER_CLASS * len(files),) * len(CLASSES))
    images = records[:, 1:].reshape(-1, *_IMAGE)
    return np.ascontiguousarray(images.transpose(0, 2, 3, 1) if last else images), labels


def _content(file: str, data_dir: Folder) -> tuple[Path, npt.NDArray[np.uint8]]:
    """Where a file of records is, and its records (N, 3073)."""
    names = (file, f"{_FOLDER}/{file}", _ARCHIVE.name)
    path = locate("cifar10", names, _ARCHIVE, data_dir)
    size = _PER_CLASS * len(CLASSES) * _RECORD
    if path.name == _ARCHIVE.name:
        data = _unpacked(path, file)
    else:
        with path.open("rb") as opened:
            data = opened.read(size + 1)  # one more, to see whether there is more
    whole("cifar10", f"{file} of {path}", len(data), size)
    return path, np.frombuffer(data, np.uint8).reshape(-1, _RECORD)


def _unpacked(path: Path, file: str) -> bytes:
    """A file of the archive, whose checksum vouches for what is in it."""
    with path.open("rb") as opened:
        received = hashlib.file_digest(opened, "sha256").hexdigest()
    if received != _ARCHIVE.sha256:
        raise ValueError(
            f"cifar10: {path} is damaged or another archive: expected the sha256 "
            f"{_ARCHIVE.sha256}, got {received}. {remedy('cifar10')}"
        )
    with tarfile.open(path) as archive:
        return cast("IO[bytes]", archive.extractfile(f"{_FOLDER}/{file}")).read()
