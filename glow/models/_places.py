"""What a network's graph says about its layers, whatever kind of model holds it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from glow.models._building import Shape


@dataclass(frozen=True)
class Place:
    """One call of a layer or function in a forward pass.

    Attributes:
        name: Its name, unique in the model.
        layer: The layer, or the function.
        sources: Names of the places, or inputs, whose output it takes.
        received: Shape of one sample of its input; a list of them for several inputs.
        returned: The same of its output.
    """

    name: str
    layer: nn.Module | Callable[..., Any]
    sources: Sequence[str]
    received: Shape | list[Shape]
    returned: Any

    @property
    def has_kernel(self) -> bool:
        """Whether it has weights of its own; those of normalisation belong to the layer before."""
        return isinstance(self.layer, nn.Module) and any(
            parameter.ndim > 1 for parameter in self.layer.parameters()
        )


def taps(places: Sequence[Place], outputs: Iterable[str]) -> dict[str, str]:
    """Say where the activation T of every layer with weights is read.

    A layer ends with the last place after it that keeps the shape and that alone follows: its
    activation, normalisation or dropout; one that declares noise ends with that. What the model
    returns is always read, last.

    Args:
        places: In the order of the forward pass.
        outputs: Names of the places whose outputs the model returns.

    Returns:
        By the name of the place to read, the name of the layer.
    """
    outputs = list(outputs)
    readers = Counter([source for place in places for source in place.sources] + outputs)
    ends: dict[str, str] = {}  # by place: the layer that ends there so far
    # What follows noise is no longer a mean with noise beside it.
    noisy = {place.name for place in places if getattr(place.layer, "declared_noise", None)}
    for place in places:
        before = place.sources[0] if len(place.sources) == 1 else ""
        if place.has_kernel:
            ends[place.name] = place.name
        elif (
            before in ends
            and ends[before] not in noisy
            and readers[before] == 1
            and place.received == place.returned
        ):
            ends[place.name] = ends.pop(before)
    return {
        **{end: layer for end, layer in ends.items() if end not in outputs},
        **{end: ends.get(end, end) for end in outputs},
    }
