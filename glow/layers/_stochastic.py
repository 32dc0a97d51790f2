"""Layers that add noise while training."""

from __future__ import annotations

from typing import Any

from torch import nn

from glow.layers._base import Layer


class Dropout(Layer, nn.Dropout):
    """Set a random share of the values to zero while training, and scale the rest up.

    It is the identity in eval mode, so also in what a recording sees.

    Args:
        rate: The share, from 0 up to but not including 1.
        name: Name within a model, without dots.

    Shape:
        Unchanged.

    Raises:
        ValueError: The rate is outside [0, 1).
    """

    def __init__(self, rate: float, name: str | None = None) -> None:
        if not 0 <= rate < 1:
            raise ValueError(
                f"Dropout: rate must be at least 0 and less than 1, got {rate!r}. "
                "Choose e.g. Dropout(0.5)."
            )
        super().__init__(p=rate)
        self.name = name

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"rate": self.p, "name": self.name}
