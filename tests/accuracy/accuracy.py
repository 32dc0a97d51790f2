"""How far off each estimator is on answers that are known, as a Markdown report.

Run ``python tests/accuracy/accuracy.py`` from the repository root, or ``make accuracy``. For d = 1,
2, 5, 10, 25, 50, a true information of 0.5, 2 and 5 nats and N = 500, 2000 and 10,000, and for
samplers that are not Gaussian, it measures bias, standard deviation, time and verdict of every
family over 20 samples. Cells once measured are kept in ``tests/accuracy/.cache`` until the code
behind them changes, so that a stopped run goes on where it stopped.

Estimators that learn take minutes a sample: of them only Gaussians of d = 1, 5 and 25 at N = 2000
are measured, over 3 samples, unless ``--learning all`` is given. The report says what was left out.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anything that starts threads

import argparse
import shlex
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from accuracy_cache import CACHE, Outcome, known, measured
from accuracy_cells import DIMENSIONS, NATS, SAMPLES, SIZES, Cell, Subject, cells, subjects
from accuracy_report import as_markdown, duration, progress_line, summary

ROUGH = 1e-9  # seconds for a unit of work, before anything is measured
EVERY = 30  # seconds between lines on the progress


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures what was asked for and writes the report."""
    asked = _asked(arguments)
    found_subjects, left_out = subjects(asked.families)
    plan = cells(
        found_subjects,
        dimensions=asked.d,
        sizes=asked.n,
        nats=asked.nats,
        samples=asked.samples,
        learning=asked.learning,
    )
    left_out |= _not_planned(found_subjects, plan)
    found = {cell: outcome for cell in plan if (outcome := known(cell)) is not None}
    missing = [cell for cell in plan if cell not in found]
    print(
        f"{len(plan)} cells, {len(found)} of them known; the rest takes about "
        f"{duration(_left(missing, found) / asked.jobs)} in {asked.jobs} at a time",
        flush=True,
    )
    found.update(_measure(missing, found, asked.jobs, asked.minutes))
    waiting = [cell for cell in plan if cell not in found]
    given = sys.argv[1:] if arguments is None else arguments
    command = shlex.join(["python", "tests/accuracy/accuracy.py", *given])
    asked.report.parent.mkdir(parents=True, exist_ok=True)
    asked.report.write_text(as_markdown(found, waiting, left_out, command))
    print(f"{summary(found.values())}; {len(waiting)} not run. Report: {asked.report}")
    return 0


def _not_planned(asked: Sequence[Subject], plan: Sequence[Cell]) -> dict[str, str]:
    """How much of those that learn is in the plan, and why not more."""
    planned = Counter(cell.subject.label for cell in plan)
    return {
        subject.label: f"learns, minutes a sample: {planned[subject.label] or 'no'} cells planned; "
        "--learning all asks for every one"
        for subject in asked
        if subject.ordered
    }


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    asked = _parser().parse_args(arguments)
    if asked.quick:
        asked.d, asked.n, asked.nats, asked.learning = (1, 5), (2000,), (2.0,), "none"
        asked.samples = min(asked.samples, 5)
    return asked


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--families", nargs="+", help="names of estimators, or recommend")
    parser.add_argument("--d", nargs="+", type=int, default=DIMENSIONS, help="dimensions")
    parser.add_argument("--n", nargs="+", type=int, default=SIZES, help="sample sizes")
    parser.add_argument("--nats", nargs="+", type=float, default=NATS, help="true information")
    parser.add_argument("--samples", type=int, default=SAMPLES, help="samples for each cell")
    parser.add_argument("--learning", choices=("none", "subset", "all"), default="subset")
    parser.add_argument(
        "--quick", action="store_true", help="d = 1, 5; 2 nats; N = 2000; 5 samples"
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no cell later")
    parser.add_argument("--report", type=Path, default=CACHE / "accuracy.md")
    return parser


def _measure(
    missing: Sequence[Cell], found: Mapping[Cell, Outcome], jobs: int, minutes: float
) -> Iterator[tuple[Cell, Outcome]]:
    """Yields each cell as it is done; none is begun after the given time."""
    begin, told, done = time.monotonic(), 0.0, 0
    queue = list(missing)[::-1]
    # spawned, so that no thread of this process is copied half way
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        running: dict[Future[Outcome], Cell] = {}
        while queue or running:
            while queue and len(running) < jobs and time.monotonic() - begin < 60 * minutes:
                cell = queue.pop()
                running[pool.submit(measured, cell)] = cell
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                done += 1
                yield running.pop(future), future.result()
            spent = time.monotonic() - begin
            if spent - told > EVERY:
                told = spent
                left = _left(queue, found) / jobs
                print(progress_line(done, len(missing), left), flush=True)


def _left(queue: Sequence[Cell], found: Mapping[Cell, Outcome]) -> float:
    """Processor seconds that the cells will take, from what was measured of their estimators."""
    rates: dict[str, list[float]] = {}
    for cell, outcome in found.items():
        if outcome.estimates:
            rate = outcome.seconds * cell.samples / cell.work
            rates.setdefault(cell.subject.label, []).append(rate)
    return sum(c.work * median(rates.get(c.subject.label, [ROUGH])) for c in queue)


if __name__ == "__main__":
    sys.exit(main())
