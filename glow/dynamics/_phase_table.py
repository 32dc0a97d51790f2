"""Phases as a table, in text and in HTML."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._phase_report import LayerPhases, Phases

_HEADINGS = (
    "layer",
    "peak at epoch",
    "lost",
    "95 % interval",
    "raw",
    "flat noise",
    "gained I(T;Y)",
    "verdict",
)


def as_text(phases: Phases) -> str:
    """Returns the table with its columns aligned."""
    table = [_HEADINGS, *(_cells(one) for one in phases.layers)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [_aligned(row, widths) for row in table]
    rule = "-" * max(map(len, lines))
    return "\n".join([_title(phases), lines[0], rule, *lines[1:], _note(phases)])


def as_html(phases: Phases) -> str:
    """Returns the table as HTML, every text in it escaped."""
    body = "".join(f"<tr>{_html_row(_cells(one), 'td')}</tr>" for one in phases.layers)
    return (
        f"<table><caption>{html.escape(_title(phases))}</caption>"
        f"<thead><tr>{_html_row(_HEADINGS, 'th')}</tr></thead><tbody>{body}</tbody></table>"
        f"<p>{html.escape(_note(phases))}</p>"
    )


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    """Figures stand to the right of their column, the layer and the verdict to the left."""
    first, *figures, last = row
    cells = [figure.rjust(width) for figure, width in zip(figures, widths[1:-1], strict=True)]
    return "  ".join([first.ljust(widths[0]), *cells, last])


def _html_row(cells: tuple[str, ...], tag: str) -> str:
    return "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)


def _title(phases: Phases) -> str:
    runs = "1 run" if phases.runs == 1 else f"{phases.runs} runs"
    return f"{phases.label}; {runs}; {phases.unit}"


def _note(phases: Phases) -> str:
    missing = [f"{one.layer} at {one.missing} epochs" for one in phases.layers if one.missing]
    left_out = f" Left out, because refused: {', '.join(missing)}." if missing else ""
    if phases.runs == 1:
        return (
            "One run: no interval, and the loss is biased upwards by its noise. "
            f"Train several seeds (Ensemble) for both.{left_out}"
        )
    return (
        "Peak chosen on half of the runs, loss measured on the other; 95 % interval over runs."
        f"{left_out}"
    )


def _cells(one: LayerPhases) -> tuple[str, ...]:
    between = one.peak_epochs is not None and one.peak_epochs[0] != one.peak_epochs[1]
    span = f" ({one.peak_epochs[0]}-{one.peak_epochs[1]})" if one.peak_epochs and between else ""
    return (
        one.layer,
        f"{one.peak_epoch}{span}",
        f"{one.lost:.2f}",
        "-" if one.interval is None else f"{one.interval[0]:.2f} to {one.interval[1]:.2f}",
        f"{one.raw:.2f}",
        f"{one.flat_noise:.2f}",
        f"{one.gained:.2f}",
        one.verdict,
    )
