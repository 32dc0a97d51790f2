"""PyGlow: a Keras-like library on PyTorch for the information theory of deep learning.

Train a network as in Keras, record what its layers do, and move an estimator's settings afterwards:
``glow.models`` trains, ``glow.dynamics`` records and estimates, ``glow.estimators`` measures.
"""

from __future__ import annotations

import importlib
from typing import Any

from glow._version import __version__ as __version__

_PARTS = (
    "activations",
    "callbacks",
    "datasets",
    "dynamics",
    "estimators",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "utils",
)

# What Keras has at the top as well: keras.Sequential, keras.Model, keras.Input.
_MODELS = ("Input", "Model", "Sequential")

__all__ = ["__version__", *_MODELS, *_PARTS]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module, or one of its classes
    # Parts are imported when first asked for, so that `import glow` costs no more than torch.
    if name in _PARTS:
        return importlib.import_module(f"glow.{name}")
    if name in _MODELS:
        return getattr(importlib.import_module("glow.models"), name)
    raise AttributeError(
        f"module 'glow' has no attribute {name!r}. Its parts are {', '.join(_PARTS)}."
    )


def __dir__() -> list[str]:
    return sorted(__all__)
