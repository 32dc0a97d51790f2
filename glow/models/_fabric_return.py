"""What one process trained, in a file from which others take it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from glow.callbacks import Record, _tree

if TYPE_CHECKING:
    from glow.callbacks import Callback
    from glow.models._model import Model


def bring(path: Path, model: Model, callbacks: Sequence[Callback]) -> None:
    """Write what training changed.

    Args:
        path: The file.
        model: The trained model.
        callbacks: The caller's callbacks.
    """
    record = model._record
    state = {
        "weights": model.state_dict(),
        "optimizer": model.optimizer.state_dict(),
        "history": model.history.state_dict(),
        "logs": {name: value.tolist() for name, value in model.run_logs.items()},
        "reason": model.stop_reason,
        "callbacks": [callback.state_dict() for callback in callbacks],
        "recording": None if record is None else str(record.recording.path.resolve()),
        "finished": 0 if record is None else record.state_dict()["finished"],
    }
    _tree.write(path, state)


def take(path: Path, model: Model, callbacks: Sequence[Callback]) -> None:
    """Give the model and the callbacks what `bring` wrote in another process."""
    state = _tree.read(path)
    model.load_state_dict(state["weights"])
    optimizer = state["optimizer"]
    moments = {int(index): own for index, own in optimizer["state"].items()}
    model.optimizer.load_state_dict({**optimizer, "state": moments})
    model.history.load_state_dict(state["history"])
    model.run_logs = {name: np.asarray(value) for name, value in state["logs"].items()}
    model.stop_reason = state["reason"]
    for callback, own in zip(callbacks, state["callbacks"], strict=True):
        callback.set_model(model)
        callback.load_state_dict(own)
    if state["recording"] is not None:
        given = [callback for callback in callbacks if isinstance(callback, Record)]
        record = next(iter(given), None) or model._record or model._new_record() or Record()
        record.set_model(model)
        record.set_params(model.history.params)
        record.adopt(state["recording"], state["finished"])
        model._record = record
