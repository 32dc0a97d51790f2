import io
import json
import os
import struct
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import torch
from torch import nn

from glow.layers import Activation, Dense, Dropout
from glow.models import Ensemble, IBSequential, Input, Model, Sequential, load_model
from glow.optimizers import SGD, Adam

X = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
Y = (X.sum(1) > 0).astype(np.int64)


def _stack(seed=0, cls=Sequential):
    layers = [Dense(6, "tanh"), nn.BatchNorm1d(6), Dropout(0.3), Dense(2)]
    return cls(layers, seed=seed, name="small")


def _graph():
    x = Input((4,))
    h = Dropout(0.3)(Dense(6, "tanh")(x))
    return Model(x, Dense(2)(h) + Dense(2)(x), seed=0)


def _saved(tmp_path, model=None):
    model = model or _graph()
    model.compile("adam", loss="cross_entropy", metrics=["accuracy"])
    model.fit(X, Y, epochs=1, verbose=0)
    model.save(tmp_path / "m.glow")
    return model, tmp_path / "m.glow"


_RESUME = """
import sys
import numpy as np
import torch
from glow.models import load_model

torch.set_num_threads(1)  # as in these tests: sums over threads have another order
X = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
Y = (X.sum(1) > 0).astype(np.int64)
model = load_model(sys.argv[1])
model.fit(X, Y, batch_size=16, epochs=3, validation_split=0.2, verbose=0)
model.save(sys.argv[2])
"""


@pytest.mark.slow
def test_training_goes_on_bit_for_bit_in_another_process(tmp_path):
    """Six epochs are three, saved, and three more in a fresh process, for each optimizer."""
    from glow.layers import BatchNormalization

    settings = {"batch_size": 16, "validation_split": 0.2, "verbose": 0}
    script = tmp_path / "resume.py"
    script.write_text(_RESUME)
    for name, optimizer in (
        ("sgd", SGD(learning_rate=0.05, momentum=0.9, nesterov=True)),
        ("adam", Adam(learning_rate=0.01)),
    ):

        def build(optimizer=optimizer):
            layers = [Dense(6, "tanh"), BatchNormalization(), Dropout(0.3), Dense(2)]
            model = Sequential(layers, input_shape=(4,), seed=5)
            model.compile(optimizer, loss="cross_entropy", metrics=["accuracy"])
            return model

        straight, halved = build(), build()
        straight.fit(X, Y, epochs=6, **settings)
        halved.fit(X, Y, epochs=3, **settings)
        halved.save(tmp_path / f"{name}.glow")
        arguments = [tmp_path / f"{name}.glow", tmp_path / f"{name}-6.glow"]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run([sys.executable, script, *arguments], check=True, env=env)
        resumed = load_model(tmp_path / f"{name}-6.glow")
        assert resumed.history.history == straight.history.history
        assert resumed.history.epoch == [0, 1, 2, 3, 4, 5]
        state = resumed.state_dict()
        assert all(torch.equal(state[k], v) for k, v in straight.state_dict().items())
        pairs = zip(
            resumed.optimizer.state_dict()["state"].values(),
            straight.optimizer.state_dict()["state"].values(),
            strict=True,
        )
        for mine, theirs in pairs:
            assert all(
                torch.equal(mine[k], v) for k, v in theirs.items() if isinstance(v, torch.Tensor)
            )


def test_a_graph_goes_on_bit_for_bit(tmp_path):
    straight = _graph()
    straight.compile("adam", loss="cross_entropy", metrics=["accuracy"])
    straight.fit(X, Y, epochs=3, verbose=0)
    _, path = _saved(tmp_path)
    resumed = load_model(path)
    resumed.fit(X, Y, epochs=2, verbose=0)
    assert resumed.history.history == straight.history.history
    assert np.array_equal(resumed.predict(X), straight.predict(X))


@pytest.mark.parametrize("cls", [Sequential, IBSequential])
def test_kinds_names_and_settings_come_back(tmp_path, cls):
    model = cls([Dense(3, "tanh"), Activation("relu"), Dense(2)], (4,), seed=7, name="small")
    model, path = _saved(tmp_path, model)
    again = load_model(path)
    assert type(again) is cls
    assert (again.name, again.seed) == ("small", 7)
    assert again.get_config() == model.get_config()
    assert again.evaluate(X, Y, return_dict=True) == model.evaluate(X, Y, return_dict=True)
    assert again.history.params == model.history.params
    assert [p.name for p in tmp_path.iterdir()] == ["m.glow"], "nothing temporary is left"


