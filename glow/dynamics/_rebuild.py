"""From a model's configuration back to the model, through the entry-point group ``glow.models``.

Recordings lie below models in the import order, so whoever makes models registers a function
``model_from_config(config) -> nn.Module`` under the name of its package.
"""

from __future__ import annotations

import json
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

import torch

from glow._errors import closest

from ._errors import RecordingError
from ._undisturbed import preserved_generators

if TYPE_CHECKING:
    from torch import nn

GROUP = "glow.models"
_DEFAULT_PACKAGE = "glow"


def config_of(model: nn.Module) -> dict[str, Any] | None:
    """Returns the configuration that the model offers (``get_config``), None without one."""
    get_config = getattr(model, "get_config", None)
    if not callable(get_config):
        return None
    try:
        config = json.loads(json.dumps(get_config(), allow_nan=False))
    except (TypeError, ValueError, NotImplementedError):
        return None  # a part of the model cannot be written down
    return config if isinstance(config, dict) else None


def rebuild(config: dict[str, Any]) -> nn.Module:
    """Builds the model that a configuration describes; random generators are left as they were.

    Args:
        config: what the model's ``get_config`` returned. The package before the first dot of its
            ``class_name`` names the entry point; a name without a dot is one of ``glow``'s.

    Raises:
        RecordingError: if no installed package knows how, or the configuration is not valid.
    """
    package, dot, _ = str(config.get("class_name", "")).partition(".")
    package = package if dot else _DEFAULT_PACKAGE
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    if package not in found:
        raise RecordingError(
            f"Recording: no installed package rebuilds models of {package!r}. "
            f"{closest(package, found)} Install it, or give the model: "
            "Recording.open(path, model=...)."
        )
    try:
        with preserved_generators():
            model = found[package].load()(config)
    except Exception as cause:  # whatever somebody else's constructor raises
        raise RecordingError(
            f"Recording: the model could not be rebuilt from its configuration ({cause}). "
            "Give a model of the recorded architecture: Recording.open(path, model=...)."
        ) from cause
    if not isinstance(model, torch.nn.Module):
        raise RecordingError(
            f"Recording: rebuilding gave a {type(model).__name__}, expected a torch module. "
            "Give the model: Recording.open(path, model=...)."
        )
    return model
