"""What tells of a model and keeps it: summary, description and files."""

from __future__ import annotations

import os
from typing import Any

from glow.models import _saving, _weights
from glow.models._network import Network
from glow.models._summary import summary


class Storable(Network):
    """A network that can be printed and written to files; part of `glow.models.Model`."""

    def summary(self) -> None:
        """Print a table of the layers: output shape, parameters, and whether it is recorded.

        Raises:
            RuntimeError: The shapes are not known yet.
        """
        print(summary(self))

    def get_config(self) -> dict[str, Any]:
        """Return what describes the model as JSON, without weights.

        Raises:
            TypeError: The class does not say how; `Sequential` and `Functional` do.
        """
        raise TypeError(
            f"{self.name}: a {type(self).__name__} has no description as JSON. Write get_config "
            "and from_config and register the class (glow.layers.register), or keep the weights "
            "alone with save_weights."
        )

    def save(self, path: str | os.PathLike[str], include_optimizer: bool = True) -> None:
        """Write the model to one file, from which `glow.models.load_model` makes it again.

        The file holds the network's description, its weights and History, and what ``compile`` and
        the optimizer know, so that training goes on as if it had never stopped. An older file is
        replaced only when the new one is whole.

        Args:
            path: The file, e.g. ``"model.glow"``.
            include_optimizer: Whether to keep what ``compile`` and the optimizer know.

        Raises:
            TypeError: A part that cannot be written as JSON; the message names it.
            RuntimeError: The model is not built.
        """
        _saving.save(self, path, include_optimizer)

    def save_weights(self, path: str | os.PathLike[str]) -> None:
        """Write weights and buffers to one safetensors file, replacing it whole.

        Raises:
            RuntimeError: The model is not built.
        """
        _weights.save(self, path)

    def load_weights(self, path: str | os.PathLike[str]) -> None:
        """Read what `save_weights` wrote.

        Raises:
            ValueError: The file is damaged, or holds the weights of another model.
            RuntimeError: The model is not built.
        """
        _weights.load(self, path)
