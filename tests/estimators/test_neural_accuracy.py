"""The default settings on correlated Gaussians, whose information is known."""

import math

import numpy as np
import pytest

from glow.datasets import CorrelatedGaussians
from glow.estimators import MINE, NWJ, SMILE, InfoNCE

BIT = math.log(2)

pytestmark = pytest.mark.long


def measured(estimator, sampler, samples, repeats):
    """Estimates in nats and their standard error in the mean."""
    found = [estimator.criterion(*sampler.sample(samples, seed)) for seed in range(repeats)]
    nats = np.array(found) * BIT
    return nats, nats.std(ddof=1) / math.sqrt(repeats)


@pytest.mark.parametrize("family", [MINE, NWJ, InfoNCE, SMILE])
def test_two_nats_in_five_dimensions(family):
    sampler = CorrelatedGaussians.with_information(5, 2 / BIT)
    nats, error = measured(family(), sampler, 10_000, 4)
    assert abs(nats.mean() - 2) < 0.3 - 2 * error


@pytest.mark.parametrize("family", [MINE, NWJ])
def test_bounds_stay_below_the_truth(family):
    """d = 2, rho 0.8, N = 10,000: 1.022 nats; public demos of this case read -8.8 and -0.8."""
    sampler = CorrelatedGaussians(d=2, rho=0.8)
    nats, error = measured(family(), sampler, 10_000, 4)
    assert sampler.mutual_information * BIT == pytest.approx(1.0217, abs=1e-4)
    assert 0.9 < nats.mean() <= 1.0217 + 2 * error


STAIRCASE = {"batch_size": 64, "steps": 1500}  # twenty dimensions


@pytest.mark.parametrize("level", [2, 10])
def test_the_contrastive_bound_flattens_at_its_ceiling(level):
    """The partner among 64 samples: at most ln 64 = 4.16 nats, 6 bits."""
    sampler = CorrelatedGaussians.with_information(20, level / BIT)
    found = InfoNCE(**STAIRCASE).measure(*sampler.sample(10_000, seed=level))
    assert (found.curves["held_out"] <= 6).all()
    assert (found.verdict == "at ceiling") == (level > math.log(64))


def test_clipping_buys_a_small_spread_at_ten_nats():
    """The spread of NWJ grows like exp(I); SMILE with tau = 1 pays with a bias instead."""
    sampler = CorrelatedGaussians.with_information(20, 10 / BIT)
    x, y = sampler.sample(10_000, seed=0)
    unclipped = NWJ(**STAIRCASE).check(x, y)["standard_error"]
    clipped = SMILE(**STAIRCASE, tau=1.0).check(x, y)["standard_error"]
    assert (unclipped / clipped) ** 2 > 10
