"""From what users hand to ``fit`` to checked tensors on the model's device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from glow._structure import leaves, paths

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def is_arrays(x: object, y: object) -> bool:
    """Say whether x is an array, table, list of samples or several inputs, not batches."""
    if isinstance(x, Mapping) or hasattr(x, "__array__"):
        return True
    return y is not None and isinstance(x, list | tuple)


def is_several(x: object) -> bool:
    """Say whether x is a list of arrays, one for each input, rather than a list of samples."""
    return (
        isinstance(x, list | tuple)
        and len(x) > 0
        and all(hasattr(part, "__array__") and getattr(part, "ndim", 0) > 0 for part in x)
    )


def samples_of(owner: str, x: Any) -> int:  # noqa: ANN401 - a tensor, or a list or dict of tensors
    """Return how many samples the inputs have.

    Raises:
        ValueError: Several inputs that do not agree.
    """
    lengths = {len(tensor) for tensor in leaves(x)}
    if len(lengths) != 1:
        given = {"".join(f"[{key!r}]" for key in path): len(t) for path, t in paths(x)}
        raise ValueError(
            f"{owner}: all inputs must have as many samples as each other, got "
            f"{', '.join(f'{n} in x{name}' for name, n in given.items()) or 'no input'}. "
            "Give one row of each per sample."
        )
    return int(lengths.pop())


def numbers(owner: str, name: str, values: ArrayLike | Tensor) -> Tensor:
    """Return real, finite numbers of at least one sample as a tensor.

    Args:
        owner: Who asks, for messages.
        name: What it is, for messages.
        values: (N, ...), N at least 1.

    Raises:
        ValueError: Empty, NaN, infinite or without a dimension of samples.
        TypeError: No numbers.
    """
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


def targets(
    owner: str, name: str, y: ArrayLike | Tensor, device: torch.device, samples: int
) -> Tensor:
    """Return the targets of one output as a tensor: whole numbers as int64, others as float32.

    Args:
        owner: Who asks, for messages.
        name: What it is, for messages.
        y: (N,) or (N, ...).
        device: Where the tensor is wanted.
        samples: N of the inputs.

    Raises:
        ValueError: Empty, NaN, infinite, or of another length than the inputs.
        TypeError: No numbers.
    """
    tensor = numbers(owner, name, y).to(device)
    if len(tensor) != samples:
        raise ValueError(
            f"{owner}: x and {name} must have as many samples as each other, got {samples} in x "
            f"and {len(tensor)} in {name}. Give one row of {name} per row of x."
        )
    return tensor.float() if tensor.is_floating_point() else tensor.long()


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
