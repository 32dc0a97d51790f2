import copy
import json

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from glow.callbacks import Record
from glow.dynamics import Recording, plane
from glow.layers import Activation, Dense, Dropout, to_config
from glow.models import Functional, Input, Model, Sequential, model_from_config

X = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
Y = (X.sum(1) > 0).astype(np.int64)


def _branches(seed=0):
    a, b = Input((4,), name="a"), Input((3,), name="b")
    shared = Dense(5, "tanh", name="shared")
    left = shared(a)
    right = shared(torch.cat([b, b[:, :1]], 1))
    merged = Dropout(0.1)(Activation("relu")(Dense(6)(torch.cat([left, right], 1))))
    return Model([a, b], [Dense(2, name="kind")(merged), Dense(1, name="size")(merged)], seed=seed)


def test_a_chain_is_the_same_network_as_a_stack():
    x = Input((4,))
    chain = Model(x, Dense(2)(Dense(5, "tanh")(x)), seed=0)
    stack = Sequential([Dense(5, "tanh"), Dense(2)], input_shape=(4,), seed=0)
    assert [name for name, _ in chain.named_parameters()] == [
        n for n, _ in stack.named_parameters()
    ]
    for model in (chain, stack):
        model.compile("adam", loss="cross_entropy", metrics=["accuracy"])
        model.fit(X, Y, epochs=3, verbose=0)
    assert chain.history.history == stack.history.history
    assert np.array_equal(chain.predict(X), stack.predict(X))


def test_operators_functions_and_methods_compute_what_torch_does():
    x = Input((4,))
    h = Dense(4, name="h")(x)
    made = {
        "sum": 1 - 2 * h / 3 + x**2,
        "tanh": functional.softmax(torch.tanh(-h), dim=1),
        "mean": h.mean(1, keepdim=True),
        "part": torch.stack([h[:, 0], h[..., -1]], dim=1),
        "matrix": h.reshape(-1, 2, 2) @ h.reshape(-1, 2, 2),
        "over": 1 / (abs(h) + 1.0),
        "where": torch.where(h > 0, h, 0.0),
    }
    model = Model(x, made, seed=0)
    values = torch.from_numpy(X)
    with torch.no_grad():
        h, outputs = model.get_layer("h")(values), model(values)
    expected = {
        "sum": 1 - 2 * h / 3 + values**2,
        "tanh": functional.softmax(torch.tanh(-h), dim=1),
        "mean": h.mean(1, keepdim=True),
        "part": torch.stack([h[:, 0], h[..., -1]], dim=1),
        "matrix": h.reshape(-1, 2, 2) @ h.reshape(-1, 2, 2),
        "over": 1 / (abs(h) + 1.0),
        "where": torch.where(h > 0, h, 0.0),
    }
    assert list(outputs) == list(expected) == model.output_names
    for name, value in expected.items():
        assert torch.equal(outputs[name], value), name
    again = model_from_config(json.loads(json.dumps(model.get_config())))
    again.load_state_dict(model.state_dict())
    with torch.no_grad():
        assert all(torch.equal(v, outputs[name]) for name, v in again(values).items())


def test_shared_layers_have_one_set_of_weights_and_several_names():
    model = _branches()
    names = [name for name, _ in model.named_children()]
    assert names == ["shared", "dense", "activation", "dropout", "kind", "size"]
    assert list(model.shapes) == [
        "shared", "getitem", "cat", "shared#1", "cat_1", "dense", "activation", "dropout", "kind",
        "size",
    ]  # fmt: skip
    assert model.count_params() == 4 * 5 + 5 + 10 * 6 + 6 + 6 * 2 + 2 + 6 + 1
    a, b = torch.randn(7, 4), torch.randn(7, 3)
    outputs = model.forward_layers([a, b])
    assert list(outputs) == ["shared", "shared#1", "dense", "kind", "size"]
    assert torch.equal(outputs["shared#1"], model.layers[0](torch.cat([b, b[:, :1]], 1)))
    assert (model.eval().forward_layers([a, b])["dense"] >= 0).all(), "its activation belongs to it"


def test_inputs_by_order_and_by_name_and_their_errors():
    model = _branches().eval()
    a, b = X, X[:, :3]
    by_order, by_name = model.predict([a, b]), model.predict({"b": b, "a": a})
    assert all(np.array_equal(p, q) for p, q in zip(by_order, by_name, strict=True))
    assert [p.shape for p in by_order] == [(40, 2), (40, 1)]
    for wrong, message in (
        ([a], r"expected 2 inputs \(a, b\), got 1"),
        (a, r"expected 2 inputs \(a, b\), got ndarray"),
        ({"a": a}, r"expected the inputs a, b, got a"),
        ({"a": a, "c": b}, r"got a, c.*Valid: a, b"),
        ([a, b[:5]], r"as many samples as each other, got 40 in x\[0\], 5 in x\[1\]"),
        ([a, a], r"layer 'getitem'|layer 'cat'|layer 'shared#1'|expects inputs of the shape"),
    ):
        with pytest.raises(ValueError, match=message):
            model.predict(wrong)


