"""The counting estimators against floors and loops measured in the same process, on one core.

Run ``python tests/benchmarks/bench_cells.py`` from the repository root. Sides take turns and the
median ratio of their processor seconds counts, so that a busy machine slows both.

* `Binned.curve` over its slider grid against one `coordinates` call for each value, and against
  NumPy's digitize and unique, for a layer of the 12-bit problem.
* `EDGE` per shift against one `Binned` point of the same layer, its width by each rule:
  the layer's neighbours, its range or that of the recording.
* `SamplePropagation` against its floor, the exponentials alone: ``np.exp`` of 1000 x 4096 float32.
* `Binned` on 10,000 x 1024 ReLU activations against their floor: one pass in NumPy that turns each
  activation into its cell and each sample into one number, ``floor(t / step) @ weights``. It can
  keep neither the borders nor the symbols exact.
* What a `Binned` point of that layer and an `EDGE` point hold at their peak, beside their input.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before NumPy wakes its threads

import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from glow.datasets import szt
from glow.estimators import EDGE, Binned, Context, Estimator, SamplePropagation

Floats = npt.NDArray[np.float32]
_MEBI = 2**20


@dataclass(frozen=True)
class Result:
    """A measured figure and the limit it should stay below."""

    name: str
    value: float
    limit: float
    unit: str

    @property
    def passed(self) -> bool:
        """Whether it does."""
        return self.value <= self.limit

    def __str__(self) -> str:
        verdict = "ok" if self.passed else "MISSED"
        return f"{self.name:<58}{self.value:9.3g} {self.unit}, wanted <= {self.limit:g}: {verdict}"


def ratio(work: Callable[[], object], floor: Callable[[], object], repeats: int = 9) -> float:
    """The median ratio of the seconds of two pieces of work that take turns."""
    work(), floor()  # compiling is not counted
    return statistics.median(seconds(work) / seconds(floor) for _ in range(repeats))


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of one call: all here use one core, and others may use it in between."""
    start = time.process_time()
    work()
    return time.process_time() - start


def peak(work: Callable[[], object]) -> float:
    """The most MiB that one call holds at once."""
    work()  # what is kept for a plane does not count
    tracemalloc.start()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / _MEBI


def curves(t: Floats, context: Context) -> list[Result]:
    """Whole slider grids against a call for each value and against plain NumPy."""
    results = [against_loop(estimator, t, context) for estimator in (Binned(), Binned(width=0.07))]
    grid = Binned().sliders[0].grid()

    def curve() -> object:
        return Binned().curve(t, context, "bins", grid)

    plain = ratio(curve, lambda: [numpy_point(t, bins) for bins in grid], repeats=3)
    return [*results, Result("Binned curve over bins / digitize and unique", plain, 0.1, "x")]


def against_loop(estimator: Binned, t: Floats, context: Context) -> Result:
    """One call for all values of the slider against one call for each."""
    moved = estimator.sliders[0]
    grid = moved.grid()
    found = ratio(
        lambda: estimator.curve(t, context, moved.name, grid),
        lambda: Estimator.curve(estimator, t, context, moved.name, grid),
        repeats=31,
    )
    return Result(f"Binned curve over {len(grid)} {moved.name} / loop over them", found, 1.0, "x")


def numpy_point(t: Floats, bins: int) -> float:
    """H(T) of ``bins`` cells on [-1, 1], in bits."""
    cells = np.digitize(t, np.linspace(-1, 1, bins + 1)[1:-1])
    _, counts = np.unique(cells, axis=0, return_counts=True)
    share = counts / counts.sum()
    return float(-(share * np.log2(share)).sum())


def shifts(edge: EDGE, t: Floats, context: Context) -> Result:
    """One shift of EDGE, widths and projection included, against one point of Binned."""
    binned = Binned()
    context = context.for_layer(layer_range=(float(t.min()), float(t.max())))

    def all_shifts() -> object:
        return edge.coordinates(t, context)

    found = ratio(all_shifts, lambda: binned.coordinates(t, context)) / edge.shifts
    return Result(f"{edge.label} per shift / Binned, {t.shape[1]} units", found, 10.0, "x")


def draws(t: Floats, context: Context) -> Result:
    """1000 draws against 4096 samples, and the exponentials alone."""
    estimator = SamplePropagation(samples=1000)
    exponents = -np.random.default_rng(0).random((1000, len(t)), dtype=np.float32)

    def floor() -> object:
        return np.exp(exponents)

    found = ratio(lambda: estimator.coordinates(t, context), floor)
    return Result(f"SamplePropagation, {t.shape[1]} units, / exponentials", found, 8.0, "x")


def wide() -> list[Result]:
    """The wide workload against one floor-and-hash pass, and its memory."""
    rng = np.random.default_rng(0)
    t = np.maximum(rng.standard_normal((10_000, 1024), dtype=np.float32), 0)
    high = float(t.max())
    context = Context(rng.normal(size=(10_000, 2)), np.arange(10_000) % 10)
    context = context.for_layer(recording_range=(0.0, high))
    step, weights = np.float32(30 / high), rng.normal(size=1024).astype(np.float32)
    size = t.nbytes / _MEBI

    def point() -> object:
        return Binned().coordinates(t, context)

    found = ratio(point, lambda: np.floor(t * step) @ weights)
    edge = peak(lambda: EDGE().coordinates(t, context))
    return [
        Result("Binned, 10,000 x 1024, / floor-and-hash pass", found, 2.0, "x"),
        Result(f"Binned point of those {size:.0f} MiB holds", peak(point), 8.0, "MiB"),
        Result(f"EDGE point of those {size:.0f} MiB holds", edge, 128.0, "MiB"),
    ]


def main() -> int:
    """Measures, prints and says by its exit status whether the limits are met."""
    x, y = szt.patterns()
    rng = np.random.default_rng(0)
    context = Context(x, y, recording_range=(-1.0, 1.0))
    layers = [np.tanh((2 * x - 1) @ rng.normal(size=(12, d)) / 2) for d in (3, 10)]
    layers = [t.astype(np.float32) for t in layers]
    rules = [EDGE(), EDGE(range="layer"), EDGE(range="global")]
    results = curves(layers[1], context)
    results += [shifts(edge, t, context) for edge in rules for t in layers]
    results += [*(draws(t, context) for t in layers), *wide()]
    sys.stdout.write("\n".join(str(result) for result in results) + "\n")
    return 0 if all(result.passed for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
