"""The choice between storing weights and storing activations."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ._errors import RecordingError
from ._probe import Replay, weights_of
from ._rebuild import config_of, rebuild

if TYPE_CHECKING:
    from torch import nn

    from ._probe import Activations, Probe


@dataclass(frozen=True)
class Keeping:
    """What a recording stores.

    Attributes:
        keep: ``"weights"`` or ``"activations"``.
        config: the model's configuration; with weights only if the model can be built from it.
        template: with weights, the model to replay them on; None if it is built from ``config``.
    """

    keep: str
    config: dict[str, Any] | None
    template: nn.Module | None = None


def decide(keep: str, model: nn.Module, probe: Probe, live: Activations) -> Keeping:
    """Decides what to store.

    Args:
        keep: what the user asked for; ``"auto"`` chooses weights if they are smaller than the
            activations and the model, rebuilt from its configuration, does the same with them.
        model: the network being recorded.
        probe: what is read from it.
        live: its activations now.
    """
    config = config_of(model)
    if keep == "activations":
        return Keeping("activations", config)
    faithful = config is not None and _rebuilds(config, model, probe, live)
    if keep == "weights":
        return Keeping("weights", config, None) if faithful else Keeping("weights", None, model)
    weights = sum(value.nbytes for value in weights_of(model).values())
    activations = sum(array.nbytes for array in live.values())
    smaller = weights < activations
    return Keeping("weights" if faithful and smaller else "activations", config)


def _rebuilds(config: dict[str, Any], model: nn.Module, probe: Probe, live: Activations) -> bool:
    """Tells whether a model built from ``config`` computes what ``model`` does.

    Compared with a tolerance, since the model may train on a device whose last digits differ.
    """
    with suppress(RecordingError, RuntimeError, AttributeError, KeyError):
        replayed = Replay(rebuild(config), probe).activations(weights_of(model))
        return all(
            np.allclose(replayed[name], live[name], rtol=1e-3, atol=1e-4, equal_nan=True)
            for name in live
        )
    return False
