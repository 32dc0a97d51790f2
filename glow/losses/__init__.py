"""Losses by name, object or callable.

Keras's names (``"sparse_categorical_crossentropy"``) take probabilities unless
``from_logits=True``; PyTorch's (``"cross_entropy"``, ``nn.CrossEntropyLoss()``) take logits.
Arguments come in PyTorch's order: ``loss(output, target)``. All values are in nats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from torch import Tensor

from glow._registry import lookup
from glow.losses._base import Custom as Custom
from glow.losses._base import Loss as Loss
from glow.losses._probabilities import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
)
from glow.losses._values import (
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    SquaredHinge,
)

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "CosineSimilarity",
    "Custom",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "LossLike",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "get",
    "names",
]

LossLike: TypeAlias = str | Mapping[str, Any] | Loss | Callable[[Tensor, Tensor], Tensor]

_BY_NAME: dict[str, Callable[..., Loss]] = {
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy,
    "binary_crossentropy": BinaryCrossentropy,
    "mean_squared_error": MeanSquaredError,
    "mse": MeanSquaredError,
    "mean_absolute_error": MeanAbsoluteError,
    "mae": MeanAbsoluteError,
    "mean_absolute_percentage_error": MeanAbsolutePercentageError,
    "mape": MeanAbsolutePercentageError,
    "mean_squared_logarithmic_error": MeanSquaredLogarithmicError,
    "msle": MeanSquaredLogarithmicError,
    "huber": Huber,
    "log_cosh": LogCosh,
    "cosine_similarity": CosineSimilarity,
    "kl_divergence": KLDivergence,
    "kld": KLDivergence,
    "poisson": Poisson,
    "hinge": Hinge,
    "squared_hinge": SquaredHinge,
    "categorical_hinge": CategoricalHinge,
    "cross_entropy": lambda: SparseCategoricalCrossentropy(from_logits=True),
    "binary_cross_entropy_with_logits": lambda: BinaryCrossentropy(from_logits=True),
}
_CLASSES: dict[str, type[Any]] = {
    cls.__name__: cls for cls in _BY_NAME.values() if isinstance(cls, type)
}


def names() -> tuple[str, ...]:
    """Return the names that `get` understands."""
    return tuple(_BY_NAME)


def get(identifier: LossLike) -> Loss:
    """Return the loss that a name, a torch loss object or a function stands for.

    Args:
        identifier: A name; an object or class of this module; what its ``get_config`` returned; a
            torch loss; or a function of output and target.

    Raises:
        ValueError: The name is unknown.
        TypeError: None of these.
    """
    made: Loss
    if isinstance(identifier, str):
        return lookup("loss", identifier, _BY_NAME)()
    if isinstance(identifier, Mapping):
        made = lookup("loss", identifier["class_name"], _CLASSES)(**identifier["config"])
        return made
    if isinstance(identifier, Loss):
        return identifier
    if identifier in _CLASSES.values():
        made = identifier()  # type: ignore[call-arg, assignment]  # a class of this module
        return made
    if isinstance(identifier, type) or not callable(identifier):
        raise TypeError(
            f"loss must be a name, an object or a function of output and target, "
            f"got {identifier!r}. Choose e.g. loss='cross_entropy'."
        )
    return Custom(identifier)
