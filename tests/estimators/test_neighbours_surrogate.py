"""The Gaussian data whose information is known."""

import numpy as np
import pytest

from glow.estimators._context import Classes
from glow.estimators._neighbours.surrogate import gaussian_labels, gaussian_pair


def test_a_pair_keeps_covariance_and_information():
    x, noise = np.random.default_rng(0).normal(size=(2, 20_000, 2))
    y = 3 * (0.8 * x + 0.6 * noise)  # 0.737 bits a unit
    like, partner, information = gaussian_pair(x, y)
    assert information == pytest.approx(-np.log2(1 - 0.64), abs=0.03)
    found, expected = (np.cov(np.hstack(v).T) for v in ((like, partner), (x, y)))
    np.testing.assert_allclose(found, expected, atol=0.2)


def test_labels_keep_means_covariance_and_information():
    labels = np.arange(20_000) % 2
    t = np.random.default_rng(0).normal(size=(20_000, 3)) + 100.0 * labels[:, None]
    like, information = gaussian_labels(t, Classes.of(labels))
    assert information == pytest.approx(1, abs=1e-6)  # far apart
    np.testing.assert_allclose(like[labels == 1].mean(axis=0), 100, atol=0.1)
    np.testing.assert_allclose(np.cov(like[labels == 0].T), np.eye(3), atol=0.1)
    _, information = gaussian_labels(t - 100.0 * labels[:, None], Classes.of(labels))
    assert information == pytest.approx(0, abs=0.005)  # in one place


def test_units_that_never_change_or_repeat_each_other_are_no_trouble():
    x = np.random.default_rng(0).normal(size=(200, 2))
    wide = np.hstack([x, x, np.full((200, 2), 0.7)])
    like, partner, information = gaussian_pair(wide, x[:, :1])
    assert np.isfinite([information, *like.ravel(), *partner.ravel()]).all()
    assert like.shape == (200, 6)
    np.testing.assert_allclose(like[:, :2], like[:, 2:4], atol=1e-9)
    like, information = gaussian_labels(wide, Classes.of(np.arange(200) % 3))
    assert np.isfinite([information, *like.ravel()]).all()
    constant = np.full((200, 2), 0.7)
    assert gaussian_pair(constant, x)[2] == 0
    assert gaussian_labels(constant, Classes.of(np.arange(200) % 3))[1] == pytest.approx(0)
