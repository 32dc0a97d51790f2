import math

import numpy as np
import pytest
import torch
from sklearn import metrics as reference
from torch import nn

from glow import losses, metrics
from glow.metrics import AUC, BinaryAccuracy, Metric, Precision, Recall, TopKCategoricalAccuracy
from glow.models._meters import Meters

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
        ("MeanSquaredError", torch.tensor([[1.0], [3.0]]), torch.zeros(2, 1), 5.0),
        ("cosine_similarity", torch.tensor([[1.0, 0], [3, 3]]), torch.eye(2), (1 + 0.5**0.5) / 2),
        ("top_k_categorical_accuracy", torch.arange(12.0).reshape(2, 6), torch.eye(6)[[0, 1]], 0.5),
        (
            "sparse_top_k_categorical_accuracy",
            torch.arange(12.0).reshape(2, 6),
            torch.tensor([0, 1]),
            0.5,
        ),
        ("hinge", torch.tensor([[0.5]]), torch.tensor([[1.0]]), 0.5),
    ],
)
def test_values(name, output, target, expected):
    metric = metrics.get(name)
    assert metric(output, target).float().mean().item() == pytest.approx(expected)
    runs = metric.per_run(torch.stack([output, output]), torch.stack([target, target]))
    assert runs.float().reshape(2, -1).mean(1).tolist() == pytest.approx([expected, expected])


def over_batches(metric, output, target, runs=None, sizes=(3, 1, 7)):
    """The metric over an epoch of batches of unequal sizes."""
    meters = Meters([metric], runs, torch.device("cpu"))
    axis = 0 if runs is None else 1
    loss = torch.zeros(()) if runs is None else torch.zeros(runs)
    left = output.size(axis) - sum(sizes)
    parts = (output.split([*sizes, left], axis), target.split([*sizes, left], axis))
    for batch in zip(*parts, strict=True):
        meters.add(batch[0], loss, batch[1])
    return meters.result()[metric.name]


SCORES = torch.rand(200, 1, generator=torch.Generator().manual_seed(0))
TRUE = (
    SCORES + 0.4 * torch.randn(200, 1, generator=torch.Generator().manual_seed(1)) > 0.6
).float()
SAID = (SCORES > 0.5).numpy().ravel()


@pytest.mark.parametrize(
    ("metric", "expected", "tolerance"),
    [
        ("precision", reference.precision_score(TRUE.ravel(), SAID), 1e-12),
        ("Recall", reference.recall_score(TRUE.ravel(), SAID), 1e-12),
        (Precision(thresholds=0.8), reference.precision_score(TRUE.ravel(), SCORES > 0.8), 1e-12),
        (AUC(num_thresholds=20_000), reference.roc_auc_score(TRUE.ravel(), SCORES.ravel()), 2e-4),
        ("AUC", reference.roc_auc_score(TRUE.ravel(), SCORES.ravel()), 2e-3),
        ("rmse", reference.root_mean_squared_error(TRUE, SCORES), 1e-6),
        (BinaryAccuracy(0.7), reference.accuracy_score(TRUE.ravel(), SCORES > 0.7), 1e-12),
    ],
)
def test_they_are_of_the_epoch_and_not_means_of_batches(metric, expected, tolerance):
    found = metrics.get(metric)
    assert over_batches(found, SCORES, TRUE) == pytest.approx(expected, abs=tolerance)
    assert over_batches(found, SCORES, TRUE, sizes=(50, 50)) == pytest.approx(
        over_batches(found, SCORES, TRUE), abs=1e-7
    )
    pair = torch.stack((SCORES, SCORES.flip(0))), torch.stack((TRUE, TRUE.flip(0)))
    runs = over_batches(found, *pair, runs=2)
    assert runs == pytest.approx([expected, expected], abs=tolerance)
    renamed = Metric("other", found)
    assert over_batches(renamed, SCORES, TRUE) == over_batches(found, SCORES, TRUE)


