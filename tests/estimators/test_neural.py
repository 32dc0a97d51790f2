import math
import warnings

import numpy as np
import pytest
import torch

from glow.estimators import MINE, NWJ, SMILE, Context, InfoNCE, limited_memory

FAMILIES = [MINE, NWJ, InfoNCE, SMILE]
every_family = pytest.mark.parametrize("family", FAMILIES)
SMALL = {"hidden": (16,), "steps": 20, "warm_steps": 10, "batch_size": 32}
LEARNING = {"hidden": (32,), "steps": 200, "batch_size": 64, "learning_rate": 5e-3}


def gaussians(rho, d, n, seed):
    x, z = np.random.default_rng(seed).normal(size=(2, n, d))
    return x, rho * x + math.sqrt(1 - rho**2) * z


@every_family
@pytest.mark.parametrize("critic", ["joint", "separable"])
def test_a_strong_dependence_is_found_and_not_exceeded(family, critic):
    x, y = gaussians(0.9, 1, 2000, seed=0)
    found = family(critic=critic, **LEARNING).measure(x, y)
    assert 0.8 < found.value < 1.198 + 3 * found.diagnostics["standard_error"]


@every_family
def test_independent_variables_read_nothing_in_the_mean(family):
    """Also where the critic could learn its few samples by heart."""
    estimator = family(hidden=(64,), steps=60, batch_size=32, learning_rate=5e-3)
    found = [estimator.criterion(*gaussians(0, 3, 80, seed)) for seed in range(20)]
    error = np.std(found) / math.sqrt(len(found))
    assert -0.3 < np.mean(found) < 3 * error


@every_family
def test_what_the_critic_learned_by_heart_is_not_counted(family):
    """The demos that report the training bound, or the last step, read -8 or +8 here."""
    x, y = gaussians(0.5, 10, 120, seed=1)
    found = family(hidden=(256,), steps=300, batch_size=60, learning_rate=3e-3).measure(x, y)
    assert found.curves["train"][-1] > 2.5 if family is not SMILE else True
    assert -1 < found.value < 2.075 + 0.5


@every_family
def test_the_curves_come_with_the_number(family):
    found = family(**SMALL).measure(*gaussians(0.5, 2, 100, seed=0))
    step, train, held_out = (found.curves[name] for name in ("step", "train", "held_out"))
    assert step[0] == 0
    assert step[-1] == 20
    assert len(step) == len(train) == len(held_out)
    assert held_out[0] == train[0] == pytest.approx(0, abs=1e-6)  # nothing learned, nothing read
    assert found.value == family(**SMALL).criterion(*gaussians(0.5, 2, 100, seed=0))
    assert found.value <= held_out.max() + 0.5


@every_family
def test_check_gives_the_diagnostics_of_measure(family):
    x, y = gaussians(0.5, 2, 100, seed=0)
    assert family(**SMALL).check(x, y) == dict(family(**SMALL).measure(x, y).diagnostics)


@every_family
def test_nothing_global_is_touched(family):
    x, y = gaussians(0.5, 2, 60, seed=0)
    torch.manual_seed(7)
    np.random.seed(7)
    state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()
    threads = torch.get_num_threads(), torch.get_num_interop_threads()
    family(**SMALL).criterion(x, y)
    assert torch.equal(state, torch.get_rng_state())
    assert (numpy_state == np.random.get_state()[1]).all()
    assert threads == (torch.get_num_threads(), torch.get_num_interop_threads())
    assert torch.is_grad_enabled()


@every_family
def test_a_seed_decides_the_number_whatever_the_caller_does(family):
    x, y = gaussians(0.5, 2, 100, seed=0)
    expected = family(**SMALL).criterion(x, y)
    torch.manual_seed(99)
    assert family(**SMALL).criterion(x, y) == expected
    assert family(**SMALL, seed=1).criterion(x, y) != expected
    with torch.no_grad():
        assert family(**SMALL).criterion(x, y) == expected
    with torch.inference_mode():
        assert family(**SMALL).criterion(torch.from_numpy(x), torch.from_numpy(y)) == expected
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert family(**SMALL).criterion(x, y) == expected
    torch.set_default_dtype(torch.float64)
    try:
        assert family(**SMALL).criterion(x, y) == expected
    finally:
        torch.set_default_dtype(torch.float32)


@every_family
def test_units_of_measurement_do_not_matter(family):
    x, y = gaussians(0.7, 2, 100, seed=0)
    moved = family(**SMALL).criterion(1e-12 * x + 4, 1e6 * y - 1e7)
    assert moved == pytest.approx(family(**SMALL).criterion(x, y), abs=2e-3)


def test_names_of_symbols_do_not_matter():
    rng = np.random.default_rng(0)
    x = rng.normal(size=120)
    y = (x > 0).astype(int) + (x > 1)
    expected = MINE(**SMALL).criterion(x, y)
    assert MINE(**SMALL).criterion(x, np.array([-5, 3, 900])[y]) == expected
    assert MINE(**SMALL).criterion(x, torch.from_numpy(y).to(torch.uint8)) == expected


