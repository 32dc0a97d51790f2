"""Estimates that cells cut short say so, and those that cells do not cut short do not."""

import math

import numpy as np
import pytest
import torch

from glow.datasets import szt
from glow.estimators import EDGE, Binned, Context, Quantised
from glow.estimators._counting.partition import Partition
from glow.estimators._counting.symbols import cell_ceiling

FAMILIES = [Binned(range="snapshot"), Quantised(bits=4), EDGE()]


def pair(rng, bits, n=2000):
    """Two normal variables of known information."""
    rho = math.sqrt(1 - 4**-bits)
    x, z = rng.normal(size=(2, n))
    return x, rho * x + math.sqrt(1 - rho**2) * z


@pytest.mark.parametrize("estimator", FAMILIES)
def test_a_truth_beyond_the_cells_is_at_the_ceiling(rng, estimator):
    found = estimator.measure(*pair(rng, 7.2))
    assert found.value < 5
    assert found.value <= found.diagnostics["cell_ceiling"] < 5.5
    assert found.verdict == "at ceiling"


def test_what_the_cells_can_tell_is_reliable(rng):
    found = Binned(range="snapshot").measure(*pair(rng, 2, n=20_000))
    assert found.value == pytest.approx(2, abs=0.15)
    assert found.verdict == "reliable"


@pytest.mark.parametrize("estimator", FAMILIES)
def test_symbols_have_no_ceiling_of_cells(rng, estimator):
    x = rng.integers(0, 3, 3000)
    found = estimator.measure(x, x)
    assert math.isnan(found.diagnostics["cell_ceiling"])
    assert found.verdict == "reliable"


@pytest.mark.parametrize("estimator", [*FAMILIES, EDGE(gamma=0.1)])
def test_a_layer_of_few_values_that_the_cells_keep_apart_is_exact(rng, estimator):
    """A unit that knows one of four labels, and nothing else: I(T;Y) = H(T) < H(Y)."""
    y = rng.integers(0, 4, 4000)
    t = np.where(y == 0, 0.7, -0.2)[:, None]
    context = Context(rng.normal(size=(4000, 2)), y)
    found = estimator.estimate(t, context)
    share = (y == 0).mean()
    exact = -share * math.log2(share) - (1 - share) * math.log2(1 - share)
    assert found["ty"] == pytest.approx(exact, abs=1e-9)
    assert math.isnan(found["ty_cell_ceiling"])
    assert estimator.verdicts(found, context)[1] == "reliable"


def test_a_layer_that_says_all_of_the_labels_is_no_matter_of_cells(rng):
    """Saturated units: two cells with values that differ a little, and one bit to be told."""
    y = rng.integers(0, 2, 4000)
    t = np.where(y == 0, 1.0, -1.0)[:, None] * (1 - 1e-4 * rng.random((4000, 1)))
    context = Context(rng.normal(size=(4000, 2)), y)
    estimator = Binned(range="snapshot")
    found = estimator.estimate(t, context)
    assert found["ty"] == pytest.approx(found["ty_cell_ceiling"])
    assert estimator.verdicts(found, context) == ("reliable", "reliable")


def test_cells_too_coarse_for_the_labels_are_at_the_ceiling(rng):
    y = rng.integers(0, 8, 4000)
    t = (y + rng.random(4000))[:, None]
    context = Context(rng.normal(size=(4000, 2)), y)
    for bins, phrase in ((1, "at ceiling"), (3, "at ceiling"), (64, "reliable")):
        estimator = Binned(bins=bins, range=(0, 8))
        assert estimator.verdicts(estimator.estimate(t, context), context)[1] == phrase, bins


def test_dead_units_are_not_at_a_ceiling():
    x, y = szt.patterns()
    context = Context(x, y)
    for estimator in FAMILIES:
        found = estimator.estimate(np.zeros((len(x), 3)), context)
        assert math.isnan(found["ty_cell_ceiling"])
        assert estimator.verdicts(found, context)[1] == "reliable"


def test_information_of_a_deterministic_layer_is_what_its_cells_hold(rng):
    """I(X;T) = H(T) by definition: the cells are not short of anything."""
    x, y = szt.patterns()
    t = np.tanh((2 * x - 1) @ rng.normal(size=(12, 1)))
    context = Context(x, y)
    estimator = Binned(bins=8, range=(-1, 1))
    found = estimator.estimate(t, context)
    assert found["xt"] == pytest.approx(found["ty_cell_ceiling"])
    assert estimator.verdicts(found, context)[0] == "reliable"


def test_tensors_have_the_ceiling_of_arrays(rng):
    t = rng.normal(size=(3000, 2)).astype(np.float32)
    context = Context(t, rng.integers(0, 2, 3000))
    for estimator in FAMILIES:
        here, there = (estimator.estimate(v, context) for v in (t, torch.from_numpy(t)))
        assert there["ty_cell_ceiling"] == pytest.approx(here["ty_cell_ceiling"], abs=1e-6)


def test_late_samples_that_differ_count_too():
    cells = Partition.of_codes(np.zeros(5000, np.int64))
    t = np.zeros((5000, 1))
    assert math.isnan(cell_ceiling((cells, t)))
    t[-1] = 1
    assert cell_ceiling((cells, t)) == pytest.approx(0, abs=1e-12)
