"""What `phases` returns."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ._phase_table import as_html, as_text

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class LayerPhases:
    """The phases of one layer.

    Attributes:
        layer: the layer's name.
        peak_epoch: where fitting ends: the epoch at which the mean I(X;T) over runs is largest.
        peak_epochs: the range of that epoch over halves of the runs, None for one run.
        lost: bits of I(X;T) lost from the peak to the last epoch. With several runs the peak is
            chosen on one half of them and the loss measured on the other, over many halvings, which
            removes the bias of choosing the largest of many noisy estimates.
        interval: the 95 % interval of ``lost`` from the spread of the runs (Student t), None for
            one run.
        raw: the mean over runs of the biased figure, each run's own peak minus its last epoch.
        flat_noise: what ``raw`` would show if the layer did nothing but repeat its epoch-to-epoch
            noise around a constant.
        gained: bits of I(T;Y) gained from the first epoch to the last, mean over runs.
        verdict: ``"compresses"``, ``"no compression"``, ``"at the ceiling"`` (the estimate could
            not have shown more, so neither peak nor loss is known) or ``"one run"``.
        missing: at how many epochs the layer was refused in some run; they are left out.
    """

    layer: str
    peak_epoch: int
    peak_epochs: tuple[int, int] | None
    lost: float
    interval: tuple[float, float] | None
    raw: float
    flat_noise: float
    gained: float
    verdict: str
    missing: int = 0


@dataclass(frozen=True)
class Phases:
    """The phases of every layer of a plane; printing it gives a table."""

    layers: tuple[LayerPhases, ...]
    runs: int
    unit: str
    label: str

    def __getitem__(self, layer: str) -> LayerPhases:
        for one in self.layers:
            if one.layer == layer:
                return one
        raise KeyError(f"No layer {layer!r}. Layers: {', '.join(x.layer for x in self.layers)}.")

    def to_dataset(self) -> xr.Dataset:
        """Returns the figures as variables over ``layer``; intervals as ``_low`` and ``_high``."""
        import xarray as xr

        rows = [_flat(one) for one in self.layers]
        names = [one.layer for one in self.layers]
        variables = {key: ("layer", [row[key] for row in rows]) for key in rows[0]}
        attrs = {"runs": self.runs, "units": self.unit, "label": self.label}
        return xr.Dataset(variables, {"layer": names}, attrs)

    def __str__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)


def _flat(one: LayerPhases) -> dict[str, float | int | str]:
    row = asdict(one)
    row.pop("layer")
    low, high = row.pop("interval") or (math.nan, math.nan)
    first, last = row.pop("peak_epochs") or (one.peak_epoch, one.peak_epoch)
    return {
        **row,
        "lost_low": low,
        "lost_high": high,
        "peak_epoch_low": first,
        "peak_epoch_high": last,
    }