def test_an_ensemble_comes_back(tmp_path):
    def build(seed):
        return Sequential([Dense(3, "tanh"), Dense(2)], input_shape=(4,), seed=seed)

    model, path = _saved(tmp_path, Ensemble(build, n=2))
    again = load_model(path)
    again.fit(X, Y, verbose=0)
    model.fit(X, Y, verbose=0)
    assert np.array_equal(again.predict(X), model.predict(X))
    assert np.array_equal(again.history.runs["loss"], model.history.runs["loss"])


def test_an_uncompiled_or_unfinished_model_is_saved_too(tmp_path):
    model = _graph()
    model.save(tmp_path / "m")
    again = load_model(tmp_path / "m")
    assert np.array_equal(again.predict(X), model.predict(X))
    with pytest.raises(RuntimeError, match="not compiled"):
        again.evaluate(X, Y)
    model.compile(lambda p: torch.optim.SGD(p, lr=0.1), loss=nn.CrossEntropyLoss())
    with pytest.raises(TypeError, match=r"save: optimizer=.* include_optimizer=False"):
        model.save(tmp_path / "n")
    assert not (tmp_path / "n").exists()
    model.save(tmp_path / "n", include_optimizer=False)
    assert np.array_equal(load_model(tmp_path / "n").predict(X), model.predict(X))


def test_frozen_layers_stay_frozen(tmp_path):
    model = _graph()
    model.layers[0].trainable = False
    model.get_layer("dense_2").bias.requires_grad_(False)
    model.save(tmp_path / "m")
    again = load_model(tmp_path / "m")
    wanted = {name: p.requires_grad for name, p in model.named_parameters()}
    assert {name: p.requires_grad for name, p in again.named_parameters()} == wanted
    assert not again.layers[0].trainable
    assert again.layers[2].trainable


def test_a_learning_rate_changed_on_the_way_comes_back(tmp_path):
    model, path = _saved(tmp_path)
    model.optimizer.param_groups[0]["lr"] = 0.123
    model.save(path)
    assert load_model(path).optimizer.param_groups[0]["lr"] == 0.123


def test_two_saves_are_the_same_file(tmp_path):
    model, path = _saved(tmp_path)
    first = path.read_bytes()
    model.save(path)
    assert path.read_bytes() == first


def test_what_has_no_description_says_what_to_do(tmp_path):
    class Mine(Model):
        def forward(self, x):
            return x

    with pytest.raises(TypeError, match=r"Mine.*register.*save_weights"):
        Mine().save(tmp_path / "m")
    with pytest.raises(RuntimeError, match=r"no weights yet|no shapes"):
        Sequential([Dense(2)]).save(tmp_path / "m")


