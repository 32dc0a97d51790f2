"""Handwritten digits of 8 x 8 pixels, which come with the library: nothing is downloaded.

The 1797 test images of Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", UCI
Machine Learning Repository (1998), https://doi.org/10.24432/C50P49, licensed CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/); here in another file format, pixels and labels
unchanged and in their order.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from ._files import Part

_EVERY = 5  # one image of so many of each class is tested with


def load_data() -> tuple[Part, Part]:
    """Loads the images and their digits, in a split that is always the same.

    Every fifth image of each digit, in the order of the file, is in the test part. So both have all
    digits in equal shares, and handwriting of all 13 writers.

    Returns:
        ``(x_train, y_train), (x_test, y_test)`` of 1442 and 355 samples. Images (N, 8, 8) uint8, 0
        the paper and 16 the ink; digits (N,) int64, 0 to 9. A convolution wants a channel:
        ``x[:, None]`` for (N, 1, 8, 8), glow's default.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, x_test.shape
        ((1442, 8, 8), (355, 8, 8))
    """
    with np.load(Path(__file__).with_name("digits.npz"), allow_pickle=False) as file:
        x, y = file["images"], file["labels"].astype(np.int64)
    test = _place_in_class(y) % _EVERY == _EVERY - 1
    return (x[~test], y[~test]), (x[test], y[test])


def _place_in_class(y: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How many samples of the same label come before each, (N,)."""
    same = y[:, None] == np.unique(y)  # (N, classes)
    place: npt.NDArray[np.int64] = (same.cumsum(axis=0) - 1)[same]
    return place
