"""Images and labels in idx files, the format of MNIST and of what stands in for it.

A file is two zero bytes, one for the type (8: unsigned bytes), one for the number of axes, the
length of each axis as four bytes, the most significant first, and the values. Source: LeCun, Cortes
and Burges, "The MNIST database of handwritten digits".
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import numpy.typing as npt

from ._files import Folder, Part, Remote, balance, locate, remedy, whole

_UNSIGNED_BYTES = 8


@dataclass(frozen=True)
class IdxPart:
    """The two files of a training or test part.

    Attributes:
        images: Where the images are downloaded from.
        labels: Where the labels are downloaded from.
        counts: Samples of each class.
        size: Height and width of an image.
    """

    images: Remote
    labels: Remote
    counts: tuple[int, ...]
    size: tuple[int, int] = (28, 28)

    def load(self, dataset: str, data_dir: Folder) -> Part:
        """Returns images (N, height, width) uint8 and labels (N,) int64."""
        count = sum(self.counts)
        path = _locate(dataset, self.labels, data_dir)
        labels = read(dataset, path, (count,)).astype(np.int64)
        balance(dataset, path, labels, self.counts)
        path = _locate(dataset, self.images, data_dir)
        return read(dataset, path, (count, *self.size)), labels


def read(dataset: str, path: Path, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """Reads an idx file of unsigned bytes, plain or (``.gz``) compressed.

    Args:
        dataset: Who asks, for the message.
        path: The file.
        shape: What it has to hold.

    Raises:
        ValueError: The file is damaged, cut short, or holds something else.
    """
    header = struct.pack(f">HBB{len(shape)}I", 0, _UNSIGNED_BYTES, len(shape), *shape)
    size = len(header) + math.prod(shape)
    data = _content(dataset, path, size + 1)  # one more, to see whether there is more
    if data[: len(header)] != header:
        raise ValueError(
            f"{dataset}: {path} does not begin as an idx file of unsigned bytes of shape {shape}: "
            f"expected {header.hex(' ', 4)}, got {data[: len(header)].hex(' ', 4) or 'nothing'}. "
            f"{remedy(dataset)}"
        )
    whole(dataset, path, len(data), size)
    # a copy, as memory of bytes cannot be written to
    return np.frombuffer(data, np.uint8, offset=len(header)).reshape(shape).copy()


def _content(dataset: str, path: Path, most: int) -> bytes:
    """The first ``most`` bytes, unpacked; gzip's own checksum is looked at if these are all."""
    try:
        packed = path.suffix == ".gz"
        with cast(BinaryIO, gzip.open(path)) if packed else path.open("rb") as file:
            return file.read(most)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(
            f"{dataset}: {path} is damaged: expected a whole gzip file, got one of which gzip "
            f"says: {error}. {remedy(dataset)}"
        ) from error


def _locate(dataset: str, remote: Remote, data_dir: Folder) -> Path:
    plain = remote.name.removesuffix(".gz")
    return locate(dataset, (plain, remote.name), remote, data_dir)
