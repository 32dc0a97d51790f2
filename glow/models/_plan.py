"""From the arguments of ``fit`` to checked sources of batches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch.utils.data import DataLoader, Dataset, IterableDataset

from glow._arguments import integer
from glow.models._feed import Feed, IterableFeed
from glow.models._targets import check_activation, match
from glow.models._tensors import is_arrays, targets
from glow.utils import generator

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
    from torch import Tensor

    from glow.models._model import Model


@dataclass(frozen=True)
class Plan:
    """What ``fit`` will do.

    Attributes:
        train: What to train on.
        validation: What to validate on, or None.
        data: The arrays given, before the split; None for iterables.
        validation_indices: The rows that the split held back.
        settings: What was asked for, as JSON values.
    """

    train: Feed
    validation: Feed | None
    data: tuple[Tensor, Tensor] | None
    validation_indices: NDArray[np.int64] | None
    settings: dict[str, Any]


def plan_fit(
    model: Model,
    x: ArrayLike | Tensor | Iterable[Any],
    y: ArrayLike | Tensor | None,
    batch_size: int,
    shuffle: bool,
    validation_split: float,
    validation_shuffle: bool,
    validation_data: tuple[Any, Any] | Iterable[Any] | None,
) -> Plan:
    """Check the arguments of ``fit`` against the model; they are described there."""
    batch_size = integer("fit", "batch_size", batch_size, low=1)
    arrays = is_arrays(x, y)
    _check_split(validation_split, validation_data, arrays)
    check_activation(model.name, model.loss, model._output_activation())
    data = held = validation = None
    if arrays:
        data = _arrays(model, x, y)
        train: Any = model._feed(*data, batch_size, shuffle)
        if validation_split:
            train, validation, held = train.split(validation_split, validation_shuffle)
    else:
        train = _iterable(model, x, y, batch_size, shuffle)
    if validation_data is not None:
        validation = _validation(model, validation_data, batch_size)
    model.optimizer  # noqa: B018 - made here, so that its errors come before the first step
    settings = {
        "batch_size": batch_size,
        "samples": train.samples,
        "steps": train.steps,
        "shuffle": bool(shuffle),
        "validation_split": float(validation_split),
        "validation_shuffle": bool(validation_shuffle),
    }
    return Plan(train, validation, data, held, settings)


def plan_test(
    model: Model,
    x: ArrayLike | Tensor | Iterable[Any],
    y: ArrayLike | Tensor | None,
    batch_size: int | None,
) -> Feed:
    """Check data against the model; one batch of all samples if ``batch_size`` is None."""
    check_activation(model.name, model.loss, model._output_activation())
    if not is_arrays(x, y):
        return _iterable(model, x, y, batch_size or 1, shuffle=False)
    x, y = _arrays(model, x, y)
    size = len(x) if batch_size is None else integer("evaluate", "batch_size", batch_size, low=1)
    return model._feed(x, y, size, shuffle=False)


def _arrays(model: Model, x: Any, y: ArrayLike | Tensor | None) -> tuple[Tensor, Tensor]:  # noqa: ANN401 - checked below
    if y is None:
        raise ValueError(
            f"{model.name}: y is missing, expected targets for the array x. Give fit(x, y)."
        )
    inputs = model._inputs(x)
    goals = targets(model.name, y, inputs.device, len(inputs))
    return inputs, match(model.name, model.loss, model._sample_output(inputs), goals)


def _iterable(model: Model, x: Any, y: object, batch_size: int, shuffle: bool) -> IterableFeed:  # noqa: ANN401 - any iterable
    if y is not None or not isinstance(x, Iterable | Dataset):
        raise TypeError(
            f"{model.name}: expected arrays or tensors x and y, or a Dataset, a DataLoader or an "
            f"iterable of batches (x, y) alone, got x {type(x).__name__} and y {type(y).__name__}. "
            "Give one or the other."
        )
    if isinstance(x, Dataset) and not isinstance(x, IterableDataset):
        order = generator(model.seed, "order")
        x = DataLoader(x, batch_size, shuffle=shuffle, generator=order)
    feed = IterableFeed(x, model.device)
    inputs, goals = feed.first
    match(model.name, model.loss, model._sample_output(inputs), goals)
    return feed


def _validation(model: Model, data: Any, batch_size: int) -> Feed:  # noqa: ANN401 - a pair or an iterable
    if isinstance(data, tuple) and len(data) == 2:
        return plan_test(model, *data, batch_size)
    return plan_test(model, data, None, batch_size)


def _check_split(split: float, data: object, arrays: bool) -> None:
    if not 0 <= split < 1:
        raise ValueError(
            f"fit: validation_split must be at least 0 and less than 1, got {split!r}. "
            "Choose e.g. 0.2."
        )
    if split and (data is not None or not arrays):
        raise ValueError(
            f"fit: validation_split={split!r} needs arrays and no validation_data. "
            "Give either validation_split or validation_data."
        )
