import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from glow.estimators._counting.partition import Partition

CODES = hnp.arrays(np.int64, st.integers(1, 200), elements=st.integers(-(2**63), 2**63 - 1))
FEW = st.integers(1, 60).flatmap(
    lambda n: st.tuples(*[hnp.arrays(np.int64, n, elements=st.integers(0, 4))] * 2)
)


def slow_entropy(symbols):
    _, counts = np.unique(symbols, axis=0, return_counts=True)
    share = counts / counts.sum()
    return -(share * np.log2(share)).sum()


@settings(deadline=None)
@given(CODES)
def test_cells_are_the_distinct_codes_in_order_of_appearance(codes):
    partition = Partition.of_codes(codes)
    distinct = list(dict.fromkeys(codes.tolist()))
    assert [distinct[i] for i in partition.ids] == codes.tolist()
    np.testing.assert_array_equal(partition.counts, np.bincount(partition.ids))


@settings(deadline=None)
@given(FEW)
def test_entropy_and_information_are_the_plug_in_ones(pair):
    a, b = pair
    first, second = Partition.of_codes(a), Partition.of_codes(b)
    joint = np.column_stack([a, b])
    assert first.entropy() == pytest.approx(slow_entropy(a), abs=1e-12)
    expected = slow_entropy(a) + slow_entropy(b) - slow_entropy(joint)
    assert first.information(second) == pytest.approx(expected, abs=1e-12)
    assert first.information(second) == pytest.approx(second.information(first), abs=1e-12)
    assert first.information(first) == pytest.approx(first.entropy(), abs=1e-12)


def test_miller_madow_adds_half_a_nat_per_cell_and_sample():
    first = Partition.of_codes(np.array([0, 0, 1, 2]))
    assert first.entropy(corrected=True) == pytest.approx(1.5 + 2 / (8 * np.log(2)))
    a, b = (Partition.of_codes(np.array(codes)) for codes in ([0, 0, 1, 1], [0, 1, 0, 1]))
    assert a.information(b, corrected=True) == pytest.approx((1 + 1 - 3) / (8 * np.log(2)))


def test_miller_madow_halves_the_bias_of_the_entropy(rng):
    errors = []
    for _ in range(30):
        codes = Partition.of_codes(rng.integers(0, 64, 200))
        errors.append((codes.entropy() - 6, codes.entropy(corrected=True) - 6))
    plug_in, corrected = np.mean(errors, axis=0)  # standard errors below 0.01
    assert plug_in < -0.2
    assert abs(corrected) < abs(plug_in) / 2


def test_adversarial_codes_are_still_told_apart():
    # multiples of the table size would share one slot of a table without a mixing step
    codes = np.arange(3000, dtype=np.int64) << 40
    assert len(Partition.of_codes(codes).counts) == 3000
