"""What a layer of ours adds to a torch module: a name and a description as JSON."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Self

from torch import nn

from glow import activations, initializers
from glow.layers._config import to_config
from glow.layers._keras import KerasModule


class Layer(KerasModule):
    """Mixin over a torch module, whose every constructor argument is an attribute of that name.

    Attributes:
        name: The name given by the user; a model names the layers that have none.
        activation: The function the layer ends with.
    """

    name: str | None = None
    activation: activations.Activation = staticmethod(activations.linear)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as JSON, such that `from_config` builds the layer.

        Raises:
            TypeError: An argument cannot be written as JSON.
        """
        return {
            name: _json(name, getattr(self, name))
            for name in inspect.signature(type(self)).parameters
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build a layer from what `get_config` returned."""
        return cls(**config)


def is_shaped(layer: Any) -> bool:  # noqa: ANN401 - any of torch's lazy modules
    """Say whether a lazy layer is constructed and has weights to fill, as its shapes are known.

    Torch's own constructors ask for weights too, before ours has its arguments; ``name`` is last.
    """
    return "name" in vars(layer) and not layer.has_uninitialized_params()


def _json(name: str, value: Any) -> Any:  # noqa: ANN401 - any argument of any layer
    if name.endswith("activation"):
        return activations.serialize(value)
    if name.endswith("initializer"):
        return initializers.serialize(value)
    if isinstance(value, nn.Module) and not isinstance(value, nn.ModuleList):
        return to_config(value)
    if isinstance(value, (tuple, list, nn.ModuleList)):
        return [_json("", each) for each in value]
    return value
