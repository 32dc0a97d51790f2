import copy
import io
import json
from contextlib import redirect_stdout

import pytest
import torch
from torch import nn

from glow.layers import Activation, Dense, Dropout, Flatten
from glow.models import IBSequential, Sequential, model_from_config


def _net(seed=0, **kwargs):
    layers = [Dense(5, activation="tanh"), Dense(3, activation="relu"), Dense(2)]
    return Sequential(layers, input_shape=(4,), seed=seed, **kwargs)


def test_layers_are_named_as_in_keras():
    model = Sequential([Dense(2), Dropout(0.1), Dense(2, name="code"), nn.Tanh(), Dense(2)])
    assert [n for n, _ in model.named_children()] == ["dense", "dropout", "code", "tanh", "dense_1"]


def test_the_seed_fixes_the_weights_and_leaves_the_generators_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one, same, other = _net(0), _net(0), _net(1)
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(one.layers[1].weight, same.layers[1].weight)
    assert not torch.equal(one.layers[1].weight, other.layers[1].weight)
    assert not torch.equal(one.layers[0].weight[:3, :4], one.layers[1].weight[:, :4])


def test_torch_finds_every_shape():
    model = Sequential(
        [
            nn.LazyConv2d(8, 3, stride=2),
            nn.LazyBatchNorm2d(),
            nn.ReLU(),
            nn.MaxPool2d(2),
            Flatten(),
            Dense(10),
        ],
        input_shape=(1, 28, 28),
        seed=0,
    )
    assert [out for _, out in model.shapes.values()] == [
        (8, 13, 13), (8, 13, 13), (8, 13, 13), (8, 6, 6), (288,), (10,)
    ]  # fmt: skip
    assert model(torch.zeros(2, 1, 28, 28)).shape == (2, 10)
    assert model.layers[1].num_batches_tracked == 1  # that call alone: building left no trace
    assert list(model.recorded_layers()) == ["lazy_conv2d", "dense"]
    assert model.recorded_layers()["lazy_conv2d"] is model.layers[2]


def test_modules_that_come_with_weights_keep_them():
    given = nn.Linear(4, 3)
    weight = given.weight.clone()
    model = Sequential([given, nn.LazyLinear(2)], input_shape=(4,), seed=0)
    assert model.layers[0] is given
    assert torch.equal(given.weight, weight)
    same = Sequential([nn.Linear(4, 3), nn.LazyLinear(2)], input_shape=(4,), seed=0)
    assert torch.equal(model.layers[1].weight, same.layers[1].weight)


def test_a_recorded_layer_ends_with_what_keeps_its_shape():
    model = Sequential(
        [Flatten(), Dense(5), nn.BatchNorm1d(5), Activation("tanh"), Dropout(0.5), Dense(2)],
        input_shape=(2, 2),
        seed=0,
    ).eval()
    ends = model.recorded_layers()
    assert {name: type(end) for name, end in ends.items()} == {"dense": Dropout, "dense_1": Dense}
    x = torch.randn(3, 2, 2)
    outputs = model.forward_layers(x)
    assert list(outputs) == ["dense", "dense_1"]
    assert torch.equal(outputs["dense_1"], model(x))
    assert torch.equal(outputs["dense"], nn.Sequential(*model.layers[:4])(x))


def test_a_layer_may_be_used_twice():
    shared = Dense(3, activation="tanh")
    model = Sequential([shared, shared, Dense(2)], input_shape=(3,), seed=0)
    x = torch.randn(5, 3)
    assert torch.equal(model(x), model.layers[2](shared(shared(x))))
    assert list(model.forward_layers(x)) == ["dense", "dense_1", "dense_2"]


def test_a_model_without_weights_records_its_output():
    model = Sequential([Activation("tanh"), Flatten()], input_shape=(2, 2))
    assert list(model.recorded_layers()) == ["flatten"]


