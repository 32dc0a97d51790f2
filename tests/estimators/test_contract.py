"""What every estimator promises, for every one there is and every variant it offers."""

import dataclasses
import json
import pickle
import re
import warnings

import numpy as np
import pytest
import torch

from glow.estimators import VERDICTS, Context, get, names

# What makes a family that learns or samples quick enough for tests of everything but its accuracy.
QUICK = {"hidden": (16,), "steps": 8, "warm_steps": 4, "samples": 20, "projections": 20}


def quick(estimator):
    declared = {p.name for p in estimator.active}
    return estimator.replace(**{k: v for k, v in QUICK.items() if k in declared})


VARIANTS = [
    pytest.param(quick(variant), id=f"{name}-{i}")
    for name in names()
    if type(get(name)).__module__.startswith("glow.")  # not those that other tests define
    for i, variant in enumerate(type(get(name)).variants())
]
every_variant = pytest.mark.parametrize("estimator", VARIANTS)
KEPT = [each for each in VARIANTS if not each.values[0].ordered]
every_kept_variant = pytest.mark.parametrize("estimator", KEPT)


def spoilt(t, value):
    t = t.copy()
    t[7, 2] = value
    return t


def finite(pair):
    return all(isinstance(value, float) and np.isfinite(value) for value in pair)


@every_variant
def test_it_is_a_frozen_value_with_keyword_settings(estimator):
    cls = type(estimator)
    assert dataclasses.is_dataclass(estimator)
    field = cls.parameters[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(estimator, field, None)
    with pytest.raises(TypeError, match=f"{cls.__name__}: settings are given by name"):
        cls(1)
    assert pickle.loads(pickle.dumps(estimator)) == estimator  # noqa: S301 - our own bytes


@every_variant
def test_settings_travel_as_json(estimator):
    settings = json.loads(json.dumps(estimator.settings))
    assert get(estimator.name, **settings) == estimator
    assert hash(get(estimator.name, **settings)) == hash(estimator)
    assert estimator.replace() == estimator


@every_variant
def test_every_parameter_is_declared_in_full(estimator):
    for p in estimator.parameters:
        assert p.meaning
        assert p.check("Owner", p.default) == p.default
        with pytest.raises(
            (TypeError, ValueError), match=rf"{p.name} must be .* got .* Choose e\.g"
        ):
            estimator.replace(**{p.name: object()})


@every_variant
def test_numbers_refuse_what_is_out_of_bounds(estimator):
    for p in estimator.sliders:
        for value in (p.low - 1, p.high + 1, float("nan"), True, "1"):
            with pytest.raises((TypeError, ValueError), match=f"{p.name} must be"):
                estimator.replace(**{p.name: value})
        for value in p.grid():
            assert getattr(estimator.replace(**{p.name: value}), p.name) == value


def test_labels_tell_all_variants_apart():
    labels = [variant.values[0].label for variant in VARIANTS]
    assert len(set(labels)) == len(labels)


@every_variant
def test_its_label_leaves_out_the_sliders(estimator):
    for p in estimator.sliders:
        assert estimator.replace(**{p.name: p.grid()[0]}).label == estimator.label


@every_variant
def test_criterion_is_finite_or_names_what_it_needs(estimator, rng):
    for d in (1, 3, 40):
        x, y = rng.normal(size=(80, d)), rng.integers(0, 3, 80)
        try:
            assert finite([estimator.criterion(x, y), estimator.criterion(y, x)])
            assert finite([estimator.criterion(x, x[:, :1] ** 2), estimator.criterion(y, y)])
        except ValueError as error:
            assert re.search("recording|samples", str(error))  # noqa: PT017 - either outcome is right


@every_variant
def test_coordinates_are_finite_and_stay_below_their_ceilings(estimator, layer, context):
    xt, ty = estimator.coordinates(layer[1], context)
    assert finite([xt, ty])
    if estimator.capped and estimator.unit == "bits":
        assert 0 < xt <= context.sample_ceiling + 1e-9
        assert 0 < ty <= context.label_entropy + 1e-9


@every_variant
def test_every_coordinate_gets_a_verdict(estimator, layer, context):
    found = estimator.estimate(layer[1], context)
    assert set(estimator.verdicts(found, context)) <= set(VERDICTS)


@every_variant
def test_a_measure_says_what_it_is(estimator, rng):
    x = rng.normal(size=(80, 2))
    try:
        found = estimator.measure(x, x + rng.normal(size=(80, 2)))
    except ValueError as error:
        assert "recording" in str(error)  # noqa: PT017 - either outcome is right
    else:
        assert np.isfinite(found.value)
        assert found.verdict in VERDICTS
        assert found.unit == estimator.unit


@every_variant
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_layer_on_an_accelerator_gives_the_same(estimator, layer, context):
    found = estimator.coordinates(torch.from_numpy(layer[1]).cuda(), context)
    np.testing.assert_allclose(found, estimator.coordinates(layer[1], context), rtol=1e-4)


@every_kept_variant
def test_a_curve_holds_the_coordinates_at_each_value(estimator, layer, context):
    for p in estimator.sliders:
        values = p.grid()[::5]
        curve = np.column_stack(estimator.curve(layer[1], context, p.name, values))
        single = [estimator.replace(**{p.name: v}).coordinates(layer[1], context) for v in values]
        # a dimensionless measure is a ratio of differences, which single precision ends at 1e-5
        atol = 1e-6 if estimator.unit == "bits" else 1e-5
        np.testing.assert_allclose(curve, single, atol=atol)


@every_variant
def test_the_form_of_the_activations_does_not_matter(estimator, layer, context):
    t = np.round(layer[1] * 64).astype(np.float32) / 64  # exact in 7 bits, so in every format
    expected = estimator.coordinates(t, context)
    forms = {
        "float16": t.astype(np.float16),
        "float64": t.astype(np.float64),
        "images": t.reshape(len(t), 2, 1, 2),
        "columns first": np.asfortranarray(t),
        "strided": np.repeat(t, 2, axis=0)[::2],
        "list": t.tolist(),
        "tensor": torch.from_numpy(t),
        "tensor with gradient": torch.from_numpy(t).requires_grad_(),
        "transposed tensor": torch.from_numpy(t.T.copy()).T,
        "half tensor": torch.from_numpy(t).half(),
        "bfloat16 tensor": torch.from_numpy(t).bfloat16(),
    }
    for form, given in forms.items():
        found = estimator.coordinates(given, context)
        np.testing.assert_allclose(found, expected, atol=1e-6, err_msg=form)


@every_variant
def test_activations_are_left_as_they_were(estimator, layer, context):
    t = layer[1].copy()
    t.setflags(write=False)
    estimator.coordinates(t, context)
    np.testing.assert_array_equal(t, layer[1])


@every_variant
@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (lambda t: spoilt(t, np.nan), ValueError, "t must be finite, got 1 .* sample 7, unit 2"),
        (lambda t: spoilt(t, -np.inf), ValueError, "t must be finite, got 1 .* sample 7, unit 2"),
        (lambda t: t[:-1], ValueError, "t has 299, x has 300"),
        (lambda t: t[:, :0], ValueError, "at least one value"),
        (lambda t: t[:0], ValueError, "at least one sample"),
        (lambda t: t.astype(str), TypeError, "t must hold real numbers"),
        (lambda t: t.astype(object), TypeError, "t must hold real numbers"),
    ],
)
def test_bad_activations_are_named(estimator, layer, context, spoil, error, message):
    with pytest.raises(error, match=f"^{type(estimator).__name__}: .*{message}"):
        estimator.coordinates(spoil(layer[1]), context)


