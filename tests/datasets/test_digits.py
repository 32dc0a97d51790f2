"""The digits that come with the library, and their split."""

from pathlib import Path

import numpy as np

from glow.datasets import digits


def test_digits_are_those_of_the_repository():
    """Their sources are scikit-learn's too."""
    from sklearn.datasets import load_digits

    published = load_digits()
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    assert (x_train.dtype, y_train.dtype) == (np.uint8, np.int64)
    tested = np.zeros(1797, bool)
    for digit in range(10):
        tested[np.flatnonzero(published.target == digit)[4::5]] = True
    np.testing.assert_array_equal(x_train, published.images[~tested])
    np.testing.assert_array_equal(y_train, published.target[~tested])
    np.testing.assert_array_equal(x_test, published.images[tested])
    np.testing.assert_array_equal(y_test, published.target[tested])


def test_the_split_of_digits_keeps_the_shares_of_classes():
    (_, y_train), (_, y_test) = digits.load_data()
    share = np.bincount(y_test) / (np.bincount(y_test) + np.bincount(y_train))
    assert len(share) == 10
    assert ((share > 0.19) & (share <= 0.2)).all()


def test_digits_ship_with_the_package_and_stay_small():
    shipped = Path(digits.__file__).with_name("digits.npz")
    assert shipped.stat().st_size < 60_000