@pytest.mark.parametrize("cls", [Sequential, IBSequential])
def test_json_round_trip(cls):
    layers = [Dense(5, activation="tanh"), Dropout(0.2), Dense(2, activation="softmax")]
    model = cls(layers, input_shape=(4,), seed=3, name="small")
    again = model_from_config(json.loads(json.dumps(model.get_config())))
    assert type(again) is cls
    assert again.get_config() == model.get_config()
    x = torch.randn(6, 4)
    assert torch.equal(again.eval()(x), model.eval()(x))


def test_an_unbuilt_model_is_built_by_its_first_batch():
    layers = [Dense(5, activation="tanh"), Dense(3, activation="relu"), Dense(2)]
    model = Sequential(layers, seed=0)
    assert model_from_config(model.get_config()).built is False
    assert not model.built
    with pytest.raises(RuntimeError, match=r"no shapes and weights yet.*input_shape"):
        model.recorded_layers()
    model(torch.zeros(1, 4))
    assert torch.equal(model.layers[2].weight, _net(0).layers[2].weight)


def test_a_copy_is_the_network_alone():
    model = _net()
    model.compile("adam", loss="cross_entropy")
    model.fit(torch.randn(8, 4), torch.zeros(8, dtype=torch.long), verbose=0)
    twin = copy.deepcopy(model)
    assert torch.equal(twin.layers[0].weight, model.layers[0].weight)
    assert twin.history.epoch == []
    with pytest.raises(RuntimeError, match=r"not compiled"):
        twin.fit(torch.randn(8, 4), torch.zeros(8, dtype=torch.long))
    assert model.history.epoch == [0]


def test_summary():
    with redirect_stdout(io.StringIO()) as text:
        _net(name="small").summary()
    lines = text.getvalue().splitlines()
    assert lines[0] == "Model 'small'"
    assert lines[3].split() == ["dense", "(Dense)", "(N,", "5)", "25", "yes"]
    assert lines[-1] == "Total: 51 parameters"


def test_a_wrong_width_names_layer_expected_received_and_remedy():
    message = (
        r"small: layer 'dense' \(Dense\) expects inputs of the shape \(N, 4\), got \(N, 6\)\. "
        r"Give samples of that shape, or build the model with input_shape=\(6,\)\."
    )
    for ask in (_net(name="small"), _net(name="small").forward_layers):
        with pytest.raises(ValueError, match=message):
            ask(torch.zeros(7, 6))


def test_another_failure_in_a_layer_says_which():
    with pytest.raises(RuntimeError) as caught:
        _net()(torch.zeros(7, 4, dtype=torch.float64))
    assert (
        "In layer 'dense' (Dense) of 'sequential', input of torch.float64."
        in caught.value.__notes__
    )


def test_layers_that_do_not_fit_each_other():
    with pytest.raises(ValueError, match=r"layer 'linear' \(Linear\) cannot take .* \(N, 3\)"):
        Sequential([Dense(3), nn.Linear(5, 2)], input_shape=(4,))


@pytest.mark.parametrize(
    ("layers", "error", "message"),
    [
        ([Dense(2), "relu"], TypeError, "layers must be torch modules, got 'relu'"),
        ([Dense(2, name="a"), Dense(2, name="a")], ValueError, "layer name 'a' is taken"),
        ([Dense(2, name="fit")], ValueError, "layer name 'fit' is taken"),
        ([Dense(2, name="a.b")], ValueError, "has a dot"),
    ],
)
def test_wrong_layers(layers, error, message):
    with pytest.raises(error, match=message):
        Sequential(layers)


def test_a_model_without_layers_cannot_be_built():
    for ask in (lambda: Sequential([], input_shape=(4,)), lambda: Sequential()(torch.zeros(1, 4))):
        with pytest.raises(ValueError, match=r"expected at least one layer, got none"):
            ask()


def test_wrong_seed():
    with pytest.raises(ValueError, match=r"Sequential: seed must be an integer .* got -1"):
        _net(-1)
