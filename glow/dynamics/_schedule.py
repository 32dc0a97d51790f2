"""Which epochs are recorded: dense at the start, where the phases happen, sparse at the end."""

from __future__ import annotations

import numpy as np

LIMIT = 300
"""Most snapshots in a recording made by a default schedule, epoch 0 and the last included."""

_PER_OCTAVE = 16
_OCTAVES = 21  # two million epochs in 288 snapshots, which leaves room for the last epoch


def default_schedule(epochs: int | None) -> frozenset[int]:
    """Returns the log-spaced schedule for a training of ``epochs``, or of unknown length.

    Args:
        epochs: how many epochs the training will have, or None if nobody knows.

    Returns:
        The epochs to record: at most 300, epoch 0 among them. Of a training of unknown length
        the last epoch cannot be in it; the Recorder adds that one when it is detached.
    """
    return open_ended() if epochs is None else log_spaced(epochs)


def log_spaced(epochs: int, limit: int = LIMIT) -> frozenset[int]:
    """Returns at most ``limit`` whole epochs from 0 to ``epochs``, evenly spaced in the logarithm.

    Where even spacing would name an epoch twice (at the start) the schedule is every epoch.
    """
    if epochs < limit:
        return frozenset(range(epochs + 1))
    chosen: frozenset[int] = frozenset()
    # Rounding merges the early nodes, so more nodes than epochs are laid out.
    for nodes in range(limit - 1, 8 * limit):
        rounded = frozenset(np.rint(np.geomspace(1, epochs, nodes)).astype(int).tolist())
        if len(rounded) > limit - 1:
            break
        chosen = rounded
    return chosen | {0}


def open_ended() -> frozenset[int]:
    """Returns the schedule of a training of unknown length: sixteen epochs an octave, and 0."""
    steps = range(_PER_OCTAVE * _OCTAVES + 1)
    return frozenset(round(2 ** (step / _PER_OCTAVE)) for step in steps) | {0}
