import json

import pytest
import torch
from torch import nn

from glow import optimizers
from glow.layers import Dense
from glow.models import Ensemble, Sequential
from glow.optimizers import SGD, schedules

CLASSES = sorted(optimizers._BY_NAME)


@pytest.mark.parametrize("name", CLASSES)
def test_names_give_torch_optimizers_that_step(name):
    chosen = optimizers.get(name)
    weight = nn.Parameter(torch.ones(3))
    built = chosen.build([weight])
    weight.sum().backward()
    built.step()
    assert type(built).__name__.lower() == type(chosen).__name__.lower()
    assert (weight < 1).all()


@pytest.mark.parametrize("name", CLASSES)
def test_configurations_are_json(name):
    config = json.loads(json.dumps(optimizers.get(name).get_config()))
    assert optimizers.get(config) == optimizers.get(name)
    assert optimizers.get(type(optimizers.get(name))) == optimizers.get(name)


def test_keras_arguments_reach_torch():
    adam = optimizers.Adam(learning_rate=4e-4, beta_1=0.5, epsilon=1e-7, amsgrad=True)
    defaults = adam.build([nn.Parameter(torch.ones(1))]).defaults
    assert defaults["lr"] == 4e-4
    assert defaults["betas"] == (0.5, 0.999)
    assert defaults["eps"] == 1e-7
    assert defaults["amsgrad"]
    assert defaults["fused"]
    sgd = optimizers.SGD(momentum=0.9, nesterov=True).build([nn.Parameter(torch.ones(1))])
    assert (sgd.defaults["momentum"], sgd.defaults["nesterov"]) == (0.9, True)
    rms = optimizers.RMSprop(rho=0.5).build([nn.Parameter(torch.ones(1))])
    assert rms.defaults["alpha"] == 0.5


def test_arguments_of_the_other_optimizers_reach_torch():
    weights = [nn.Parameter(torch.ones(1))]
    assert (
        optimizers.Adagrad(initial_accumulator_value=0.5)
        .build(weights)
        .defaults["initial_accumulator_value"]
        == 0.5
    )
    assert optimizers.Adadelta(rho=0.5).build(weights).defaults["rho"] == 0.5
    for cls in (optimizers.Adamax, optimizers.Nadam):
        assert cls(beta_2=0.5).build(weights).defaults["betas"] == (0.9, 0.5)


def test_the_learning_rate_needs_no_name():
    assert optimizers.Adam(0.5).learning_rate == 0.5
    assert optimizers.SGD(0.5, momentum=0.9).learning_rate == 0.5
    assert optimizers.SGD().learning_rate == 0.01
    assert optimizers.get("RMSProp") == optimizers.RMSprop()


def _step(optimizer, gradients):
    """What one SGD step of rate 1 takes from two weights with these gradients."""
    weights = [nn.Parameter(torch.zeros(len(g))) for g in gradients]
    for weight, gradient in zip(weights, gradients, strict=True):
        weight.grad = torch.tensor(gradient)
    optimizer.build(weights).step()
    return [(-weight).tolist() for weight in weights]


