"""A graph to and from JSON, by calling the layers again on symbolic values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import EllipsisType
from typing import Any

import torch
from torch import nn
from torch.overrides import get_overridable_functions, resolve_name

from glow._registry import lookup
from glow._structure import at
from glow.layers._symbol import call_function, call_layer
from glow.models._graph import Ref, Step


def step_to_config(step: Step) -> dict[str, Any]:
    """Return what `replay` needs to make a step again.

    Raises:
        TypeError: It is called on something that cannot be written as JSON.
    """
    called = {"layer": step.layer} if step.layer else {"function": resolve_name(step.function)}
    return {**called, "args": encode(step.args), "kwargs": encode(dict(step.kwargs))}


def replay(config: Mapping[str, Any], layers: Mapping[str, nn.Module], values: list[Any]) -> Any:  # noqa: ANN401 - symbolic values
    """Make a step again.

    Args:
        config: What `step_to_config` returned.
        layers: The layers by name.
        values: The symbolic values so far.

    Raises:
        ValueError: An unknown layer or function. Only functions of tensors are known.
    """
    args, kwargs = decode(config["args"], values), decode(config["kwargs"], values)
    if "layer" in config:
        return call_layer(lookup("layer", config["layer"], layers), args, kwargs)
    return call_function(lookup("function", config["function"], _functions()), args, kwargs)


def encode(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return what a layer or function is called on as JSON; what is no plain value has a tag."""
    if isinstance(value, Ref):
        return {"value": [value.index, *value.path]}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list):
        return [encode(part) for part in value]
    if isinstance(value, tuple):
        return {"tuple": [encode(part) for part in value]}
    if isinstance(value, dict):
        return {"dict": {str(key): encode(part) for key, part in value.items()}}
    if isinstance(value, slice):
        return {"slice": [encode(part) for part in (value.start, value.stop, value.step)]}
    if isinstance(value, EllipsisType):
        return {"ellipsis": True}
    if isinstance(value, torch.dtype):
        return {"dtype": str(value).removeprefix("torch.")}
    raise TypeError(
        f"{value!r} in a call on symbolic values cannot be written as JSON, expected numbers, "
        "strings, lists, slices or dtypes. Put it in a layer, or keep the weights alone with "
        "save_weights."
    )


def decode(value: Any, values: list[Any]) -> Any:  # noqa: ANN401 - what `encode` was given
    """Return what `encode` was given, with symbolic values in place of each `Ref`.

    Raises:
        ValueError: It is nothing that `encode` returns.
    """
    if isinstance(value, list):
        return [decode(part, values) for part in value]
    if not isinstance(value, Mapping):
        return value
    ((tag, content),) = value.items()
    if tag not in _DECODE:
        raise ValueError(f"unknown tag {tag!r} in a call. The description is damaged.")
    return _DECODE[tag](content, values)


_DECODE: dict[str, Callable[[Any, list[Any]], Any]] = {
    "value": lambda content, values: at(values[content[0]], tuple(content[1:])),
    "tuple": lambda content, values: tuple(decode(content, values)),
    "dict": lambda content, values: {key: decode(v, values) for key, v in content.items()},
    "slice": lambda content, values: slice(*decode(content, values)),
    "ellipsis": lambda content, values: Ellipsis,
    "dtype": lambda content, values: getattr(torch, content),
}


@cache
def _functions() -> dict[str, Callable[..., Any]]:
    """PyTorch's functions of tensors by name: those that may be called on a `Symbol` at all."""
    known = get_overridable_functions().values()
    return {resolve_name(function): function for functions in known for function in functions}
