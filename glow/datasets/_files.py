"""Where the files of a data set come from: a folder, ``GLOW_DATA_DIR``, or their host."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt

VARIABLE = "GLOW_DATA_DIR"

Folder = str | os.PathLike[str] | None

Part = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]
"""Images and labels."""


@dataclass(frozen=True)
class Remote:
    """A file at its host.

    Attributes:
        url: Its address.
        sha256: The checksum of its bytes, in hexadecimal.
    """

    url: str
    sha256: str

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self.url.rpartition("/")[2]


def locate(dataset: str, names: Sequence[str], remote: Remote, data_dir: Folder) -> Path:
    """Finds a file in the given folder or in ``GLOW_DATA_DIR``, else downloads it.

    In a folder, its sub-folder called like the data set is looked at first: the files of MNIST and
    Fashion-MNIST have the same names.

    Args:
        dataset: Name of the data set.
        names: What the file may be called, relative to the folder.
        remote: Where it is downloaded from.
        data_dir: The folder; None stands for the environment variable.

    Raises:
        FileNotFoundError: The given folder does not hold the file; nothing is downloaded then.
        ImportError: It has to be downloaded and pooch is not installed.
        OSError: It cannot be downloaded.
        ValueError: The download is not the file it should be.
    """
    given = data_dir if data_dir is not None else os.environ.get(VARIABLE) or None
    if given is None:
        return _download(dataset, remote, None)
    folder = Path(given).expanduser()
    places = (folder / dataset, folder)
    found = [place / name for place in places for name in names if (place / name).is_file()]
    if found:
        return found[0]
    if data_dir is None:
        return _download(dataset, remote, folder / dataset)
    raise FileNotFoundError(
        f"{dataset}: expected {' or '.join(names)} in {folder} or {folder / dataset}, "
        f"{'found neither' if folder.is_dir() else 'which is no folder'}. Put {remote.name} of "
        f"{remote.url} there, or leave data_dir out to download it."
    )


def whole(dataset: str, path: Path | str, received: int, expected: int) -> None:
    """Checks the length of what was read, of which one byte too many was asked for.

    Raises:
        ValueError: It is not the expected one.
    """
    if received != expected:
        raise ValueError(
            f"{dataset}: {path} is damaged: expected {expected} bytes, "
            f"got {received if received < expected else 'more'}. {remedy(dataset)}"
        )


def balance(dataset: str, path: Path, labels: npt.NDArray[np.int64], counts: Sequence[int]) -> None:
    """Checks that each class is as frequent as the data set is known to have it.

    Raises:
        ValueError: It is not: damaged labels, or the files of another data set.
    """
    received = np.bincount(labels, minlength=len(counts)).tolist()
    if received != list(counts):
        raise ValueError(
            f"{dataset}: the labels of {path} are damaged or of another data set: expected classes "
            f"of {', '.join(map(str, counts))} samples, got {', '.join(map(str, received))}. "
            f"{remedy(dataset)}"
        )


def remedy(dataset: str) -> str:
    """What to do about a damaged file."""
    return (
        f"Delete it, so that it is downloaded again, or put the right one into the sub-folder "
        f"{dataset} of data_dir or {VARIABLE}."
    )


def _download(dataset: str, remote: Remote, folder: Path | None) -> Path:
    pooch = _pooch(dataset, remote)
    folder = folder or Path(pooch.os_cache("pyglow")) / dataset
    try:
        path = pooch.retrieve(
            remote.url,
            known_hash=f"sha256:{remote.sha256}",
            fname=remote.name,
            path=folder,
            progressbar=True,
        )
    except OSError as error:  # of the network, which requests derives from it, or of the disk
        raise OSError(
            f"{dataset}: cannot download {remote.name} from {remote.url} into {folder}: "
            f"{_ended(error)} {_by_hand(remote)}"
        ) from error
    except ValueError as error:
        raise ValueError(
            f"{dataset}: what {remote.url} sends is not {remote.name}: {_ended(error)} "
            f"{_by_hand(remote)}"
        ) from error
    return Path(path)


def _pooch(dataset: str, remote: Remote) -> ModuleType:
    try:
        return importlib.import_module("pooch")
    except ImportError as error:
        raise ImportError(
            f"{dataset}: downloading {remote.name} needs pooch, which is not installed. Install it "
            f"by pip install 'pyglow[datasets]'. {_by_hand(remote)}"
        ) from error


def _ended(error: Exception) -> str:
    """What an error says, with a full stop."""
    return f"{str(error).rstrip('.')}."


def _by_hand(remote: Remote) -> str:
    folder = os.environ.get(VARIABLE)
    now = f"now {folder}" if folder else "not set now"
    return (
        f"Without a network, get {remote.name} elsewhere and name its folder by data_dir= or by "
        f"the environment variable {VARIABLE} ({now})."
    )
