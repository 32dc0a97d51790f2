"""What every callback keeps to; the classes are found, not listed."""

import importlib
import inspect
import pkgutil

import pytest
import torch

import glow.callbacks
from glow.callbacks import Callback, LambdaCallback, _tree
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


# What the arguments are that a callback must have, or that make it watch this training only.
ARGUMENTS = {
    "backup_dir": lambda folder: folder / "backup",
    "filename": lambda folder: folder / "log.csv",
    "filepath": lambda folder: folder / "model.glow",
    "monitor": lambda folder: "loss",
    "patience": lambda folder: 99,
    "schedule": lambda folder: lambda epoch, rate: rate,
}
CASES = [pytest.param(cls, id=cls.__name__) for cls in CLASSES]


@pytest.fixture
def make(tmp_path):
    """Makes a callback of a class."""

    def made(cls):
        names = [
            name
            for name, each in inspect.signature(cls).parameters.items()
            if name in ("monitor", "patience")
            or (each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD)
        ]
        return cls(**{name: ARGUMENTS[name](tmp_path) for name in names})

    return made


def _fit(model, epochs, callbacks=()):
    settings = {"batch_size": 8, "validation_split": 0.25, "verbose": 0}
    return model.fit(*_data(), epochs=epochs, callbacks=list(callbacks), **settings)


def _same(model, other):
    pairs = zip(model.get_weights(), other.get_weights(), strict=True)
    return all((a == b).all() for a, b in pairs)


def test_they_are_found():
    assert {"History", "LambdaCallback", "Progress", "Record", "TerminateOnNaN"} <= {
        cls.__name__ for cls in CLASSES
    }


@pytest.mark.parametrize("cls", CASES)
def test_it_is_public_and_documented(cls):
    assert getattr(glow.callbacks, cls.__name__) is cls
    assert cls.__name__ in glow.callbacks.__all__
    assert inspect.getdoc(cls)


@pytest.mark.parametrize("cls", CASES)
@pytest.mark.parametrize("hook", HOOKS)
def test_its_hooks_have_the_arguments_of_the_base(cls, hook):
    expected = inspect.signature(getattr(Callback, hook)).parameters
    assert list(inspect.signature(getattr(cls, hook)).parameters) == list(expected)


@pytest.mark.parametrize("cls", CASES)
def test_it_watches_two_fits_without_a_trace(cls, make, capfd):
    """Weights and logs are those of a training without it, and it takes every other verb too."""
    callback, watched, alone = make(cls), _model(), _model()
    for _ in range(2):
        history = _fit(watched, 2, [callback])
        watched.evaluate(*_data(), callbacks=[callback])
        watched.predict(_data()[0], callbacks=[callback])
    expected = _fit(alone, 4).history
    assert {name: history.history[name] for name in expected} == expected
    assert set(history.history) - set(expected) <= {"learning_rate"}
    assert history.epoch == [0, 1, 2, 3]
    assert _same(watched, alone)
    capfd.readouterr()


@pytest.mark.parametrize("cls", CASES)
def test_it_lets_an_error_through_and_serves_again(cls, make, capfd):
    def fail(batch, logs):
        raise OSError("disk full")

    callback, model = make(cls), _model()
    failing = LambdaCallback(on_train_batch_end=fail)
    with pytest.raises(OSError, match="disk full") as caught:
        _fit(model, 2, [callback, failing])
    assert not getattr(caught.value, "__notes__", [])  # no callback failed after that
    history = _fit(model, 2, [callback])
    assert history.epoch == [0, 1]
    assert not history.stopped
    capfd.readouterr()


@pytest.mark.parametrize("cls", CASES)
def test_what_it_knows_survives_the_process(cls, make, tmp_path, capfd):
    callback, other = make(cls), make(cls)
    model = _model()
    _fit(model, 1, [callback])
    if not callback.state_dict():
        return
    _tree.write(tmp_path / "state", callback.state_dict())
    _fit(_model(), 0, [other])
    other.load_state_dict(_tree.read(tmp_path / "state"))
    _tree.write(tmp_path / "again", other.state_dict())
    assert (tmp_path / "again").read_bytes() == (tmp_path / "state").read_bytes()
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
