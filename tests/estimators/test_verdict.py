import math

import numpy as np
import pytest

from glow.datasets import CorrelatedGaussians, Mapped
from glow.estimators import KNN, KSG, VERDICTS
from glow.estimators._verdict import RELIABLE, SAMPLES, TIES, verdict


@pytest.mark.parametrize(
    ("value", "diagnostics", "limits", "phrase"),
    [
        (3.0, {}, {}, "reliable"),
        (3.0, {"half_change": 0.2, "tied_share": 0.01}, {}, "reliable"),
        (3.0, {"shuffled": math.nan, "tied_share": math.nan}, {}, "reliable"),
        (3.0, {"half_change": math.nan}, {}, "too few samples for d"),
        (-0.3, {}, {"entropy": 1.0}, "too few samples for d"),
        (0.3, {"shuffled": -0.8}, {"entropy": 1.0}, "too few samples for d"),
        (0.0, {"shuffled": 1e-15}, {"entropy": 0.0}, "reliable"),
        (11.97, {}, {"ceiling": 12}, "at ceiling"),
        (1.2, {}, {"entropy": 1.0}, "above ceiling"),
        (3.0, {"tied_share": 0.5, "half_change": 9}, {}, "biased by ties"),
        (3.0, {"gaussian_error": -0.3}, {}, "too few samples for d"),
        (3.0, {"gaussian_error": 0.1}, {}, "reliable"),
        (3.0, {"outside_share": 0.2}, {}, "range too narrow"),
        (3.0, {"half_change": -0.4}, {}, "too few samples for d"),
        (0.9, {"shuffled": 0.2}, {"entropy": 1.0}, "too few samples for d"),
        (0.9, {"shuffled": 0.05}, {"entropy": 1.0}, "reliable"),
        (3.9, {"cell_ceiling": 4.1}, {}, "at ceiling"),
        (2.0, {"cell_ceiling": 4.1}, {}, "reliable"),
        (3.9, {"cell_ceiling": math.nan}, {}, "reliable"),
        (0.97, {"cell_ceiling": 1.0}, {"entropy": 1.0}, "reliable"),
        (0.97, {"cell_ceiling": 1.0}, {"entropy": 3.0}, "at ceiling"),
    ],
)
def test_the_first_reason_wins(value, diagnostics, limits, phrase):
    assert verdict(value, diagnostics, **limits) == phrase
    assert phrase in VERDICTS


@pytest.mark.parametrize("estimator", [KSG(), KSG(ties="plain"), KNN()], ids=repr)
def test_repeated_samples_are_ties_to_every_family(estimator):
    x, noise = np.random.default_rng(0).normal(size=(2, 200, 2))
    assert estimator.measure(x, x + noise).verdict == "reliable"
    assert estimator.measure(*(np.repeat(v, 5, axis=0) for v in (x, x + noise))).verdict == TIES


def test_atoms_alone_are_no_reason():
    assert verdict(1.0, {"atom_share": 1.0, "half_change": 0.0}) == RELIABLE
    assert verdict(1.0, {"atom_share": 1.0, "half_change": 0.5}) == TIES


@pytest.mark.parametrize("estimator", [KSG(), KNN()], ids=repr)
def test_what_still_moves_as_slowly_as_neighbours_may_is_doubted(estimator):
    gaussians = CorrelatedGaussians.with_information(d=2, bits=2.885)
    spirals = Mapped(base=gaussians, x="spiral", y="spiral")
    curved = [estimator.measure(*spirals.sample(2000, seed)) for seed in range(4)]
    straight = [estimator.measure(*gaussians.sample(2000, seed)) for seed in range(4)]
    assert sum(found.verdict == SAMPLES for found in curved) >= 2  # 0.6 bits too low
    assert sum(found.verdict == RELIABLE for found in straight) >= 2
    left = np.mean([found.diagnostics["bias_left"] for found in curved])
    assert left > 0.4
    labels = np.arange(2000) % 2
    assert estimator.measure(gaussians.sample(2000, 0)[0], labels).diagnostics["bias_left"] == 0
