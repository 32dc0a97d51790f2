"""Recordings of training, and the information planes estimated from them afterwards."""

from __future__ import annotations

from ._document import document as document
from ._document import save as save
from ._document_load import load as load
from ._errors import Cancelled as Cancelled
from ._errors import DocumentError as DocumentError
from ._errors import RecordingError as RecordingError
from ._plane import plane as plane
from ._plane import sweep as sweep
from ._recorder import Recorder as Recorder
from ._recording import Recording as Recording

__all__ = [
    "Cancelled",
    "DocumentError",
    "Recorder",
    "Recording",
    "RecordingError",
    "document",
    "load",
    "plane",
    "save",
    "sweep",
]
