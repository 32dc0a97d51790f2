"""Layers that only change the shape."""

from __future__ import annotations

from torch import nn

from glow.layers._base import Layer


class Flatten(Layer, nn.Flatten):
    """Make one dimension of all but the first.

    Args:
        name: Name within a model, without dots.

    Shape:
        (N, a, b, ...) to (N, a * b * ...).
    """

    def __init__(self, name: str | None = None) -> None:
        super().__init__()
        self.name = name
