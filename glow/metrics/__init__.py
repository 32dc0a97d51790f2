"""Metrics by name, object or callable, over all samples of an epoch.

Arguments come in PyTorch's order: ``metric(output, target)``. Where the loss takes logits, metrics
of probabilities get what the loss makes of them. The name of a loss is the name of a metric too.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeAlias

from torch import Tensor

from glow import losses
from glow._registry import lookup
from glow.losses._probabilities import Crossentropy
from glow.metrics._accuracies import (
    BinaryAccuracy,
    BinaryAccuracyFromLogits,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
)
from glow.metrics._base import Metric, MetricFunction, OfLoss
from glow.metrics._counts import (
    AUC,
    CosineSimilarity,
    Precision,
    Recall,
    RootMeanSquaredError,
)

__all__ = [
    "AUC",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "CosineSimilarity",
    "Metric",
    "MetricLike",
    "Precision",
    "Recall",
    "RootMeanSquaredError",
    "SparseCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "get",
]

MetricLike: TypeAlias = str | type[Metric] | Metric | MetricFunction

_BY_NAME: dict[str, Callable[..., Metric]] = {
    "sparse_categorical_accuracy": SparseCategoricalAccuracy,
    "categorical_accuracy": CategoricalAccuracy,
    "binary_accuracy": BinaryAccuracy,
    "binary_accuracy_from_logits": BinaryAccuracyFromLogits,
    "sparse_top_k_categorical_accuracy": SparseTopKCategoricalAccuracy,
    "top_k_categorical_accuracy": TopKCategoricalAccuracy,
    "precision": Precision,
    "recall": Recall,
    "auc": AUC,
    "root_mean_squared_error": RootMeanSquaredError,
    "rmse": RootMeanSquaredError,
    "cosine_similarity": CosineSimilarity,
}
_CLASSES = set(_BY_NAME.values())


def get(
    identifier: MetricLike,
    accuracy: str = "sparse_categorical_accuracy",
    output_activation: str | None = None,
) -> Metric:
    """Return the metric that a name or a callable stands for.

    Args:
        identifier: A name; an object or class of this module; or a callable from output and target
            to a value per sample or the batch's mean.
        accuracy: The metric that ``"accuracy"`` and ``"acc"`` stand for.
        output_activation: What the loss applies to the model's output, ``"sigmoid"`` or
            ``"softmax"``, so that metrics of probabilities can do the same.

    Raises:
        ValueError: The name is unknown.
        TypeError: Neither a name nor a callable, or an object that keeps sums of its own.
    """
    if isinstance(identifier, str):
        return _named(identifier, accuracy, output_activation).after(output_activation)
    if isinstance(identifier, Metric):
        return identifier.after(output_activation)
    if identifier in _CLASSES:
        return identifier().after(output_activation)  # type: ignore[call-arg]  # a class of this module
    if inspect.isclass(identifier) or not callable(identifier):
        raise TypeError(
            f"A metric must be a name or a function of output and target, got {identifier!r}. "
            "Choose e.g. metrics=['accuracy']."
        )
    _refuse_sums(identifier)
    return Metric(getattr(identifier, "__name__", type(identifier).__name__), identifier)


def _named(name: str, accuracy: str, output_activation: str | None) -> Metric:
    table = {"accuracy": _BY_NAME[accuracy], "acc": _BY_NAME[accuracy], **_BY_NAME}
    table = {**dict.fromkeys(losses.names(), _loss(name, output_activation)), **table}
    made = lookup("metric", name, table)
    return made(name=name) if made in _CLASSES else made()


def _loss(name: str, output_activation: str | None) -> Callable[..., Metric]:
    def make() -> Metric:
        loss: Any = losses.get(name)
        if isinstance(loss, Crossentropy) and loss.probabilities == output_activation:
            loss = type(loss)(from_logits=True)
        return OfLoss(name, loss)

    return make


def _refuse_sums(metric: Callable[[Tensor, Tensor], Tensor]) -> None:
    """Refuse what would be averaged over batches though it is no mean of theirs."""
    if hasattr(metric, "compute") or hasattr(metric, "result"):
        raise TypeError(
            f"The metric {metric!r} keeps sums of its own, expected a function of output and "
            "target. Choose one of glow.metrics, or call it on what model.predict returns."
        )
