import numpy as np
import pytest
import torch

from glow.callbacks import LambdaCallback, LearningRateScheduler, ReduceLROnPlateau
from glow.optimizers import SGD
from glow.optimizers.schedules import ExponentialDecay


class Halves:
    def __call__(self, epoch, lr):
        return lr / 2


SCHEDULES = {
    "of the epoch": (lambda epoch: 0.1 / (epoch + 1), [0.1, 0.05, 0.1 / 3]),
    "of the rate too": (lambda epoch, lr: lr if epoch < 2 else lr / 10, [0.5, 0.5, 0.05]),
    "an object": (Halves(), [0.25, 0.125, 0.0625]),
    "NumPy's numbers": (lambda epoch: np.float32(0.25), [0.25] * 3),
    "whole numbers": (lambda epoch: epoch, [0.0, 1.0, 2.0]),
}


@pytest.mark.parametrize(("schedule", "rates"), SCHEDULES.values(), ids=list(SCHEDULES))
def test_a_rate_for_every_epoch(net, fit, schedule, rates):
    model, used = net(SGD(0.5)), []
    watch = LambdaCallback(
        on_backward_end=lambda batch: used.append(model.optimizer.param_groups[0]["lr"])
    )
    history = fit(model, LearningRateScheduler(schedule), watch)
    assert history.history["learning_rate"] == pytest.approx(rates)
    assert used == pytest.approx(np.repeat(rates, 5))


def test_each_group_of_weights_keeps_its_own_rate(net, fit):
    model = net()
    first, *others = model.parameters()
    groups = [{"params": [first], "lr": 0.4}, {"params": others, "lr": 0.2}]
    model.compile(torch.optim.SGD(groups), loss="cross_entropy")
    schedule = LearningRateScheduler(lambda epoch, lr: lr / 2)
    plateau = ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=99)
    history = fit(model, schedule, plateau).history
    assert history["learning_rate_0"] == pytest.approx([0.2, 0.1, 0.025])
    assert history["learning_rate_1"] == pytest.approx([0.1, 0.05, 0.0125])


def test_an_error_in_the_schedule_is_not_taken_for_another_signature(net, fit):
    """Keras calls it again without the learning rate after any TypeError."""

    def schedule(epoch, lr):
        return lr + None

    with pytest.raises(TypeError, match="unsupported operand"):
        fit(net(), LearningRateScheduler(schedule))


@pytest.mark.parametrize("given", [None, "fast", -0.1, float("nan"), float("inf"), [0.1, 0.2]])
def test_a_schedule_must_return_a_rate(net, fit, given):
    with pytest.raises(ValueError, match=r"must return a number of at least 0, got .* for epoch 0"):
        fit(net(), LearningRateScheduler(lambda epoch: given))


@pytest.mark.parametrize("schedule", [0.1, None, lambda: 0.1, lambda a, b, c: 0.1])
def test_a_schedule_must_take_an_epoch(schedule):
    with pytest.raises(TypeError, match=r"^LearningRateScheduler: schedule must"):
        LearningRateScheduler(schedule)


@pytest.mark.parametrize(
    "callback", [LearningRateScheduler(lambda epoch: 0.1), ReduceLROnPlateau("loss")]
)
def test_two_schedules_do_not_fight(net, fit, callback):
    model = net(SGD(ExponentialDecay(0.1, 10, 0.9)))
    with pytest.raises(
        ValueError, match=r"expected .* a fixed learning rate, .*'ExponentialDecay'"
    ):
        fit(model, callback)


# Arguments, values of the epochs, the learning rate after each epoch, from 1.
PLATEAUS = {
    "waits for patience": ({"patience": 2}, [3, 3, 3, 3, 3], [1, 1, 0.1, 0.1, 0.01]),
    "goes on while better": ({"patience": 1}, [5, 4, 3, 2], [1, 1, 1, 1]),
    "the least change": ({"patience": 1, "min_delta": 1}, [5, 4.5, 3], [1, 0.1, 0.1]),
    "max": ({"patience": 1, "mode": "max"}, [1, 2, 1], [1, 1, 0.1]),
    "cooldown": ({"patience": 1, "cooldown": 2}, [3] * 6, [1, 0.1, 0.1, 0.01, 0.01, 0.001]),
    "never below min_lr": ({"patience": 1, "min_lr": 0.05}, [3] * 4, [1, 0.1, 0.05, 0.05]),
    "patience 0": ({"patience": 0, "factor": 0.5}, [3, 3, 2, 2], [1, 0.5, 0.5, 0.25]),
    "a validation not due": ({"patience": 1}, [3, None, 3], [1, 1, 0.1]),
}


@pytest.mark.parametrize(("settings", "values", "rates"), PLATEAUS.values(), ids=list(PLATEAUS))
def test_when_the_rate_is_reduced(net, settings, values, rates):
    model, after = net(SGD(1.0)), []
    callback = ReduceLROnPlateau(**settings)
    callback.set_model(model)
    callback.set_params({"validation": True})
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {} if value is None else {"val_loss": value})
        after.append(model.optimizer.param_groups[0]["lr"])
    assert after == pytest.approx(rates)


def test_the_logs_have_the_rate_of_the_epoch_before_it_is_reduced(net, fit, capsys):
    plateau = ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=99, verbose=1)
    history = fit(net(SGD(0.5)), plateau)
    assert history.history["learning_rate"] == [0.5, 0.5, 0.25]
    assert capsys.readouterr().out.splitlines() == [
        "Epoch 2: ReduceLROnPlateau reduces the learning rate to 0.25",
        "Epoch 3: ReduceLROnPlateau reduces the learning rate to 0.125",
    ]


WRONG = [
    ({"factor": 1.0}, r"factor must be a number of at least 0 and less than 1, got 1\.0"),
    ({"factor": -0.5}, r"factor must be a number"),
    ({"cooldown": -1}, r"cooldown must be an integer"),
    ({"min_lr": -1.0}, r"min_lr must be a number"),
    ({"monitor": "beauty"}, r"cannot tell"),
]


@pytest.mark.parametrize(("settings", "message"), WRONG)
def test_wrong_arguments(settings, message):
    with pytest.raises(ValueError, match=f"^ReduceLROnPlateau: .*{message}"):
        ReduceLROnPlateau(**settings)
