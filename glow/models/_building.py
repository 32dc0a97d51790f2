"""Shapes and first weights of a network's layers, both found by torch itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from glow._structure import leaves, mapped
from glow.layers._meta import is_unbuilt, try_on_meta, unbuilt_parts_to_meta
from glow.models._modes import evaluating
from glow.utils import derive_seed

Shape: TypeAlias = tuple[int, ...]


@contextmanager
def weights_of(seed: int, index: int = 0) -> Iterator[None]:
    """Draw the weights made within the block from the seed, and leave the generators alone.

    Args:
        seed: The model's seed.
        index: How often the model was built before.
    """
    with torch.random.fork_rng(devices=()):
        torch.default_generator.manual_seed(derive_seed(seed, "weights", index))
        yield


def build_layer(
    owner: str,
    name: str,
    layer: nn.Module | Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any] | None = None,
) -> Any:  # noqa: ANN401 - a structure of tensors
    """Return what a layer returns for meta tensors, which have shapes and no numbers.

    A layer without weights yet gets them; one that came with weights keeps them.

    Args:
        owner: The model's name, for messages.
        name: The layer's name, for messages.
        layer: The layer, or a function.
        args: What it is called on, meta tensors among them.
        kwargs: The same by name.

    Raises:
        ValueError: The layer cannot take this.
    """
    try:
        if not isinstance(layer, nn.Module):
            return layer(*args, **(kwargs or {}))
        if is_unbuilt(layer):
            return _materialise(layer, args, kwargs or {})
        return try_on_meta(layer, *args, **(kwargs or {}))
    except (RuntimeError, ValueError, TypeError, IndexError) as error:
        received = ", ".join(show(shape) for shape in leaf_shapes([args, kwargs or {}]))
        raise ValueError(
            f"{owner}: layer {name!r} ({kind_of(layer)}) cannot take an input of the shape "
            f"{received}: {error} Change input_shape or the layer before it."
        ) from error


def kind_of(layer: nn.Module | Callable[..., Any]) -> str:
    """Return the class of a layer, or the name of a function."""
    return type(layer).__name__ if isinstance(layer, nn.Module) else layer.__name__.strip("_")


def show(shape: Shape) -> str:
    """Return the shape of a batch of such samples as text."""
    return f"(N{''.join(f', {size}' for size in shape)}{'' if shape else ','})"


def shapes(values: Any) -> Any:  # noqa: ANN401 - the same structure
    """Return the shape of one sample for every tensor in a structure."""
    return mapped(lambda tensor: tuple(tensor.shape[1:]), values)


def leaf_shapes(values: Any) -> list[Shape]:  # noqa: ANN401 - any structure
    """Return the shapes of one sample of the tensors in a structure, in order."""
    return [tuple(v.shape[1:]) for v in leaves(values) if isinstance(v, Tensor)]


def _materialise(layer: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as above
    """Give a layer its shapes on the meta device, then the weights it lacks where it was."""
    device = next(layer.parameters()).device
    kept = {module: _own_tensors(module) for module in layer.modules() if not _waits(module)}
    unbuilt_parts_to_meta(layer)
    layer.to("meta")
    with evaluating(layer):
        output = layer(*args, **kwargs)
    if device.type != "meta":
        for module in layer.modules():
            if module in kept:
                for name, tensor in kept[module].items():
                    setattr(module, name, tensor)
            else:
                _draw(module, device)
    return output


def _waits(module: nn.Module) -> bool:
    return any(is_lazy(tensor) for tensor in _own_tensors(module).values())


def _own_tensors(module: nn.Module) -> dict[str, Tensor]:
    own = {**module._parameters, **module._buffers}
    return {name: tensor for name, tensor in own.items() if tensor is not None}


def _draw(module: nn.Module, device: torch.device) -> None:
    module.to_empty(device=device, recurse=False)
    reset: Callable[[], None] | None = getattr(module, "reset_parameters", None)
    if reset is not None:
        reset()
