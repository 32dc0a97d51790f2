"""What a layer returns, found by torch itself on the meta device: shapes without numbers."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy


def is_unbuilt(layer: nn.Module) -> bool:
    """Say whether a layer waits for its input's shape to make its weights."""
    return any(is_lazy(tensor) for tensor in (*layer.parameters(), *layer.buffers()))


def try_on_meta(layer: nn.Module, *args: object, **kwargs: object) -> Any:  # noqa: ANN401 - what the layer returns
    """Return what a copy of the layer returns for meta tensors; the layer is not touched."""
    twin = copy.deepcopy(layer)
    unbuilt_parts_to_meta(twin)
    twin.to("meta").eval()
    # A lazy copy draws first values even here: the generators must not notice.
    with torch.no_grad(), torch.random.fork_rng(devices=()):
        return twin(*args, **kwargs)


def unbuilt_parts_to_meta(layer: nn.Module) -> None:
    """Put uninitialised weights on the meta device.

    ``Module.to`` would turn them into ordinary ones without elements.
    """
    for module in layer.modules():
        stores: tuple[dict[str, Any], ...] = (module._parameters, module._buffers)
        for parts in stores:
            for name, part in parts.items():
                if is_lazy(part):
                    parts[name] = _on_meta(type(part), part.requires_grad)


def _on_meta(kind: Callable[..., Any], requires_grad: bool) -> Any:  # noqa: ANN401 - a parameter or buffer
    return kind(device="meta", requires_grad=requires_grad)
