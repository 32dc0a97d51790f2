"""Which value of the logs a callback follows, and when it has become better."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from glow._arguments import number
from glow._errors import closest

Mode = Literal["auto", "min", "max"]

_UP = ("acc", "auc", "fmeasure", "f1", "precision", "recall", "cosine")
_DOWN = (
    "loss", "error", "crossentropy", "entropy", "divergence", "hinge", "huber", "poisson", "cosh",
    "mse", "mae", "mape", "msle", "rmse", "kld",
)  # fmt: skip


class Monitor:
    """A quantity of the logs and its direction.

    Args:
        owner: The callback, for messages.
        name: The quantity, e.g. ``"val_loss"``.
        mode: ``"min"`` where less is better, ``"max"`` where more is; ``"auto"`` goes by the name.
        min_delta: The least change that counts.

    Attributes:
        name: The quantity.
        worst: What every value is better than.

    Raises:
        ValueError: An unknown mode, a name that does not tell the direction, or a negative change.
    """

    def __init__(self, owner: str, name: str, mode: Mode = "auto", min_delta: float = 0.0) -> None:
        self._owner, self.name = owner, name
        self._up = _direction(owner, name, mode) == "max"
        self._delta = number(owner, "min_delta", min_delta, 0)
        self.worst = -math.inf if self._up else math.inf

    def better(self, value: float, than: float) -> bool:
        """Say whether a value is better by more than the least change; NaN never is."""
        change = value - than if self._up else than - value
        return change > self._delta

    def read(self, logs: Mapping[str, float] | None, params: Mapping[str, Any]) -> float | None:
        """Return the value in an epoch's logs.

        Args:
            logs: The logs.
            params: The settings of the training.

        Returns:
            The value; None for a validation that was not due in this epoch.

        Raises:
            ValueError: There is no such value, nor will there be.
        """
        logs = logs or {}
        if self.name in logs:
            return logs[self.name]
        validated = any(name.startswith("val_") for name in logs)
        if self.name.startswith("val_") and params.get("validation") and not validated:
            return None
        hint = ""
        if self.name.startswith("val_") and not params.get("validation"):
            hint = " Nothing is validated: give fit validation_data= or validation_split=."
        raise ValueError(
            f"{self._owner}: monitor={self.name!r} is not in the logs. "
            f"{closest(self.name, logs)}{hint}"
        )


def _direction(owner: str, name: str, mode: str) -> str:
    if mode in ("min", "max"):
        return mode
    if mode != "auto":
        raise ValueError(
            f"{owner}: mode must be 'auto', 'min' or 'max', got {mode!r}. Choose mode='min' where "
            "less is better."
        )
    words = name.lower().split("_")
    up = any(word.startswith(_UP) for word in words)
    down = any(word in _DOWN for word in words)
    if up == down:
        raise ValueError(
            f"{owner}: mode='auto' cannot tell from the name whether more or less of {name!r} is "
            "better. Give mode='max' or mode='min'."
        )
    return "max" if up else "min"
