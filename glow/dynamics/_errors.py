"""The exceptions of recordings, planes and documents; each message ends with the remedy."""

from __future__ import annotations


class RecordingError(ValueError):
    """A recording cannot be written, opened or read.

    The message names the folder or file, what was expected, what was found and what to do.
    """


class DocumentError(ValueError):
    """A plane document (``*.glow.json``) is malformed or cannot be made.

    The message names the field, what was expected, what was found and what to do.
    """


class Cancelled(Exception):  # noqa: N818 - an outcome that the caller asked for, not an error
    """The caller's ``cancel`` flag was set before all points were estimated.

    Raised by `plane` and `sweep`; nothing is kept of what was estimated until then.
    """
