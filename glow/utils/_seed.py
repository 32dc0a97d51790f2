"""One seed for all the random number generators a training run may touch."""

from __future__ import annotations

import random

import numpy as np
import torch


def set_random_seed(seed: int) -> None:
    """Seed Python, NumPy and PyTorch.

    A model built without ``seed=`` draws its own seed from PyTorch's generator, so this call fixes
    its weights, its validation split and the order of its batches too.

    Args:
        seed: An integer from 0 to 2**32 - 1 (NumPy's limit).

    Raises:
        ValueError: The seed is outside that range.
    """
    if not 0 <= seed < 2**32:
        raise ValueError(
            f"set_random_seed: seed must be an integer from 0 to 4294967295, got {seed!r}. "
            "Choose e.g. set_random_seed(0)."
        )
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def derive_seed(seed: int, purpose: str, index: int = 0) -> int:
    """Return the seed of one purpose of a run, unrelated to those of its other purposes.

    The order of the batches in epoch 7 is then the same whether or not the run was interrupted
    before, and whatever else drew random numbers.

    Args:
        seed: The run's seed, not negative.
        purpose: ``"weights"``, ``"split"``, ``"order"``...
        index: The epoch, where there is one.
    """
    key = (seed, int.from_bytes(purpose.encode(), "big"), index)
    return int(np.random.SeedSequence(key).generate_state(1, np.uint64)[0])


def generator(seed: int, purpose: str, index: int = 0) -> torch.Generator:
    """Return a generator on the CPU with the seed of `derive_seed`."""
    return torch.Generator().manual_seed(derive_seed(seed, purpose, index))