def test_columns_of_symbols_are_coded_one_by_one():
    bits = np.random.default_rng(0).integers(0, 2, (400, 12))
    found = NWJ(**LEARNING).criterion(bits, bits[:, 3] ^ 1)
    assert found == pytest.approx(1, abs=0.25)


def test_too_many_symbols_are_refused_with_a_way_out():
    x = np.arange(1025)
    with pytest.raises(ValueError, match=r"MINE: x must hold at most 1024 symbols.* got 1025"):
        MINE(**SMALL).criterion(x, x % 2)
    assert math.isfinite(MINE(**SMALL).criterion(x.astype(float), x % 2))


@every_family
@pytest.mark.parametrize("n", [1, 7])
def test_too_few_samples_are_refused(family, n):
    x = np.arange(n, dtype=float)
    with pytest.raises(ValueError, match=rf"{family.__name__}: .* at least 8 samples.* got {n}"):
        family().criterion(x, x)


@every_family
def test_eight_samples_are_enough_to_ask(family):
    x = np.arange(8.0)
    assert math.isfinite(family(**SMALL).criterion(x, x))


@every_family
def test_constant_columns_hold_nothing(family):
    x = np.full((100, 2), 1e6 + 0.1)
    y = np.random.default_rng(0).normal(size=100)
    assert family(**SMALL).criterion(x, y) == pytest.approx(0, abs=0.1)


def test_bad_arrays_are_named():
    good = np.zeros((20, 2))
    bad = good.copy()
    bad[3, 1] = np.nan
    with pytest.raises(ValueError, match=r"SMILE: y must be finite, got 1 NaN .* sample 3, unit 1"):
        SMILE(**SMALL).criterion(good, bad)
    with pytest.raises(ValueError, match=r"SMILE: .*same samples, but x has 20, y has 19"):
        SMILE(**SMALL).criterion(good, good[1:])
    with pytest.raises(TypeError, match="SMILE: x must hold real numbers"):
        SMILE(**SMALL).criterion(good * 1j, good)


def test_a_critic_that_diverges_is_no_number():
    x, y = gaussians(0.9, 2, 100, seed=0)
    with pytest.raises(ValueError, match=r"NWJ: .*diverged within .*learning_rate=1\. .*e\.g\."):
        NWJ(hidden=(64, 64), steps=50, learning_rate=1.0).criterion(x, y)


def test_what_does_not_fit_in_memory_is_refused_before_it_begins():
    x = np.arange(400.0)
    InfoNCE(**SMALL, critic="joint").criterion(x, x)
    with (
        limited_memory("100 KiB"),
        pytest.raises(ValueError, match=r"InfoNCE: a training step must fit .* critic='joint'"),
    ):
        InfoNCE(**SMALL, critic="joint").criterion(x, x)


@pytest.mark.parametrize(
    ("hidden", "error"),
    [((), ValueError), ((0,), ValueError), ((8, 1.5), TypeError), (8, TypeError), ("8", TypeError)],
)
def test_hidden_layers_are_checked(hidden, error):
    with pytest.raises(error, match=r"MINE: hidden must be a sequence of integers from 1 to 8192"):
        MINE(hidden=hidden)


def test_only_the_clip_of_smile_has_a_slider():
    assert [p.name for family in FAMILIES for p in family().sliders] == ["tau"]


@pytest.mark.parametrize("critic", ["joint", "separable"])
def test_infonce_never_exceeds_its_ceiling_and_says_so(critic):
    x = np.random.default_rng(0).normal(size=400)  # the truth is infinite
    settings = {**LEARNING, "steps": 600, "batch_size": 16}
    found = InfoNCE(critic=critic, **settings).measure(x, x)
    assert found.diagnostics["ceiling"] == 4
    assert found.value <= found.curves["held_out"].max() <= 4
    assert found.verdict == "at ceiling"


def test_the_ceiling_of_infonce_is_lower_where_fewer_samples_are_held_out():
    x = np.random.default_rng(0).normal(size=41)
    found = InfoNCE(**LEARNING).measure(x, x)
    assert found.diagnostics["ceiling"] == math.log2(10)
    assert found.curves["held_out"].max() <= math.log2(10)


def test_others_have_no_ceiling():
    x, y = gaussians(0.9, 1, 100, seed=0)
    assert "ceiling" not in MINE(**SMALL).check(x, y)


def test_a_curve_that_still_rises_is_said_to():
    x, y = gaussians(0.95, 1, 2000, seed=0)
    found = MINE(hidden=(32,), steps=20, learning_rate=1e-2).measure(x, y)
    assert found.diagnostics["rising"] > 0.05
    assert found.verdict == "still rising"


