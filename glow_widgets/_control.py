"""What the person at the browser wants: set from any thread, obeyed by the training thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

ACTIONS = ("stop", "pause", "resume")
_LOOK_SECONDS = 0.1


class TrainingControl:
    """Flags for Stop, Pause and Resume.

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
        self._go = threading.Event()
        self._go.set()

    @property
    def pause_requested(self) -> bool:
        """Whether training is to wait at the next batch edge."""
        return not self._go.is_set()

    def request(self, action: str) -> None:
        """Note a wish; from any thread, at any time, any number of times.

        Args:
            action: "stop", "pause" or "resume".

        Raises:
            ValueError: For any other action.
        """
        if action not in ACTIONS:
            raise ValueError(
                f"TrainingControl: action must be one of {', '.join(ACTIONS)}, got {action!r}."
            )
        if action == "stop":
            self.stop_requested = True
        # Stopping ends a pause too: nobody would come back to resume it.
        if action == "pause" and not self.stop_requested:
            self._go.clear()
        else:
            self._go.set()
        self.pending = self.stop_requested or self.pause_requested

    def wait(self) -> None:
        """Block while paused."""
        # In slices: an interrupt sets a flag of its own and does not wake this thread.
        while not self._go.wait(_LOOK_SECONDS) and not self._ended():
            pass
