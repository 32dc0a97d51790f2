"""Callbacks: what may watch a training and act on it, under their Keras names."""

from __future__ import annotations

from glow.callbacks._backup_and_restore import BackupAndRestore as BackupAndRestore
from glow.callbacks._base import Callback as Callback
from glow.callbacks._base import Position as Position
from glow.callbacks._base import Trainee as Trainee
from glow.callbacks._csv_logger import CSVLogger as CSVLogger
from glow.callbacks._early_stopping import EarlyStopping as EarlyStopping
from glow.callbacks._gradient_statistics import GradientStatistics as GradientStatistics
from glow.callbacks._history import History as History
from glow.callbacks._lambda import LambdaCallback as LambdaCallback
from glow.callbacks._learning_rate_scheduler import LearningRateScheduler as LearningRateScheduler
from glow.callbacks._list import CallbackList as CallbackList
from glow.callbacks._model_checkpoint import ModelCheckpoint as ModelCheckpoint
from glow.callbacks._progress import Progress as Progress
from glow.callbacks._record import Record as Record
from glow.callbacks._reduce_lr_on_plateau import ReduceLROnPlateau as ReduceLROnPlateau
from glow.callbacks._terminate_on_nan import TerminateOnNaN as TerminateOnNaN

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "GradientStatistics",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "Position",
    "Progress",
    "Record",
    "ReduceLROnPlateau",
    "TerminateOnNaN",
    "Trainee",
]
