"""Progress as text."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from glow.callbacks._base import Callback
from glow.callbacks._outcome import Health

if TYPE_CHECKING:
    from glow.callbacks._base import Logs


class Progress(Callback):
    """Show progress as one line that is redrawn, or as one line per epoch.

    A training that ends otherwise than by its last epoch leaves a line that says how: stopped,
    interrupted, diverged or failed, and which epoch was the last good one.

    Args:
        verbose: 1 for one redrawn line (tqdm), 2 for one line per epoch.

    Raises:
        ValueError: Neither 1 nor 2.
    """

    def __init__(self, verbose: int = 1) -> None:
        if verbose not in (1, 2):
            raise ValueError(
                f"Progress: verbose must be 1 (one redrawn line) or 2 (one line per epoch), "
                f"got {verbose!r}. Leave the callback out for silence."
            )
        self._verbose = verbose
        self._bar: Any = None  # tqdm has no types
        self._done, self._health = 0, Health()
        self._began = time.perf_counter()

    def on_train_begin(self, logs: Logs = None) -> None:
        """Draw the empty bar."""
        self._began = time.perf_counter()
        self._done = self.params["initial_epoch"]
        self._health = Health(self._done)
        if self._verbose == 2:
            return
        from tqdm import tqdm  # costs too much for `import glow`

        epochs, steps = self.params["epochs"], self.params["steps"]
        first = self.params["initial_epoch"]
        self._bar = tqdm(
            total=None if steps is None else (epochs - first) * steps,
            unit="batch",
            desc=f"Epoch {first}/{epochs}",
            dynamic_ncols=True,
        )

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Move the bar; tqdm redraws it at most ten times a second."""
        if self._bar is not None:
            self._bar.update(1)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Show the epoch's values."""
        self._done = epoch + 1
        self._health.note(self._done, logs or {})
        values = {name: f"{value:.4f}" for name, value in (logs or {}).items()}
        title = f"Epoch {epoch + 1}/{self.params['epochs']}"
        if self._bar is not None:
            self._bar.set_description(title, refresh=False)
            self._bar.set_postfix(values, refresh=False)
            return
        text = "  ".join(f"{name} {value}" for name, value in values.items())
        print(f"{title}  {time.perf_counter() - self._began:.1f} s  {text}", flush=True)

    def on_exception(self, error: BaseException) -> None:
        """Remember what went wrong, to say it at the end."""
        self._health.fail(error)

    def on_train_end(self, logs: Logs = None) -> None:
        """Leave the bar where it stopped, with the last values, and say how it ended."""
        where = sys.stdout
        if self._bar is not None:
            self._bar.refresh()
            self._bar.close()
            self._bar, where = None, sys.stderr
        self._health.note(self._done + 1, self.model.running_logs(), whole=False)
        outcome = self._health.outcome(self.params["epochs"], self.model.stop_reason)
        if outcome.status != "done":
            seconds = time.perf_counter() - self._began
            line = outcome.sentence(self._done, self.params["epochs"], seconds)
            print(line, file=where, flush=True)
