"""Nested JSON values and tensors to and from one safetensors file, without pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from glow.dynamics._atomic import write_atomically

_KEY, _TENSOR = "tree", "tensor"


def write(path: Path, tree: Mapping[str, Any]) -> None:
    """Write dicts and lists of JSON values and tensors, replacing an older file only when whole.

    Keys of dicts become strings, as in JSON.

    Raises:
        OSError: The file cannot be written.
        TypeError: A value of another kind.
    """
    tensors: dict[str, Tensor] = {}
    text = json.dumps(_flat(tree, tensors))
    write_atomically(path, save(tensors, {_KEY: text}))


def read(path: Path) -> dict[str, Any]:
    """Return what `write` was given, with tensors on the CPU.

    Raises:
        ValueError: It is no such file, or not a whole one.
        OSError: It cannot be read.
    """
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no dict
            tree = json.loads((file.metadata() or {})[_KEY])
        made: dict[str, Any] = _grown(tree, tensors)
    except (SafetensorError, KeyError, ValueError) as error:
        raise ValueError(f"{str(path)!r} is damaged or foreign ({error})") from error
    return made


def _flat(value: Any, tensors: dict[str, Tensor]) -> Any:  # noqa: ANN401 - any JSON value or tensor
    if isinstance(value, Tensor):
        name = str(len(tensors))
        # A copy, since safetensors refuses tensors that share memory.
        tensors[name] = value.detach().cpu().contiguous().clone()
        return {_TENSOR: name}
    if isinstance(value, Mapping):
        return {str(key): _flat(part, tensors) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_flat(part, tensors) for part in value]
    return value


def _grown(value: Any, tensors: Mapping[str, Tensor]) -> Any:  # noqa: ANN401 - likewise
    if isinstance(value, list):
        return [_grown(part, tensors) for part in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {_TENSOR} and isinstance(value[_TENSOR], str):
        return tensors[value[_TENSOR]]
    return {key: _grown(part, tensors) for key, part in value.items()}
