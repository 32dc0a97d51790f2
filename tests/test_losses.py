import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from glow import losses
from glow.losses import BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy

NAMES = sorted(losses._BY_NAME)


def _data(name, shape=(6,)):
    """Output and target that the loss of this name takes: (*shape, 3) and its targets."""
    torch.manual_seed(1)
    loss = losses.get(name)
    output = torch.randn(*shape, 3)
    if loss.accepts == "softmax" or name == "poisson":
        output = output.softmax(-1)
    if loss.accepts == "sigmoid":
        output = output.sigmoid()
    if loss.target == "labels":
        return output, torch.randint(3, shape)
    return output, torch.rand(*shape, 3).softmax(-1)


@pytest.mark.parametrize("name", NAMES)
def test_losses_of_several_models_are_those_of_each(name):
    loss = losses.get(name)
    output, target = _data(name, shape=(4, 6))
    each = torch.stack([loss(*pair) for pair in zip(output, target, strict=True)])
    assert torch.allclose(loss.per_run(output, target), each)


@given(scale=st.floats(0.1, 5))
@settings(deadline=None)
def test_probabilities_and_logits_give_one_loss(scale):
    torch.manual_seed(0)
    logits, labels = scale * torch.randn(5, 3), torch.tensor([0, 2, 1, 1, 0])
    expected = functional.cross_entropy(logits, labels)
    onehot = functional.one_hot(labels).float()
    for loss, target in (
        (SparseCategoricalCrossentropy(), labels),
        (CategoricalCrossentropy(), onehot),
    ):
        assert torch.allclose(loss(logits.softmax(-1), target), expected, rtol=1e-4)
    for loss, target in (
        (SparseCategoricalCrossentropy(from_logits=True), labels),
        (CategoricalCrossentropy(from_logits=True), onehot),
        (losses.get("cross_entropy"), labels),
        (losses.get(nn.CrossEntropyLoss()), labels),
    ):
        assert torch.allclose(loss(logits, target), expected)


def test_binary_crossentropy_by_hand():
    output, target = torch.tensor([[0.8], [0.4]]), torch.tensor([[1.0], [0.0]])
    expected = -(torch.log(torch.tensor(0.8)) + torch.log(torch.tensor(0.6))) / 2
    assert torch.allclose(BinaryCrossentropy()(output, target), expected)
    logits = torch.logit(output)
    assert torch.allclose(BinaryCrossentropy(from_logits=True)(logits, target), expected)


def test_an_impossible_class_costs_a_finite_loss():
    loss = SparseCategoricalCrossentropy()(torch.tensor([[1.0, 0.0]]), torch.tensor([1]))
    assert loss.item() == pytest.approx(16.1, abs=0.1)  # -ln 1e-7


@pytest.mark.parametrize(
    ("loss", "activation"),
    [
        ("cross_entropy", "softmax"),
        (nn.CrossEntropyLoss(), "softmax"),
        ("sparse_categorical_crossentropy", None),
        (nn.BCEWithLogitsLoss(), "sigmoid"),
        ("binary_crossentropy", None),
        ("mse", None),
        (functional.mse_loss, None),
    ],
)
def test_losses_say_what_they_apply_to_the_output(loss, activation):
    assert losses.get(loss).output_activation == activation


def test_functions_may_return_a_value_per_sample():
    loss = losses.get(lambda output, target: (output - target).abs())
    assert loss(torch.tensor([1.0, 3.0]), torch.tensor([0.0, 0.0])).item() == 2
    output = torch.tensor([[1.0, 3.0], [5.0, 5.0]])
    assert loss.per_run(output, torch.zeros(2, 2)).tolist() == [2, 5]


