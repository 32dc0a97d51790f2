import numpy as np
import pytest
import torch

from glow.callbacks import Callback, EarlyStopping, LambdaCallback, ModelCheckpoint, Record

NAN = float("nan")

# Arguments, values of the epochs, the epoch after which it stops (None: never), the best epoch.
RUNS = {
    "patience 0 stops at the first epoch that is no better": ({}, [3, 2, 2, 1], 2, 1),
    "but never at the very first": ({"baseline": 0.0}, [3, 3], 1, 0),
    "patience counts epochs since the best": ({"patience": 2}, [3, 4, 4, 1], 2, 0),
    "an improvement starts the count anew": ({"patience": 2}, [3, 4, 2, 4, 4, 1], 4, 2),
    "what improves goes on": ({"patience": 1}, [4, 3, 2, 1], None, 3),
    "less than min_delta is no improvement": ({"min_delta": 0.5}, [3, 2.6, 1], 1, 0),
    "more than min_delta is": ({"min_delta": 0.5}, [3, 2.4, 1], None, 2),
    "more is better for max": ({"mode": "max"}, [1, 2, 3, 3], 3, 2),
    "a baseline must be beaten": ({"baseline": 1.0, "patience": 3}, [4, 3, 2.5, 2.6], 3, 2),
    "improving alone does not stop": ({"baseline": 1.0, "patience": 1}, [4, 3, 2], None, 2),
    "a beaten baseline starts anew": ({"baseline": 3.5, "patience": 2}, [4, 3, 3.2, 3.2], 3, 1),
    "a warm-up is not looked at": ({"start_from_epoch": 2}, [1, 5, 4, 3, 3], 4, 3),
    "NaN is never better": ({"patience": 1}, [3, NAN, 1], 1, 0),
    "a validation not due does not count": ({"patience": 1}, [3, None, 4, 1], 2, 0),
}


@pytest.mark.parametrize(("settings", "values", "stops", "best"), RUNS.values(), ids=list(RUNS))
def test_when_it_stops(replay, settings, values, stops, best):
    callback = EarlyStopping(**settings)
    model = replay(callback, values)
    assert model.stop_training == (stops is not None)
    assert callback.stopped_epoch == (stops or 0)
    assert callback.best_epoch == best
    assert callback.best == values[best]


DIRECTIONS = {
    "loss": "min",
    "val_loss": "min",
    "mean_squared_error": "min",
    "val_rmse": "min",
    "left_loss": "min",
    "accuracy": "max",
    "val_acc": "max",
    "sparse_top_k_categorical_accuracy": "max",
    "val_auc": "max",
    "fmeasure": "max",
    "precision": "max",
    "recall": "max",
    "weighted_accuracy": "max",
}


@pytest.mark.parametrize(("name", "mode"), DIRECTIONS.items())
def test_the_direction_by_the_name(replay, name, mode):
    values = [2.0, 1.0] if mode == "max" else [1.0, 2.0]
    assert replay(EarlyStopping(name), values, name).stop_training
    assert not replay(EarlyStopping(name), values[::-1], name).stop_training


