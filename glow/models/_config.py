"""Models from JSON; the entry point ``glow.models`` by which recordings rebuild them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glow._registry import lookup
from glow.models._ensemble import Ensemble
from glow.models._functional import Functional
from glow.models._hsic import HSICSequential
from glow.models._hsic_sigma import HSICSigma
from glow.models._ib import IBSequential
from glow.models._model import Model
from glow.models._sequential import Sequential

_CLASSES: dict[str, type[Any]] = {
    cls.__name__: cls
    for cls in (Ensemble, Functional, HSICSequential, HSICSigma, IBSequential, Sequential)
}


def model_from_config(config: Mapping[str, Any]) -> Model:
    """Build the model that a ``get_config`` described, with first weights from its seed.

    Raises:
        ValueError: The class or a name in it is unknown.
    """
    model: Model = lookup("model", str(config.get("class_name")), _CLASSES).from_config(config)
    return model
