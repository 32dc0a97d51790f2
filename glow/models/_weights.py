"""Weights to and from one safetensors file, without pickle."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from torch.nn.parameter import is_lazy

if TYPE_CHECKING:
    from torch import Tensor, nn


def save(model: nn.Module, path: str | os.PathLike[str]) -> None:
    """Write the state of a model; an older file is replaced only when the new one is whole."""
    from safetensors.torch import save_file

    target = Path(path)
    state = {name: tensor.detach().contiguous().clone() for name, tensor in state_of(model).items()}
    handle, temporary = tempfile.mkstemp(prefix=target.name, dir=target.parent)
    os.close(handle)
    try:
        save_file(state, temporary)
        Path(temporary).replace(target)
    finally:
        Path(temporary).unlink(missing_ok=True)


def load(model: nn.Module, path: str | os.PathLike[str]) -> None:
    """Read the state of a model."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    expected = {name: tuple(tensor.shape) for name, tensor in state_of(model).items()}
    try:
        state = load_file(path)
    except SafetensorError as error:
        raise ValueError(
            f"load_weights: {os.fspath(path)!r} is not a whole safetensors file ({error}). "
            "Give a file that save_weights wrote."
        ) from error
    received = {name: tuple(tensor.shape) for name, tensor in state.items()}
    if received != expected:
        raise ValueError(
            f"load_weights: {os.fspath(path)!r} does not fit this model, expected {expected}, got "
            f"{received}. Build the model that the weights were saved from."
        )
    model.load_state_dict(state)


def state_of(model: nn.Module) -> dict[str, Tensor]:
    """Return weights and buffers by name.

    Raises:
        RuntimeError: The model is not built.
    """
    state: dict[str, Tensor] = model.state_dict()
    lazy = [name for name, tensor in state.items() if is_lazy(tensor)]
    if lazy:
        raise RuntimeError(
            f"The model has no weights yet ({', '.join(lazy)}), expected a built one. "
            "Give input_shape=, or call the model once."
        )
    return state
