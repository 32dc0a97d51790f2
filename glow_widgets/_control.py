"""What the person at the browser wants: set from any thread, obeyed by the training thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal

ACTIONS = ("stop", "pause", "resume", "step", "step-epoch")
_LOOK_SECONDS = 0.1

Edge = Literal["batch", "epoch"]


class TrainingControl:
    """Wishes for Stop, Pause, Resume and Step.

    A paused training waits at the end of a batch. "step" lets it run one batch more for every
    request, "step-epoch" to the end of the epoch; then it waits again.

    Args:
        ended: Asked while paused: whether something else, such as the kernel's interrupt, has
            ended the training meanwhile.

    Attributes:
        pending: Whether there is anything to obey; one attribute read per batch is all it costs.
        stop_requested: Whether training is to end at the next batch edge.
    """

    def __init__(self, ended: Callable[[], bool] = bool) -> None:
        self._ended = ended
        self.pending = False
        self.stop_requested = False
        self._hold: Edge | None = None  # the edge at which to wait
        self._steps = 0  # how many of them to pass first
        self._changed = threading.Condition()

    def request(self, action: str) -> None:
        """Note a wish; from any thread, at any time, any number of times.

        Args:
            action: "stop", "pause", "resume", "step" or "step-epoch".

        Raises:
            ValueError: For any other action.
        """
        if action not in ACTIONS:
            raise ValueError(
                f"TrainingControl: action must be one of {', '.join(ACTIONS)}, got {action!r}."
            )
        with self._changed:
            if action == "stop":
                self.stop_requested = True
            elif action == "step" and self._hold == "batch":
                self._steps += 1
            else:
                holds: dict[str, Edge] = {"pause": "batch", "step": "batch", "step-epoch": "epoch"}
                self._hold, self._steps = holds.get(action), 0
            self.pending = self.stop_requested or self._hold is not None
            self._changed.notify_all()

    def waits(self, edge: Edge) -> bool:
        """Whether training is to wait at this edge, the end of a batch or of an epoch."""
        with self._changed:
            if self._hold == edge == "epoch":
                self._hold = "batch"  # from here on the next batch would be one too many
            elif edge == "epoch" or self._hold != "batch":
                return False
            return self._held()

    def wait(self) -> None:
        """Block until a request lets training go on."""
        with self._changed:
            # In slices: an interrupt sets a flag of its own and does not wake this thread.
            while self._held() and not self._ended():
                self._changed.wait(_LOOK_SECONDS)
            self._steps = max(0, self._steps - 1)

    def _held(self) -> bool:
        # Stopping ends a pause too: nobody would come back to resume it.
        return self._hold == "batch" and not self._steps and not self.stop_requested
