"""The memory that a plane or sweep takes, known before the work begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glow.estimators import VERDICTS, memory_ceiling

from ._points import UNKNOWN

if TYPE_CHECKING:
    from ._study import Study

COORDINATES = 16  # bytes a point: xt and ty in float64
FIGURES = 64  # bytes a point for the diagnostics: eight of them, more than most estimators have
_CHARACTER = 4  # bytes in NumPy's text of fixed width
_LONGEST = max(map(len, (*VERDICTS, UNKNOWN)))


def check_size(owner: str, study: Study, epochs: int, resamples: int = 0) -> None:
    """Refuses what would be larger than `glow.estimators.memory_ceiling`.

    Args:
        owner: the function that was called.
        study: what is to be estimated.
        epochs: at how many epochs.
        resamples: with how many halves of the probe set beside the whole.

    Raises:
        ValueError: with the size, the ceiling and what can be done.
    """
    points = epochs * study.points_per_epoch
    size = points * (bytes_of_point(study.measure.diagnostics) + resamples * COORDINATES)
    ceiling = memory_ceiling()
    if size <= ceiling:
        return
    raise ValueError(
        f"{owner}: the result would take about {_shown(size)} ({points:,} points), more than the "
        f"memory ceiling of {_shown(ceiling)}. Choose fewer values, epochs, layers or runs, or "
        f"raise the ceiling: glow.estimators.set_memory_ceiling({_shown(2 * size)!r})."
    )


def bytes_of_point(diagnostics: bool) -> int:
    """Returns how many bytes a point takes: 16, and about 230 with diagnostics and verdicts."""
    return COORDINATES + (FIGURES + 2 * _LONGEST * _CHARACTER if diagnostics else 0)


def _shown(size: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:.3g} GiB"
