"""What ``fit`` shows while it runs."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

from glow.callbacks import Callback, Progress
from glow.models._interrupt import in_kernel

_GROUP = "glow.display"


def displays(verbose: int | str, display: str | None) -> list[Callback]:
    """Return the callbacks that show progress.

    Args:
        verbose: 0 for silence, 1 for one redrawn line, 2 for a line per epoch, ``"auto"`` for 1 in
            a terminal and 2 elsewhere: a log keeps every line.
        display: ``"auto"`` for widgets in a Jupyter kernel in place of text, if they are installed
            and ``verbose`` is not 2; None for text.

    Raises:
        ValueError: Neither of these.
    """
    if verbose not in ("auto", 0, 1, 2) or display not in ("auto", None):
        raise ValueError(
            f"fit: verbose must be 'auto', 0, 1 or 2 and display 'auto' or None, got "
            f"verbose={verbose!r} and display={display!r}. Choose e.g. verbose=2."
        )
    if verbose == 0:
        return []
    if verbose == 2:
        return [Progress(verbose=2)]
    widgets = _widgets() if display == "auto" and in_kernel() else None
    lines = 1 if verbose == 1 or sys.stderr.isatty() else 2
    return [widgets or Progress(lines)]


def _widgets() -> Callback | None:
    """Return the first display that can be loaded."""
    for entry in entry_points(group=_GROUP):
        try:
            shown: Callback = entry.load()()
        except Exception:  # noqa: S112 - whatever another package fails with, text always works
            continue
        return shown
    return None
