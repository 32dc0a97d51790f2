"""Models that know their layers: what stacks and graphs have in common."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable
from typing import Any, NoReturn

from torch import Tensor, nn

from glow import activations
from glow._errors import closest
from glow._structure import leaves
from glow.layers import Layer
from glow.models._building import Shape, kind_of, leaf_shapes, show
from glow.models._model import Model
from glow.models._network import Network
from glow.models._places import Place, taps

_TORCH_ACTIVATIONS: dict[type[nn.Module], str] = {
    nn.Softmax: "softmax",
    nn.LogSoftmax: "log_softmax",
    nn.Sigmoid: "sigmoid",
    nn.Linear: "linear",
}


class Layered(Model):
    """The base of `Sequential` and `Functional`."""

    @property
    def layers(self) -> list[nn.Module]:
        """The layers in order."""
        return list(self._modules.values())  # type: ignore[arg-type]  # none of them is None

    def get_layer(self, name: str | None = None, index: int | None = None) -> nn.Module:
        """Return one layer.

        Args:
            name: Its name.
            index: Its place in `layers`, if no name is given.

        Raises:
            ValueError: No such layer, or neither given.
        """
        if name is None and index is not None and -len(self.layers) <= index < len(self.layers):
            return self.layers[index]
        if name is None or name not in self._modules:
            wanted = f"index {index!r}" if name is None else repr(name)
            raise ValueError(f"{self.name}: no layer {wanted}. {closest(name, self._modules)}")
        return self.get_submodule(name)

    @property
    def shapes(self) -> dict[str, tuple[Any, Any]]:
        """By layer, the shapes of one sample's input and output.

        Raises:
            RuntimeError: The model is not built.
        """
        return {place.name: (place.received, place.returned) for place in self._places()}

    def recorded_layers(self) -> dict[str, nn.Module | Callable[..., Any]]:
        """Return what a recording sees: every layer with weights, and what it ends with.

        A layer ends with the last one after it that keeps the shape: its activation, normalisation
        or dropout. What the model returns is always recorded, last.

        Returns:
            Modules, or functions, by the name of the layer.

        Raises:
            RuntimeError: The model is not built.
        """
        places = {place.name: place.layer for place in self._places()}
        return {layer: places[tap] for tap, layer in self._taps().items()}

    @abstractmethod
    def forward_layers(self, x: Any) -> dict[str, Tensor]:  # noqa: ANN401 - a tensor, or several
        """Return the output of every recorded layer, (N, ...), by the name of the layer."""

    @abstractmethod
    def _places(self) -> list[Place]:
        """The calls of one forward pass, in order."""

    @abstractmethod
    def _output_places(self) -> dict[str, str]:
        """By the name of the output, the place that returns it."""

    def _taps(self) -> dict[str, str]:
        """By the place to read, the name of the layer that ends there."""
        return taps(self._places(), self._output_places().values())


def fail(owner: str, place: Place, args: Any, error: Exception) -> NoReturn:  # noqa: ANN401 - what the layer was called on
    """Raise for a layer that failed: who it is, what it expected and what it got.

    Args:
        owner: The model's name.
        place: The layer.
        args: What it was called on.
        error: What it raised.
    """
    kind, given = kind_of(place.layer), leaf_shapes(args)
    expected = place.received if isinstance(place.received, list) else [place.received]
    if given == expected:
        types = ", ".join(str(value.dtype) for value in leaves(args) if isinstance(value, Tensor))
        error.add_note(f"In layer {place.name!r} ({kind}) of {owner!r}, input of {types}.")
        raise error
    raise ValueError(
        f"{owner}: layer {place.name!r} ({kind}) expects inputs of the shape {_show(expected)}, "
        f"got {_show(given)}. Give samples of that shape, or build the model with "
        f"input_shape={given[0] if len(given) == 1 else given}."
    ) from error


def given_name(layer: nn.Module) -> str | None:
    """Return the name that somebody gave a layer; models call themselves by their class."""
    name = layer._given_name if isinstance(layer, Network) else getattr(layer, "name", None)
    return name if isinstance(name, str) else None


def snake(name: str) -> str:
    """Return a class's name as Keras names its layers: ``batch_normalization``, ``conv2d``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", "_", name).lower()


class Names:
    """Gives the layers of a model their names, as Keras does: dense, dense_1, ...

    Args:
        model: The model, whose attributes are no names for layers.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._counts: Counter[str] = Counter()
        self._taken: set[str] = set()

    def give(self, kind: str, wanted: str | None, attribute: bool = True) -> str:
        """Return the name of the next layer.

        Args:
            kind: What it is: ``"dense"``.
            wanted: The name that it was given, if any.
            attribute: Whether the model keeps it as an attribute of that name.

        Raises:
            ValueError: That name cannot be used.
        """
        name, model = wanted or self._number(kind), self._model
        reserved = attribute and (hasattr(type(model), name) or name in vars(model))
        if name in self._taken or "." in name or reserved:
            raise ValueError(
                f"{model.name}: the layer name {name!r} is taken, has a dot or is an attribute of "
                "the model, expected a free name. Choose another name=."
            )
        self._taken.add(name)
        return name

    def _number(self, kind: str) -> str:
        self._counts[kind] += 1
        return kind if self._counts[kind] == 1 else f"{kind}_{self._counts[kind] - 1}"


def activation_of(layer: nn.Module | Callable[..., Any]) -> str | None:
    """Name of the activation that a layer ends with; None if unknown."""
    if isinstance(layer, Layered):
        inner = layer._output_activation()
        return inner if isinstance(inner, str) else None  # several outputs: unknown
    if isinstance(layer, Layer):
        try:
            return activations.serialize(layer.activation)
        except TypeError:
            return None
    if isinstance(layer, nn.Module):
        return _TORCH_ACTIVATIONS.get(type(layer))
    return layer.__name__ if layer.__name__ in ("softmax", "log_softmax", "sigmoid") else None


def _show(shapes: list[Shape]) -> str:
    return " and ".join(map(show, shapes))
