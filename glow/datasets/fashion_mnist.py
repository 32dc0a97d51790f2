"""Fashion-MNIST: pictures of clothes, in the format of MNIST and harder.

Xiao, Rasul and Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning
algorithms" (2017).
"""

from __future__ import annotations

from ._files import Folder, Part, Remote
from ._idx import IdxPart

CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
"""What each label stands for."""

_HOST = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"  # has no https; see the sums

_TRAIN = IdxPart(
    images=Remote(
        f"{_HOST}/train-images-idx3-ubyte.gz",
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    ),
    labels=Remote(
        f"{_HOST}/train-labels-idx1-ubyte.gz",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    ),
    counts=(6000,) * len(CLASSES),
)
_TEST = IdxPart(
    images=Remote(
        f"{_HOST}/t10k-images-idx3-ubyte.gz",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    ),
    labels=Remote(
        f"{_HOST}/t10k-labels-idx1-ubyte.gz",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
    counts=(1000,) * len(CLASSES),
)


def load_data(data_dir: Folder = None) -> tuple[Part, Part]:
    """Loads the pictures and what they show.

    A convolution wants a channel: ``x[:, None]`` for (N, 1, 28, 28), glow's default.

    Args:
        data_dir: Folder of the four idx files, plain or ``.gz``, or of a folder ``fashion_mnist``
            with them. None stands for the environment variable ``GLOW_DATA_DIR``; what is not there
            is downloaded (30 MB), into it or into the user's cache.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``. Pictures (N, 28, 28) uint8 of 60000 and 10000
        samples, 0 the background; labels (N,) int64, which count `CLASSES`.

    Raises:
        FileNotFoundError: ``data_dir`` does not hold a file.
        ImportError: A file has to be downloaded and pooch is not installed.
        OSError: A file cannot be downloaded.
        ValueError: A file is damaged or of another data set.
    """
    return _TRAIN.load("fashion_mnist", data_dir), _TEST.load("fashion_mnist", data_dir)
