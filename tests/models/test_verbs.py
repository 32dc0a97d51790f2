"""What Keras asks of a model and its layers beside training: summary, layers, freezing."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from glow.layers import BatchNormalization, Dense, Dropout, Input
from glow.models import Model, Sequential
from glow.optimizers import SGD

X = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
Y = (X.sum(1) > 0).astype(np.int64)


class Net(Model):
    def __init__(self):
        super().__init__(seed=0, name="net")
        self.hidden, self.act, self.out = nn.LazyLinear(5), nn.Tanh(), nn.Linear(5, 2)
        self.unused = nn.Linear(2, 2)

    def forward(self, x):
        return self.out(self.act(self.hidden(x)))


def _stack():
    model = Sequential(
        [Input((4,)), Dense(6, "tanh"), BatchNormalization(), Dropout(0.2), Dense(2)], seed=0
    )
    model.compile(SGD(0.1), loss="cross_entropy", metrics=["accuracy"])
    return model


def _lines(model, capsys):
    model.summary()
    return capsys.readouterr().out.splitlines()


def test_an_input_may_stand_first_or_be_added():
    parts = [Input((4,)), Dense(6, "tanh"), Dense(2)]
    at_once, added = Sequential(parts, seed=0), Sequential(seed=0)
    shaped = Sequential([Dense(6, "tanh"), Dense(2)], input_shape=(4,), seed=0)
    for part in [Input((4,)), Dense(6, "tanh"), Dense(2)]:
        added.add(part)
    for model in (at_once, added):
        assert all(
            np.array_equal(a, b)
            for a, b in zip(model.get_weights(), shaped.get_weights(), strict=True)
        )
        assert model.input_shape == (4,)
        assert model.output_shape == (2,)
    added.add(Dense(3))
    added.compile("sgd")
    assert added.output_shape == (3,)
    assert np.array_equal(added.get_weights()[0], shaped.get_weights()[0])
    with pytest.raises(ValueError, match=r"layer 'dense' .* expects .* \(N, 4\), got \(N, 3\)"):
        added(torch.zeros(2, 3))


def test_a_layer_added_later_begins_with_weights_of_its_own():
    model = Sequential([Dense(4)], input_shape=(4,), seed=0)
    first = model.get_weights()[0]
    model.add(Dense(4))
    weights = model.get_weights()
    assert np.array_equal(weights[0], first)
    assert not np.allclose(weights[2], first)


def test_summary_of_a_subclass_needs_its_shapes(capsys):
    model = Net()
    with pytest.raises(RuntimeError, match=r"net: the shapes are not known yet.*build"):
        model.summary()
    model.build((4,))
    lines = _lines(model, capsys)
    assert [line.split()[0] for line in lines[3:-1]] == ["hidden", "act", "out", "unused"]
    assert lines[3].split() == ["hidden", "(Linear)", "(N,", "5)", "25", "yes"]
    assert lines[6].split() == ["unused", "(Linear)", "not", "called", "6"]
    assert lines[-1] == "Total: 43 parameters"
    assert model.hidden.weight.device.type == "cpu"


def test_summary_of_a_graph_tells_what_a_layer_takes(capsys):
    x = Input((4,), name="x")
    shared = Dense(4, name="shared")
    h = shared(x)
    lines = _lines(Model(x, Dense(2)(shared(h) + h), seed=0), capsys)
    assert lines[1].endswith("Connected to")
    rows = [line.split() for line in lines[3:-1]]
    assert [row[0] for row in rows] == ["shared", "shared#1", "add", "dense"]
    assert rows[1][4] == "0", "weights are counted once"
    assert rows[2][-2:] == ["shared#1,", "shared"]
    assert lines[-1] == "Total: 30 parameters"


def test_layers_by_name_and_place():
    model = _stack()
    assert model.get_layer("dense_1") is model.layers[-1] is model.get_layer(index=3)
    with pytest.raises(ValueError, match=r"no layer 'dens'.*Did you mean 'dense'"):
        model.get_layer("dens")
    with pytest.raises(ValueError, match=r"no layer index 9"):
        model.get_layer(index=9)


def test_frozen_layers_do_not_change_and_thaw_without_compile(capsys):
    model = _stack()
    dense, norm = model.layers[0], model.layers[1]
    dense.trainable = norm.trainable = False
    before = [w.copy() for w in model.get_weights()]
    model.fit(X, Y, epochs=2, verbose=0)
    after = model.get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(before[:6], after[:6], strict=True))
    assert not np.array_equal(before[6], after[6])
    assert _lines(model, capsys)[-1] == "Total: 56 parameters (14 trainable, 42 frozen)"
    model.trainable = True
    assert dense.trainable
    model.fit(X, Y, verbose=0)
    assert not np.array_equal(model.get_weights()[0], before[0])
    assert not np.array_equal(norm.get_weights()[2], before[4]), "statistics move again"


def test_a_layer_frozen_before_it_is_built_stays_frozen():
    layer = Dense(6, "tanh")
    layer.trainable = False
    model = Sequential([layer, Dense(2)], input_shape=(4,), seed=0)
    model.compile("sgd", loss="cross_entropy")
    before = layer.get_weights()[0]
    model.fit(X, Y, verbose=0)
    assert np.array_equal(layer.get_weights()[0], before)


def test_a_subclass_draws_lazy_weights_from_its_seed():
    torch.manual_seed(0)
    one = Net()
    torch.manual_seed(0)
    other = Net()
    other.compile("sgd", loss="cross_entropy")
    torch.manual_seed(99)
    one.build((4,))
    other.fit(X, Y, epochs=0, verbose=0)
    assert torch.equal(one.hidden.weight, other.hidden.weight)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")  # torch's own
def test_a_compiled_forward_pass_trains_alike():
    plain, compiled = _stack(), _stack()
    plain.fit(X, Y, epochs=2, verbose=0)
    with pytest.raises(ValueError, match="run_eagerly and jit_compile exclude each other"):
        compiled.compile("sgd", run_eagerly=True, jit_compile=True)
    compiled.compile(SGD(0.1), loss="cross_entropy", metrics=["accuracy"], jit_compile=True)
    assert compiled._compiled_call_impl is not None
    assert copy.deepcopy(compiled)._compiled_call_impl is None
    assert np.allclose(compiled.predict(X), _stack().predict(X), atol=1e-5)
