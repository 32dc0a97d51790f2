import pytest
import torch

from glow import metrics

LOGITS = torch.tensor([[2.0, 1.0], [0.0, 1.0], [3.0, -1.0]])


@pytest.mark.parametrize(
    ("name", "output", "target", "expected"),
    [
        ("sparse_categorical_accuracy", LOGITS, torch.tensor([0, 0, 0]), 2 / 3),
        ("categorical_accuracy", LOGITS, torch.eye(2)[[0, 0, 0]], 2 / 3),
        ("categorical_accuracy", torch.tensor([[0.6], [0.2]]), torch.tensor([[1.0], [1.0]]), 0.5),
        ("binary_accuracy", torch.tensor([[0.6], [0.2]]), torch.tensor([[1.0], [1.0]]), 0.5),
        (
            "binary_accuracy_from_logits",
            torch.tensor([[0.1], [-1]]),
            torch.tensor([[1.0], [1]]),
            0.5,
        ),
        ("mse", torch.tensor([[1.0], [3.0]]), torch.zeros(2, 1), 5.0),
        ("mae", torch.tensor([[1.0], [-3.0]]), torch.zeros(2, 1), 2.0),
    ],
)
def test_values(name, output, target, expected):
    metric = metrics.get(name)
    assert metric(output, target).float().mean().item() == pytest.approx(expected)
    runs = metric.per_run(torch.stack([output, output]), torch.stack([target, target]))
    assert runs.float().flatten(1).mean(1).tolist() == pytest.approx([expected, expected])


def test_accuracy_is_what_the_loss_says():
    metric = metrics.get("acc", accuracy="binary_accuracy")
    assert metric.name == "acc"
    assert metric(torch.tensor([[0.7]]), torch.tensor([[1.0]])).all()


def test_a_function_is_asked_for_each_model():
    def share_of_zeros(output, target):
        return (output == 0).float().mean()

    metric = metrics.get(share_of_zeros)
    assert metric.name == "share_of_zeros"
    output = torch.tensor([[0.0, 1.0], [0.0, 0.0]])
    assert metric.per_run(output, output).tolist() == [0.5, 1.0]


def test_errors():
    with pytest.raises(ValueError, match=r"Unknown metric 'acuracy'. Did you mean 'accuracy'"):
        metrics.get("acuracy")
    with pytest.raises(TypeError, match=r"A metric must be a name or a function.*got 3"):
        metrics.get(3)
