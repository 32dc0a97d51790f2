"""The published facts about the 12-bit problem, each computed from the patterns alone."""

import hashlib

import numpy as np
import pytest

from glow.datasets import szt


@pytest.fixture(scope="module")
def problem():
    return szt.patterns()


@pytest.fixture(scope="module")
def symmetries():
    """The permutations of the bits that respect antipodes and the relation, by search."""
    related = [set(row) for row in szt.RELATED]
    found = []

    def fits(image):
        new, bit = image[-1], len(image) - 1
        return new not in image[:-1] and all(
            (szt.ANTIPODE[bit] == other) == (szt.ANTIPODE[new] == there)
            and (other in related[bit]) == (there in related[new])
            for other, there in enumerate(image[:-1])
        )

    def extend(image):
        if len(image) == szt.BITS:
            found.append(image)
            return
        for bit in range(szt.BITS):
            if fits([*image, bit]):
                extend([*image, bit])

    extend([])
    return found


def entropy(symbols):
    _, counts = np.unique(symbols, return_counts=True)
    share = counts / counts.sum()
    return -(share * np.log2(share)).sum()


def information(symbols, y):
    return entropy(symbols) + entropy(y) - entropy(2 * symbols + y)


def test_patterns_are_all_numbers_in_binary_order(problem):
    x, y = problem
    assert (x.shape, x.dtype) == ((4096, 12), np.float32)
    assert (y.shape, y.dtype) == ((4096,), np.int64)
    np.testing.assert_array_equal(x @ 2.0 ** np.arange(11, -1, -1), np.arange(4096))


def test_labels_are_the_published_ones(problem):
    _, y = problem
    assert y.sum() == 2118
    assert entropy(y) == pytest.approx(0.9991571208502714, abs=1e-15)
    digest = hashlib.sha256(y.astype(np.uint8).tobytes()).hexdigest()
    assert digest == "77732f16f85e91b49d3997196b56163b3bd362d8cf631468a8de3f986e88359f"


def test_the_relation_is_one_of_an_icosahedron():
    for bit, related in enumerate(szt.RELATED):
        assert szt.ANTIPODE[szt.ANTIPODE[bit]] == bit
        assert all(bit in szt.RELATED[other] for other in related)
        rest = set(range(12)) - {bit, szt.ANTIPODE[bit], *related}
        assert rest == set(szt.RELATED[szt.ANTIPODE[bit]])


def test_labels_are_invariant_under_the_120_symmetries(problem, symmetries):
    _, y = problem
    labels = y.reshape((2,) * 12)
    assert len(symmetries) == 120
    for symmetry in symmetries:
        np.testing.assert_array_equal(labels.transpose(symmetry), labels)


def test_the_patterns_fall_into_82_orbits(symmetries):
    numbers = np.arange(4096).reshape((2,) * 12)
    smallest = np.min([numbers.transpose(symmetry) for symmetry in symmetries], axis=0)
    assert len(np.unique(smallest)) == 82


def test_no_weight_threshold_does_better_than_seven_eighths(problem):
    x, y = problem
    weight = x.sum(axis=1)
    accuracy = max(((weight >= cut) == y).mean() for cut in range(14))
    assert accuracy == pytest.approx(0.875, abs=5e-4)


def test_information_in_the_weight_and_in_each_bit(problem):
    x, y = problem
    bits = x.astype(np.int64)
    assert information(bits.sum(axis=1), y) == pytest.approx(0.6276, abs=5e-5)
    for bit in bits.T:
        assert information(bit, y) == pytest.approx(0.0339, abs=5e-5)


def test_split_holds_every_pattern_once_and_follows_the_seed(problem):
    (x_train, y_train), (x_test, y_test) = szt.load_data(test_size=0.25, seed=3)
    assert x_train.shape == (3072, 12)
    assert y_test.shape == (1024,)
    rows = np.concatenate([x_train, x_test]) @ 2.0 ** np.arange(11, -1, -1)
    order = np.argsort(rows)
    np.testing.assert_array_equal(rows[order], np.arange(4096))
    np.testing.assert_array_equal(np.concatenate([y_train, y_test])[order], problem[1])
    np.testing.assert_array_equal(szt.load_data(0.25, seed=3)[0][0], x_train)
    assert (szt.load_data(0.25, seed=4)[0][0] != x_train).any()


@pytest.mark.parametrize("test_size", [0, 1, -0.1, 1.5, 1e-9, float("nan")])
def test_a_split_with_an_empty_part_is_refused(test_size):
    with pytest.raises(ValueError, match=r"test_size must be above 0 and below 1 .* got"):
        szt.load_data(test_size=test_size)


def test_every_call_gives_its_own_arrays(problem):
    szt.patterns()[0][:] = 9
    assert problem[0].max() == 1
