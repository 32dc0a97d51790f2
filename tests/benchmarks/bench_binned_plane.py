"""The binned plane of 1,800 points against a NumPy loop that digitizes and counts unique rows.

Run ``python tests/benchmarks/bench_binned_plane.py`` from the repository root. Both sides bin the
same tanh layers (10-7-5-4-3-2, all 4096 patterns of the 12-bit problem, 300 snapshots) into 30
cells on [-1, 1] and estimate both coordinates. `Binned` does all 1,800 points in two threads, as
``glow.dynamics.plane`` does; the loop does every tenth snapshot in one, and its time is multiplied
by ten. The two take turns, so that a busy machine slows both.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import joblib
import numpy as np
import numpy.typing as npt

from glow.datasets import szt
from glow.estimators import Binned, Context

WIDTHS = (10, 7, 5, 4, 3, 2)
SNAPSHOTS = 300
TWIN_SHARE = 10
THREADS = 2
WANTED_RATIO, WANTED_SECONDS = 20.0, 0.5

Snapshot = list[npt.NDArray[np.float32]]
Points = list[tuple[float, float]]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Measured:
    """Seconds of each repeat.

    Attributes:
        first: The first estimate, with compiling.
        plane: 1,800 points with `Binned`.
        twin: 1,800 points with the loop, scaled from a tenth of them.
    """

    first: float
    plane: list[float]
    twin: list[float]

    @property
    def ratios(self) -> list[float]:
        """How many times faster `Binned` is, repeat by repeat."""
        return [slow / fast for slow, fast in zip(self.twin, self.plane, strict=True)]

    @property
    def passed(self) -> bool:
        """Whether both limits are met in the median."""
        fast = statistics.median(self.plane) < WANTED_SECONDS
        return fast and statistics.median(self.ratios) >= WANTED_RATIO


def measure(repeats: int = 5) -> Measured:
    """Times both sides in turns and checks that they agree."""
    x, y = szt.patterns()
    snapshots = layers(x)
    context, estimator = Context(x, y), Binned(bins=30, range=(-1, 1))
    first, _ = timed(lambda: estimator.coordinates(snapshots[0][0], context))
    plane_times, twin_times = [], []
    for _ in range(repeats):
        seconds, points = timed(lambda: plane(estimator, snapshots, context))
        plane_times.append(seconds)
        seconds, expected = timed(lambda: twin(snapshots[::TWIN_SHARE], y))
        twin_times.append(seconds * TWIN_SHARE)
        np.testing.assert_allclose(points[::TWIN_SHARE], expected, atol=1e-10)
    return Measured(first, plane_times, twin_times)


def plane(estimator: Binned, snapshots: list[Snapshot], context: Context) -> list[Points]:
    """Both coordinates of every layer, one task a snapshot."""

    def points(snapshot: Snapshot) -> Points:
        return [estimator.coordinates(t, context) for t in snapshot]

    tasks = (joblib.delayed(points)(snapshot) for snapshot in snapshots)
    return list(joblib.Parallel(n_jobs=THREADS, prefer="threads")(tasks))


def twin(snapshots: list[Snapshot], y: npt.NDArray[np.int64]) -> list[Points]:
    """The same with digitize and unique, one layer after the other."""
    edges = np.linspace(-1, 1, 31)[1:-1]
    return [[twin_point(np.digitize(t, edges), y) for t in snapshot] for snapshot in snapshots]


def twin_point(cells: npt.NDArray[np.int64], y: npt.NDArray[np.int64]) -> tuple[float, float]:
    """H(T) and H(T) - sum p(y) H(T given y) of cells (N, d), in bits."""
    whole = twin_entropy(cells)
    given_y = sum((y == label).mean() * twin_entropy(cells[y == label]) for label in (0, 1))
    return whole, whole - given_y


def twin_entropy(cells: npt.NDArray[np.int64]) -> float:
    """The entropy of rows (N, d) in bits."""
    _, counts = np.unique(cells, axis=0, return_counts=True)
    share = counts / len(cells)
    return float(-(share * np.log2(share)).sum())


def layers(x: npt.NDArray[np.float32]) -> list[Snapshot]:
    """Activations that saturate as weights grow over the snapshots, (4096, width) each."""
    rng = np.random.default_rng(0)
    ends = zip((12, *WIDTHS), WIDTHS, strict=False)
    weights = [rng.normal(size=shape) / np.sqrt(shape[0]) for shape in ends]

    def snapshot(gain: float) -> Snapshot:
        found, t = [], 2 * x - 1
        for weight in weights:
            t = np.tanh(gain * (t @ weight)).astype(np.float32)
            found.append(t)
        return found

    return [snapshot(gain) for gain in np.geomspace(0.5, 8, SNAPSHOTS)]


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Wall-clock seconds of one call, and what it returned."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def report(measured: Measured) -> str:
    """Medians and spreads as text."""

    def line(name: str, values: list[float], unit: str) -> str:
        middle, low, high = statistics.median(values), min(values), max(values)
        return f"{name:<34}{middle:8.3f} {unit} ({low:.3f} to {high:.3f}, {len(values)} repeats)"

    points = SNAPSHOTS * len(WIDTHS)
    return "\n".join(
        [
            f"first estimate, with compiling   {measured.first:9.3f} s (not counted below)",
            line(f"Binned, {points} points, {THREADS} threads", measured.plane, "s"),
            line(f"loop, {points // TWIN_SHARE} points times {TWIN_SHARE}", measured.twin, "s"),
            line("ratio", measured.ratios, f"x, wanted {WANTED_RATIO:g}"),
        ]
    )


def main() -> int:
    """Measures, prints and says by its exit status whether the limits are met."""
    with tempfile.TemporaryDirectory() as cache:
        os.environ["NUMBA_CACHE_DIR"] = cache  # so that the first estimate really compiles
        measured = measure()
    sys.stdout.write(report(measured) + "\n")
    return 0 if measured.passed else 1


if __name__ == "__main__":
    sys.exit(main())
