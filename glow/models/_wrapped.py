"""Any torch module with Keras's verbs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from glow.models._model import Model


class Wrapped(Model):
    """What ``Model(module)`` makes: a torch module that can be compiled, fitted and recorded.

    The module is not changed; its own weights are trained. Several inputs are given to it as
    arguments: a list in order, a dict by name.

    Args:
        module: The module.
        seed: As of `Model`; it fixes the weights of lazy modules only.
        name: A name for messages.

    Attributes:
        module: The module.
    """

    def __init__(
        self, module: nn.Module, *, seed: int | None = None, name: str | None = None
    ) -> None:
        super().__init__(seed=seed, name=name)
        self.name = name or type(module).__name__.lower()
        self.module = module

    def forward(self, x: Any) -> Any:  # noqa: ANN401 - as the module
        """Return what the module returns for a batch."""
        if isinstance(x, Mapping):
            return self.module(**x)
        return self.module(*x) if isinstance(x, list | tuple) else self.module(x)
