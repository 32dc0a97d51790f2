"""The range table: one and the same activations, and what the choice of cells makes of them.

Bits of I(X;T) that the last hidden layer loses from its peak to the last epoch, under eight ways of
cutting it, on recordings of 8 tanh and 8 ReLU networks on the 12-bit problem; mean and standard
deviation over the seeds, beside figures from an independent implementation with other seeds.

``make demo`` makes the recordings. Run it by ``python tests/reproduction/range_table.py``.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glow.dynamics import Recording, compression, sweep
from glow.estimators import Binned

LAYER = "dense_4"  # 3 units, the last hidden layer
EPOCHS = 60
KINDS = ("tanh", "ReLU")
EDGES = {f"{n} edges on [-1, 1]": np.linspace(-1, 1, n) for n in (10, 30, 100)}
WIDTHS = {"width 0.07": 0.07, "width 0.5": 0.5}
RANGES = {
    "30 bins, global range": "global",
    "30 bins, each layer and epoch": "snapshot",
    "30 equal-mass bins": "equal-mass",
}


@dataclass(frozen=True)
class Figure:
    """A mean over seeds in bits, with its standard deviation where that is known."""

    mean: float
    sd: float | None = None

    def __str__(self) -> str:
        return f"{self.mean:.1f}" if self.sd is None else f"{self.mean:.1f} +- {self.sd:.1f}"


PUBLISHED = {
    "tanh": {
        "10 edges on [-1, 1]": Figure(2.2, 0.4),
        "30 edges on [-1, 1]": Figure(4.2, 0.8),
        "100 edges on [-1, 1]": Figure(6.6, 1.3),
        "width 0.07": Figure(4.0, 1.1),
        "width 0.5": Figure(1.4),
        "30 bins, global range": Figure(4.5, 1.0),
        "30 bins, each layer and epoch": Figure(6.5),
        "30 equal-mass bins": Figure(5.2),
    },
    "ReLU": {
        "10 edges on [-1, 1]": Figure(1.9),
        "30 edges on [-1, 1]": Figure(3.7, 1.2),
        "100 edges on [-1, 1]": Figure(5.7),
        "width 0.07": Figure(0.6, 0.7),
        "width 0.5": Figure(0.3),
        "30 bins, global range": Figure(0.15, 0.4),
        "30 bins, each layer and epoch": Figure(1.5),
        "30 equal-mass bins": Figure(1.9, 1.2),
    },
}
"""10 seeds of each kind, 60 log-spaced epochs of 8000."""


def spaced(recording: Recording, count: int = EPOCHS) -> list[int]:
    """Returns ``count`` of the recorded epochs, evenly over the log-spaced snapshots."""
    places = np.linspace(0, len(recording.epochs) - 1, min(count, len(recording.epochs)))
    return [recording.epochs[i] for i in np.unique(places.round().astype(int))]


def lost(recording: Recording, layer: str = LAYER) -> dict[str, np.ndarray]:
    """Returns the loss of each run, by row of the table."""
    found: dict[str, np.ndarray] = {}
    for name, grid in (("edges", EDGES), ("width", WIDTHS), ("range", RANGES)):
        swept = sweep(
            recording,
            Binned(),
            epochs=spaced(recording),
            layers=[layer],
            **{name: list(grid.values())},
        )
        losses = compression(swept).isel(layer=0).transpose(name, "run").values
        # Numbers and words come sorted, other values as they were given.
        rows = list(grid) if name == "edges" else sorted(grid, key=grid.__getitem__)
        found |= dict(zip(rows, losses, strict=True))
    return found


def figures(losses: dict[str, np.ndarray]) -> dict[str, Figure]:
    """Returns mean and standard deviation over runs."""
    return {name: Figure(v.mean(), v.std(ddof=1)) for name, v in losses.items()}


def table(seen: dict[str, dict[str, Figure]]) -> str:
    """Returns what was seen beside what was published, by kind, as text."""
    lines = [
        f"Bits lost in {LAYER} from the peak to the last epoch, mean +- sd over seeds",
        "",
        f"{'':<32}" + "".join(f"{kind + ' seen':>16}{'published':>16}" for kind in seen),
    ]
    for row in PUBLISHED["tanh"]:
        cells = "".join(f"{seen[kind][row]!s:>16}{PUBLISHED[kind][row]!s:>16}" for kind in seen)
        lines.append(f"{row:<32}{cells}")
    return "\n".join(lines)


def main() -> None:
    """Reads the recordings and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recordings", nargs="?", type=Path, default=Path("demo/recordings"))
    folder = parser.parse_args().recordings
    print(table({kind: figures(lost(Recording.open(folder / kind))) for kind in KINDS}))


if __name__ == "__main__":
    main()
