"""Few threads for small networks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def suited_threads(model: Model, batch_size: int) -> Iterator[None]:
    """Compute a small network's steps on one thread; others are left as PyTorch is set.

    Args:
        model: The built network.
        batch_size: Samples per step.
    """
    before = torch.get_num_threads()
    if before > 1 and _is_small(model, batch_size):
        torch.set_num_threads(1)
    try:
        yield
    finally:
        if torch.get_num_threads() != before:
            torch.set_num_threads(before)


def _is_small(model: Model, batch_size: int) -> bool:
    """Only where each weight is used once a sample do the weights tell the work."""
    owners = [m for m in model.modules() if any(True for _ in m.parameters(recurse=False))]
    if model.device.type != "cpu" or not all(
        isinstance(owner, Dense | BatchedDense | nn.Linear) for owner in owners
    ):
        return False
    return batch_size * sum(p.numel() for p in model.parameters()) < _SMALL
