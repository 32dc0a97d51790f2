import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from glow.estimators import KDE
from glow.estimators._kernels.exponential import exp
from glow.estimators._kernels.sums import doubling_groups


def test_the_slider_takes_one_chain_for_each_node_of_an_octave():
    scales = 0.5 / KDE.parameters[0].grid()
    groups = doubling_groups(scales)
    assert len(groups) == KDE.parameters[0].per_octave
    for group in groups:
        np.testing.assert_allclose(scales[group][1:], 2 * scales[group][:-1])


@given(st.lists(st.sampled_from([1.0, 2.0, 4.0, 8.0, 0.3, 0.6, 0.61, 5.0]), max_size=30))
def test_every_scale_is_in_one_group_of_doubles(values):
    scales = np.array(values)
    groups = doubling_groups(scales)
    assert sorted(i for group in groups for i in group) == list(range(len(values)))
    for group in groups:
        np.testing.assert_allclose(scales[group][1:], 2 * scales[group][:-1])


@pytest.mark.parametrize("x", [0, -1e-7, -0.3, -1, -7.77, -60, -87])
def test_the_exponential_is_that_of_single_precision(x):
    assert exp(np.float32(x)) == pytest.approx(np.exp(np.float64(np.float32(x))), rel=2e-7)


def test_the_exponential_stops_at_the_smallest_normal_number():
    assert exp(np.float32(-1e30)) == exp(np.float32(-87)) < 1.7e-38
