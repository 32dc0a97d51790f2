"""Layers to and from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from glow._registry import lookup
from glow.layers._activation import Activation
from glow.layers._base import Layer
from glow.layers._dense import Dense
from glow.layers._quantise import Quantise
from glow.layers._reshape import Flatten
from glow.layers._stochastic import Dropout

_CLASSES: dict[str, type[Any]] = {
    cls.__name__: cls for cls in (Activation, Dense, Dropout, Flatten, Quantise)
}


def to_config(layer: nn.Module) -> dict[str, Any]:
    """Return what `from_config` needs to build the layer again, without its weights.

    Raises:
        TypeError: The layer is not one of `glow.layers`, or an argument of it has no JSON form.
    """
    name = type(layer).__name__
    if not isinstance(layer, Layer) or _CLASSES.get(name) is not type(layer):
        raise TypeError(
            f"The layer {layer!r} cannot be written as JSON. "
            f"Use a layer of glow.layers ({', '.join(_CLASSES)}), or keep the weights alone "
            "with save_weights."
        )
    return {"class_name": name, "config": layer.get_config()}


def from_config(config: Mapping[str, Any]) -> nn.Module:
    """Build a layer from what `to_config` returned.

    Raises:
        ValueError: The class is unknown.
    """
    layer: nn.Module = lookup("layer", config["class_name"], _CLASSES)(**config["config"])
    return layer
