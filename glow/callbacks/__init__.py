"""Callbacks: what may watch a training and act on it, under their Keras names."""

from __future__ import annotations

from glow.callbacks._base import Callback as Callback
from glow.callbacks._base import Trainee as Trainee
from glow.callbacks._history import History as History
from glow.callbacks._lambda import LambdaCallback as LambdaCallback
from glow.callbacks._list import CallbackList as CallbackList
from glow.callbacks._progress import Progress as Progress
from glow.callbacks._record import Record as Record
from glow.callbacks._terminate_on_nan import TerminateOnNaN as TerminateOnNaN

__all__ = [
    "Callback",
    "CallbackList",
    "History",
    "LambdaCallback",
    "Progress",
    "Record",
    "TerminateOnNaN",
    "Trainee",
]
