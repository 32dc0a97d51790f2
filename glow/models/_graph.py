"""A graph of calls, read back from symbolic values: what is called, on what, in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.overrides import resolve_name

from glow._structure import Path, at, leaves, mapped
from glow.layers._symbol import Call, Symbol
from glow.models._building import Shape, build_layer, leaf_shapes, shapes
from glow.models._layered import Names, given_name, snake
from glow.models._places import Place


@dataclass(frozen=True)
class Ref:
    """A value of a forward pass.

    Attributes:
        index: Which: the inputs come first, then what the steps returned, in order.
        path: Where it stands in what the step returned.
    """

    index: int
    path: Path = ()


@dataclass(frozen=True)
class Step:
    """One call of a layer or a function.

    Attributes:
        name: Its name, unique in the model.
        layer: The name of the layer; empty for a function.
        function: The function; None for a layer.
        args: What it is called on, values of the pass as `Ref`.
        kwargs: The same by name.
    """

    name: str
    layer: str
    function: Callable[..., Any] | None
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    @property
    def refs(self) -> list[Ref]:
        """The values it is called on."""
        return [value for value in leaves([self.args, self.kwargs]) if isinstance(value, Ref)]

    def run(self, target: Callable[..., Any], values: list[Any]) -> Any:  # noqa: ANN401 - as it returns
        """Call ``target`` on the values of a pass so far."""
        args = self.args
        if len(args) == 1 and not self.kwargs and isinstance(args[0], Ref) and not args[0].path:
            return target(values[args[0].index])  # by far the most frequent, and the fastest
        return target(*fill(args, values), **fill(self.kwargs, values))


def fill(tree: Any, values: list[Any]) -> Any:  # noqa: ANN401 - the same structure
    """Return a structure with the values of a pass in place of each `Ref`."""
    return mapped(
        lambda leaf: at(values[leaf.index], leaf.path) if isinstance(leaf, Ref) else leaf, tree
    )


def trace(
    owner: str,
    names: Names,
    inputs: list[Symbol],
    outputs: Any,  # noqa: ANN401 - a structure of symbols
) -> tuple[list[Step], Any, dict[str, nn.Module]]:
    """Follow the outputs back to the inputs.

    Args:
        owner: The model's name, for messages.
        names: What gives the layers their names.
        inputs: The inputs.
        outputs: The outputs.

    Returns:
        The steps in the order in which they were written, the outputs as a structure of `Ref`, and
        the layers by name.

    Raises:
        ValueError: An output needs an `Input` that is not among the inputs.
    """
    begun = {(symbol.call, symbol.path): Ref(index) for index, symbol in enumerate(inputs)}
    calls = _calls(owner, begun, leaves(outputs))
    places = {call: index for index, call in enumerate(calls, start=len(inputs))}

    def ref(value: Any) -> Any:  # noqa: ANN401 - symbols become refs, other values stay
        if not isinstance(value, Symbol):
            return value
        return begun.get((value.call, value.path)) or Ref(places[value.call], value.path)

    layers: dict[nn.Module, str] = {}
    uses: Counter[str] = Counter()
    steps = []
    for call in calls:
        args, kwargs = mapped(ref, call.args), mapped(ref, call.kwargs)
        if isinstance(call.target, nn.Module):
            layer, function = _layer_name(call.target, names, layers), None
            name = f"{layer}#{uses[layer]}" if uses[layer] else layer
            uses[layer] += 1
        else:
            layer, function = "", call.target
            name = names.give(_function_name(function), None, attribute=False)
        steps.append(Step(name, layer, function, args, kwargs))
    return steps, mapped(ref, outputs), {name: layer for layer, name in layers.items()}


def build(
    owner: str, steps: list[Step], layers: Mapping[str, nn.Module], inputs: Mapping[str, Tensor]
) -> tuple[list[Place], list[Any]]:
    """Walk through the graph on the meta device; layers without weights get them.

    Args:
        owner: The model's name, for messages.
        steps: The steps.
        layers: The layers by name.
        inputs: Meta tensors by the name of the input.

    Returns:
        Per step what it received and returned, and all values of the pass, as meta tensors.

    Raises:
        ValueError: A layer cannot take what it is called on.
    """
    values: list[Any] = list(inputs.values())
    sources, places = list(inputs), []
    for step in steps:
        target = step.function or layers[step.layer]
        args, kwargs = fill(step.args, values), fill(step.kwargs, values)
        returned = build_layer(owner, step.name, target, args, kwargs)
        taken = list(dict.fromkeys(ref.index for ref in step.refs))
        received: list[Shape] = leaf_shapes([args, kwargs])
        places.append(
            Place(
                step.name,
                target,
                [sources[index] for index in taken],
                received[0] if len(received) == 1 else received,
                shapes(returned),
            )
        )
        values.append(returned)
        sources.append(step.name)
    return places, values


def _calls(owner: str, begun: Mapping[Any, Ref], outputs: list[Symbol]) -> list[Call]:
    """The calls between inputs and outputs, in the order of writing."""
    found: set[Call] = set()
    waiting = list(outputs)
    while waiting:
        symbol = waiting.pop()
        if (symbol.call, symbol.path) in begun or symbol.call in found:
            continue
        if symbol.call.target is None:
            raise ValueError(
                f"{owner}: the outputs need {symbol.name or 'an Input'!r} of the shape "
                f"{symbol.shape}, which is not among the inputs. Add it to inputs=."
            )
        found.add(symbol.call)
        waiting += symbol.call.sources
    return sorted(found, key=lambda call: call.number)


def _layer_name(layer: nn.Module, names: Names, known: dict[nn.Module, str]) -> str:
    """Return the name of a layer, a new one at its first use."""
    if layer not in known:
        known[layer] = names.give(snake(type(layer).__name__), given_name(layer))
    return known[layer]


def _function_name(function: Callable[..., Any] | None) -> str:
    return str(resolve_name(function)).rpartition(".")[2].strip("_")