OUTPUT = np.array([[0.2, 0.7, 0.1], [0.5, 0.3, 0.2]])
TARGET = np.array([[0.0, 1.0, 0.0], [0.4, 0.4, 0.2]])
D = OUTPUT - TARGET


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mean_squared_error", (D**2).mean()),
        ("mean_absolute_error", np.abs(D).mean()),
        ("mean_squared_logarithmic_error", ((np.log1p(OUTPUT) - np.log1p(TARGET)) ** 2).mean()),
        ("huber", (D**2 / 2).mean()),
        ("log_cosh", np.log(np.cosh(D)).mean()),
        ("poisson", (OUTPUT - TARGET * np.log(OUTPUT)).mean()),
        ("kl_divergence", (math.log(1 / 0.7) + 0.4 * math.log(0.8) + 0.4 * math.log(4 / 3)) / 2),
        (
            "cosine_similarity",
            -(0.7 / math.sqrt(0.54) + 0.36 / math.sqrt(0.38 * 0.36)) / 2,
        ),
        ("categorical_hinge", ((1 + 0.2 - 0.7) + (1 + 0.3 - 0.36)) / 2),
        ("categorical_crossentropy", -(math.log(0.7) + (TARGET[1] * np.log(OUTPUT[1])).sum()) / 2),
        (
            "binary_crossentropy",
            -(TARGET * np.log(OUTPUT) + (1 - TARGET) * np.log(1 - OUTPUT)).mean(),
        ),
    ],
)
def test_formulas(name, expected):
    output, target = torch.tensor(OUTPUT), torch.tensor(TARGET)
    assert losses.get(name)(output, target).item() == pytest.approx(expected, rel=1e-4)


def test_huber_is_a_line_beyond_delta():
    loss = losses.Huber(delta=2.0)
    output = torch.tensor([1.0, 5.0])
    assert loss(output, torch.zeros(2)).item() == (0.5 + 2 * (5 - 1)) / 2


def test_percentage_error():
    loss = losses.get("mape")
    assert loss(torch.tensor([1.5, 1.0]), torch.tensor([1.0, -2.0])).item() == 100


@pytest.mark.parametrize("positive", [[1.0, 0.0, 1.0], [1.0, -1.0, 1.0]])
def test_hinges_take_both_kinds_of_signs(positive):
    output, target = torch.tensor([0.5, 0.5, 2.0]), torch.tensor(positive)
    assert losses.get("hinge")(output, target).item() == pytest.approx((0.5 + 1.5) / 3)
    assert losses.get("squared_hinge")(output, target).item() == pytest.approx((0.25 + 2.25) / 3)


def test_log_cosh_of_large_differences_is_finite():
    assert losses.get("log_cosh")(torch.tensor([1e4]), torch.zeros(1)).item() == pytest.approx(
        1e4 - math.log(2)
    )


@pytest.mark.parametrize("from_logits", [False, True])
def test_label_smoothing(from_logits):
    logits, rows = torch.randn(5, 4), torch.eye(4)[[0, 1, 2, 3, 0]]
    smooth, loss = 0.8 * rows + 0.2 / 4, CategoricalCrossentropy(from_logits, label_smoothing=0.2)
    expected = CategoricalCrossentropy(from_logits)(
        logits if from_logits else logits.softmax(1), smooth
    )
    assert torch.allclose(loss(logits if from_logits else logits.softmax(1), rows), expected)
    binary = BinaryCrossentropy(from_logits, label_smoothing=0.2)
    output = logits if from_logits else logits.sigmoid()
    expected = BinaryCrossentropy(from_logits)(output, 0.8 * rows + 0.1)
    assert torch.allclose(binary(output, rows), expected)


@pytest.mark.parametrize("name", NAMES)
def test_losses_can_be_written_and_read(name):
    loss = losses.get(name)
    config = json.loads(json.dumps(loss.get_config()))
    assert repr(losses.get(config)) == repr(loss)
    assert losses.get(config).accepts == loss.accepts
    assert losses.get(config).accuracy == loss.accuracy


def test_a_class_and_another_spelling():
    assert isinstance(losses.get(losses.Huber), losses.Huber)
    assert isinstance(losses.get("BinaryCrossentropy"), BinaryCrossentropy)
    assert set(losses.names()) == set(NAMES)


def test_errors():
    with pytest.raises(TypeError, match=r"Custom.*cannot be written as JSON"):
        losses.get(functional.mse_loss).get_config()
    with pytest.raises(ValueError, match=r"Huber: delta must be a number of at least 0, got -1"):
        losses.Huber(delta=-1)
    with pytest.raises(ValueError, match=r"label_smoothing must be .* at most 1, got 2"):
        CategoricalCrossentropy(label_smoothing=2)
    with pytest.raises(ValueError, match=r"Unknown loss.*Did you mean 'cross_entropy'"):
        losses.get("cross_entrpy")
    with pytest.raises(TypeError, match=r"loss must be a name.*got 3"):
        losses.get(3)
    with pytest.raises(TypeError, match=r"loss must be a name"):
        losses.get(nn.CrossEntropyLoss)  # the class, not an object
    with pytest.raises(ValueError, match=r"sums over the batch.*reduction='mean'"):
        losses.get(nn.MSELoss(reduction="sum"))