def test_thresholds_are_those_of_keras():
    """Four samples, three thresholds: below all, 0.5 and above all, so a triangle."""
    output, target = (
        torch.tensor([[0.1], [0.6], [0.7], [0.9]]),
        torch.tensor([[0.0], [0], [1], [1]]),
    )
    area = over_batches(AUC(num_thresholds=3), output, target, sizes=(1, 1))
    assert area == pytest.approx(0.75)  # through (0, 0), (0.5, 1) and (1, 1)


def test_nothing_said_or_there():
    none, all_ = torch.zeros(4, 1), torch.ones(4, 1)
    assert over_batches(Precision(), none, all_, sizes=(1,)) == 0
    assert over_batches(Recall(), all_, none, sizes=(1,)) == 0
    assert math.isnan(over_batches(AUC(), none, all_, sizes=(1,)))


@pytest.mark.parametrize("one_hot", [False, True])
def test_one_class_among_several(one_hot):
    labels = torch.randint(3, (50,), generator=torch.Generator().manual_seed(0))
    logits = torch.randn(50, 3, generator=torch.Generator().manual_seed(1))
    target = torch.eye(3)[labels] if one_hot else labels
    metric = metrics.get(Precision(class_id=2, thresholds=0.4), output_activation="softmax")
    said = logits.softmax(1)[:, 2] > 0.4
    expected = reference.precision_score(labels == 2, said)
    assert over_batches(metric, logits, target) == pytest.approx(expected)


@pytest.mark.parametrize("name", ["precision", "auc", "binary_accuracy", "binary_crossentropy"])
def test_logits_become_probabilities_where_the_loss_takes_logits(name):
    logits = torch.logit(SCORES)
    loss = losses.get(nn.BCEWithLogitsLoss())
    of_logits = metrics.get(name, loss.accuracy, loss.output_activation)
    expected = over_batches(metrics.get(name), SCORES, TRUE)
    assert over_batches(of_logits, logits, TRUE) == pytest.approx(expected, rel=1e-5)


def test_top_k():
    output = torch.tensor([[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]])
    target = torch.eye(3)[[1, 2]]
    values = [TopKCategoricalAccuracy(k)(output, target).tolist() for k in (1, 2, 3)]
    assert values == [[False, False], [True, False], [True, True]]


def test_names_and_classes():
    assert metrics.get("AUC").name == "AUC"
    assert metrics.get(AUC).name == "auc"
    assert metrics.get(Recall(name="r")).name == "r"
    assert metrics.get("mse").name == "mse"
    assert np.isclose(
        over_batches(metrics.get("mse"), SCORES, TRUE), (SCORES - TRUE).square().mean()
    )


@pytest.mark.parametrize("name", ["categorical_accuracy", "precision", "binary_accuracy", "rmse"])
def test_targets_are_never_broadcast(name):
    with pytest.raises(
        ValueError, match=rf"{name}' expects targets of the output's shape \(3, 2\)"
    ):
        metrics.get(name)(LOGITS, torch.tensor([0, 0, 0]))
    with pytest.raises(
        ValueError, match=r"expects class numbers \(3,\).* choose 'categorical_accur"
    ):
        metrics.get("sparse_categorical_accuracy")(LOGITS, torch.eye(2)[[0, 0, 0]])


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
    for wrong in (3, dict):
        with pytest.raises(TypeError, match=r"A metric must be a name or a function.*got"):
            metrics.get(wrong)

    class Stateful:
        def __call__(self, output, target):
            return output.mean()

        def compute(self):
            return 0

    with pytest.raises(TypeError, match=r"keeps sums of its own, expected a function"):
        metrics.get(Stateful())
    with pytest.raises(ValueError, match=r"Precision: thresholds must be .* got 2"):
        Precision(thresholds=2)
    with pytest.raises(ValueError, match=r"AUC: num_thresholds must be .* at least 2, got 1"):
        AUC(num_thresholds=1)
    with pytest.raises(ValueError, match=r"'precision' expects outputs of more than class_id=2"):
        Precision(class_id=2)(LOGITS, torch.zeros(3))
