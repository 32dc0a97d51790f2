import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from glow.estimators import KDE
from glow.estimators._kde_kernels import exp
from glow.estimators._kernel_sums import halving_groups


def test_the_slider_takes_three_chains_in_groups_of_eight():
    nodes = KDE.parameters[0].grid()
    groups = halving_groups(nodes)
    assert len(groups) == 12
    for group in groups:
        np.testing.assert_allclose(nodes[group][:-1], 2 * nodes[group][1:])


@given(st.lists(st.sampled_from([1.0, 2.0, 4.0, 8.0, 0.3, 0.6, 0.61, 5.0]), max_size=30))
def test_every_variance_is_in_one_group_of_halves(values):
    variances = np.array(values)
    groups = halving_groups(variances)
    assert sorted(i for group in groups for i in group) == list(range(len(values)))
    for group in groups:
        np.testing.assert_allclose(variances[group][:-1], 2 * variances[group][1:])


@pytest.mark.parametrize("x", [0, -1e-7, -0.3, -1, -7.77, -60, -87])
def test_the_exponential_is_that_of_single_precision(x):
    assert exp(np.float32(x)) == pytest.approx(np.exp(np.float64(np.float32(x))), rel=2e-7)


def test_the_exponential_stops_at_the_smallest_normal_number():
    assert exp(np.float32(-1e30)) == exp(np.float32(-87)) < 1.7e-38
