"""Shapes and first weights of a stack of layers, both found by torch itself."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from glow.models._modes import evaluating
from glow.utils import derive_seed

if TYPE_CHECKING:
    from collections.abc import Callable

Shape: TypeAlias = tuple[int, ...]


def build(
    owner: str,
    layers: Iterable[tuple[str, nn.Module]],
    input_shape: Shape,
    dtype: torch.dtype,
    seed: int,
) -> dict[str, tuple[Shape, Shape]]:
    """Walk through the layers on the meta device, which computes shapes and nothing else.

    Layers without weights yet (lazy ones) get them, drawn from the seed; layers that came with
    weights keep them.

    Args:
        owner: The model's name, for messages.
        layers: Names and layers, in order.
        input_shape: Shape of one sample.
        dtype: Type of the input.
        seed: Seed of the weights.

    Returns:
        By layer, the shapes of one sample's input and output.

    Raises:
        ValueError: A layer cannot take what the layer before it returns.
    """
    shapes: dict[str, tuple[Shape, Shape]] = {}
    x = torch.empty(1, *input_shape, dtype=dtype, device="meta")
    with torch.random.fork_rng(devices=()):
        torch.default_generator.manual_seed(derive_seed(seed, "weights"))
        for name, layer in layers:
            received = tuple(x.shape[1:])
            try:
                x = _materialise(layer, x) if _is_lazy(layer) else _try(layer, x)
            except (RuntimeError, ValueError, TypeError, IndexError) as error:
                raise ValueError(
                    f"{owner}: layer {name!r} ({type(layer).__name__}) cannot take an input of the "
                    f"shape {show(received)}: {error} Change input_shape or the layer before it."
                ) from error
            shapes[name] = (received, tuple(x.shape[1:]))
    return shapes


def show(shape: Shape) -> str:
    """Return the shape of a batch of such samples as text."""
    return f"(N{''.join(f', {size}' for size in shape)}{'' if shape else ','})"


def _is_lazy(layer: nn.Module) -> bool:
    return any(is_lazy(tensor) for tensor in (*layer.parameters(), *layer.buffers()))


def _try(layer: nn.Module, x: Tensor) -> Tensor:
    """Return the output of a copy of the layer on the meta device."""
    twin = copy.deepcopy(layer).to("meta")
    with evaluating(twin):
        output: Tensor = twin(x)
    return output


def _materialise(layer: nn.Module, x: Tensor) -> Tensor:
    """Give a lazy layer its shape on the meta device, then its weights on the CPU."""
    _lazy_parts_to_meta(layer)
    layer.to("meta")
    with evaluating(layer):
        output: Tensor = layer(x)
    layer.to_empty(device="cpu")
    for module in layer.modules():
        reset: Callable[[], None] | None = getattr(module, "reset_parameters", None)
        if reset is not None:
            reset()
    return output


def _lazy_parts_to_meta(layer: nn.Module) -> None:
    # Module.to would turn uninitialised parameters into ordinary ones without elements.
    for module in layer.modules():
        stores: tuple[dict[str, Any], ...] = (module._parameters, module._buffers)
        for parts in stores:
            for name, part in parts.items():
                kind: Any = type(part)
                if is_lazy(part):
                    parts[name] = kind(device="meta")
