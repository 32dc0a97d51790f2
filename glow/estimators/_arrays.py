"""From what people pass (NumPy, torch, lists; any layout, any precision) to checked samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import torch

Array: TypeAlias = "npt.ArrayLike | torch.Tensor"
Samples: TypeAlias = npt.NDArray[np.float32] | npt.NDArray[np.float64]


def as_array(owner: str, name: str, value: Array) -> npt.NDArray[Any]:
    """A NumPy view or copy of ``value``.

    Args:
        owner: Who asks, to begin the error message.
        name: What ``value`` is called, for the error message.
        value: An array, tensor or nested list of numbers or booleans.

    Raises:
        TypeError: If it does not hold real numbers.
        ValueError: If it holds no samples.
    """
    array = np.asarray(_from_torch(value))
    if array.dtype.kind in "US":
        raise TypeError(
            f"{owner}: {name} must hold real numbers, got words (dtype {array.dtype}). Encode "
            f"them: symbols, {name} = numpy.unique({name}, return_inverse=True)."
        )
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"{owner}: {name} must hold real numbers, "
            f"got {type(value).__name__} of dtype {array.dtype}."
        )
    if array.ndim == 0 or array.size == 0:
        raise ValueError(
            f"{owner}: {name} must hold at least one sample with at least one value, "
            f"got shape {array.shape}."
        )
    return array


def as_samples(owner: str, name: str, value: Array) -> Samples:
    """Finite samples as a contiguous (N, d) array of float32, or float64 where the input is wider.

    The array cannot be written to: it may be the caller's own, and kernels are compiled for one
    kind.

    Raises:
        TypeError: If ``value`` does not hold real numbers.
        ValueError: If it is empty or holds NaN or infinity.
    """
    array = as_array(owner, name, value)
    precise = array.dtype.itemsize > (4 if array.dtype.kind == "f" else 2)
    flat = array.reshape(len(array), -1)
    samples: Samples = (
        np.ascontiguousarray(flat, np.float64)
        if precise
        else np.ascontiguousarray(flat, np.float32)
    )
    samples = samples.view()
    samples.setflags(write=False)
    # minimum and maximum carry NaN and infinity, and need no temporary array
    if not (np.isfinite(samples.min()) and np.isfinite(samples.max())):
        raise ValueError(f"{owner}: {_not_finite(name, samples)}")
    return samples


def device_of(*values: Array) -> torch.device | None:
    """The accelerator that holds one of the values, or None if all are in the host's memory."""
    for value in values:
        device: torch.device | None = getattr(value, "device", None)
        if hasattr(value, "detach") and device is not None and device.type != "cpu":
            return device
    return None


def as_tensor(owner: str, name: str, value: Array, device: torch.device) -> torch.Tensor:
    """Finite samples as a contiguous (N, d) float32 tensor on a device.

    A tensor that is there already does not pass through the host.

    Raises:
        TypeError: If ``value`` does not hold real numbers.
        ValueError: If it is empty or holds NaN or infinity.
    """
    import torch

    if device_of(value) is None:
        host = torch.from_numpy(np.array(as_samples(owner, name, value), dtype=np.float32))
        return host.to(device)
    assert isinstance(value, torch.Tensor)  # noqa: S101 - nothing else is on an accelerator
    if value.is_complex():
        raise TypeError(f"{owner}: {name} must hold real numbers, got dtype {value.dtype}.")
    if value.ndim == 0 or value.numel() == 0:
        raise ValueError(
            f"{owner}: {name} must hold at least one sample with at least one value, "
            f"got shape {tuple(value.shape)}."
        )
    samples = value.detach().reshape(len(value), -1).to(device, torch.float32).contiguous()
    if not bool(torch.isfinite(samples).all()):
        raise ValueError(f"{owner}: {_not_finite(name, samples.cpu().numpy())}")
    return samples


def same_length(owner: str, **arrays: npt.NDArray[Any] | torch.Tensor) -> None:
    """Raises ValueError unless all arrays hold as many samples."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(f"{owner}: the variables must hold the same samples, but {found}.")


def is_discrete(array: npt.NDArray[Any]) -> bool:
    """Whether the values are symbols: integers or booleans."""
    return array.dtype.kind in "biu"


def _from_torch(value: Array) -> npt.ArrayLike:
    if not hasattr(value, "detach"):  # torch itself is not imported for this
        return value
    tensor: torch.Tensor = value.detach().cpu()
    # NumPy has no bfloat16; every float16 and bfloat16 is a float32
    if tensor.is_floating_point() and tensor.element_size() < 4:
        tensor = tensor.float()
    return tensor.numpy()


def _not_finite(name: str, samples: Samples) -> str:
    bad = np.argwhere(~np.isfinite(samples))
    row, column = bad[0]
    return (
        f"{name} must be finite, got {len(bad)} NaN or infinite values, "
        f"the first in sample {row}, unit {column}. "
        "If training diverged, estimate the epochs before."
    )
