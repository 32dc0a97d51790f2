"""How a training goes and how it ended, in the words that every display shares."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple


class Outcome(NamedTuple):
    """How a training ended.

    Attributes:
        status: "done", "stopped", "interrupted", "diverged" or "failed".
        message: What happened, in words; empty if nothing did.
    """

    status: str
    message: str

    def sentence(self, done: int, epochs: int, seconds: float) -> str:
        """Say it in one line, with the epochs that were done and the seconds they took."""
        reason = f": {self.message}" if self.message else ""
        return f"Training {self.status}{reason}. {done} of {epochs} epochs in {seconds:.1f} s."


class Health:
    """Follows the values of a training; epochs count from 1, as readers see them.

    Args:
        first: Epochs already done.

    Attributes:
        last_good: The last epoch whose values were all finite.
        trouble: What is not finite since then, in words; empty if nothing is.
    """

    def __init__(self, first: int = 0) -> None:
        self.last_good = self._done = first
        self.trouble = ""
        self._error = ""

    def note(self, epoch: int, values: Mapping[str, float], *, whole: bool = True) -> None:
        """Look at values of an epoch, whole or so far.

        Args:
            epoch: Its number, from 1.
            values: Its values by name.
            whole: Whether the epoch ended.
        """
        bad = next((name for name, value in values.items() if not math.isfinite(value)), "")
        if whole:
            self._done = epoch
        if bad and not self.trouble:
            self.trouble = f"{bad} became {values[bad]} in epoch {epoch}; {self._good()}"
        elif whole and not bad:
            self.last_good, self.trouble = epoch, ""

    def fail(self, error: BaseException) -> None:
        """Remember what ended the training."""
        self._error = f"{type(error).__name__}: {error}"

    def outcome(self, epochs: int, reason: str) -> Outcome:
        """Say how it ended.

        Args:
            epochs: How many epochs there were to be.
            reason: The model's ``stop_reason``.
        """
        if self._error:
            return Outcome("failed", f"{self._error}; {self._good()}")
        if self.trouble:
            return Outcome("diverged", self.trouble)
        if reason == "interrupted":
            return Outcome("interrupted", self._good())
        if self._done < epochs:
            return Outcome("stopped", reason)
        return Outcome("done", "")

    def _good(self) -> str:
        return f"the last good epoch is {self.last_good}" if self.last_good else "no good epoch yet"
