"""Layers to and from JSON: a class is known by a name, never by where it can be imported from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from torch import nn

from glow._registry import lookup

_CLASSES: dict[str, type[Any]] = {}

Class = TypeVar("Class", bound=type)


def builtin(cls: Class) -> Class:
    """Enter a layer of this package under its own name."""
    return _enter(cls.__name__, cls)


def register(package: str) -> Callable[[Class], Class]:
    """Let models with a layer of your own be saved, recorded by their weights and loaded.

    What is loaded names a class that was registered before; nothing is ever imported because a file
    says so. The class needs ``get_config``, which `Layer` has.

    Args:
        package: Your name or your package's, to tell your layers from those of others.

    Returns:
        A decorator of the class.

    Raises:
        ValueError: The package is empty, or another class has the name.

    Example:
        >>> @register("mine")
        ... class Twice(Layer, nn.Module):
        ...     def __init__(self, name=None):
        ...         super().__init__()
        ...         self.name = name
        ...
        ...     def forward(self, x):
        ...         return 2 * x
        >>> to_config(Twice())
        {'class_name': 'mine>Twice', 'config': {'name': None}}
    """
    if not package or ">" in package:
        raise ValueError(
            f"register: package must be a word without '>', got {package!r}. "
            "Write e.g. @register('mine')."
        )
    return lambda cls: _enter(f"{package}>{cls.__name__}", cls)


def to_config(layer: nn.Module) -> dict[str, Any]:
    """Return what `from_config` needs to build the layer again, without its weights.

    Raises:
        TypeError: The layer's class is not registered, or an argument of it has no JSON form.
    """
    for name, cls in _CLASSES.items():
        if cls is type(layer):
            return {"class_name": name, "config": layer.get_config()}  # type: ignore[operator]  # a module has any attribute
    raise TypeError(
        f"The layer {layer!r} cannot be written as JSON. Use a layer of glow.layers "
        f"({', '.join(_CLASSES)}), register your class with glow.layers.register, or keep the "
        "weights alone with save_weights."
    )


def from_config(config: Mapping[str, Any]) -> nn.Module:
    """Build a layer from what `to_config` returned.

    Raises:
        ValueError: The class is unknown.
    """
    cls = lookup("layer", config["class_name"], _CLASSES)
    layer: nn.Module = getattr(cls, "from_config", lambda arguments: cls(**arguments))(
        config["config"]
    )
    return layer


def _enter(name: str, cls: Class) -> Class:
    present = _CLASSES.get(name, cls)
    if _path(present) != _path(cls):  # running a definition again replaces it
        raise ValueError(
            f"register: the name {name!r} belongs to {_path(present)}, got {_path(cls)}. "
            "Choose another name for the class or the package."
        )
    _CLASSES[name] = cls
    return cls


def _path(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
