"""Models: torch modules with Keras's compile, fit, evaluate and predict."""

from __future__ import annotations

from glow.models._config import model_from_config as model_from_config
from glow.models._ensemble import Ensemble as Ensemble
from glow.models._ib import IBSequential as IBSequential
from glow.models._model import Model as Model
from glow.models._sequential import Sequential as Sequential

__all__ = ["Ensemble", "IBSequential", "Model", "Sequential", "model_from_config"]
