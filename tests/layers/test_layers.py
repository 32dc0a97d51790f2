"""What single layers compute, beside what all of them keep to."""

import copy
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from glow import layers
from glow.layers import (
    GRU,
    LSTM,
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Bidirectional,
    Concatenate,
    Conv1D,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GaussianLayer,
    GaussianNoise,
    LayerNormalization,
    MaxPooling1D,
    MaxPooling2D,
    MultiHeadAttention,
    Permute,
    Reshape,
    Residual,
)
from glow.models import Sequential

IMAGES = torch.randn(4, 6, 9, 7, generator=torch.Generator().manual_seed(0))
SEQUENCES = torch.randn(4, 6, 5, generator=torch.Generator().manual_seed(0))


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


@pytest.mark.parametrize(
    ("layer", "twin"),
    [
        (Conv2D(4, 3), nn.Conv2d(6, 4, 3)),
        (Conv2D(4, (3, 2), strides=(2, 1)), nn.Conv2d(6, 4, (3, 2), (2, 1))),
        (Conv2D(4, 3, dilation_rate=2, groups=2), nn.Conv2d(6, 4, 3, dilation=2, groups=2)),
        (Conv2D(4, 4, padding="same"), nn.Conv2d(6, 4, 4, padding="same")),
        (
            Conv2D(4, 3, padding="same", dilation_rate=2),
            nn.Conv2d(6, 4, 3, padding="same", dilation=2),
        ),
        (BatchNormalization(1, 0.9, 1e-5), nn.BatchNorm2d(6, momentum=0.1)),
        (LayerNormalization(axis=(1, 2, 3), epsilon=1e-5), nn.LayerNorm((6, 9, 7))),
        (MaxPooling2D((2, 3)), nn.MaxPool2d((2, 3))),
        (MaxPooling2D(3, 2), nn.MaxPool2d(3, 2)),
        (AveragePooling2D(3, 1), nn.AvgPool2d(3, 1)),
        (Flatten(), nn.Flatten()),
    ],
)
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
def test_it_computes_what_its_torch_twin_does(layer, twin):
    layer(IMAGES)
    twin.load_state_dict(layer.state_dict())
    if isinstance(layer, BatchNormalization):  # it has seen a batch
        twin.reset_running_stats()
        layer.reset_running_stats()
    for _ in range(2):
        assert torch.allclose(layer(IMAGES), twin(IMAGES), atol=1e-6)
    for name, value in layer.state_dict().items():
        assert torch.allclose(value, twin.state_dict()[name]), name
    assert torch.allclose(layer.eval()(IMAGES), twin.eval()(IMAGES), atol=1e-6)


@pytest.mark.parametrize(("cls", "torch_class"), [(LSTM, nn.LSTM), (GRU, nn.GRU)])
def test_recurrent_layers_compute_what_torch_does(cls, torch_class):
    layer, twin = (
        cls(4, return_sequences=True, return_state=True),
        torch_class(5, 4, batch_first=True),
    )
    layer(SEQUENCES)
    twin.load_state_dict(layer.state_dict())
    outputs, *state = layer(SEQUENCES)
    expected, last = twin(SEQUENCES)
    assert torch.equal(outputs, expected)
    last = last if cls is LSTM else (last,)
    assert all(torch.equal(own, other[0]) for own, other in zip(state, last, strict=True))
    first, *middle = layer(SEQUENCES[:, :4])
    second, *_ = layer(SEQUENCES[:, 4:], initial_state=middle)
    assert torch.allclose(torch.cat((first, second), 1), expected, atol=1e-6)


def test_first_weights_of_recurrent_layers_are_those_of_keras():
    layer = LSTM(8)
    layer(SEQUENCES)
    assert layer.bias_ih_l0.chunk(4)[1].eq(1).all()  # the forget gate
    assert layer.bias_ih_l0.sum() == 8
    assert layer.bias_hh_l0.eq(0).all()
    recurrent = layer.weight_hh_l0
    assert torch.allclose(recurrent.T @ recurrent, torch.eye(8), atol=1e-5)
    assert layer.weight_ih_l0.abs().max() <= math.sqrt(6 / (5 + 4 * 8))
    assert layer.weight_ih_l0.abs().max() > 0.9 * math.sqrt(6 / (5 + 4 * 8))


