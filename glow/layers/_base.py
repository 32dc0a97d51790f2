"""What a layer of ours adds to a torch module: a name and a description as JSON."""

from __future__ import annotations

from typing import Any

from glow import activations


class Layer:
    """Mixin over a torch module.

    Attributes:
        name: The name given by the user; a model names the layers that have none.
        activation: The function the layer ends with.
    """

    name: str | None = None
    activation: activations.Activation = staticmethod(activations.linear)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, such that ``type(self)(**config)`` is the same layer.

        Raises:
            TypeError: An argument cannot be written as JSON.
        """
        return {"name": self.name}