@every_variant
def test_points_side_by_side_are_the_points_one_by_one(estimator, layer, context):
    from joblib import Parallel, delayed

    layers = [layer[1] * scale for scale in (0.2, 0.5, 1.0)] * 4
    wanted = [estimator.coordinates(t, context) for t in layers]
    found = Parallel(n_jobs=3, prefer="threads")(
        delayed(estimator.coordinates)(t, context) for t in layers
    )
    assert found == wanted


@every_variant
def test_a_noisy_layer_is_estimated_or_refused_by_name(estimator, layer, context):
    noisy = context.for_layer(noise=0.1, layer="gaussian_1", layer_range=(-1.0, 1.0))
    try:
        assert finite(estimator.coordinates(layer[1], noisy))
    except ValueError as error:
        assert "layer gaussian_1 adds noise" in str(error)  # noqa: PT017 - either is right


@every_variant
def test_diagnoses_are_finite_figures(estimator, layer, context):
    assert finite(estimator.diagnose(layer[1], context).values())


@every_variant
def test_an_estimate_is_the_coordinates_and_the_diagnosis(estimator, layer, context):
    _, t, _ = layer
    estimate = estimator.estimate(t, context)
    assert (estimate.pop("xt"), estimate.pop("ty")) == estimator.coordinates(t, context)
    assert estimate == estimator.diagnose(t, context)


@every_variant
def test_one_sample_holds_no_information_or_is_refused_by_name(estimator):
    context = Context([[0.0]], [1], recording_range=(-1.0, 1.0)).for_layer(layer_range=(-1.0, 1.0))
    try:
        assert estimator.coordinates([[0.3]], context) == pytest.approx((0, 0), abs=1e-6)
    except ValueError as error:
        assert re.match(f"{type(estimator).__name__}: .*sample", str(error))  # noqa: PT017


@every_variant
@pytest.mark.parametrize(
    "shape", ["constant column", "all constant", "every row twice", "one class"]
)
def test_degenerate_samples_give_a_finite_number_or_are_refused_by_name(
    estimator, layer, context, shape
):
    x, t, y = layer
    if shape == "constant column":
        t = np.hstack((t, np.ones((len(t), 1), np.float32)))
    elif shape == "all constant":
        t = np.ones_like(t)
    elif shape == "every row twice":
        x, t, y = (np.repeat(each[:150], 2, axis=0) for each in (x, t, y))
    else:
        y = np.zeros_like(y)
    ends = {"recording_range": context.recording_range, "layer_range": context.layer_range}
    given = Context(x, y).for_layer(**ends)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            xt, ty = estimator.coordinates(t, given)
        except ValueError as error:
            assert str(error).startswith(f"{type(estimator).__name__}: ")  # noqa: PT017
        else:
            assert finite([xt, ty])
            if shape == "all constant":
                assert (xt, ty) == pytest.approx((0, 0), abs=0.05)


@every_variant
def test_a_wide_layer_gives_finite_coordinates(estimator, rng):
    x, t = rng.normal(size=(300, 6)), np.maximum(rng.normal(size=(300, 400)), 0)
    ends = {"recording_range": (0.0, 5.0), "layer_range": (0.0, 5.0)}
    context = Context(x, np.arange(300) % 5).for_layer(**ends)
    try:
        assert finite(estimator.coordinates(t, context))
    except ValueError as error:
        assert re.match(f"{type(estimator).__name__}: .*sample", str(error))  # noqa: PT017
