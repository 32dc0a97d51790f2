"""Models: torch modules with Keras's compile, fit, evaluate and predict."""

from __future__ import annotations

from glow.layers._symbol import Input as Input
from glow.models._config import model_from_config as model_from_config
from glow.models._ensemble import Ensemble as Ensemble
from glow.models._functional import Functional as Functional
from glow.models._hsic import HSICSequential as HSICSequential
from glow.models._hsic_sigma import HSICSigma as HSICSigma
from glow.models._ib import IBSequential as IBSequential
from glow.models._model import Model as Model
from glow.models._saving import load_model as load_model
from glow.models._sequential import Sequential as Sequential
from glow.models._wrapped import Wrapped as Wrapped

__all__ = [
    "Ensemble",
    "Functional",
    "HSICSequential",
    "HSICSigma",
    "IBSequential",
    "Input",
    "Model",
    "Sequential",
    "Wrapped",
    "load_model",
    "model_from_config",
]