def test_best_weights_are_those_of_the_best_epoch(net, fit):
    kept = {}
    keep = LambdaCallback(on_epoch_end=lambda epoch, logs: kept.update({epoch: get()}))
    model = net("sgd")
    get = model.get_weights

    class Worse(Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 2:
                self.model.set_weights([10 * weight for weight in get()])

    stop = EarlyStopping("loss", patience=2, restore_best_weights=True)
    history = fit(model, Worse(), keep, stop, epochs=20)
    assert stop.stopped_epoch == stop.best_epoch + 2 < 20
    assert all(map(np.array_equal, get(), kept[stop.best_epoch]))
    assert history.stopped
    assert history.reason == (
        f"loss has not improved for 2 epochs; the best was {stop.best:.4g} in epoch "
        f"{stop.best_epoch + 1}"
    )


def test_a_recording_ends_with_the_weights_trained_not_with_those_restored(net, fit, tmp_path):
    last = {}
    keep = LambdaCallback(on_epoch_end=lambda epoch, logs: last.update(weights=get()))
    record = Record(path=tmp_path / "r", keep="activations", schedule={0})
    stop = EarlyStopping("accuracy", mode="min", patience=2, restore_best_weights=True)
    model = net("sgd")
    get = model.get_weights
    fit(model, stop, record, keep, epochs=6)
    kernel, bias, *_ = last["weights"]
    expected = np.tanh(record.recording.x @ kernel.T + bias)
    end = record.recording.epochs[-1]
    assert np.allclose(record.recording.activations(end)["dense"], expected, atol=1e-6)
    assert not np.array_equal(get()[0], kernel)


def test_a_failed_training_keeps_its_last_weights(net, fit):
    model = net("sgd")

    def fail(epoch, logs):
        if epoch == 2:
            model.set_weights([0 * weight for weight in model.get_weights()])
            raise OSError("disk full")

    stop = EarlyStopping("loss", patience=9, restore_best_weights=True)
    with pytest.raises(OSError, match="disk full"):
        fit(model, stop, LambdaCallback(on_epoch_end=fail))
    assert all(not weight.any() for weight in model.get_weights())


def test_it_says_what_it_does(replay, capsys):
    replay(EarlyStopping(verbose=1, restore_best_weights=True), [3, 1, 2])
    assert capsys.readouterr().out.splitlines() == [
        "Epoch 3: early stopping",
        "Restoring the weights of the best epoch: 2",
    ]


MISSING = {
    "a typo": ("accurracy", {}, r"'accurracy' is not in the logs\. Did you mean 'accuracy'\?"),
    "no validation": ("val_loss", {}, r"Valid: accuracy, loss\. Nothing is validated: give fit"),
    "a typo of a validation": (
        "val_losss",
        {"validation_split": 0.2},
        r"Did you mean 'val_loss'\? Valid: accuracy, loss, val_accuracy, val_loss\.$",
    ),
}


@pytest.mark.parametrize(("name", "settings", "message"), MISSING.values(), ids=list(MISSING))
@pytest.mark.parametrize("cls", [EarlyStopping, ModelCheckpoint])
def test_a_monitor_that_is_not_there_raises_at_the_first_epoch(
    net, fit, tmp_path, cls, name, settings, message
):
    """Keras warns, and trains to the end."""
    given = {"filepath": tmp_path / "m", "save_best_only": True} if cls is ModelCheckpoint else {}
    model = net()
    with pytest.raises(ValueError, match=f"^{cls.__name__}: monitor=.*{message}"):
        fit(model, cls(**given, monitor=name, mode="min"), **settings)
    assert model.history.epoch == [0]


def test_a_validation_every_other_epoch_will_do(net, fit):
    stop = EarlyStopping(patience=2)
    assert fit(net(), stop, epochs=4, validation_split=0.2, validation_freq=2).epoch[-1] == 3


WRONG = [
    ({"mode": "less"}, r"mode must be 'auto', 'min' or 'max', got 'less'"),
    ({"monitor": "beauty"}, r"cannot tell .* 'beauty' is better\. Give mode='max' or mode='min'"),
    ({"monitor": "loss_of_accuracy"}, r"cannot tell"),
    ({"patience": -1}, r"patience must be an integer of at least 0, got -1"),
    ({"patience": 1.5}, r"patience must be an integer"),
    ({"min_delta": -0.1}, r"min_delta must be a number of at least 0"),
    ({"start_from_epoch": None}, r"start_from_epoch must be an integer"),
]


@pytest.mark.parametrize(("settings", "message"), WRONG)
def test_wrong_arguments(settings, message):
    with pytest.raises(ValueError, match=f"^EarlyStopping: .*{message}"):
        EarlyStopping(**settings)


def test_running_statistics_are_restored_too(fit):
    from glow.layers import BatchNormalization, Dense
    from glow.models import Sequential

    model = Sequential([Dense(3), BatchNormalization(), Dense(2)], input_shape=(4,), seed=0)
    model.compile("sgd", loss="cross_entropy")
    stop = EarlyStopping("loss", mode="max", patience=3, restore_best_weights=True)
    seen = []
    layer = model.get_submodule("batch_normalization")
    keep = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(layer.running_mean.clone()))
    fit(model, stop, keep, epochs=4)
    assert torch.equal(layer.running_mean, seen[stop.best_epoch])
    assert not torch.equal(seen[0], seen[-1])
