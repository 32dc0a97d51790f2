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
    if loss.accepts == "softmax":
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


def test_errors():
    with pytest.raises(ValueError, match=r"Unknown loss.*Did you mean 'cross_entropy'"):
        losses.get("cross_entrpy")
    with pytest.raises(TypeError, match=r"loss must be a name.*got 3"):
        losses.get(3)
    with pytest.raises(TypeError, match=r"loss must be a name"):
        losses.get(nn.CrossEntropyLoss)  # the class, not an object
    with pytest.raises(ValueError, match=r"sums over the batch.*reduction='mean'"):
        losses.get(nn.MSELoss(reduction="sum"))
