import numpy as np
import pytest

from glow.estimators import KSG, Context, Sliced


def gaussians(n, d, rho, seed):
    """d pairs of one correlation."""
    x, noise = np.random.default_rng(seed).normal(size=(2, n, d))
    return x, rho * x + np.sqrt(1 - rho**2) * noise


def directions(d, many, seed):
    normal = np.random.default_rng(seed).normal(size=(many, d))
    return normal / np.linalg.norm(normal, axis=1, keepdims=True)


def sliced_information(d, rho, many=100_000):
    """That of the pairs in bits: projections on a and b have the correlation rho a.b."""
    cosines = (directions(d, many, 0) * directions(d, many, 1)).sum(axis=1)
    return float(-0.5 * np.log2(1 - (rho * cosines) ** 2).mean())


@pytest.mark.parametrize("d", [2, 5, 20])
def test_gaussians_have_their_sliced_information(d):
    truth = sliced_information(d, 0.9)
    found = [Sliced(projections=40).criterion(*gaussians(1000, d, 0.9, s)) for s in range(20)]
    error = np.std(found, ddof=1) / np.sqrt(20)
    # all twenty have the same 40 directions, whose own spread comes on top
    spread = Sliced(projections=40).check(*gaussians(1000, d, 0.9, 0))["projection_error"]
    assert abs(np.mean(found) - truth) < 3 * np.hypot(error, spread)


def test_numbers_have_but_one_projection():
    x, y = gaussians(500, 1, 0.8, 0)
    assert Sliced().criterion(x, y) == KSG().criterion(x, y)
    labels = (y[:, 0] > 0).astype(int)
    assert Sliced().criterion(x, labels) == KSG().criterion(x, labels)
    assert Sliced().check(x, y)["projection_error"] == 0


def test_each_slice_is_ksg_of_the_projections():
    x, y = gaussians(200, 3, 0.8, 0)
    a = np.random.default_rng((4, 0)).normal(size=(5, 3))
    b = np.random.default_rng((4, 1)).normal(size=(5, 3))
    expected = [KSG(k=2).criterion(x @ p, y @ q) for p, q in zip(a, b, strict=True)]
    found = Sliced(k=2, projections=5, seed=4).criterion(x, y)
    assert found == pytest.approx(np.mean(expected), abs=1e-9)


def test_labels_are_not_projected():
    x, y = gaussians(200, 3, 0.8, 0)
    labels = (y[:, 0] > 0).astype(int)
    b = np.random.default_rng((0, 1)).normal(size=(5, 3))
    expected = np.mean([KSG().criterion(x @ q, labels) for q in b])
    assert Sliced(projections=5).criterion(x, labels) == pytest.approx(expected, abs=1e-9)
    assert Sliced(projections=5).criterion(labels, x) == pytest.approx(expected, abs=1e-9)


def test_curves_over_projections_and_neighbours_are_single_estimates(layer, context):
    estimator = Sliced(projections=30)
    for name, values in (("projections", [7, 1, 30, 7]), ("k", [9, 1, 32])):
        curve = np.column_stack(estimator.curve(layer[1], context, name, values))
        single = [estimator.replace(**{name: v}).coordinates(layer[1], context) for v in values]
        np.testing.assert_allclose(curve, single, rtol=1e-9)
    assert estimator.curve(layer[1], context, "projections", [])[0].shape == (0,)


def test_the_seed_decides():
    x, y = gaussians(200, 4, 0.8, 0)
    first = Sliced(projections=10).criterion(x, y)
    assert first == Sliced(projections=10).criterion(x, y)
    assert first != Sliced(projections=10, seed=1).criterion(x, y)


def test_repeated_samples_stay_together_in_every_projection():
    rng = np.random.default_rng(0)
    atoms = rng.normal(size=(4, 300))
    which = rng.integers(0, 4, 400)
    found = Sliced(projections=5).measure(atoms[which], which)
    assert found.diagnostics["atom_share"] == 1
    assert found.value == pytest.approx(2, abs=0.05)  # 2 bits, from every direction


def test_independent_variables_have_none_in_the_mean():
    def value(seed):
        rng = np.random.default_rng(seed)
        return Sliced(projections=5).criterion(rng.normal(size=(300, 9)), rng.normal(size=(300, 9)))

    found = [value(seed) for seed in range(20)]
    assert abs(np.mean(found)) < 0.02 + 3 * np.std(found, ddof=1) / np.sqrt(20)


def test_a_continuous_target_is_projected(rng):
    t = rng.normal(size=(300, 3)).astype(np.float32)
    xt, ty = Sliced(projections=20).coordinates(t, Context(rng.normal(size=(300, 2)), t @ t[:3].T))
    assert abs(xt) < 0.1 < ty


def test_wide_layers_are_no_trouble():
    x, y = gaussians(300, 1000, 0.9, 0)
    labels = (x[:, 0] > 0).astype(int)
    assert np.isfinite(Sliced(projections=3).criterion(x, y))
    assert np.isfinite(Sliced(projections=3).criterion(x.astype(np.float16), labels))


def test_what_cannot_be_estimated_is_said():
    with pytest.raises(ValueError, match=r"^Sliced: k=3 neighbours need more than 3 samples"):
        Sliced().criterion(np.ones(3), np.ones(3))


@pytest.mark.parametrize("projections", [2, 40, 500, 1000])
def test_the_slider_ends_at_the_own_number_of_projections(projections):
    (slider,) = (s for s in Sliced(projections=projections).sliders if s.name == "projections")
    grid = slider.grid()
    assert (grid[0], grid[-1]) == (1, projections)
    assert [s.name for s in Sliced(projections=1).sliders] == ["k"]