def test_several_outputs_have_their_losses_weights_and_metrics():
    a, b = X, X[:, :3]
    size = X.sum(1)
    model = _branches()
    model.compile(
        "adam",
        loss={"kind": "cross_entropy", "size": "mse"},
        loss_weights={"size": 0.5},
        metrics={"kind": ["accuracy"], "size": ["mae"]},
    )
    targets = {"kind": Y, "size": size}
    history = model.fit([a, b], targets, epochs=2, validation_split=0.2, verbose=0)
    keys = ["loss", "kind_loss", "size_loss", "kind_accuracy", "size_mae"]
    assert list(history.history) == [*keys, *(f"val_{key}" for key in keys)]
    found = model.evaluate([a, b], [Y, size], return_dict=True)
    kind, amount = (torch.from_numpy(p) for p in model.predict([a, b]))
    labels, sizes = torch.from_numpy(Y), torch.from_numpy(size)[:, None]
    expected = {
        "kind_loss": functional.cross_entropy(kind, labels),
        "size_loss": functional.mse_loss(amount, sizes),
        "kind_accuracy": (kind.argmax(1) == labels).double().mean(),
        "size_mae": (amount - sizes).abs().mean(),
    }
    expected["loss"] = expected["kind_loss"] + 0.5 * expected["size_loss"]
    assert found == pytest.approx({k: float(v) for k, v in expected.items()}, rel=1e-5)


def test_losses_of_several_outputs_in_a_list_or_one_for_all():
    values = np.stack([Y, Y], 1).astype(np.float32)
    histories = []
    for loss in (["mse", "mse"], "mse", {"kind": "mse", "size": "mse"}):
        model = _branches()
        model.compile("sgd", loss=loss)
        histories.append(model.fit([X, X[:, :3]], [values, Y], verbose=0).history)
    assert histories[0] == histories[1] == histories[2]


@pytest.mark.parametrize(
    ("arguments", "targets", "message"),
    [
        ({"loss": {"kid": "mse"}}, None, r"compile: loss: the model has no output 'kid'.*'kind'"),
        ({"loss": ["mse"]}, None, r"the model has 2 outputs \(kind, size\).*got 1 of them"),
        ({"loss": "mse", "loss_weights": [1]}, None, r"compile: loss_weights: .*got 1 of them"),
        ({"loss": "mse", "metrics": ["mae"]}, None, r"compile: metrics: .*got 1 of them"),
        ({"loss": "mse"}, Y, r"functional: y: the model has 2 outputs"),
        ({"loss": ["cross_entropy", "mse"]}, [Y + 5, Y], r"output 'kind': class numbers in y must"),
    ],
)
def test_wrong_arguments_for_several_outputs(arguments, targets, message):
    model = _branches()
    model.compile("sgd", **arguments)
    with pytest.raises(ValueError, match=message):
        model.fit([X, X[:, :3]], [Y, Y] if targets is None else targets, verbose=0)


def test_several_losses_for_one_output_are_refused():
    model = Sequential([Dense(2)], input_shape=(4,))
    model.compile("sgd", loss=["mse", "mse"])
    with pytest.raises(ValueError, match=r"the model has one output, expected one loss"):
        model.fit(X, Y)


