"""From a model and the probe set to the activations that estimators see."""

from __future__ import annotations

import copy
import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from ._errors import RecordingError
from ._taps import Tap, read_taps
from ._undisturbed import device_of, undisturbed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt
    from torch import Tensor, nn

    Activations = dict[str, npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Probe:
    """What is asked of a model: its taps, read on the probe set.

    Attributes:
        x: the probe inputs, (N, ...).
        taps: where to read.
        output: what the loss applies to the model's output (``"softmax"``, ``"sigmoid"``), applied
            here to the last layer; None for nothing.
    """

    x: Tensor
    taps: tuple[Tap, ...]
    output: str | None = None

    def read(self, model: nn.Module) -> Activations:
        """Returns the activations of each layer, float32 (N, ...) or (runs, N, ...).

        The model must be in eval mode, gradients off.
        """
        tensors = read_taps(model, self.taps, self.x.to(device_of(model)))
        last = self.taps[-1].name
        tensors[last] = _apply_output(self.output, tensors[last])
        return {name: _to_numpy(tensor) for name, tensor in tensors.items()}


def _apply_output(output: str | None, t: Tensor) -> Tensor:
    if output == "softmax":
        return torch.softmax(t.float(), dim=-1)
    return torch.sigmoid(t.float()) if output == "sigmoid" else t


def _to_numpy(tensor: Tensor) -> npt.NDArray[np.float32]:
    array: npt.NDArray[np.float32] = tensor.detach().to("cpu", torch.float32).contiguous().numpy()
    return array


def match_dtype(x: Tensor, model: nn.Module) -> Tensor:
    """Returns ``x`` in the model's floating-point type; integers (token ids) stay as they are."""
    if not x.is_floating_point():
        return x
    floating = (p.dtype for p in model.parameters() if p.is_floating_point())
    return x.to(next(floating, torch.float32))


class Replay:
    """Recomputes activations from stored weights, on private copies of a model.

    Several threads may replay at once: each borrows its own copy.

    Args:
        model: a network of the recorded architecture; it is copied, never changed.
        probe: what to read from it.
    """

    def __init__(self, model: nn.Module, probe: Probe) -> None:
        self.probe = probe
        self._pristine = _copy(model)
        self._idle: list[nn.Module] = []

    def activations(self, weights: Mapping[str, Tensor]) -> Activations:
        """Returns the activations of the model with these weights and buffers.

        Raises:
            RuntimeError: if the weights are those of another architecture.
        """
        with self._borrowed() as model:
            model.load_state_dict(dict(weights))
            with torch.no_grad():
                return self.probe.read(model)

    @contextmanager
    def _borrowed(self) -> Iterator[nn.Module]:
        try:
            model = self._idle.pop()  # atomic, as is append
        except IndexError:
            model = _copy(self._pristine)
        try:
            yield model
        finally:
            self._idle.append(model)


def _copy(model: nn.Module) -> nn.Module:
    try:
        with undisturbed(model):
            copied = copy.deepcopy(model)
    except Exception as cause:
        raise RecordingError(
            f"Recording: {type(model).__name__} could not be copied to replay its weights "
            f"({cause}). Record with keep='activations'."
        ) from cause
    return copied.to("cpu").eval()


def weights_of(model: nn.Module) -> dict[str, Tensor]:
    """Returns copies of the model's weights and buffers, on the CPU and each in its own memory."""
    return {
        name: value.detach().to("cpu", copy=True).contiguous()
        for name, value in model.state_dict().items()
        if isinstance(value, torch.Tensor)
    }


def fingerprint(activations: Mapping[str, npt.NDArray[np.float32]], names: Sequence[str]) -> str:
    """Returns the SHA-256 of the activations' bytes, layer by layer."""
    digest = hashlib.sha256()
    for name in names:
        digest.update(np.ascontiguousarray(activations[name]).data)
    return digest.hexdigest()
