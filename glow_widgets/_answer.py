"""What a reader asked for by letting go of a slider: an exact plane, coarse to fine over epochs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glow_widgets._curves import KeptCurve, coarse_to_fine

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

    from glow_widgets._curves import Cancel
    from glow_widgets._offered import Offered

_FIRST_EPOCHS = 4  # beside the last one
_MOST_SECONDS = 1200.0  # what would take longer shows fewer epochs


class Answer:
    """One exact plane under way: the last epoch and a few spread ones first, then the rest.

    Args:
        offered: The estimator on a recording.
        settings: Where its sliders stand.

    Raises:
        TypeError: If a setting is of the wrong kind.
        ValueError: If one is out of range.
    """

    def __init__(self, offered: Offered, settings: Mapping[str, Any]) -> None:
        self.offered = offered
        estimator, levels = offered.at(settings), _first_and_rest(offered.epochs)
        self._curve = KeptCurve(offered.recording, estimator, None, levels, epochs=offered.epochs)

    @property
    def ready(self) -> bool:
        """Whether the trajectories can be seen, if coarsely."""
        return self._curve.ready or self._curve.done

    @property
    def done(self) -> bool:
        """Whether there is nothing more to come."""
        return self._curve.done

    @property
    def known(self) -> int:
        """Number of epochs that are there."""
        return self._curve.known

    @property
    def plane(self) -> xr.Dataset:
        """What there is, over all epochs; those still to come hold NaN."""
        return self._curve.published()

    def extend(self, cancel: Cancel) -> None:
        """Estimate about half a second's worth of further epochs.

        Raises:
            Cancelled: If ``cancel`` was set; what was known before stays.
        """
        self._curve.extend(cancel)
        self._curve.drop_last(_MOST_SECONDS)


def settings_of(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """The settings that a request names.

    Raises:
        TypeError: If it names none.
    """
    settings = request.get("settings")
    if not isinstance(settings, Mapping):
        raise TypeError(f"EstimatorExplorer: settings must be by name, got {settings!r}.")
    return settings


def _first_and_rest(epochs: Sequence[int]) -> list[list[int]]:
    """The last epoch with a few spread ones, and all others in the order of halved gaps."""
    stride = 1
    while len(epochs) // (2 * stride) >= _FIRST_EPOCHS:
        stride *= 2
    first, *finer = coarse_to_fine(epochs, stride)
    rest = [epoch for level in finer for epoch in level]
    return [[*first[-1:], *first[:-1]], rest] if rest else [first]
