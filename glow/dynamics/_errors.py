"""The exceptions of recordings, planes and documents; each message ends with the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr


class RecordingError(ValueError):
    """A recording cannot be written, opened or read.

    The message names the folder or file, what was expected, what was found and what to do.
    """


class DocumentError(ValueError):
    """A plane document (``*.glow.json``) is malformed or cannot be made.

    The message names the field, what was expected, what was found and what to do.
    """


class RefusedError(ValueError):
    """The estimator refused every point of a plane.

    The message is that of the first refusal.

    Attributes:
        plane: the plane of NaN, whose verdicts, if it has any, say why.
    """

    def __init__(self, message: str, plane: xr.Dataset) -> None:
        super().__init__(message)
        self.plane = plane


class Cancelled(Exception):  # noqa: N818 - an outcome that the caller asked for, not an error
    """The caller's ``cancel`` flag was set before all points were estimated.

    Raised by `plane` and `sweep`; nothing is kept of what was estimated until then.
    """
