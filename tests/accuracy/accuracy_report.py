"""The measured cells as Markdown."""

from __future__ import annotations

import math
import platform
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import scipy
import torch
from accuracy_cache import Outcome
from accuracy_cells import Cell

from glow import __version__
from glow.datasets import CorrelatedGaussians

Found = Mapping[Cell, Outcome]


def as_markdown(
    found: Found, waiting: Sequence[Cell], left_out: Mapping[str, str], command: str
) -> str:
    """The whole report.

    Args:
        found: what was measured.
        waiting: what was asked for and not measured.
        left_out: families that do not apply, and why.
        command: what was run.
    """
    lines = [*_head(command), *_failures(found), *_left_out(found, waiting, left_out)]
    for label in sorted({cell.subject.label for cell in found}):
        own = {cell: outcome for cell, outcome in found.items() if cell.subject.label == label}
        one = next(iter(own))
        lines += ["", f"## {label}", "", f"`{one.subject!r}`, {one.samples} samples each.", ""]
        lines += [*_gaussians(own), *_others(own)]
    return "\n".join(lines) + "\n"


def _head(command: str) -> list[str]:
    return [
        "# Measured accuracy",
        "",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, `{command}`. PyGlow {__version__}, Python "
        f"{platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}, torch "
        f"{torch.__version__}, {platform.machine()}.",
        "",
        "Each cell: bias ± standard deviation of single estimates, in bits; the share of samples "
        'whose verdict was "reliable"; seconds of processor time for one estimate with its '
        "verdict. **Bold** where the bias exceeds 20 % of the truth and 0.1 bit.",
    ]


def _failures(found: Found) -> list[str]:
    """Whether the verdict says so where an estimator is far off."""
    failing = {cell: outcome for cell, outcome in found.items() if _ran(outcome) and outcome.fails}
    hidden = {cell: outcome for cell, outcome in failing.items() if outcome.hides_it}
    lines = [
        "",
        "## Where an estimator is far off, does its verdict say so?",
        "",
        f"{len(failing)} of {len(found)} cells are off by more than 20 % and 0.1 bit; in "
        f'{len(failing) - len(hidden)} of them the verdict is mostly not "reliable".',
    ]
    if hidden:
        lines += [
            "",
            "The exceptions:",
            "",
            "| estimator | problem | N | truth | bias | reliable |",
        ]
        lines += ["|---|---|--:|--:|--:|--:|"]
        lines += [
            f"| {cell.subject.label} | {problem(cell)} | {cell.size} | {outcome.truth:.2f} "
            f"| {outcome.bias:+.2f} | {outcome.reliable:.0%} |"
            for cell, outcome in sorted(hidden.items(), key=lambda pair: _order(pair[0]))
        ]
    return lines


def _left_out(found: Found, waiting: Sequence[Cell], left_out: Mapping[str, str]) -> list[str]:
    lines = ["", "## Left out", ""]
    lines += [f"- {name}: {reason}" for name, reason in left_out.items()]
    refused: dict[str, list[str]] = defaultdict(list)
    for cell, outcome in found.items():
        if outcome.refusal:
            refused[f"{cell.subject.label} refuses: {outcome.refusal}"].append(problem(cell))
    lines += [f"- {why} ({', '.join(sorted(set(where)))})" for why, where in refused.items()]
    counts: dict[str, int] = defaultdict(int)
    for cell in waiting:
        counts[f"{cell.subject.label}, N = {cell.size}"] += 1
    lines += [f"- not run: {count} cells of {what}" for what, count in counts.items()]
    return lines if len(lines) > 3 else [*lines, "Nothing that was asked for."]


def _gaussians(own: Found) -> list[str]:
    plain = {c: o for c, o in own.items() if isinstance(c.sampler, CorrelatedGaussians)}
    if not plain:
        return []

    def row(cell: Cell) -> str:
        nats = cell.sampler.mutual_information * math.log(2)
        return f"| {cell.sampler.d} | {nats:.1f} nats = {nats / math.log(2):.2f} bits "

    return ["Correlated Gaussians.", "", *_table(plain, "| d | truth ", "|--:|--:", row)]


def _others(own: Found) -> list[str]:
    rest = {c: o for c, o in own.items() if not isinstance(c.sampler, CorrelatedGaussians)}
    if not rest:
        return []

    def row(cell: Cell) -> str:
        return f"| {cell.sampler.name} | {cell.sampler.d} | {cell.sampler.mutual_information:.2f} "

    return ["", "Others.", "", *_table(rest, "| problem | d | truth ", "|---|--:|--:", row)]


def _table(own: Found, heading: str, rule: str, row: Callable[[Cell], str]) -> Iterator[str]:
    """One line for each problem, one column for each N."""
    sizes = sorted({cell.size for cell in own})
    yield heading + "".join(f"| N = {size} " for size in sizes) + "|"
    yield rule + "|--:" * len(sizes) + "|"
    lines: dict[str, dict[int, str]] = defaultdict(dict)
    for cell in sorted(own, key=_order):
        lines[row(cell)][cell.size] = _text(own[cell])
    for start, columns in lines.items():
        yield start + "".join(f"| {columns.get(size, '')} " for size in sizes) + "|"


def _text(outcome: Outcome) -> str:
    if not _ran(outcome):
        return "refused"
    bias = f"{outcome.bias:+.3f}"
    bias = f"**{bias}**" if outcome.fails else bias
    return f"{bias} ± {outcome.sd:.3f}; {outcome.reliable:.0%}; {_seconds(outcome.seconds)}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{1000 * seconds:.0f} ms"


def _ran(outcome: Outcome) -> bool:
    return bool(outcome.estimates)


def problem(cell: Cell) -> str:
    """The problem of a cell in a few words."""
    return f"{cell.sampler.name}, d = {cell.sampler.d}"


def _order(cell: Cell) -> tuple[object, ...]:
    sampler = cell.sampler
    return cell.subject.label, sampler.name, sampler.d, sampler.mutual_information, cell.size


def progress_line(done: int, total: int, left: float) -> str:
    """One line on how far the work is."""
    return f"{done} of {total} cells; about {duration(left)} left"


def duration(seconds: float) -> str:
    """Such as "40 s", "12 min" or "3.5 h"."""
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def summary(found: Iterable[Outcome]) -> str:
    """One line on all cells."""
    ran = [outcome for outcome in found if _ran(outcome)]
    return (
        f"{len(ran)} cells; {sum(o.fails for o in ran)} far off, "
        f"{sum(o.hides_it for o in ran)} of them mostly called reliable"
    )
