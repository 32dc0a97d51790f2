"""MNIST: handwritten digits, 60000 to train on and 10000 to test with.

LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition" (1998).
"""

from __future__ import annotations

from ._files import Folder, Part, Remote
from ._idx import IdxPart

_HOST = "https://storage.googleapis.com/cvdf-datasets/mnist"

_TRAIN = IdxPart(
    images=Remote(
        f"{_HOST}/train-images-idx3-ubyte.gz",
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    labels=Remote(
        f"{_HOST}/train-labels-idx1-ubyte.gz",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    counts=(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
)
_TEST = IdxPart(
    images=Remote(
        f"{_HOST}/t10k-images-idx3-ubyte.gz",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    labels=Remote(
        f"{_HOST}/t10k-labels-idx1-ubyte.gz",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
    counts=(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009),
)


def load_data(data_dir: Folder = None) -> tuple[Part, Part]:
    """Loads the images and their digits.

    A convolution wants a channel: ``x[:, None]`` for (N, 1, 28, 28), glow's default.

    Args:
        data_dir: Folder of the four idx files, plain or ``.gz``, or of a folder ``mnist`` with
            them. None stands for the environment variable ``GLOW_DATA_DIR``; what is not there is
            downloaded (11 MB), into it or into the user's cache.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``. Images (N, 28, 28) uint8, 0 the paper and 255 the
        ink; digits (N,) int64, 0 to 9.

    Raises:
        FileNotFoundError: ``data_dir`` does not hold a file.
        ImportError: A file has to be downloaded and pooch is not installed.
        OSError: A file cannot be downloaded.
        ValueError: A file is damaged or of another data set.
    """
    return _TRAIN.load("mnist", data_dir), _TEST.load("mnist", data_dir)
