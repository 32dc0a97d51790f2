"""Recordings of training, and the information planes estimated from them afterwards."""

from __future__ import annotations

from ._calibrate import calibrate as calibrate
from ._calibration import Calibration as Calibration
from ._compression import compression as compression
from ._curves import Curves as Curves
from ._document import document as document
from ._document import save as save
from ._document_load import load as load
from ._errors import Cancelled as Cancelled
from ._errors import DocumentError as DocumentError
from ._errors import RecordingError as RecordingError
from ._errors import RefusedError as RefusedError
from ._live import LivePlane as LivePlane
from ._phase_report import LayerPhases as LayerPhases
from ._phase_report import Phases as Phases
from ._phases import phases as phases
from ._plane import plane as plane
from ._plane import sweep as sweep
from ._plot import plot as plot
from ._recorder import Recorder as Recorder
from ._recording import Recording as Recording

__all__ = [
    "Calibration",
    "Cancelled",
    "Curves",
    "DocumentError",
    "LayerPhases",
    "LivePlane",
    "Phases",
    "Recorder",
    "Recording",
    "RecordingError",
    "RefusedError",
    "calibrate",
    "compression",
    "document",
    "load",
    "phases",
    "plane",
    "plot",
    "save",
    "sweep",
]