def test_a_sample_too_small_for_its_dimension_is_said_to_be():
    x, y = gaussians(0.6, 20, 200, seed=0)
    found = MINE(hidden=(128,), steps=150, batch_size=64, learning_rate=2e-3).measure(x, y)
    assert found.diagnostics["gap"] > 0.3
    assert found.verdict == "too few samples for d"


# On a plane


def a_layer(n=200):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 3)).astype(np.float32)
    return x, np.tanh(x @ rng.normal(size=(3, 2))).astype(np.float32), (x[:, 0] > 0).astype(int)


@every_family
def test_coordinates_are_the_criteria(family):
    x, t, y = a_layer()
    estimator = family(**SMALL)
    found = estimator.coordinates(t, Context(x, y))
    assert found == (estimator.criterion(x, t), estimator.criterion(t, y))


@every_family
def test_a_trajectory_begins_cold_and_goes_on_warm(family):
    x, t, y = a_layer()
    context = Context(x, y)
    estimator = family(**SMALL)
    first, second, third = estimator.trajectory([t, t, t], context)
    assert first == estimator.estimate(t, context)
    assert second["xt_step"] <= estimator.warm_steps
    assert third["xt"] > first["xt"]  # 10 and 10 further steps of a bound far from its end
    again = list(estimator.trajectory(iter([t, t, t]), context, diagnostics=False))
    assert again == [{"xt": e["xt"], "ty": e["ty"]} for e in (first, second, third)]


def test_warm_epochs_are_as_good_as_cold_ones_for_fewer_steps():
    x, t, y = a_layer(1000)
    context = Context(x, y)
    settings = {"hidden": (32,), "steps": 200, "batch_size": 64, "learning_rate": 3e-3}
    layers = [t + s * np.random.default_rng(1).normal(size=t.shape) for s in (0.6, 0.5, 0.4)]
    warm = list(MINE(**settings, warm_steps=40).trajectory(layers, context, diagnostics=False))
    for found, t_now in zip(warm, layers, strict=True):
        cold = MINE(**settings).coordinates(t_now, context)
        assert (found["xt"], found["ty"]) == pytest.approx(cold, abs=0.15)


def test_the_noise_that_a_layer_declares_is_added_once_for_a_seed():
    x, t, y = a_layer()
    declared = Context(x, y).for_layer(noise=0.3)
    estimator = MINE(**SMALL)
    noise = torch.randn(t.shape, generator=torch.Generator().manual_seed(0)).numpy()
    expected = estimator.coordinates(t + np.float32(0.3) * noise, Context(x, y))
    assert estimator.coordinates(t, declared) == pytest.approx(expected, abs=1e-5)
    assert estimator.coordinates(t, declared) == estimator.coordinates(t, declared)
    assert estimator.coordinates(t, declared) != estimator.coordinates(t, Context(x, y))


def test_noise_of_ours_adds_to_that_of_the_layer():
    x, t, y = a_layer()
    ours = MINE(**SMALL, noise=0.4).coordinates(t, Context(x, y).for_layer(noise=0.3))
    assert ours == pytest.approx(
        MINE(**SMALL).coordinates(t, Context(x, y).for_layer(noise=0.5)), abs=1e-5
    )


def test_noise_means_nothing_without_a_layer():
    with pytest.raises(ValueError, match=r"MINE: noise is that of a layer on a recording"):
        MINE(**SMALL, noise=0.1).criterion([0.0] * 9, [1.0] * 9)


def test_a_curve_of_the_clip_is_the_single_estimates():
    x, t, y = a_layer()
    context = Context(x, y)
    values = [5.0, 0.5, 20.0, 1.0]
    xt, ty = SMILE(**SMALL).curve(t, context, "tau", values)
    single = [SMILE(**SMALL, tau=value).coordinates(t, context) for value in values]
    np.testing.assert_array_equal(np.column_stack([xt, ty]), single)
    empty = SMILE(**SMALL).curve(t, context, "tau", [])
    assert [axis.shape for axis in empty] == [(0,), (0,)]


def test_a_curve_of_another_setting_trains_each():
    x, t, y = a_layer()
    xt, _ = SMILE(**SMALL).curve(t, Context(x, y), "steps", [1, 20])
    assert xt[0] != xt[1]


def test_a_continuous_target_is_estimated():
    x, t, _ = a_layer()
    xt, ty = NWJ(**SMALL).coordinates(t, Context(x, t[:, :1] + 0.5))
    assert math.isfinite(xt)
    assert math.isfinite(ty)


def test_more_than_the_label_holds_is_flagged():
    verdicts = MINE().verdicts(
        {
            "xt": 3.0,
            "ty": 1.3,
            **{f"{a}_{k}": 0.0 for a in ("xt", "ty") for k in ("gap", "rising")},
        },
        Context(np.arange(4.0), [0, 1, 0, 1]),
    )
    assert verdicts == ("reliable", "above ceiling")


@every_family
def test_extreme_inputs_raise_no_warning(family):
    x = np.concatenate([np.zeros(99), [1e30]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert math.isfinite(family(**SMALL).criterion(x, np.arange(100) % 3))
