"""What `calibrate` returns."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import xarray as xr

    from ._calibrate_problem import Look

_SYMBOLS = {"xt": "I(X;T)", "ty": "I(T;Y)"}
_HEADINGS = ("layer", "d", "tied", "", "true", "bias", "+-", "sd", "of")


@dataclass(frozen=True)
class Row:
    """One layer, coordinate and true value; figures in bits.

    Attributes:
        layer: the layer's name.
        d: its units.
        tied: the share of its values that repeat another of their unit.
        coordinate: ``"xt"`` or ``"ty"``.
        kind: what the true value is the information of.
        truth: the true value.
        bias: mean estimate less the true value.
        error: the standard error of the bias, from the repeats.
        sd: the standard deviation of single estimates.
    """

    layer: str
    d: int
    tied: float
    coordinate: str
    kind: str
    truth: float
    bias: float
    error: float
    sd: float

    @classmethod
    def of(
        cls,
        layer: str,
        coordinate: str,
        look: Look,
        kind: str,
        *,
        truth: float,
        estimates: npt.NDArray[np.float64],
    ) -> Self:
        """Sums up the estimates (R,) of one true value."""
        sd = float(estimates.std(ddof=1))
        return cls(
            layer=layer,
            d=look.units.shape[1],
            tied=look.tied,
            coordinate=coordinate,
            kind=kind,
            truth=float(truth),
            bias=float(estimates.mean() - truth),
            error=sd / math.sqrt(len(estimates)),
            sd=sd,
        )


@dataclass(frozen=True)
class Calibration:
    """How far off an estimator is on known answers; printing it gives a table.

    Attributes:
        rows: a `Row` for each layer, coordinate and true value.
        label: the estimator's label.
        epoch: the epoch whose layers the samples look like.
        samples: N.
        repeats: samples behind each row.
    """

    rows: tuple[Row, ...]
    label: str
    epoch: int
    samples: int
    repeats: int

    def to_dataset(self) -> xr.Dataset:
        """Returns truth, bias, error and sd over (layer, coordinate, level), in bits."""
        import numpy as np
        import xarray as xr

        layers = list(dict.fromkeys(row.layer for row in self.rows))
        dims = ("layer", "coordinate", "level")
        names = ("truth", "bias", "error", "sd")
        flat = np.array([[asdict(row)[name] for name in names] for row in self.rows])
        shaped = flat.reshape(len(layers), len(_SYMBOLS), -1, len(names))
        variables = {
            name: (dims, shaped[..., i], {"units": "bits"}) for i, name in enumerate(names)
        }
        tied = {row.layer: row.tied for row in self.rows}
        attrs = {
            "label": self.label,
            "epoch": self.epoch,
            "samples": self.samples,
            "repeats": self.repeats,
        }
        coords = {"layer": layers, "coordinate": list(_SYMBOLS)}
        return xr.Dataset(
            {**variables, "tied": ("layer", [tied[name] for name in layers])}, coords, attrs
        )

    def __str__(self) -> str:
        table = [_HEADINGS, *map(_cells, self.rows)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ["  ".join(map(str.rjust, row, widths)).rstrip() for row in table]
        title = (
            f"{self.label}; known answers that look like epoch {self.epoch}; N = {self.samples}; "
            f"{self.repeats} samples each; bits"
        )
        return "\n".join([title, lines[0], "-" * max(map(len, lines)), *lines[1:], *self._notes()])

    def _notes(self) -> list[str]:
        notes = []
        if any(row.kind == "choice of own rows" for row in self.rows):
            notes.append(
                "I(X;T) is the entropy of T at the estimator's own resolution: its bias is what the"
                " resolution merges of K of the layer's rows, K = 2 ** true."
            )
        if any(row.tied > 0 for row in self.rows):
            notes.append("Equal values were spread to keep the answers exact: no effect of ties.")
        return notes


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.layer,
        str(row.d),
        f"{row.tied:.0%}",
        _SYMBOLS[row.coordinate],
        f"{row.truth:.2f}",
        f"{row.bias:+.2f}",
        f"{row.error:.2f}",
        f"{row.sd:.2f}",
        row.kind,
    )
