"""The curves over k of KSG and KNN, and sliced information, against the arithmetic they need.

Run ``python tests/benchmarks/bench_neighbours.py`` from the repository root. The layer is as
large as one of the 12-bit problem: 4096 samples, 12 inputs, 5 units, 2 classes; both coordinates of
a point, one thread. The floor is the float32 distances of all pairs in the units and in the joint
space, 4096 x 4096, computed in the same process. Times are of the processor, so that a busy machine
counts little, and medians of turns. What the curve of KSG adds to its last
point is to gather, three times, the distances between the first radius and the last, and to compare
these with all radii.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before the linear algebra library is loaded

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from glow.estimators import KNN, KSG, Context, Sliced
from glow.estimators._neighbours.base import NeighbourEstimator
from glow.estimators._neighbours.search import Cloud
from glow.estimators._neighbours.search_kernels import larger, squared_distances

SAMPLES, INPUTS, UNITS = 4096, 12, 5
LARGEST_K = 32
REPEATS = 7
WANTED_POINT, WANTED_CURVE, WANTED_SLICE = 0.060, 1.3, 0.006

Floats = npt.NDArray[np.float32]


def main() -> int:
    """Measures, prints and says by its exit status whether the limits are met."""
    context, t = problem()
    single, curve = "one k", f"all k to {LARGEST_K}"
    (floor,) = measured(lambda: distances(context, t))
    rows = [f"{'floor: distances alone':<34}{floor * 1e3:8.1f} ms"]
    met = []
    for estimator in (KSG(), KSG(variant=2), KNN()):
        at_largest = estimator.replace(k=LARGEST_K)
        point, largest, whole = measured(
            lambda e=estimator: e.coordinates(t, context),
            lambda e=at_largest: e.coordinates(t, context),
            lambda e=estimator: all_k(e, t, context),
        )
        rows += [
            line(estimator.label, f"k = {estimator.k}", point, floor),
            line(estimator.label, f"k = {LARGEST_K}", largest, floor),
            line(estimator.label, curve, whole, floor) + f", {whole / largest:.2f} x k = 32",
        ]
        met.append(whole / largest <= WANTED_CURVE)
        if isinstance(estimator, KSG) and estimator.variant == 1:
            met.append(point <= WANTED_POINT)
    sliced = Sliced(projections=50)
    (all_slices,) = measured(lambda: sliced.coordinates(t, context))
    slice_seconds = all_slices / sliced.projections
    rows.append(line("Sliced, a pair of projections", single, slice_seconds, floor))
    met.append(slice_seconds <= WANTED_SLICE)
    sys.stdout.write("\n".join(rows) + "\n")
    return 0 if all(met) else 1


def problem() -> tuple[Context, Floats]:
    """Gaussian inputs, a tanh layer of them and a label, which has no ties."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(SAMPLES, INPUTS)).astype(np.float32)
    t = np.tanh(x @ rng.normal(size=(INPUTS, UNITS)) / 2).astype(np.float32)
    return Context(x, t.sum(axis=1) > 0), t


def all_k(estimator: NeighbourEstimator, t: Floats, context: Context) -> None:
    """Both coordinates at every number of neighbours."""
    estimator.curve(t, context, "k", range(1, LARGEST_K + 1))


def distances(context: Context, t: Floats) -> None:
    """Distances of all pairs in T, and the larger of these and those in X, which are kept."""
    x = context.memo("floor", lambda: Cloud.of(context.x, "euclidean", reused=True))
    cloud = Cloud.of(t, "euclidean")
    room, joint = np.empty((16, SAMPLES), np.float32), np.empty(SAMPLES, np.float32)
    for first in range(0, SAMPLES, len(room)):
        squared_distances(cloud.columns, first, cloud.factor, room)
        for i, row in enumerate(x.distances(slice(first, first + len(room)), room)):
            larger(row, room[i], joint)


def measured(*works: Callable[[], object]) -> list[float]:
    """Processor seconds of this thread for each, in turn: medians of some turns after a first."""
    for work in works:
        work()
    turns = [[seconds(work) for work in works] for _ in range(REPEATS)]
    return [statistics.median(each) for each in zip(*turns, strict=True)]


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of this thread for one turn."""
    start = time.thread_time()
    work()
    return time.thread_time() - start


def line(name: str, what: str, measured_seconds: float, floor: float) -> str:
    """One row of the report."""
    ratio = f"{measured_seconds / floor:5.1f} x floor"
    return f"{name + ', ' + what:<34}{measured_seconds * 1e3:8.1f} ms {ratio}"


if __name__ == "__main__":
    sys.exit(main())
