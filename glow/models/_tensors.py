"""From what users hand to ``fit`` to checked tensors on the model's device."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def is_arrays(x: object, y: object) -> bool:
    """Say whether x is an array, tensor, table or list of samples, not an iterable of batches."""
    return hasattr(x, "__array__") or (y is not None and isinstance(x, list | tuple))


def inputs(owner: str, x: ArrayLike | Tensor, device: torch.device, *, integers: bool) -> Tensor:
    """Return the inputs as a tensor.

    Args:
        owner: Who asks, for messages.
        x: (N, ...), N at least 1.
        device: Where the tensor is wanted.
        integers: Whether whole numbers stay what they are (for embeddings) or become float32.

    Raises:
        ValueError: Empty, NaN, infinite or without a dimension of samples.
        TypeError: No numbers.
    """
    tensor = _numbers(owner, "x", x).to(device)
    kept = integers and not tensor.is_floating_point()
    return tensor if kept else tensor.float()


def targets(owner: str, y: ArrayLike | Tensor, device: torch.device, samples: int) -> Tensor:
    """Return the targets as a tensor: whole numbers as int64, others as float32.

    Args:
        owner: Who asks, for messages.
        y: (N,) or (N, ...).
        device: Where the tensor is wanted.
        samples: N of the inputs.

    Raises:
        ValueError: Empty, NaN, infinite, or of another length than the inputs.
        TypeError: No numbers.
    """
    tensor = _numbers(owner, "y", y).to(device)
    if len(tensor) != samples:
        raise ValueError(
            f"{owner}: x and y must have as many samples as each other, got {samples} in x and "
            f"{len(tensor)} in y. Give one row of y per row of x."
        )
    return tensor.float() if tensor.is_floating_point() else tensor.long()


def _numbers(owner: str, name: str, values: ArrayLike | Tensor) -> Tensor:
    tensor = values if isinstance(values, Tensor) else _from_numpy(owner, name, values)
    if tensor.is_complex():
        raise TypeError(
            f"{owner}: {name} must hold real numbers, got {tensor.dtype}. Take the real part."
        )
    if tensor.ndim == 0 or len(tensor) == 0:
        raise ValueError(
            f"{owner}: {name} must hold at least one sample, got the shape {tuple(tensor.shape)}. "
            "Its first dimension counts the samples."
        )
    if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
        bad = int((~torch.isfinite(tensor)).sum())
        raise ValueError(
            f"{owner}: {name} must be finite, got NaN or infinity in {bad} of {tensor.numel()} "
            "values. Remove or replace those values."
        )
    return tensor


def _from_numpy(owner: str, name: str, values: ArrayLike) -> Tensor:
    array = np.asarray(values)
    if array.dtype.kind in "US":
        raise TypeError(
            f"{owner}: {name} must hold numbers, got words (an array of {array.dtype}). Encode "
            f"them: classes, {name} = numpy.unique({name}, return_inverse=True)."
        )
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"{owner}: {name} must hold numbers, got an array of {array.dtype}. "
            f"Convert it, e.g. {name}.astype('float32')."
        )
    # torch knows neither foreign byte orders nor most unsigned integers nor negative strides, and
    # does not like memory it may not write to.
    known = np.dtype(np.int64) if array.dtype.kind == "u" else array.dtype.newbyteorder("=")
    native = np.asarray(array, dtype=known, order="C")
    return torch.from_numpy(native if native.flags.writeable else native.copy())