def _parts(path):
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def _pack(path, parts, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def _edit(parts, name, change):
    values = json.loads(parts[name])
    change(values)
    return {**parts, name: json.dumps(values).encode()}


def _lie(parts):
    """The header of the weights says that the first tensor is far larger."""
    data = parts["weights.safetensors"]
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    first = next(iter(header))
    header[first]["shape"] = [10**9, 10**6]
    header[first]["data_offsets"] = [0, 4 * 10**15]
    text = json.dumps(header).encode()
    packed = struct.pack("<Q", len(text)) + text + data[8 + length :]
    return {**parts, "weights.safetensors": packed}


def _widen(config):
    layer = next(iter(config["model"]["config"]["layers"].values()))
    layer["config"]["units"] = 10**12


BAD_PARTS = {
    "traversal": (lambda p: {**p, "../../evil": b"x"}, r"it holds .*evil"),
    "absolute": (lambda p: {**p, "/etc/evil": b"x"}, r"it holds .*evil"),
    "missing": (lambda p: {k: v for k, v in p.items() if k != "weights.safetensors"}, "it holds"),
    "empty": (lambda p: {}, "it holds nothing"),
    "no json": (lambda p: {**p, "model.json": b"{"}, r"model\.json is no JSON"),
    "deep json": (lambda p: {**p, "model.json": b"[" * 200_000}, r"model\.json is no JSON"),
    "pickle": (lambda p: {**p, "weights.safetensors": b"\x80\x04\x95"}, "holds no tensors"),
    "lying weights": (_lie, "holds no tensors"),
    "lying description": (lambda p: _edit(p, "model.json", _widen), "the network has weights"),
    "version": (
        lambda p: _edit(p, "model.json", lambda v: v.update(version=99)),
        "has the version 99, expected 1.*Install",
    ),
    "format": (
        lambda p: _edit(p, "model.json", lambda v: v.update(format="x")),
        "of another format",
    ),
    "class": (
        lambda p: _edit(p, "model.json", lambda v: v["model"].update(class_name="os.system")),
        r"Unknown layer 'os\.system'",
    ),
    "not a dict": (lambda p: _edit(p, "model.json", lambda v: v.update(model=[1])), "no model can"),
    "history": (lambda p: _edit(p, "history.json", lambda v: v.pop("epoch")), "no model can"),
    "optimizer": (
        lambda p: _edit(p, "training.json", lambda v: v["compile"].update(optimizer="evil")),
        "Unknown optimizer 'evil'",
    ),
}


@pytest.mark.parametrize("case", BAD_PARTS)
def test_foreign_and_lying_files_are_refused(tmp_path, case):
    change, message = BAD_PARTS[case]
    _, path = _saved(tmp_path)
    _pack(path, change(_parts(path)))
    with pytest.raises(ValueError, match=message):
        load_model(path)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["m.glow"]


def test_damaged_files_are_refused(tmp_path):
    _, path = _saved(tmp_path)
    whole, parts = path.read_bytes(), _parts(path)
    middle = whole.index(parts["weights.safetensors"]) + len(parts["weights.safetensors"]) - 3
    flipped = whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :]
    for content in (b"", b"no zip", whole[:100], whole[:-30], whole[30:], flipped):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"is no whole model file.*model\.save wrote"):
            load_model(path)
    _pack(path, parts, zipfile.ZIP_DEFLATED)
    with pytest.raises(ValueError, match=r"compressed"):
        load_model(path)
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("model.json", parts["model.json"])
    path.write_bytes(twice.getvalue())
    with pytest.raises(ValueError, match="it holds"):
        load_model(path)
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "none")


def test_a_failing_save_keeps_the_older_file(tmp_path, monkeypatch):
    from glow.models import _archive

    model, path = _saved(tmp_path)
    before = path.read_bytes()

    def full(path, content):
        raise OSError("disk full")

    monkeypatch.setattr(_archive, "write_atomically", full)
    with pytest.raises(OSError, match="disk full"):
        model.save(path)
    assert path.read_bytes() == before


def test_registered_classes_come_back(tmp_path):
    from glow.layers import Layer, register

    @register("tests")
    class Twice(Layer, nn.Module):
        def __init__(self, name=None):
            super().__init__()
            self.name = name

        def forward(self, x):
            return 2 * x

    @register("tests")
    class Mine(Sequential):
        pass

    x = Input((4,))
    graph = Model(x, Twice()(Dense(2)(x)), seed=0)
    for model in (graph, Mine([Dense(2), Twice()], input_shape=(4,), seed=0)):
        model.save(tmp_path / "m")
        again = load_model(tmp_path / "m")
        assert type(again) is type(model)
        assert np.array_equal(again.predict(X), model.predict(X))


def test_weights_as_a_list_of_arrays():
    model, other = _graph(), _graph()
    other.set_weights([0 * w for w in other.get_weights()])
    assert not other.predict(X).any()
    weights = model.get_weights()
    assert [w.shape for w in weights] == [(6, 4), (6,), (2, 6), (2,), (2, 4), (2,)]
    other.set_weights(weights)
    assert np.array_equal(other.predict(X), model.predict(X))
    weights[0][:] = 0
    assert model.get_weights()[0].any(), "they are copies"
    with pytest.raises(ValueError, match=r"set_weights expects 6 arrays .*got 5"):
        other.set_weights(weights[1:])
    with pytest.raises(ValueError, match=r"functional: set_weights expects"):
        other.set_weights([w.T for w in weights])
    with pytest.raises(RuntimeError, match=r"no weights yet"):
        Sequential([Dense(2)]).get_weights()
    norm = _stack()
    norm.build((4,))
    assert len(norm.get_weights()) == 8, "running statistics, but not their counter"
    assert norm.count_params() == 4 * 6 + 6 + 6 + 6 + 6 + 6 + 6 * 2 + 2
    assert [w.shape for w in norm.layers[0].get_weights()] == [(6, 4), (6,)]