def test_gradients_are_clipped():
    given = [[3.0, 4.0], [0.0, -12.0]]
    assert _step(SGD(1.0), given) == given
    assert _step(SGD(1.0, clipvalue=3.5), given) == [[3.0, 3.5], [0.0, -3.5]]
    each = _step(SGD(1.0, clipnorm=1.0), given)
    assert each[0] == pytest.approx([0.6, 0.8], rel=1e-5)
    assert each[1] == pytest.approx([0, -1], rel=1e-5)
    whole = _step(SGD(1.0, global_clipnorm=1.3), given)  # their norm is 13
    assert whole[0] == pytest.approx([0.3, 0.4], rel=1e-5)
    assert whole[1] == pytest.approx([0, -1.2], rel=1e-5)


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        (schedules.ExponentialDecay(1.0, 2, 0.25), {0: 1, 1: 0.5, 2: 0.25, 4: 0.0625}),
        (schedules.ExponentialDecay(1.0, 2, 0.25, staircase=True), {0: 1, 1: 1, 2: 0.25, 3: 0.25}),
        (schedules.InverseTimeDecay(1.0, 2, 1.0), {0: 1, 2: 0.5, 4: 1 / 3}),
        (schedules.InverseTimeDecay(1.0, 2, 1.0, staircase=True), {1: 1, 3: 0.5}),
        (schedules.PolynomialDecay(1.0, 10, 0.2), {0: 1, 5: 0.6, 10: 0.2, 50: 0.2}),
        (schedules.PolynomialDecay(1.0, 10, 0.0, power=2.0), {5: 0.25}),
        (schedules.CosineDecay(1.0, 10), {0: 1, 5: 0.5, 10: 0, 50: 0}),
        (schedules.CosineDecay(1.0, 10, alpha=0.2), {5: 0.6, 10: 0.2}),
        (
            schedules.CosineDecay(0.0, 10, warmup_target=2.0, warmup_steps=4),
            {0: 0, 2: 1, 4: 2, 9: 1, 14: 0},
        ),
        (schedules.PiecewiseConstantDecay([3, 5], [1.0, 0.5, 0.1]), {0: 1, 3: 1, 4: 0.5, 6: 0.1}),
    ],
)
def test_schedules_are_those_of_keras(schedule, rates):
    for step, rate in rates.items():
        assert schedule(step) == pytest.approx(rate, abs=1e-12)
    adam = optimizers.Adam(schedule)
    config = json.loads(json.dumps(adam.get_config()))
    assert optimizers.get(config) == adam


def test_a_schedule_goes_on_where_a_saved_training_stopped():
    schedule = schedules.PolynomialDecay(1.0, 10, 0.0)
    weight = nn.Parameter(torch.zeros(1))
    weight.grad = torch.ones(1)
    first = SGD(schedule).build([weight])
    for _ in range(3):
        first.step()
    assert weight.item() == pytest.approx(-(1 + 0.9 + 0.8))
    again = SGD(schedule).build([weight])
    again.load_state_dict(first.state_dict())
    again.step()
    assert weight.item() == pytest.approx(-(1 + 0.9 + 0.8 + 0.7))


def test_errors_of_schedules_and_clips():
    for make, message in [
        (lambda: schedules.CosineDecay(-1, 10), r"CosineDecay: initial_learning_rate must be"),
        (lambda: schedules.CosineDecay(1, 0), r"CosineDecay: decay_steps must be an integer"),
        (lambda: schedules.CosineDecay(1, 9, warmup_target=-1), r"warmup_target must be"),
        (lambda: schedules.ExponentialDecay(1, 2, -1), r"ExponentialDecay: decay_rate must be"),
        (lambda: schedules.PiecewiseConstantDecay([3, 2], [1, 2, 3]), r"increasing boundaries"),
        (lambda: schedules.PiecewiseConstantDecay([3], [1]), r"one value more"),
        (lambda: schedules.get({"class_name": "Cosine", "config": {}}), r"Did you mean 'CosineDec"),
        (lambda: SGD(clipnorm=-1), r"SGD: clipnorm must be a number of at least 0, got -1"),
        (lambda: SGD(clipnorm=1, clipvalue=1), r"at most one of .* got clipnorm and clipvalue"),
    ]:
        with pytest.raises(ValueError, match=message):
            make()


def test_errors():
    with pytest.raises(ValueError, match=r"Unknown optimizer 'adm'. Did you mean 'adam'"):
        optimizers.get("adm")
    with pytest.raises(TypeError, match=r"optimizer must be a name.*got 3"):
        optimizers.get(3)
    for rate in (-1, float("nan")):
        with pytest.raises(ValueError, match=r"Adam: learning_rate must be a number of at least 0"):
            optimizers.Adam(learning_rate=rate)


def test_norms_are_not_taken_over_the_networks_of_an_ensemble():
    def build(seed):
        return Sequential([Dense(2)], input_shape=(3,), seed=seed)

    x, y = torch.randn(8, 3), torch.arange(8) % 2
    model = Ensemble(build, n=2)
    for clip in ({"clipnorm": 1.0}, {"global_clipnorm": 1.0}):
        model.compile(SGD(**clip), loss="cross_entropy")
        with pytest.raises(ValueError, match=r"clips by a norm over all networks.*Use clipvalue"):
            model.fit(x, y, verbose=0)
    model.compile(SGD(clipvalue=1.0), loss="cross_entropy")
    model.fit(x, y, verbose=0)
