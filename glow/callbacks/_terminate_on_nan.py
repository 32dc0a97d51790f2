"""Stop when the loss is no number any more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from glow.callbacks._base import Callback

if TYPE_CHECKING:
    from glow.callbacks._base import Logs


class TerminateOnNaN(Callback):
    """Stop at the batch after which the loss is NaN or infinite.

    The History says so in its ``reason``. It looks at every batch, which costs a GPU a
    synchronisation.
    """

    wants_batch_logs = True

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Remember the epoch for the message."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Stop if the mean loss of the epoch so far is not finite."""
        loss = (logs or {}).get("loss", 0.0)
        if not math.isfinite(loss):
            self.model.stop_training = True
            self.model.stop_reason = f"the loss became {loss} in epoch {self._epoch}, batch {batch}"