def test_going_backwards_and_both_ways():
    layer = LSTM(3, return_sequences=True)
    layer(SEQUENCES)
    back = LSTM(3, return_sequences=True, go_backwards=True)
    back(SEQUENCES)
    back.load_state_dict(layer.state_dict())
    assert torch.equal(back(SEQUENCES), layer(SEQUENCES.flip(1)))
    both = Bidirectional(LSTM(3, return_sequences=True))
    output = both(SEQUENCES)
    both.mirror.load_state_dict(both.layer.state_dict())
    output = both(SEQUENCES)
    assert torch.allclose(output[..., :3], both.layer(SEQUENCES))
    assert torch.allclose(output[..., 3:], both.layer(SEQUENCES.flip(1)).flip(1))
    with pytest.raises(
        TypeError, match=r"Bidirectional: layer must be an LSTM or a GRU, got Dense"
    ):
        Bidirectional(Dense(3))
    with pytest.raises(ValueError, match=r"return_state=True"):
        Bidirectional(LSTM(3, return_state=True))


@given(
    size=st.integers(1, 12),
    window=st.integers(1, 5),
    stride=st.integers(1, 4),
    gap=st.integers(1, 3),
)
def test_same_padding_makes_a_window_for_each_stride(size, window, stride, gap):
    x = torch.arange(1.0, size + 1)[None, None]
    expected = math.ceil(size / stride)
    assert Conv1D(1, window, stride, "same", dilation_rate=gap)(x).shape == (1, 1, expected)
    pooled = MaxPooling1D(window, stride, "same")(x)[0, 0]
    # TensorFlow's rule: what is lacking, half of it before the first cell.
    lacking = max((expected - 1) * stride + window - size, 0)
    starts = [index * stride - lacking // 2 for index in range(expected)]
    assert pooled.tolist() == [min(start + window, size) for start in starts]


def test_the_border_does_not_count_in_an_average():
    pooled = AveragePooling2D(2, padding="same")(torch.ones(1, 1, 3, 3))
    assert torch.equal(pooled, torch.ones(1, 1, 2, 2))
    by_hand = AveragePooling2D(2, padding="same")(torch.arange(9.0).reshape(1, 1, 3, 3))
    assert by_hand.flatten().tolist() == [2, 3.5, 6.5, 8]


def test_a_causal_convolution_sees_no_later_step():
    layer, x = Conv1D(2, 3, padding="causal", dilation_rate=2), torch.randn(1, 3, 8)
    before = layer(x)
    x[..., 5:] += 1
    assert torch.equal(layer(x)[..., :5], before[..., :5])
    assert not torch.equal(layer(x)[..., 5], before[..., 5])


def test_a_softmax_after_a_convolution_is_over_channels():
    for data_format, axis in (("channels_first", 1), ("channels_last", -1)):
        y = Conv2D(3, 1, activation="softmax", data_format=data_format)(IMAGES)
        assert torch.allclose(y.sum(axis), torch.ones(()))


def test_batch_normalization_in_training_and_in_use():
    layer, x = BatchNormalization(momentum=0.9), 3 * torch.randn(50, 4) + 2
    y = layer(x)
    assert torch.allclose(y.mean(0), torch.zeros(4), atol=1e-5)
    assert torch.allclose(y.var(0, unbiased=False), torch.ones(4), atol=1e-2)
    assert torch.allclose(layer.running_mean, 0.1 * x.mean(0), atol=1e-6)
    assert layer.get_config()["momentum"] == pytest.approx(0.9)
    with pytest.raises(ValueError, match=r"more than one value per channel .* \(1, 4\)"):
        layer(x[:1])
    assert layer.eval()(x[:1]).shape == (1, 4)
    with pytest.raises(ValueError, match=r"expected inputs \(N, channels, ...\)"):
        BatchNormalization()(torch.zeros(3))


def test_normalisations_without_shift_or_scale():
    x = torch.randn(5, 4)
    for cls in (BatchNormalization, LayerNormalization):
        layer = cls(center=False)
        layer(x)
        assert [name for name, _ in layer.named_parameters()] == ["weight"]
        layer = cls(scale=False, beta_initializer="ones")
        layer(x)
        assert [name for name, _ in layer.named_parameters()] == ["bias"]
        assert layer.bias.eq(1).all()


@pytest.mark.parametrize("causal", [False, True])
def test_attention_by_hand(causal):
    layer = MultiHeadAttention(num_heads=2, key_dim=3, value_dim=4)
    y = layer(SEQUENCES, use_causal_mask=causal)
    heads = []
    for head in range(2):
        q, k = (p(SEQUENCES)[..., 3 * head : 3 * head + 3] for p in (layer.query, layer.key))
        v = layer.value(SEQUENCES)[..., 4 * head : 4 * head + 4]
        scores = q @ k.transpose(1, 2) / math.sqrt(3)
        if causal:
            scores = scores.masked_fill(~torch.ones(6, 6).tril().bool(), -math.inf)
        heads.append(scores.softmax(-1) @ v)
    assert torch.allclose(y, layer.output(torch.cat(heads, -1)), atol=1e-5)
    mask = torch.ones(4, 6, 6).tril().bool() if causal else None
    assert torch.allclose(layer(SEQUENCES, attention_mask=mask), y, atol=1e-5)


def test_attention_to_something_else():
    layer = MultiHeadAttention(2, 3)
    assert layer(SEQUENCES, torch.randn(4, 9, 7)).shape == (4, 6, 5)
    assert layer.value.in_features == 7
    with pytest.raises(ValueError, match=r"MultiHeadAttention: expected queries .* got .*5"):
        MultiHeadAttention(2, 3)(torch.zeros(4, 5))


def test_embedding_looks_up():
    layer = Embedding(4, 3)
    x = torch.tensor([[0, 3]])
    assert torch.equal(layer(x), layer.weight[[0, 3]][None])
    assert torch.equal(layer(x.float()), layer(x))
    assert layer.weight.abs().max() <= 0.05
    with pytest.raises(ValueError, match=r"expected numbers from 0 to 3, got 0 to 4.*input_dim=5"):
        layer(torch.tensor([0, 4]))
    with pytest.raises(ValueError, match=r"expected whole numbers, got fractions"):
        layer(torch.tensor([0.5]))


def test_residual_is_a_sum_or_has_a_matrix():
    layer = Residual([Dense(5)], activation="relu")
    y = layer(SEQUENCES)
    assert torch.equal(y, (layer.layers[0](SEQUENCES) + SEQUENCES).relu())
    assert layer.shortcut.weight is None
    wider = Residual([Conv2D(8, 3, strides=2, padding="same")])
    y = wider(IMAGES)
    matrix = wider.shortcut.weight[:, :, None, None]
    expected = wider.layers[0](IMAGES) + functional.conv2d(IMAGES, matrix, stride=2)
    assert torch.allclose(y, expected, atol=1e-5)
    assert y.shape == (4, 8, 5, 4)
    with pytest.raises(ValueError, match=r"Residual: the layers must keep.*padding='same'"):
        Residual([Conv2D(8, 3)])(IMAGES)


def test_merging():
    a, b = torch.ones(2, 3), torch.full((2, 3), 2.0)
    assert torch.equal(Add()([a, b, b]), torch.full((2, 3), 5.0))
    assert torch.equal(Concatenate()([a, b]), torch.cat((a, b), 1))
    with pytest.raises(
        TypeError, match=r"Add: expected a list of two or more tensors, got one ten"
    ):
        Add()(a)
    with pytest.raises(
        ValueError, match=r"Add: the inputs must have one shape, got .*\(3,\), \(1,\)"
    ):
        Add()([a, b[:, :1]])
    with pytest.raises(ValueError, match=r"Concatenate: .* but for dimension 1, got"):
        Concatenate(axis=1)([torch.ones(2, 3, 4), torch.ones(2, 3, 5)])


def test_dropout_and_noise_are_the_identity_in_eval_mode():
    x = torch.ones(1000)
    layer = Dropout(0.25)
    assert 0.6 < (layer(x) > 0).float().mean() < 0.9
    assert torch.equal(layer.eval()(x), x)
    noise = GaussianNoise(0.5)
    assert noise(x).std().item() == pytest.approx(0.5, rel=0.2)
    assert torch.equal(noise.eval()(x), x)


def test_the_noise_of_a_gaussian_layer_is_always_there():
    layer, x = GaussianLayer(50, stddev=0.2), torch.randn(400, 3)
    layer(x)
    layer.eval()
    mean = torch.tanh(functional.linear(x, layer.weight, layer.bias))
    noise = layer(x) - mean
    assert noise.std().item() == pytest.approx(0.2, rel=0.05)
    assert noise.mean().item() == pytest.approx(0, abs=0.01)
    assert layer.declared_noise == 0.2
    layer.quiet = True
    assert torch.equal(layer(x), mean)


def test_spellings_of_numbers():
    assert Conv2D(2, 3).kernel_size == (3, 3)
    assert Conv2D(2, [3, 2]).kernel_size == (3, 2)
    assert MaxPooling2D(3).strides == (3, 3)
    assert MaxPooling2D(3, strides=1).strides == (1, 1)
    assert Reshape([3, -1]).target_shape == (3, -1)


def test_unbuilt_layers_can_be_copied():
    for layer in (LSTM(3), BatchNormalization(), Residual([BatchNormalization(), Dense(5)])):
        copied = copy.deepcopy(layer)
        x = SEQUENCES
        assert copied(x).shape == layer(x).shape


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Dense(0), r"Dense: units must be an integer of at least 1, got 0"),
        (lambda: Dense(2.5), r"Dense: units must be .* got 2\.5"),
        (lambda: Dense(True), r"Dense: units must be .* got True"),
        (lambda: Dense(2, "tahn"), r"Unknown activation 'tahn'\. Did you mean 'tanh'"),
        (lambda: GaussianLayer(2, stddev=-1), r"GaussianLayer: stddev must be .* got -1"),
        (lambda: GaussianLayer(-2), r"GaussianLayer: units must be .* got -2"),
        (lambda: GaussianNoise(-1), r"GaussianNoise: stddev must be .* got -1"),
        (lambda: Dropout(1.5), r"Dropout: rate must be .* less than 1, got 1\.5"),
        (lambda: Conv2D(0, 3), r"Conv2D: filters must be an integer of at least 1, got 0"),
        (lambda: Conv2D(2, (3, 3, 3)), r"Conv2D: kernel_size must be .* or 2 of them, got \(3, 3"),
        (lambda: Conv2D(2, 3, strides=0), r"Conv2D: strides must be .* got 0"),
        (lambda: Conv2D(2, 3, dilation_rate="2"), r"Conv2D: dilation_rate must be .* got '2'"),
        (lambda: Conv2D(2, 3, padding="smae"), r"Unknown padding of Conv2D 'smae'\. Did you"),
        (lambda: Conv2D(2, 3, padding="causal"), r"Unknown padding of Conv2D 'causal'"),
        (lambda: Conv2D(2, 3, data_format="last"), r"Unknown data_format of Conv2D 'last'"),
        (lambda: Conv2D(4, 3, groups=3), r"Conv2D: groups must divide filters=4, got 3"),
        (lambda: MaxPooling2D(0), r"MaxPooling2D: pool_size must be .* got 0"),
        (lambda: MaxPooling2D(2, padding="full"), r"Unknown padding of MaxPooling2D 'full'"),
        (lambda: BatchNormalization(momentum=2), r"BatchNormalization: momentum must be .* got 2"),
        (lambda: LayerNormalization(epsilon=-1), r"LayerNormalization: epsilon must be .* got -1"),
        (lambda: Embedding(0, 2), r"Embedding: input_dim must be .* got 0"),
        (lambda: LSTM(0), r"LSTM: units must be .* got 0"),
        (lambda: Bidirectional(GRU(2), "max"), r"Unknown merge_mode of Bidirectional 'max'"),
        (lambda: MultiHeadAttention(0, 2), r"MultiHeadAttention: num_heads must be .* got 0"),
        (lambda: MultiHeadAttention(2, 2, value_dim=0), r"value_dim must be .* got 0"),
        (lambda: Reshape((-1, -1)), r"Reshape: target_shape must have .* at most one -1, got"),
        (lambda: Reshape((0, 2)), r"Reshape: target_shape must have positive sizes"),
        (lambda: Permute((0, 1)), r"Permute: dims must be"),
        (lambda: Permute((1, 3)), r"Permute: dims must be the numbers from 1 to 2"),
        (lambda: layers.from_config({"class_name": "Dnse", "config": {}}), r"Did you mean 'Dense'"),
        (lambda: Conv2D(2, 3)(torch.zeros(5, 28, 28)), r"expected inputs \(N, channels, height, w.*"
         r"got \(5, 28, 28\)\. Reshape them, one channel to \(N, 1, height, width\)"),
        (lambda: MaxPooling2D(data_format="channels_last")(torch.zeros(5, 28, 28)), r"\(N, height, "
         r"width, channels\), got .* \(N, height, width, 1\)"),
        (lambda: Conv2D(4, 3, groups=2)(torch.zeros(5, 3, 9, 9)), r"groups=2 must divide"),
        (lambda: LSTM(3)(torch.zeros(5, 4)), r"LSTM: expected inputs \(N, steps, width\), got"),
    ],
)  # fmt: skip
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_activations_as_layers():
    x = torch.tensor([[-1.0, 0.5, 2.0]])
    assert layers.ReLU()(x).tolist() == [[0, 0.5, 2]]
    assert layers.LeakyReLU()(x)[0, 0].item() == pytest.approx(-0.3)
    assert torch.equal(layers.Softmax()(x), x.softmax(-1))
    model = Sequential([Dense(2), layers.Softmax()], input_shape=(3,))
    model.compile("sgd", loss="cross_entropy")
    with pytest.raises(ValueError, match=r"already ends with softmax"):
        model.fit(x, [1], verbose=0)


def test_their_names_in_a_model_are_those_of_keras():
    model = Sequential([Conv2D(2, 3), Conv2D(2, 3), MaxPooling2D(), BatchNormalization(), LSTM(2)])
    names = [name for name, _ in model.named_children()]
    assert names == ["conv2d", "conv2d_1", "max_pooling2d", "batch_normalization", "lstm"]


def test_what_has_no_json_form():
    with pytest.raises(TypeError, match=r"has no name"):
        layers.to_config(Activation(torch.sin))
    with pytest.raises(TypeError, match=r"Linear.*cannot be written as JSON"):
        layers.to_config(Residual([nn.Linear(2, 2)]))
