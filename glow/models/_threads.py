"""Few threads for small networks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

import torch
from torch import nn

from glow.layers import Dense
from glow.models._batched import BatchedDense

if TYPE_CHECKING:
    from glow.models._model import Model

# Below this many multiplications in a forward pass a second thread saves nothing: an operation
# takes microseconds, and threads that wait for one another spin. Where another process (a browser,
# a second training) has the core that one of them needs, a step then takes many times as long.
_SMALL = 3e6


_spare: ContextVar[int | None] = ContextVar("_spare", default=None)


@contextmanager
def suited_threads(model: Model, batch_size: int) -> Iterator[None]:
    """Compute a small network's steps on one thread; others are left as PyTorch is set.

    Where the model has threads of its own, PyTorch's stay out of their way.

    Args:
        model: The built network.
        batch_size: Samples per step.
    """
    before = torch.get_num_threads()
    small = _is_small(model, batch_size)
    token = _spare.set(1 if small else before)
    if before > 1 and (small or _has_threads(model)):
        torch.set_num_threads(1)
    try:
        yield
    finally:
        _spare.reset(token)
        if torch.get_num_threads() != before:
            torch.set_num_threads(before)


def spare_threads() -> int:
    """How many threads a model's own step may use."""
    spare = _spare.get()
    return torch.get_num_threads() if spare is None else spare


def _has_threads(model: Model) -> bool:
    from glow.models._ensemble import Ensemble  # it imports this module

    return isinstance(model, Ensemble) and model._compiled_step() is not None


def _is_small(model: Model, batch_size: int) -> bool:
    """Only where each weight is used once a sample do the weights tell the work."""
    owners = [m for m in model.modules() if any(True for _ in m.parameters(recurse=False))]
    if model.device.type != "cpu" or not all(
        isinstance(owner, Dense | BatchedDense | nn.Linear) for owner in owners
    ):
        return False
    return batch_size * sum(p.numel() for p in model.parameters()) < _SMALL
