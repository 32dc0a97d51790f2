"""What every layer keeps to; the classes are found, not listed.

A layer without an example here fails the first test, so that adding one means its file and a line.
"""

import copy
import importlib
import inspect
import json
import pkgutil

import pytest
import torch
from torch import nn

from glow import layers
from glow.layers import (
    GRU,
    LSTM,
    Activation,
    Add,
    Average,
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    BatchNormalization,
    Bidirectional,
    Concatenate,
    Conv1D,
    Conv2D,
    Conv3D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GaussianLayer,
    GaussianNoise,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    Layer,
    LayerNormalization,
    LeakyReLU,
    Maximum,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
    MultiHeadAttention,
    Multiply,
    Permute,
    Quantise,
    ReLU,
    Reshape,
    Residual,
    Softmax,
)
from glow.models import Sequential, model_from_config

HALVING = [Conv2D(6, 3, strides=2, padding="same"), BatchNormalization()]
# What Keras 3 returns for a sample of such a shape; images are channels first.
EXAMPLES = [
    (Dense, {"units": 4, "activation": "tanh"}, (3,), (4,)),
    (Dense, {"units": 4, "use_bias": False, "name": "d"}, (2, 3), (2, 4)),
    (Dense, {"units": 4, "kernel_initializer": "he_normal"}, (3,), (4,)),
    (GaussianLayer, {"units": 4, "stddev": 0.2}, (3,), (4,)),
    (Activation, {"activation": "relu"}, (2, 3), (2, 3)),
    (ReLU, {}, (2, 3), (2, 3)),
    (LeakyReLU, {"negative_slope": 0.1}, (2, 3), (2, 3)),
    (Softmax, {"axis": 1}, (2, 3), (2, 3)),
    (Quantise, {"bits": 4}, (2, 3), (2, 3)),
    (Dropout, {"rate": 0.5}, (2, 3), (2, 3)),
    (GaussianNoise, {"stddev": 0.5}, (2, 3), (2, 3)),
    (Flatten, {}, (2, 3, 4), (24,)),
    (Flatten, {}, (2,), (2,)),
    (Reshape, {"target_shape": (6, -1)}, (3, 4), (6, 2)),
    (Permute, {"dims": (3, 1, 2)}, (2, 3, 4), (4, 2, 3)),
    (Conv1D, {"filters": 5, "kernel_size": 3}, (2, 8), (5, 6)),
    (Conv1D, {"filters": 5, "kernel_size": 3, "strides": 2, "padding": "same"}, (2, 7), (5, 4)),
    (
        Conv1D,
        {"filters": 5, "kernel_size": 3, "dilation_rate": 2, "padding": "causal"},
        (2, 8),
        (5, 8),
    ),
    (Conv2D, {"filters": 5, "kernel_size": 3, "activation": "relu"}, (1, 28, 28), (5, 26, 26)),
    (Conv2D, {"filters": 5, "kernel_size": (3, 2), "strides": (2, 3)}, (2, 9, 9), (5, 4, 3)),
    (
        Conv2D,
        {"filters": 4, "kernel_size": 3, "padding": "same", "groups": 2},
        (6, 5, 5),
        (4, 5, 5),
    ),
    (
        Conv2D,
        {"filters": 5, "kernel_size": 4, "padding": "same", "strides": 3},
        (2, 8, 10),
        (5, 3, 4),
    ),
    (
        Conv2D,
        {"filters": 5, "kernel_size": 3, "dilation_rate": 2, "use_bias": False},
        (2, 8, 8),
        (5, 4, 4),
    ),
    (Conv2D, {"filters": 3, "kernel_size": 1, "activation": "softmax"}, (2, 4, 5), (3, 4, 5)),
    (
        Conv3D,
        {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same"},
        (1, 5, 6, 7),
        (2, 3, 3, 4),
    ),
    (MaxPooling1D, {}, (2, 9), (2, 4)),
    (MaxPooling1D, {"pool_size": 3, "strides": 1, "padding": "same"}, (2, 9), (2, 9)),
    (MaxPooling2D, {"pool_size": (2, 3)}, (2, 8, 9), (2, 4, 3)),
    (MaxPooling2D, {"pool_size": 3, "strides": 2, "padding": "same"}, (2, 8, 9), (2, 4, 5)),
    (MaxPooling3D, {}, (2, 4, 5, 6), (2, 2, 2, 3)),
    (AveragePooling1D, {"padding": "same"}, (2, 9), (2, 5)),
    (AveragePooling2D, {"pool_size": 3, "padding": "same"}, (2, 8, 9), (2, 3, 3)),
    (AveragePooling2D, {}, (2, 8, 9), (2, 4, 4)),
    (AveragePooling3D, {}, (2, 4, 5, 6), (2, 2, 2, 3)),
    (GlobalAveragePooling1D, {}, (2, 9), (2,)),
    (GlobalAveragePooling2D, {}, (2, 8, 9), (2,)),
    (GlobalAveragePooling2D, {"keepdims": True}, (2, 8, 9), (2, 1, 1)),
    (GlobalAveragePooling3D, {}, (2, 4, 5, 6), (2,)),
    (GlobalMaxPooling1D, {}, (2, 9), (2,)),
    (GlobalMaxPooling2D, {"keepdims": True}, (2, 8, 9), (2, 1, 1)),
    (GlobalMaxPooling3D, {}, (2, 4, 5, 6), (2,)),
    (BatchNormalization, {}, (3,), (3,)),
    (BatchNormalization, {"momentum": 0.9, "epsilon": 1e-5}, (3, 4, 5), (3, 4, 5)),
    (BatchNormalization, {"center": False}, (3, 4), (3, 4)),
    (BatchNormalization, {"scale": False, "axis": 2}, (3, 4), (3, 4)),
    (LayerNormalization, {}, (3, 4), (3, 4)),
    (LayerNormalization, {"axis": (1, 2), "scale": False}, (3, 4), (3, 4)),
    (LayerNormalization, {"axis": 1, "center": False}, (3, 4, 5), (3, 4, 5)),
    (Embedding, {"input_dim": 7, "output_dim": 3}, (4,), (4, 3)),
    (LSTM, {"units": 4}, (6, 3), (4,)),
    (LSTM, {"units": 4, "return_sequences": True, "go_backwards": True}, (6, 3), (6, 4)),
    (LSTM, {"units": 4, "use_bias": False, "unit_forget_bias": False}, (6, 3), (4,)),
    (GRU, {"units": 4}, (6, 3), (4,)),
    (GRU, {"units": 4, "return_sequences": True}, (6, 3), (6, 4)),
    (Bidirectional, {"layer": LSTM(4)}, (6, 3), (8,)),
    (Bidirectional, {"layer": GRU(4, return_sequences=True), "merge_mode": "ave"}, (6, 3), (6, 4)),
    (MultiHeadAttention, {"num_heads": 2, "key_dim": 3}, (6, 5), (6, 5)),
    (
        MultiHeadAttention,
        {"num_heads": 2, "key_dim": 3, "value_dim": 4, "use_bias": False},
        (6, 5),
        (6, 5),
    ),
    (Residual, {"layers": [Dense(3, activation="relu"), Dense(3)]}, (3,), (3,)),
    (Residual, {"layers": HALVING, "activation": "relu"}, (3, 7, 8), (6, 4, 4)),
]
MERGES = [
    (Add, {}, [(2, 3), (2, 3)], (2, 3)),
    (Multiply, {}, [(3,), (3,), (3,)], (3,)),
    (Average, {}, [(2, 3), (2, 3)], (2, 3)),
    (Maximum, {"name": "m"}, [(3,), (3,)], (3,)),
    (Concatenate, {}, [(2, 3), (2, 4)], (2, 7)),
    (Concatenate, {"axis": 1}, [(2, 3, 3), (1, 3, 3)], (3, 3, 3)),
]
CLASSES = {
    cls
    for info in pkgutil.iter_modules(layers.__path__)
    for cls in vars(importlib.import_module(f"glow.layers.{info.name}")).values()
    if inspect.isclass(cls) and issubclass(cls, Layer) and not cls.__name__.startswith("_")
} - {Layer, layers._kernel.WithKernel, layers._spatial.Spatial}
IDS = [f"{cls.__name__}-{index}" for index, (cls, *_) in enumerate([*EXAMPLES, *MERGES])]
ALL = pytest.mark.parametrize(
    ("cls", "arguments", "sample", "returned"), [*EXAMPLES, *MERGES], ids=IDS
)


def _input(cls, sample, n=5, seed=0):
    generator = torch.Generator().manual_seed(seed)
    if cls is Embedding:
        return torch.randint(7, (n, *sample), generator=generator)
    if isinstance(sample, list):
        return [torch.randn(n, *shape, generator=generator) for shape in sample]
    return torch.randn(n, *sample, generator=generator)


def _made(cls, arguments, x):
    torch.manual_seed(3)
    layer = cls(**copy.deepcopy(arguments))
    layer(x)
    return layer


def test_every_layer_has_an_example_and_is_public():
    assert {cls for cls, *_ in [*EXAMPLES, *MERGES]} == CLASSES
    assert set(layers._config._CLASSES.values()) >= CLASSES
    for cls in CLASSES:
        assert getattr(layers, cls.__name__) is cls
        assert layers._config._CLASSES[cls.__name__] is cls


@pytest.mark.parametrize("cls", sorted(CLASSES, key=lambda cls: cls.__name__))
def test_it_is_a_documented_torch_module_with_a_name(cls):
    assert issubclass(cls, nn.Module)
    assert inspect.getdoc(cls)
    assert list(inspect.signature(cls).parameters)[-1] == "name"


@ALL
def test_shapes_are_those_of_keras(cls, arguments, sample, returned):
    x = _input(cls, sample)
    y = _made(cls, arguments, x)(x)
    assert y.shape == (5, *returned)
    assert y.dtype == torch.float32
    assert y.isfinite().all()


@pytest.mark.parametrize(("cls", "arguments", "sample", "returned"), EXAMPLES)
def test_a_model_knows_its_shape_before_data_and_draws_it_from_its_seed(
    cls, arguments, sample, returned
):
    def model(seed):
        layer = cls(**copy.deepcopy(arguments))
        return Sequential([layer], input_shape=sample, seed=seed)

    first, same, other = model(0), model(0), model(1)
    assert first.output_shape == returned
    weights = first.state_dict()
    for name, value in same.state_dict().items():
        assert torch.equal(weights[name], value), name
    drawn = [name for name, value in weights.items() if value.unique().numel() > 2]
    assert all(not torch.equal(weights[name], other.state_dict()[name]) for name in drawn)
    again = model_from_config(json.loads(json.dumps(first.get_config())))
    assert again.get_config() == first.get_config()


@ALL
def test_json_round_trip(cls, arguments, sample, returned):
    layer = cls(**copy.deepcopy(arguments))
    config = json.loads(json.dumps(layers.to_config(layer)))
    again = layers.from_config(config)
    assert type(again) is cls
    assert layers.to_config(again) == config
    assert set(config["config"]) == set(inspect.signature(cls).parameters)
    x = _input(cls, sample)
    _made(cls, arguments, x)
    again(x)
    assert layers.to_config(again) == config  # what a layer learns of its input is not asked for


@ALL
def test_first_weights_come_from_the_generator_and_nothing_else_is_drawn(
    cls, arguments, sample, returned
):
    x = _input(cls, sample)
    before = torch.random.get_rng_state()
    cls(**copy.deepcopy(arguments))  # a layer without input yet has no weights to draw
    assert torch.equal(torch.random.get_rng_state(), before)
    first, second = _made(cls, arguments, x), _made(cls, arguments, x)
    assert list(first.state_dict()) == list(second.state_dict())
    for name, value in first.state_dict().items():
        assert torch.equal(value, second.state_dict()[name]), name


@ALL
def test_eval_mode_is_deterministic_and_copies_agree(cls, arguments, sample, returned):
    x = _input(cls, sample)
    layer = _made(cls, arguments, x).eval()
    if cls is GaussianLayer:
        assert not torch.equal(layer(x), layer(x))
        layer.quiet = True
    assert torch.equal(layer(x), layer(x))
    assert torch.equal(copy.deepcopy(layer)(x), layer(x))
    other = cls(**copy.deepcopy(arguments))
    other(x)
    other.load_state_dict(layer.state_dict())
    other.quiet = True
    assert torch.equal(other.eval()(x), layer(x))


@ALL
def test_an_output_depends_on_its_own_sample_alone(cls, arguments, sample, returned):
    if cls is Quantise:
        pytest.skip("its levels are those of the batch")
    x = _input(cls, sample)
    layer = _made(cls, arguments, x).eval()
    layer.quiet = True
    part = [each[:2] for each in x] if isinstance(x, list) else x[:2]
    assert torch.allclose(layer(part), layer(x)[:2], atol=1e-6)


@ALL
def test_gradients_are_those_of_small_steps(cls, arguments, sample, returned):
    x = _input(cls, sample, n=3)
    layer = _made(cls, arguments, x).double().eval()
    layer.quiet = True
    if cls is Quantise:
        pytest.skip("its gradient is that of the identity, on purpose")
    if cls is Embedding:
        inputs, run = (layer.weight,), lambda w: nn.functional.embedding(x, w)
    else:
        given = x if isinstance(x, list) else [x]
        inputs = tuple(each.double().requires_grad_() for each in given)
        run = (lambda *xs: layer(list(xs))) if isinstance(x, list) else layer
    assert torch.autograd.gradcheck(run, inputs, fast_mode=True)


@ALL
def test_all_weights_learn(cls, arguments, sample, returned):
    x = _input(cls, sample)
    layer = _made(cls, arguments, x)
    torch.manual_seed(0)
    (layer(x) * torch.randn(5, *returned)).sum().backward() if list(layer.parameters()) else None
    for name, parameter in layer.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name


def _move(shape):
    return (*shape[1:], shape[0])


WITH_FORMAT = [
    case
    for case in EXAMPLES
    if "data_format" in inspect.signature(case[0]).parameters
    and "axis" not in case[1]
    and len(case[2]) > 1
    and case[0] is not Residual
]


@pytest.mark.parametrize(("cls", "arguments", "sample", "returned"), WITH_FORMAT)
def test_channels_last_is_channels_first_transposed(cls, arguments, sample, returned):
    x = _input(cls, sample)
    first = _made(cls, arguments, x)
    last = cls(**arguments, data_format="channels_last")
    last(x.movedim(1, -1))
    last.load_state_dict(first.state_dict())
    y = last.eval()(x.movedim(1, -1))
    expected = first.eval()(x)
    if expected.ndim > 2:
        expected = expected.movedim(1, -1)
        assert y.shape[1:] == _move(returned)
    assert torch.allclose(y, expected, atol=1e-6)


def test_residual_in_the_other_format():
    x = _input(Residual, (7, 8, 3))
    body = [Conv2D(6, 3, strides=2, padding="same", data_format="channels_last")]
    layer = Residual(body, data_format="channels_last")
    assert layer(x).shape == (5, 4, 4, 6)
    twin = Residual([Conv2D(6, 3, strides=2, padding="same")])
    twin(x.movedim(-1, 1))
    twin.load_state_dict(layer.state_dict())
    assert torch.allclose(twin(x.movedim(-1, 1)), layer(x).movedim(-1, 1), atol=1e-6)


def test_a_layer_of_ones_own_is_registered_by_name_and_never_imported():
    @layers.register("mine")
    class Scaled(Layer, nn.Module):
        def __init__(self, factor, name=None):
            super().__init__()
            self.factor, self.name = factor, name

        def forward(self, x):
            return self.factor * x

    config = json.loads(json.dumps(layers.to_config(Scaled(3.0))))
    assert config == {"class_name": "mine>Scaled", "config": {"factor": 3.0, "name": None}}
    assert layers.from_config(config)(torch.ones(2)).tolist() == [3, 3]
    with pytest.raises(ValueError, match=r"the name 'mine>Scaled' belongs to .*Choose another"):
        layers.register("mine")(type("Scaled", (nn.Module,), {"__qualname__": "Other"}))
    del layers._config._CLASSES["mine>Scaled"]
    for stranger in ("mine>Scaled", "os.system", "torch.nn.Linear"):
        with pytest.raises(ValueError, match=r"Unknown layer .*Valid: Activation, Add"):
            layers.from_config({"class_name": stranger, "config": {}})
    with pytest.raises(ValueError, match=r"register: package must be a word .* got ''"):
        layers.register("")
    with pytest.raises(TypeError, match=r"Linear.*cannot be written as JSON.*layers.register"):
        layers.to_config(nn.Linear(2, 3))
    with pytest.raises(TypeError, match=r"Other.*cannot be written as JSON"):
        layers.to_config(type("Other", (Dense,), {})(3))
