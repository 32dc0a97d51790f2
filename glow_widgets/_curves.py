"""The kept curves of one estimator on one recording, computed coarse to fine over epochs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import xarray as xr

    from glow.dynamics import Recording
    from glow.estimators import Estimator, Parameter

FIRST_STRIDE = 8
_TARGET_SECONDS = 0.5


class Cancel(Protocol):
    """Anything with the method of :class:`threading.Event` that says to give up."""

    def is_set(self) -> bool:
        """Whether to give up."""
        ...


def coarse_to_fine(epochs: Sequence[int], stride: int = FIRST_STRIDE) -> list[list[int]]:
    """Levels of epochs: every ``stride``-th and the last, then those that halve the gaps.

    Fewer epochs at first show the whole trajectory soon; fewer *samples* would change log2 N and
    make the plane jump, so those are never reduced.
    """
    levels, seen = [], set()
    while stride >= 1:
        level = [e for e in dict.fromkeys([*epochs[::stride], *epochs[-1:]]) if e not in seen]
        if level:
            levels.append(level)
            seen.update(level)
        stride //= 2
    return levels


class KeptCurve:
    """One estimator's coordinates on one recording, over the values its slider can take.

    Args:
        name: The recording's name in the explorer.
        recording: What is measured.
        estimator: How; its first slider parameter is swept over the parameter's own grid. Without
            one, plain planes are kept.
    """

    def __init__(self, name: str, recording: Recording, estimator: Estimator) -> None:
        self.name = name
        self.recording = recording
        self.estimator = estimator
        self.slider: Parameter | None = next(iter(estimator.sliders), None)
        self.epochs = list(recording.epochs)
        self.data: xr.Dataset | None = None
        self.seconds = 0.0
        self.ready = False
        self._levels = coarse_to_fine(self.epochs)
        self._chunk = 2

    @property
    def done(self) -> bool:
        """Whether every epoch is there."""
        return not self._levels

    @property
    def known(self) -> int:
        """Number of epochs that are there."""
        return 0 if self.data is None else self.data.sizes["epoch"]

    def extend(self, cancel: Cancel) -> bool:
        """Compute about half a second's worth of further epochs.

        Args:
            cancel: Asked while computing whether to give up.

        Returns:
            Whether a level is now complete, hence worth showing.

        Raises:
            Cancelled: If ``cancel`` was set; what was known before stays.
        """
        level = self._levels[0]
        epochs = sorted(level[: self._chunk])
        start = time.perf_counter()
        part = self._estimate(epochs, cancel)
        self._note_cost(time.perf_counter() - start, len(epochs))
        self.data = part if self.data is None else _joined(self.data, part)
        del level[: len(epochs)]
        if level:
            return False
        self._levels.pop(0)
        self.ready = True
        return True

    def give_up(self) -> None:
        """Ask for no further epochs."""
        self._levels.clear()

    def published(self) -> xr.Dataset:
        """What is known, over all epochs; those still to come hold NaN."""
        assert self.data is not None  # noqa: S101 - callers show ready curves only
        return self.data.reindex(epoch=self.epochs)

    def at(self, value: float | None) -> Estimator:
        """The estimator with its slider set to ``value``; None leaves it as it was given."""
        if self.slider is None or value is None:
            return self.estimator
        return self.estimator.replace(**{self.slider.name: value})

    def kept(self, value: float | None) -> xr.Dataset | None:
        """The complete plane at ``value`` as the curve has it, None if it has not."""
        from glow.dynamics import Curves

        if not self.done or self.data is None or self.slider is None:
            return None
        curves = Curves(self.data)
        wanted = self.at(value).settings[self.slider.name]
        between = self.slider.smooth and curves.values[0] <= wanted <= curves.values[-1]
        return curves.at(wanted) if between or curves.exact(wanted) else None

    def exact(self, value: float | None, cancel: Cancel | None = None) -> xr.Dataset:
        """The plane at ``value``, estimated now.

        Raises:
            Cancelled: If ``cancel`` was set meanwhile.
        """
        from glow.dynamics import plane

        return plane(
            self.recording, self.at(value), epochs=self.epochs, diagnostics=False, cancel=cancel
        )

    def _estimate(self, epochs: list[int], cancel: Cancel) -> xr.Dataset:
        from glow.dynamics import plane, sweep

        if self.slider is None:
            return plane(
                self.recording, self.estimator, epochs=epochs, diagnostics=False, cancel=cancel
            )
        grids: dict[str, Any] = {self.slider.name: self._grid()}
        return sweep(self.recording, self.estimator, epochs=epochs, cancel=cancel, **grids)

    def _grid(self) -> list[Any]:
        assert self.slider is not None  # noqa: S101 - asked only of estimators with a slider
        own = self.estimator.settings[self.slider.name]
        grid = self.slider.grid().tolist()
        # A spline runs through its even nodes only; a grid that snaps should hold the own value.
        return grid if self.slider.smooth else sorted({*grid, own})

    def _note_cost(self, seconds: float, epochs: int) -> None:
        self.seconds += seconds
        # Short chunks let a request from the browser in; long ones waste nothing on starting.
        self._chunk = max(1, round(epochs * min(_TARGET_SECONDS / max(seconds, 1e-6), 4.0)))


def _joined(known: xr.Dataset, part: xr.Dataset) -> xr.Dataset:
    import xarray as xr

    both = xr.concat([known, part], "epoch", join="exact", combine_attrs="override")
    return both.sortby("epoch")
