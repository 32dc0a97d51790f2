import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from glow.estimators import CKA, Context

from . import slow_kernels as slow


@pytest.mark.parametrize("statistic", [slow.biased, slow.unbiased])
@pytest.mark.parametrize("kernel", ["gaussian", "laplacian", "linear"])
def test_it_is_the_ratio_of_dense_matrices(rng, statistic, kernel):
    x = rng.normal(size=(90, 4))
    t = np.tanh(x @ rng.normal(size=(4, 3)))
    y = (t[:, 0] > 0).astype(int)
    made = getattr(slow, kernel)
    k, ell = (made(v) if kernel == "linear" else made(v, 1.5) for v in (x, t))

    def ratio(a, b):
        return statistic(a, b) / np.sqrt(statistic(a, a) * statistic(b, b))

    sigma = {} if kernel == "linear" else {"sigma": 1.5}
    estimator = CKA(kernel=kernel, unbiased=statistic is slow.unbiased, **sigma)
    expected = ratio(k, ell), ratio(ell, slow.delta(y))
    np.testing.assert_allclose(estimator.coordinates(t, Context(x, y)), expected, rtol=2e-5)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.integers(5, 60), st.floats(0.1, 10))
def test_linear_cka_sees_neither_rotation_nor_scale(seed, n, factor):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, n, 3))
    rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    estimator = CKA(kernel="linear")
    assert estimator.criterion(x, factor * x @ rotation + 5) == pytest.approx(1)
    assert estimator.criterion(x @ rotation, y) == pytest.approx(estimator.criterion(x, y))
    assert 0 <= estimator.criterion(x, y) <= 1


def test_labels_of_either_kernel_give_the_same(rng):
    t, y = rng.normal(size=(60, 2)), rng.integers(0, 3, 60)
    one_hot = CKA(sigma=1, labels="one-hot").criterion(t, y)
    assert one_hot == pytest.approx(CKA(sigma=1).criterion(t, y))


@pytest.mark.parametrize("estimator", [CKA(), CKA(kernel="linear"), CKA(unbiased=True)])
def test_a_constant_shares_nothing(estimator, rng):
    x = rng.normal(size=(40, 3))
    assert estimator.criterion(x, np.full(40, 0.25)) == pytest.approx(0, abs=1e-6)


def test_trap_a_negative_norm_is_nan_and_a_negative_alignment_is_not(rng):
    """Nearly constant but for one sample: the unbiased HSIC with itself is below 0."""
    y = np.zeros(6)
    y[0] = 1
    k = slow.gaussian(y, 1.0)
    assert slow.unbiased(k, k) < 0
    x = rng.normal(size=(6, 2))
    assert np.isnan(CKA(sigma=1, unbiased=True).criterion(x, y))
    found = [CKA(unbiased=True).criterion(*rng.normal(size=(2, 50, 2))) for _ in range(40)]
    assert np.isfinite(found).all()
    assert min(found) < 0 < max(found)
