"""What the verbs return, and in which form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from glow._arguments import integer
from glow._structure import leaves, mapped
from glow.models._iterable import loader
from glow.models._modes import evaluating
from glow.models._tensors import samples_of

if TYPE_CHECKING:
    from glow.callbacks import CallbackList
    from glow.models._model import Model

#: An array, or a list or dict of arrays.
Answers: TypeAlias = Any


def answers_of(
    network: Model,
    x: Any,  # noqa: ANN401 - arrays or an iterable, as described in `Model.predict`
    batch_size: int,
    steps: int | None,
    callbacks: CallbackList,
) -> Answers:
    """Return the network's outputs for every sample, as arrays."""
    parts: Iterable[Any]
    if isinstance(x, Dataset) or not (
        hasattr(x, "__array__") or isinstance(x, list | tuple | dict)
    ):
        if not isinstance(x, Iterable | Dataset):
            raise TypeError(
                f"{network.name}: predict expects arrays or an iterable of batches, got "
                f"{type(x).__name__}. Give e.g. an array (N, ...)."
            )
        batches = loader(x, batch_size, shuffle=False)
        parts = (network._inputs(_without_targets(item), quick=True) for item in batches)
    else:
        parts = _split(network, x, batch_size)
    if steps is not None:
        parts = islice(parts, integer("predict", "steps", steps, low=1))
    return _joined(network, _outputs(network, parts, callbacks))


def as_keras(logs: dict[str, float], return_dict: bool) -> float | list[float] | dict[str, float]:
    """Return the loss, followed by the metrics if there are any; or a dict by name."""
    if return_dict:
        return logs
    return logs["loss"] if len(logs) == 1 else list(logs.values())


def report(verbose: int | str, logs: dict[str, float]) -> None:
    """Print values on one line if ``verbose`` is 1 or 2.

    Raises:
        ValueError: It is neither of these, nor 0 or "auto".
    """
    if verbose not in ("auto", 0, 1, 2):
        raise ValueError(
            f"evaluate: verbose must be 'auto', 0, 1 or 2, got {verbose!r}. Choose e.g. verbose=2."
        )
    if verbose in (1, 2):
        print("  ".join(f"{name} {value:.4f}" for name, value in logs.items()), flush=True)


def frequency(wanted: int | Sequence[int]) -> Callable[[int], bool]:
    """Return whether to validate after an epoch.

    Args:
        wanted: After every so many epochs, or after those listed, counted from 1.

    Raises:
        ValueError: Neither.
    """
    if isinstance(wanted, list | tuple | set | range):
        listed = {integer("fit", "validation_freq", epoch, low=1) for epoch in wanted}
        return lambda epoch: epoch + 1 in listed
    every = integer("fit", "validation_freq", wanted, low=1)
    return lambda epoch: (epoch + 1) % every == 0


def _split(network: Model, x: Any, batch_size: int) -> list[Any]:  # noqa: ANN401 - arrays
    whole = network._inputs(x)
    count = samples_of(network.name, whole)
    starts = range(0, count, batch_size)
    return [mapped(itemgetter(slice(start, start + batch_size)), whole) for start in starts]


def _without_targets(item: Any) -> Any:  # noqa: ANN401 - whatever the iterable yields
    return item[0] if isinstance(item, tuple | list) else item


def _outputs(network: Model, parts: Iterable[Any], callbacks: CallbackList) -> list[Any]:
    callbacks.attach(network, {"steps": len(parts) if isinstance(parts, list) else None})
    outputs = []
    with evaluating(network):
        callbacks.call("on_predict_begin", {})
        for index, part in enumerate(parts):
            callbacks.call("on_predict_batch_begin", index, {})
            outputs.append(network(part))
            callbacks.call("on_predict_batch_end", index, {})
        callbacks.call("on_predict_end", {})
    if not outputs:
        raise ValueError(
            f"{network.name}: predict got no batches, expected at least one. "
            "A generator that was read before is used up: make a new one."
        )
    return outputs


def _joined(network: Model, outputs: list[Any]) -> Answers:
    """One structure of arrays from a structure of tensors per batch."""
    dim = 0 if network.runs is None else 1
    columns = zip(*(leaves(output) for output in outputs), strict=True)
    joined: Iterable[Tensor] = (torch.cat(column, dim) for column in columns)
    arrays = iter([np.asarray(tensor.cpu().numpy()) for tensor in joined])
    return mapped(lambda _: next(arrays), outputs[0])