def test_any_torch_module_is_a_layer():
    class Pair(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.other = nn.Linear(4, 3), nn.LazyLinear(2)

        def forward(self, x):
            return {"one": self.one(x), "other": self.other(x)}

    x = Input((4,))
    pair = Pair()
    weight = pair.one.weight
    parts = Model.wrap(pair)(x)
    model = Model(x, torch.cat([parts["one"], parts["other"]], 1), seed=0)
    values = torch.from_numpy(X)
    assert torch.equal(model(values), torch.cat([pair.one(values), pair.other(values)], 1))
    assert pair.one.weight is weight, "what came with weights keeps them"
    with pytest.raises(TypeError, match=r"torch module Linear was called on .*Model\.wrap\(Linear"):
        nn.Linear(4, 2)(x)
    norm = nn.BatchNorm1d(4)
    with pytest.raises(TypeError, match=r"torch module BatchNorm1d"):
        norm(x)
    assert norm.num_batches_tracked == 0


def test_models_are_layers_and_the_seed_reaches_into_them():
    def build(inner):
        x = Input((4,))
        return Model(x, Dense(2)(inner(x)), seed=3)

    one, same = (build(Sequential([Dense(5, "tanh"), Dense(3)])) for _ in range(2))
    assert torch.equal(one.layers[0].layers[1].weight, same.layers[0].layers[1].weight)
    ready = Sequential([Dense(3)], input_shape=(4,), seed=9)
    weight = ready.layers[0].weight.clone()
    assert torch.equal(build(ready).layers[0].layers[0].weight, weight)
    again = model_from_config(one.get_config())
    again.load_state_dict(one.state_dict())
    assert torch.equal(again(torch.from_numpy(X)), one(torch.from_numpy(X)))


def test_a_list_of_one_is_that_one():
    x = Input((4,))
    model = Model(inputs=[x], outputs=[Dense(2)(x)], seed=0)
    assert model.predict([X]).shape == model.predict(X).shape == (40, 2)


def test_a_copy_shares_nothing():
    model = _branches()
    twin = copy.deepcopy(model)
    a, b = torch.randn(2, 4), torch.randn(2, 3)
    before = model.eval()([a, b])[0]
    with torch.no_grad():
        twin.layers[0].weight.zero_()
    assert torch.equal(model([a, b])[0], before)
    assert not torch.equal(twin.eval()([a, b])[0], before)


def test_it_stands_on_the_plane(tmp_path):
    x = Input((4,))
    hidden = Activation("tanh")(Dense(3)(x))
    model = Model(x, Dense(2)(hidden) + Dense(2)(x), seed=0)
    model.compile("adam", loss="cross_entropy")
    model.fit(X, Y, epochs=2, callbacks=[Record(path=tmp_path / "r")], verbose=0)
    found = plane(model.recording, "binned")
    assert list(found.layer.values) == ["dense", "dense_1", "dense_2", "add"]
    last = model.recording.activations(2)
    assert np.allclose(last["add"].sum(1), 1, atol=1e-5), "the loss's softmax is the output's"
    opened = Recording.open(tmp_path / "r")  # which builds the model again from its description
    assert opened.keep == "weights"
    assert all(np.array_equal(opened.activations(2)[name], last[name]) for name in last)


def test_a_softmax_is_seen_whoever_applies_it():
    for output in (Dense(2, "softmax"), lambda x: torch.softmax(Dense(2)(x), 1)):
        x = Input((4,))
        model = Model(x, output(x))
        model.compile("sgd", loss="cross_entropy")
        with pytest.raises(ValueError, match=r"already ends with softmax"):
            model.fit(X, Y)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda x: Model(x, 3), TypeError, r"outputs must be symbolic values, got 3"),
        (lambda x: Model([], Dense(2)(x)), TypeError, r"inputs must be symbolic values, got \[\]"),
        (
            lambda x: Model(x, Dense(2)(torch.cat([x, Input((2,), name="other")], 1))),
            ValueError,
            r"the outputs need 'other' of the shape \(None, 2\)",
        ),
        (lambda x: Model(x, x.sum()), ValueError, "lost the dimension of samples"),
        (lambda x: Model(x, x.reshape(-1, 2)), ValueError, "lost the dimension of samples"),
        (
            lambda x: Model([x, Input((3,), name="a")], x),
            ValueError,
            r"two inputs have one name, got \['a', 'a'\]",
        ),
        (lambda x: bool(x), TypeError, r"has no values yet"),
        (lambda x: x + torch.ones(4), TypeError, r"__add__ of a symbolic value and a tensor"),
        (lambda x: functional.dropout(x), TypeError, r"would not know when the model trains"),
        (lambda x: x.no_such, AttributeError, r"has no 'no_such'"),
        (lambda x: x.add_(1), AttributeError, r"has no 'add_'"),
        (lambda x: Dense(2)(Dense(3, name="d")(x)) @ x, RuntimeError, r"\[7, 2\] X \[7, 4\]"),
        (lambda x: Input((None,)), ValueError, r"sizes of one sample, all known, got \(None,\)"),
        (lambda x: Input((3,), dtype="floaty"), ValueError, r"unknown dtype 'floaty'"),
    ],
)
def test_wrong_graphs(make, error, message):
    with pytest.raises(error, match=message):
        make(Input((4,), name="a"))


def test_a_subclass_of_model_is_told_to_inherit_functional():
    class Mine(Model):
        pass

    class Right(Functional):
        def train_step(self, batch):
            self.steps = getattr(self, "steps", 0) + 1
            return super().train_step(batch)

    x = Input((4,))
    with pytest.raises(TypeError, match=r"Let Mine inherit glow\.models\.Functional"):
        Mine(x, Dense(2)(x))
    model = Right(x, Dense(2)(x), seed=0)
    model.compile("sgd", loss="cross_entropy")
    model.fit(X, Y, batch_size=20, verbose=0)
    assert model.steps == 2


def test_a_shared_layer_of_two_widths_says_where():
    x, shared = Input((4,)), Dense(3)
    with pytest.raises(ValueError, match=r"layer 'dense#1' \(Dense\) cannot take .* \(N, 3\)"):
        Model(x, shared(shared(x)))


def test_what_cannot_be_json_says_so():
    x = Input((4,))
    with pytest.raises(TypeError, match=r"Wrapped"):
        Model(x, Model.wrap(nn.Linear(4, 2))(x)).get_config()
    nested = Model(x, Dense(2)(x), seed=0)
    assert to_config(nested)["class_name"] == "Functional"


def test_a_description_calls_functions_of_tensors_only():
    x = Input((4,))
    config = Model(x, torch.tanh(x)).get_config()
    config["steps"][0]["function"] = "torch.load"
    with pytest.raises(ValueError, match=r"Unknown function 'torch\.load'"):
        model_from_config(config)
