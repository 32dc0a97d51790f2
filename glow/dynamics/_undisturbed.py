"""Looking at a model without leaving a trace: modes, buffers and random generators are put back."""

from __future__ import annotations

import random
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor, nn


@contextmanager
def undisturbed(model: nn.Module) -> Iterator[None]:
    """Runs a block in eval mode, without gradients or autocast, and restores everything after it.

    The flags are set on the modules themselves: ``model.eval()`` may be overridden to do more.
    """
    flags = [(module, module.training) for module in model.modules()]
    buffers = [
        (module, name, buffer, buffer.clone())
        for module, _ in flags
        for name, buffer in module._buffers.items()
        if buffer is not None
    ]
    with ExitStack() as stack:
        stack.enter_context(preserved_generators())
        stack.enter_context(torch.no_grad())
        stack.enter_context(torch.autocast(device_of(model).type, enabled=False))
        try:
            for module, _ in flags:
                module.training = False
            yield
        finally:
            for module, training in flags:
                module.training = training
            for module, name, buffer, before in buffers:
                _restore_buffer(module, name, buffer, before)


def _restore_buffer(module: nn.Module, name: str, buffer: Tensor, before: Tensor) -> None:
    module._buffers[name] = buffer
    # Most buffers were not touched; writing them anyway would cost and bump their version.
    if not torch.equal(buffer, before):
        buffer.copy_(before)


@contextmanager
def preserved_generators() -> Iterator[None]:
    """Puts the global random generators of Python, NumPy and torch back after a block."""
    python, numpy = random.getstate(), np.random.get_state()
    # CUDA is left alone until somebody uses it: asking for its state would start it
    devices = range(torch.cuda.device_count()) if _cuda_runs() else ()
    try:
        with torch.random.fork_rng(devices):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


def _cuda_runs() -> bool:
    started: bool = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]  # torch has no annotation here
    return started


def device_of(model: nn.Module) -> torch.device:
    """Returns where the model's first parameter lives; the CPU for a model without any."""
    first = next(model.parameters(), None)
    return torch.device("cpu") if first is None else first.device
