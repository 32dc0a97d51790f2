"""From the arguments of ``fit`` to checked sources of batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch import Tensor
from torch.utils.data import Dataset

from glow._arguments import integer
from glow._structure import leaves
from glow.models._feed import Batch, Feed, SteppedFeed
from glow.models._iterable import IterableFeed, loader
from glow.models._reading import Reader
from glow.models._targets import check_activation
from glow.models._tensors import is_arrays

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from glow.models._model import Model


@dataclass(frozen=True)
class Data:
    """What ``fit`` and ``evaluate`` are given to work on, as described there.

    Attributes:
        x: Inputs, or an iterable of batches.
        y: Targets, or None.
        sample_weight: Weights of the samples, or None.
        class_weight: Weights by class number, or None.
    """

    x: Any
    y: Any = None
    sample_weight: Any = None
    class_weight: Mapping[int, float] | None = None

    @property
    def arrays(self) -> bool:
        """Whether all samples are there, rather than yielded in batches."""
        return is_arrays(self.x, self.y)


@dataclass(frozen=True)
class Plan:
    """What ``fit`` will do.

    Attributes:
        train: What to train on.
        validation: What to validate on, or None.
        data: The arrays given, before the split; None for iterables and for several inputs or
            outputs.
        validation_indices: The rows that the split held back.
        settings: What was asked for, as JSON values.
    """

    train: Feed
    validation: Feed | None
    data: tuple[Tensor, Tensor] | None
    validation_indices: NDArray[np.int64] | None
    settings: dict[str, Any]


@dataclass(frozen=True)
class Validation:
    """What ``fit`` is given to validate on.

    Attributes:
        data: (x, y), (x, y, weights) or an iterable; None for nothing.
        batch_size: Samples per step.
        steps: Batches to use; None for all.
    """

    data: Any
    batch_size: int
    steps: int | None

    def feed(self, network: Model) -> Feed:
        """Check the data against the network."""
        parts = self.data if isinstance(self.data, tuple) and len(self.data) in (2, 3) else None
        data = Data(self.data) if parts is None else Data(*parts)
        return plan_test(network, data, self.batch_size, self.steps)


def plan_fit(
    network: Model,
    data: Data,
    batch_size: int,
    shuffle: bool,
    steps: int | None,
    split: float,
    split_shuffle: bool,
    validation: Validation,
) -> Plan:
    """Check the arguments of ``fit`` against the network; they are described there."""
    batch_size = integer("fit", "batch_size", batch_size, low=1)
    _check_split(split, validation.data is not None, data.arrays)
    check_activation(network.name, network.loss, network._output_activation())
    validate = held = rows = None
    if data.arrays:
        rows = Reader(network).arrays(data.x, data.y, data.sample_weight, data.class_weight)
        train: Any = network._feed(rows, batch_size, shuffle)
        if split:
            train, validate, held = train.split(split, split_shuffle)
    else:
        train = _iterable(network, data, batch_size, shuffle)
    if validation.data is not None:  # after what is trained on, which builds the network
        validate = validation.feed(network)
    _check_trainable(network)
    settings = {
        "batch_size": batch_size,
        "samples": train.samples,
        "validation": validate is not None,
        "steps": train.steps if steps is None else steps,
        "shuffle": bool(shuffle),
        "validation_split": float(split),
        "validation_shuffle": bool(split_shuffle),
    }
    return Plan(_stepped(train, steps), validate, _single(rows), held, settings)


def plan_test(network: Model, data: Data, batch_size: int | None, steps: int | None = None) -> Feed:
    """Check data against the network; one batch of all samples if ``batch_size`` is None."""
    check_activation(network.name, network.loss, network._output_activation())
    if not data.arrays:
        return _stepped(_iterable(network, data, batch_size or 1, shuffle=False), steps)
    rows = Reader(network).arrays(data.x, data.y, data.sample_weight, data.class_weight)
    if batch_size is None:
        batch_size = len(leaves(rows)[0])
    size = integer("evaluate", "batch_size", batch_size, low=1)
    return _stepped(network._feed(rows, size, shuffle=False), steps)


def _iterable(network: Model, data: Data, batch_size: int, shuffle: bool) -> IterableFeed:
    if data.y is not None or not isinstance(data.x, Iterable | Dataset):
        raise TypeError(
            f"{network.name}: expected arrays or tensors x and y, or a Dataset, a DataLoader or an "
            f"iterable of batches (x, y) alone, got x {type(data.x).__name__} and y "
            f"{type(data.y).__name__}. Give one or the other."
        )
    if data.sample_weight is not None:
        raise ValueError(
            f"{network.name}: sample_weight needs arrays, got an iterable of batches. Yield "
            "(x, y, weights) instead."
        )
    reader = Reader(network)
    source = loader(data.x, batch_size, shuffle)
    seed = None if source is data.x else network.seed
    feed = IterableFeed(source, lambda item: reader.batch(item, data.class_weight), seed)
    reader.begin(feed.first)
    return feed


def _stepped(feed: Any, steps: int | None) -> Feed:  # noqa: ANN401 - a Feed
    if steps is None:
        return feed  # type: ignore[no-any-return]
    steps = integer("fit", "steps_per_epoch", steps, low=1)
    return SteppedFeed(feed, steps, once=getattr(feed, "once", False))


def _single(rows: Batch | None) -> tuple[Tensor, Tensor] | None:
    if rows is None or not all(isinstance(part, Tensor) for part in rows[:2]):
        return None
    return rows[0], rows[1]


def _check_split(split: float, validated: bool, arrays: bool) -> None:
    if not 0 <= split < 1:
        raise ValueError(
            f"fit: validation_split must be at least 0 and less than 1, got {split!r}. "
            "Choose e.g. 0.2."
        )
    if split and (validated or not arrays):
        raise ValueError(
            f"fit: validation_split={split!r} needs arrays and no validation_data. "
            "Give either validation_split or validation_data."
        )


def _check_trainable(network: Model) -> None:
    if not any(parameter.requires_grad for parameter in network.parameters()):
        raise ValueError(
            f"{network.name}: no weight can be trained, expected at least one. Set trainable = "
            "True on a layer, or add a layer with weights."
        )
    network.optimizer  # noqa: B018 - made here, so that its errors come before the first step
