import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from glow.estimators import Context, Renyi

from . import slow_kernels as slow

NODES = Renyi.parameters[0].grid()


def problem(seed, n, d):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 2, (n, 6)).astype(np.float32)
    t = np.tanh(x @ rng.normal(size=(6, d))).astype(np.float32)
    return x, t, (t[:, 0] > 0).astype(int)


@pytest.mark.parametrize("alpha", [0.5, 1, 1.01, 2, 5])
@pytest.mark.parametrize("d", [3, 40])
def test_coordinates_are_those_of_eigenvalues(alpha, d):
    x, t, y = problem(1, 120, d)
    k, ell = slow.gaussian(x, 0.8), slow.gaussian(t, 0.8)
    expected = slow.renyi(k, ell, alpha), slow.renyi(ell, slow.delta(y), alpha)
    found = Renyi(sigma=0.8, alpha=alpha).coordinates(t, Context(x, y))
    np.testing.assert_allclose(found, expected, atol=2e-6)


def test_a_curve_is_the_single_estimates():
    x, t, y = problem(2, 100, 3)
    curve = np.column_stack(Renyi().curve(t, Context(x, y), "sigma", NODES))
    for i in range(0, len(NODES), 6):
        k, ell = slow.gaussian(x, NODES[i]), slow.gaussian(t, NODES[i])
        expected = slow.renyi(k, ell, 2), slow.renyi(ell, slow.delta(y), 2)
        np.testing.assert_allclose(curve[i], expected, atol=2e-6)


def test_a_curve_of_orders_is_the_single_estimates():
    x, t, y = problem(2, 100, 3)
    orders = [0.5, 1, 2, 3.7]
    curve = np.column_stack(Renyi(sigma=0.7).curve(t, Context(x, y), "alpha", orders))
    for order, found in zip(orders, curve, strict=True):
        k, ell = slow.gaussian(x, 0.7), slow.gaussian(t, 0.7)
        expected = slow.renyi(k, ell, order), slow.renyi(ell, slow.delta(y), order)
        np.testing.assert_allclose(found, expected, atol=2e-6)


def test_a_spline_through_the_nodes_is_the_curve():
    from scipy.interpolate import CubicSpline

    x, t, y = problem(3, 200, 4)
    between = np.sqrt(NODES[1:] * NODES[:-1])[5:-5]
    kept = Renyi().curve(t, Context(x, y), "sigma", NODES)
    exact = Renyi().curve(t, Context(x, y), "sigma", between)
    for nodes, wanted in zip(kept, exact, strict=True):
        found = CubicSpline(np.log2(NODES), nodes)(np.log2(between))
        np.testing.assert_allclose(found, wanted, atol=1e-3)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.integers(2, 60))
def test_it_lies_between_zero_and_what_the_samples_allow(seed, n):
    x, t, y = problem(seed, n, 2)
    context = Context(x, y)
    for sigma in (0.01, 0.3, 5.0):
        xt, ty = Renyi(sigma=sigma).coordinates(t, context)
        assert -1e-6 <= xt <= context.sample_ceiling + 1e-6
        assert ty <= xt + context.sample_ceiling
    labels = Renyi().criterion(y, y)
    share = np.bincount(y) / n
    assert labels == pytest.approx(-np.log2((share**2).sum()))


def test_a_narrow_kernel_counts_samples_and_a_wide_one_sees_none():
    x = np.arange(256.0)[:, None]
    context = Context(x, np.arange(256) % 2)
    assert Renyi(sigma=0.01).coordinates(x, context) == pytest.approx((8, 1))
    assert Renyi(sigma=1e5).coordinates(x, context) == pytest.approx((0, 0), abs=1e-4)


def test_other_orders_take_a_stated_part_of_the_samples():
    x, t, y = problem(4, 700, 2)
    rows = np.sort(np.random.default_rng(0).permutation(700)[:512])
    estimator = Renyi(alpha=1.5, sigma=1)
    assert estimator.coordinates(t, Context(x, y)) == pytest.approx(
        estimator.coordinates(t[rows], Context(x[rows], y[rows]))
    )
