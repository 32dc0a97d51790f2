"""From what people pass to what a critic reads."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch

from glow.estimators._arrays import as_array, as_samples, as_tensor, device_of, is_discrete

if TYPE_CHECKING:
    import numpy.typing as npt

    from glow.estimators._arrays import Array

_LARGEST_ALPHABET = 1024  # symbols of all columns together: a critic cannot learn more anyway


def standardised(owner: str, name: str, value: Array, device: torch.device | None) -> torch.Tensor:
    """Samples as a critic reads them: a finite float32 tensor (N, width).

    Floating point columns get mean 0 and standard deviation 1, and constant ones become 0. Each
    column of integers or booleans becomes one column for each symbol, of mean square 1.

    Args:
        owner: Who asks, to begin the error message.
        name: What ``value`` is called.
        value: (N,) or (N, ...) samples.
        device: Where to compute, or None for the host.

    Raises:
        TypeError: If ``value`` does not hold real numbers.
        ValueError: If it is empty, not finite, or has more than 1024 symbols.
    """
    where = device or torch.device("cpu")
    if _holds_symbols(value):
        array = as_array(owner, name, value)
        return torch.from_numpy(_one_hot(owner, name, array.reshape(len(array), -1))).to(where)
    if device_of(value) is None:
        exact = torch.from_numpy(as_samples(owner, name, value).astype(np.float64))
        return _scaled(exact).float().to(where)
    return _scaled(as_tensor(owner, name, value, where))


def noisy(owner: str, t: Array, deviation: float, seed: int) -> Array:
    """Samples (N, d) with Gaussian noise added, the same for a seed wherever ``t`` lies.

    Args:
        owner: Who asks, to begin the error message.
        t: (N, ...) samples.
        deviation: Standard deviation of the noise; 0 returns ``t`` itself.
        seed: Of the noise.
    """
    if deviation == 0:
        return t
    device = device_of(t) or torch.device("cpu")
    samples = as_tensor(owner, "t", t, device)
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(samples.shape, generator=generator, dtype=torch.float32, device="cpu")
    return samples + deviation * noise.to(device)


def _holds_symbols(value: Array) -> bool:
    if isinstance(value, torch.Tensor):
        return not (value.is_floating_point() or value.is_complex())
    return is_discrete(np.asarray(value))


def _scaled(samples: torch.Tensor) -> torch.Tensor:
    constant = samples.amin(dim=0) == samples.amax(dim=0)
    centred = samples - samples.mean(dim=0)
    deviation = centred.square().mean(dim=0).sqrt()
    # squares of tiny numbers can vanish, and a mean of equal ones be off by a rounding
    return torch.where(constant | (deviation == 0), 0.0, centred / deviation)


def _one_hot(owner: str, name: str, columns: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    coded = [np.unique(column, return_inverse=True) for column in columns.T]
    total = sum(len(symbols) for symbols, _ in coded)
    if total > _LARGEST_ALPHABET:
        raise ValueError(
            f"{owner}: {name} must hold at most {_LARGEST_ALPHABET} symbols, all columns together, "
            f"got {total}: each becomes an input of the critic. If these integers are quantities, "
            f"give {name} as floating point numbers."
        )
    blocks = [
        np.eye(len(symbols), dtype=np.float32)[codes] * np.float32(math.sqrt(len(symbols)))
        for symbols, codes in coded
    ]
    return np.hstack(blocks)
