"""The probe set as the Recorder takes it: checked, copied and in the types that are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ._errors import RecordingError

if TYPE_CHECKING:
    from torch import Tensor


PROBE_TYPES = frozenset(
    {torch.float16, torch.float32, torch.float64, torch.bool, torch.uint8}
    | {torch.int8, torch.int16, torch.int32, torch.int64}
)
"""The types in which x is stored, which are those that NumPy has too."""


def check_probe_set(probe: Any) -> tuple[Tensor, Tensor]:  # noqa: ANN401 - it is what is checked
    """Returns the probe set as tensors of its own.

    Args:
        probe: ``(x, y)`` of arrays or tensors of the same length.

    Returns:
        x (N, ...), as it was given; y int64 (N,) if it holds whole numbers only, else float32
        (N,) or (N, k).

    Raises:
        RecordingError: if it is not a pair, is empty, differs in length, or holds NaN or infinity.
    """
    try:
        x, y = probe
    except (TypeError, ValueError):
        raise _wrong("a pair (x, y)", type(probe).__name__) from None
    x, y = _tensor("x", x), _tensor("y", y)
    if x.ndim < 2:
        raise _wrong("x of shape (N, ...) with at least two axes", f"{tuple(x.shape)}")
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim not in (1, 2):
        raise _wrong("y of shape (N,) or (N, k)", f"{tuple(y.shape)}")
    if len(x) != len(y) or x.numel() == 0:
        raise _wrong("x and y of one length above 0", f"{tuple(x.shape)} and {tuple(y.shape)}")
    return x, _labels(y)


def _tensor(name: str, values: Any) -> Tensor:  # noqa: ANN401 - it is what is checked
    try:
        tensor = values if isinstance(values, torch.Tensor) else torch.from_numpy(np.array(values))
    except (TypeError, ValueError):
        words = np.asarray(values).dtype.kind in "US"
        got = f"words (encode them: numpy.unique({name}, return_inverse=True)[1])"
        raise _wrong(f"{name} of numbers", got if words else type(values).__name__) from None
    if tensor.is_complex():
        raise _wrong(f"{name} of real numbers", "complex ones")
    if tensor.dtype not in PROBE_TYPES:
        tensor = tensor.float()
    # A copy: changing the arrays afterwards must not change what is recorded.
    tensor = tensor.detach().to("cpu", copy=True).contiguous()
    if tensor.is_floating_point() and not torch.isfinite(tensor).all():
        raise _wrong(f"{name} of finite numbers", "NaN or infinity in it")
    return tensor


def _labels(y: Tensor) -> Tensor:
    """Whole numbers are labels, in whatever type they came (binary losses want them as floats)."""
    if y.ndim == 1 and bool((y == y.round() if y.is_floating_point() else y == y).all()):
        return y.to(torch.int64)
    return y.to(torch.float32)


def _wrong(expected: str, got: str) -> RecordingError:
    return RecordingError(
        f"Recorder: probe must be {expected}, got {got}. Give the arrays that the network is "
        "trained or tested on: probe=(x, y)."
    )
