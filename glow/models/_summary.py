"""The table that ``summary`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glow.models._building import show

if TYPE_CHECKING:
    from glow.models._sequential import Sequential


def summary(model: Sequential) -> str:
    """Return one row per layer: name and class, output shape, parameters, recorded or not."""
    recorded = model.recorded_layers()
    rows = [("Layer", "Output shape", "Parameters", "Recorded")]
    for name, layer in model._steps():
        size = sum(p.numel() for p in layer.parameters())
        label = f"{name} ({type(layer).__name__})"
        seen = "yes" if name in recorded else ""
        rows.append((label, show(model.shapes[name][1]), f"{size:,}", seen))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "-" * (sum(widths) + 6))
    total = sum(p.numel() for p in model.parameters())
    return "\n".join([f"Model {model.name!r}", *lines, f"Total: {total:,} parameters"])


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
    return "  ".join(cells).rstrip()
