"""The torch operations for accelerators, run on the CPU, against the compiled loops."""

import numpy as np
import pytest
import torch

from glow.estimators import limited_memory
from glow.estimators._context import Classes
from glow.estimators._neighbours.search import (
    Cloud,
    Split,
    label_reading,
    pair_reading,
    radius_sums,
)
from glow.estimators._neighbours.search_torch import TensorCloud

KS = np.array([1, 2, 3, 5, 8, 13])
SHAPES = ["smooth", "lattice", "rectified", "repeated", "constant"]


def problem(shape, n=90, d=2):
    """Two dependent variables (N, d) with the ties of real layers, and labels."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, d))
    y = x + rng.normal(size=(n, d))
    if shape == "lattice":
        x, y = np.round(2 * x) / 2, np.round(y)
    elif shape == "rectified":
        x, y = np.maximum(x, 0), np.maximum(y, 0)
    elif shape == "repeated":
        x, y = np.repeat(x[: n // 3], 3, axis=0), np.repeat(y[: n // 3], 3, axis=0)
    elif shape == "constant":
        y = np.full_like(y, 0.25)
    labels = (x[:, 0] > 0).astype(int) + 2 * (rng.random(len(x)) < 0.1)
    labels[0] = 99  # alone in its class
    return x.astype(np.float32), y.astype(np.float32), Split.of(Classes.of(labels))


def clouds(metric, *samples):
    """Each on the host and as a tensor."""
    on_host = [Cloud.of(v, metric) for v in samples]
    return on_host, [TensorCloud.of(torch.from_numpy(v), metric) for v in samples]


def same(found, expected):
    """But for a few distances whose order rounding turned: each moves a mean by about 1 / N."""
    for name in ("values", "atoms", "ties", "dropped"):
        np.testing.assert_allclose(
            getattr(found, name), getattr(expected, name), rtol=1e-3, atol=1e-3, err_msg=name
        )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("metric", ["euclidean", "max"])
@pytest.mark.parametrize("mixed", [True, False])
def test_readings_are_those_of_the_host(shape, metric, mixed):
    x, y, split = problem(shape)
    (x_host, y_host), (x_there, y_there) = clouds(metric, x, y)
    # among tied neighbours any may come first, and plain variant 2 depends on which
    for variant in (1, 2) if mixed or shape == "smooth" else (1,):
        choice = {"variant": variant, "mixed": mixed}
        same(
            pair_reading(x_there, y_there, KS, **choice), pair_reading(x_host, y_host, KS, **choice)
        )
    (t_host,), (t_there,) = clouds(metric, y[split.order])
    same(
        label_reading(t_there, split, KS, mixed=mixed),
        label_reading(t_host, split, KS, mixed=mixed),
    )


@pytest.mark.parametrize("shape", SHAPES[:4])
def test_entropies_are_those_of_the_host(shape):
    x, y, split = problem(shape)
    on_host, there = clouds("euclidean", x, y)
    for which in (slice(0, 1), slice(0, 2)):
        found, expected = (radius_sums(tuple(v[which]), KS) for v in (there, on_host))
        np.testing.assert_allclose(found[0], expected[0], rtol=1e-4, atol=1e-3)
        np.testing.assert_array_equal(found[1], expected[1])
    on_host, there = clouds("euclidean", y[split.order])
    found, expected = (
        radius_sums((v[0].first(split.samples),), KS, split) for v in (there, on_host)
    )
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-4, atol=1e-3)
    assert [cloud.dimensions for cloud in (*there, *on_host)] == [2, 2]


def test_small_blocks_give_the_same():
    x, y, split = problem("rectified")
    _, (x_there, y_there) = clouds("max", x, y)
    whole = pair_reading(x_there, y_there, KS).values, label_reading(y_there, split, KS).values
    with limited_memory("10 kB"):
        found = pair_reading(x_there, y_there, KS).values, label_reading(y_there, split, KS).values
    np.testing.assert_allclose(found, whole, rtol=1e-12)
