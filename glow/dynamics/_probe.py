"""From a model and the probe set to the activations that estimators see."""

from __future__ import annotations

import copy
import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, replace
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
        return {name: tensor.cpu().numpy() for name, tensor in self.tensors(model).items()}

    def tensors(self, model: nn.Module) -> dict[str, Tensor]:
        """Returns what `read` does as contiguous tensors where the model is."""
        with _quiet(model):
            tensors = read_taps(model, self.taps, self.x.to(device_of(model)))
        last = self.taps[-1].name
        tensors[last] = _apply_output(self.output, tensors[last])
        return {n: t.detach().to(torch.float32).contiguous() for n, t in tensors.items()}


@contextmanager
def _quiet(model: nn.Module) -> Iterator[None]:
    """Asks the modules that declare noise for their means (``quiet``) within a block."""
    noisy = [module for module in model.modules() if getattr(module, "declared_noise", None)]
    before = [getattr(module, "quiet", False) for module in noisy]
    try:
        for module in noisy:
            module.quiet = True  # type: ignore[assignment]  # a flag, no tensor
        yield
    finally:
        for module, quiet in zip(noisy, before, strict=True):
            module.quiet = quiet  # type: ignore[assignment]  # likewise


def _apply_output(output: str | None, t: Tensor) -> Tensor:
    if output == "softmax":
        return torch.softmax(t.float(), dim=-1)
    return torch.sigmoid(t.float()) if output == "sigmoid" else t


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
        device: where to run it.
    """

    def __init__(self, model: nn.Module, probe: Probe, device: str = "cpu") -> None:
        self.probe = replace(probe, x=probe.x.to(device))
        self._device = device
        self._pristine = _copy(model)
        self._idle: list[nn.Module] = []

    def activations(self, weights: Mapping[str, Tensor]) -> Activations:
        """Returns the activations of the model with these weights and buffers.

        Raises:
            RuntimeError: if the weights are those of another architecture.
        """
        with self._loaded(weights) as model:
            return self.probe.read(model)

    def tensors(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Returns what `activations` does as tensors, without a way through the host's memory."""
        with self._loaded(weights) as model:
            return self.probe.tensors(model)

    @contextmanager
    def _loaded(self, weights: Mapping[str, Tensor]) -> Iterator[nn.Module]:
        with self._borrowed() as model, torch.no_grad():
            model.load_state_dict(dict(weights))
            yield model

    @contextmanager
    def _borrowed(self) -> Iterator[nn.Module]:
        try:
            model = self._idle.pop()  # atomic, as is append
        except IndexError:
            model = _copy(self._pristine).to(self._device)
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
