import json

import pytest
import torch
from torch import nn
from torch.nn import functional

from glow import layers
from glow.initializers import TruncatedNormal
from glow.layers import Activation, Dense, Dropout, Flatten, Quantise

EXAMPLES = [
    (
        Dense(4, activation="tanh", kernel_initializer=TruncatedNormal(stddev="fan_in"), name="d"),
        (4,),
    ),
    (Dense(4, use_bias=False), (4,)),
    (Activation("relu"), (2, 3)),
    (Flatten(), (6,)),
    (Dropout(0.5), (2, 3)),
    (Quantise(bits=4), (2, 3)),
]


@pytest.mark.parametrize(("layer", "shape"), EXAMPLES)
def test_json_round_trip_and_shape(layer, shape):
    config = json.loads(json.dumps(layers.to_config(layer)))
    again = layers.from_config(config)
    assert type(again) is type(layer)
    assert layers.to_config(again) == config
    returned = again(torch.zeros(5, 2, 3))
    assert returned.shape == ((5, 2, *shape) if isinstance(layer, Dense) else (5, *shape))


def test_every_layer_has_an_example():
    assert {type(layer) for layer, _ in EXAMPLES} == set(layers._config._CLASSES.values())


def test_dense_is_activation_of_linear():
    layer = Dense(3, activation="tanh", bias_initializer="ones")
    x = torch.randn(7, 5)
    output = layer(x)
    expected = torch.tanh(functional.linear(x, layer.weight, layer.bias))
    assert torch.equal(output, expected)
    assert layer.bias.eq(1).all()
    assert isinstance(layer, Dense)
    assert isinstance(layer, nn.Linear)


def test_dense_works_in_a_plain_torch_model():
    model = nn.Sequential(Dense(4, activation="relu"), Dense(2))
    model(torch.zeros(1, 6))
    assert [tuple(p.shape) for p in model.parameters()] == [(4, 6), (4,), (2, 4), (2,)]
    assert repr(model[0]) == "Dense(units=4, input=6)"


def test_dropout_is_the_identity_in_eval_mode():
    x = torch.ones(1000)
    layer = Dropout(0.25)
    assert 0.6 < (layer(x) > 0).float().mean() < 0.9
    assert torch.equal(layer.eval()(x), x)


@pytest.mark.parametrize("units", [0, -3, 2.5, "3", True, None])
def test_units_must_be_a_positive_integer(units):
    with pytest.raises(ValueError, match=r"Dense: units must be an integer of at least 1, got"):
        Dense(units)


def test_errors():
    with pytest.raises(ValueError, match=r"Dropout: rate must be .* got 1\.5"):
        Dropout(1.5)
    with pytest.raises(ValueError, match=r"Unknown layer 'Dnse'. Did you mean 'Dense'"):
        layers.from_config({"class_name": "Dnse", "config": {}})
    with pytest.raises(TypeError, match=r"Linear.*cannot be written as JSON"):
        layers.to_config(nn.Linear(2, 3))
    with pytest.raises(TypeError, match=r"has no name"):
        layers.to_config(Dense(2, activation=torch.sin))
