"""Layers under their Keras names; each is a torch module, and any other may stand beside them."""

from __future__ import annotations

from glow.layers._activation import Activation as Activation
from glow.layers._base import Layer as Layer
from glow.layers._config import from_config as from_config
from glow.layers._config import to_config as to_config
from glow.layers._dense import Dense as Dense
from glow.layers._quantise import Quantise as Quantise
from glow.layers._reshape import Flatten as Flatten
from glow.layers._stochastic import Dropout as Dropout

__all__ = [
    "Activation",
    "Dense",
    "Dropout",
    "Flatten",
    "Layer",
    "Quantise",
    "from_config",
    "to_config",
]
