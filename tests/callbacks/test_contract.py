"""What every callback keeps to; the classes are found, not listed."""

import importlib
import inspect
import pkgutil

import pytest
import torch

import glow.callbacks
from glow.callbacks import Callback
from glow.layers import Dense
from glow.models import Sequential

HOOKS = [name for name in vars(Callback) if name.startswith("on_")]
CLASSES = sorted(
    {
        cls
        for info in pkgutil.iter_modules(glow.callbacks.__path__)
        for cls in vars(importlib.import_module(f"glow.callbacks.{info.name}")).values()
        if inspect.isclass(cls) and issubclass(cls, Callback) and cls is not Callback
    },
    key=lambda cls: cls.__name__,
)


def _data():
    torch.manual_seed(0)
    return torch.randn(24, 4), torch.arange(24) % 2


def _model():
    model = Sequential([Dense(3, activation="tanh"), Dense(2)], input_shape=(4,), seed=0)
    model.compile("adam", loss="cross_entropy", metrics=["accuracy"])
    return model


def test_they_are_found():
    assert {"History", "LambdaCallback", "Progress", "Record", "TerminateOnNaN"} <= {
        cls.__name__ for cls in CLASSES
    }


@pytest.mark.parametrize("cls", CLASSES)
def test_it_is_public_and_documented(cls):
    assert getattr(glow.callbacks, cls.__name__) is cls
    assert cls.__name__ in glow.callbacks.__all__
    assert inspect.getdoc(cls)


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("hook", HOOKS)
def test_its_hooks_have_the_arguments_of_the_base(cls, hook):
    expected = inspect.signature(getattr(Callback, hook)).parameters
    assert list(inspect.signature(getattr(cls, hook)).parameters) == list(expected)


@pytest.mark.parametrize("cls", CLASSES)
def test_it_needs_no_arguments_and_serves_two_fits(cls, capfd):
    x, y = _data()
    callback, watched, alone = cls(), _model(), _model()
    for _ in range(2):
        watched.fit(x, y, batch_size=8, epochs=2, callbacks=[callback], verbose=0)
    alone.fit(x, y, batch_size=8, epochs=4, verbose=0)
    assert watched.history.history == alone.history.history
    capfd.readouterr()


class Everything(Callback):
    """Notes the order of all calls."""

    def __init__(self):
        self.calls = []

    def __getattribute__(self, name):
        if name in HOOKS:
            calls = object.__getattribute__(self, "calls")
            return lambda *args: calls.append(name)
        return object.__getattribute__(self, name)


def test_order_of_the_hooks():
    x, y = _data()
    log, model = Everything(), _model()
    model.fit(x, y, batch_size=12, validation_split=0.5, callbacks=[log], verbose=0)
    batch = ["on_train_batch_begin", "on_backward_end", "on_train_batch_end"]
    test = ["on_test_begin", "on_test_batch_begin", "on_test_batch_end", "on_test_end"]
    assert log.calls == [
        "on_train_begin", "on_epoch_begin", *batch, *test, "on_epoch_end", "on_train_end"
    ]  # fmt: skip
    log.calls.clear()
    model.evaluate(x, y, callbacks=[log])
    assert log.calls == test
    log.calls.clear()
    model.predict(x, callbacks=[log])
    assert log.calls == [name.replace("test", "predict") for name in test]


def test_gradients_are_there_when_backward_ended():
    seen = []

    class Gradients(Callback):
        def on_backward_end(self, batch):
            weight = self.model.layers[0].weight
            seen.append((batch, float(weight.grad.abs().sum()) > 0, weight.detach().clone()))

    x, y = _data()
    model = _model()
    before = model.layers[0].weight.detach().clone()
    model.fit(x, y, batch_size=12, callbacks=[Gradients()], verbose=0)
    assert [(batch, there) for batch, there, _ in seen] == [(0, True), (1, True)]
    assert torch.equal(seen[0][2], before)


def test_batch_logs_are_made_only_if_wanted():
    class Wants(Callback):
        wants_batch_logs = True

        def __init__(self):
            self.logs = []

        def on_train_batch_end(self, batch, logs=None):
            self.logs.append(logs)

    class Content(Wants):
        wants_batch_logs = False

    x, y = _data()
    wants, content = Wants(), Content()
    history = _model().fit(x, y, batch_size=8, callbacks=[wants], verbose=0)
    _model().fit(x, y, batch_size=8, callbacks=[content], verbose=0)
    assert content.logs == [{}, {}, {}]
    assert wants.logs[-1] == {name: values[-1] for name, values in history.history.items()}


def test_params_are_json_values():
    import json

    log = Everything()
    _model().fit(*_data(), batch_size=8, epochs=3, callbacks=[log], verbose=0)
    params = json.loads(json.dumps(log.params))
    assert params["epochs"] == 3
    assert params["initial_epoch"] == 0
    assert params["steps"] == 3
    assert params["batch_size"] == 8
    assert params["samples"] == 24
    assert params["metrics"] == ["accuracy"]
