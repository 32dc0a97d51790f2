"""Kernel estimators against floors of arithmetic, on one core.

Run ``python tests/benchmarks/bench_kernels.py`` from the repository root. The floor of a layer of N
samples is N x N exponentials in place (``torch.exp_``, float32), of a wide one that and the matrix
product of its samples with themselves. Floors and estimates take turns and are measured in
processor time, so that a busy machine slows both. Ratios are medians over layers and repeats.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import math
import resource
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from scipy.interpolate import CubicSpline

from glow.datasets import szt
from glow.estimators import CKA, HSIC, KDE, Context, Estimator, Renyi, memory_ceiling

WIDTHS = (10, 7, 5, 4, 3, 2)
REPEATS = 3
WIDE = 10_000, 1024
WANTED_SINGLE, WANTED_WIDE = 2.0, 2.0
NODES, WANTED_CURVE = 60, 6.0

Floats = npt.NDArray[np.float32]


def layers(x: Floats) -> list[Floats]:
    """Tanh layers, nearly linear and saturated, and ReLU layers of the 12-bit problem."""
    rng = np.random.default_rng(0)
    found = []
    for gain, act in ((0.7, np.tanh), (6.0, np.tanh), (2.0, lambda a: np.maximum(a, 0))):
        t = 2 * x - 1
        for width in WIDTHS:
            t = act(gain * (t @ rng.normal(size=(t.shape[1], width))) / np.sqrt(t.shape[1]))
            found.append(t.astype(np.float32))
    return found


def seconds(work: Callable[[], object]) -> float:
    """Processor time of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def floor(n: int, d: int = 0) -> float:
    """Processor time of N x N exponentials, and of the matrix product of a wide layer."""
    block = -10 * torch.rand(min(n, 4096), n)
    spent, rows = 0.0, 0
    wide = torch.rand(n, d)
    while rows < n:
        part = block[: min(len(block), n - rows)].clone()
        spent += seconds(part.exp_)
        if d:
            some = wide[rows : rows + len(part)]
            spent += seconds(lambda some=some: some @ wide.T)
        rows += len(part)
    return spent


def ratios(work: Callable[[Floats], object], found: list[Floats]) -> list[float]:
    """How many floors each layer took, every repeat."""
    work(found[0])  # compiles, and prepares what is fixed
    return [seconds(lambda t=t: work(t)) / floor(len(t)) for _ in range(REPEATS) for t in found]


def curve_ratios(
    estimator: Estimator, nodes: int, context: Context, found: list[Floats]
) -> list[float]:
    """How many exact estimates of one bandwidth a curve of so many nodes around it takes."""
    name, grid = estimator.sliders[0].name, estimator.sliders[0].grid()
    own = int(np.abs(np.log(grid) - np.log(getattr(estimator, name))).argmin())
    first = min(max(own - nodes // 2, 0), len(grid) - nodes)
    grid = grid[first : first + nodes]
    estimator.curve(found[0], context, name, grid)
    return [
        seconds(lambda t=t: estimator.curve(t, context, name, grid))
        / seconds(lambda t=t: estimator.coordinates(t, context))
        for _ in range(REPEATS)
        for t in found
    ]


def line(name: str, values: list[float], wanted: float) -> bool:
    """Prints a row and says whether the median is within the limit."""
    middle = statistics.median(values)
    sys.stdout.write(
        f"{name:<52}{middle:6.2f} ({min(values):.2f} to {max(values):.2f}), wanted {wanted:g}\n"
    )
    sys.stdout.flush()
    return middle <= wanted


def narrow() -> list[bool]:
    """The 12-bit problem: one bandwidth against the floor, curves against one bandwidth."""
    x, y = szt.patterns()
    context, found = Context(x, y), layers(x)
    estimators: dict[str, Estimator] = {
        "KDE": KDE(variance=0.1),
        "HSIC": HSIC(sigma=1.0),
        "CKA": CKA(sigma=1.0),
        "Renyi": Renyi(sigma=1.0),
    }
    passed = [
        line(
            f"{name}, 4096 x 10..2, both coordinates / floor",
            ratios(lambda t, e=estimator: e.coordinates(t, context), found),
            WANTED_SINGLE,
        )
        for name, estimator in estimators.items()
    ]
    for name, estimator in estimators.items():
        for nodes in (NODES, len(estimator.sliders[0].grid())):
            values = curve_ratios(estimator, nodes, context, found[::3])
            wanted = WANTED_CURVE * nodes / NODES
            passed.append(line(f"{name}, curve of {nodes} nodes / one bandwidth", values, wanted))
    return passed


def splines() -> list[bool]:
    """How far the spline between KDE's nodes is from the estimate, in nats, by kinds of layers."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2048, 64)).astype(np.float32)
    wide = x @ rng.normal(size=(64, 1024)).astype(np.float32) / 8
    patterns, y = szt.patterns()
    kinds = {
        "12-bit problem": [(t, y) for t in layers(patterns)[::3]],
        "ReLU, 1024 units": [(np.maximum(wide, 0), rng.integers(0, 10, len(x)))],
        "tanh, 1024 units": [(np.tanh(wide), rng.integers(0, 10, len(x)))],
    }
    passed = []
    for kind, found in kinds.items():
        worst = max(spline_miss(t, Context(t, labels)) for t, labels in found)
        passed.append(line(f"KDE, spline's error / 1e-3 nats, {kind}", [worst / 1e-3], 1.0))
    return passed


def spline_miss(t: Floats, context: Context) -> float:
    """The largest miss of the natural spline in both coordinates, halfway between nodes."""
    nodes = KDE.parameters[0].grid()
    between = nodes[:-1] * (nodes[1] / nodes[0]) ** 0.5
    kept = np.column_stack(KDE().curve(t, context, "variance", nodes))
    exact = np.column_stack(KDE().curve(t, context, "variance", between))
    spline = CubicSpline(np.log2(nodes), kept, bc_type="natural")
    return float(np.abs(spline(np.log2(between)) - exact).max()) * math.log(2)


def wide() -> list[bool]:
    """A wide ReLU layer: both coordinates against the floor, and the memory they take."""
    n, d = WIDE
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 64)).astype(np.float32)
    t = np.maximum(x @ rng.normal(size=(64, d)) / 8, 0).astype(np.float32)
    context = Context(x, rng.integers(0, 10, n))
    estimators = KDE(variance=10.0), HSIC(), CKA(), HSIC(kernel="linear")
    # memory before the floor, whose own would hide theirs
    measured = [(e, _growth(e, t, context), _spent(e, t, context)) for e in estimators]
    least = statistics.median(floor(n, d) for _ in range(2))
    passed = []
    for estimator, grown, spent in measured:
        passed.append(line(f"{estimator.label}, {n} x {d} / floor", [spent / least], WANTED_WIDE))
        passed.append(line("  growth of peak memory / ceiling", [grown / memory_ceiling()], 1.0))
    return passed


def _growth(estimator: Estimator, t: Floats, context: Context) -> int:
    """Bytes by which the peak of resident memory grows, the preparation of X included."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    estimator.coordinates(t, context)
    return 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)


def _spent(estimator: Estimator, t: Floats, context: Context) -> float:
    return seconds(lambda: estimator.coordinates(t, context))


def main() -> int:
    """Measures, prints and says by its exit status whether the limits are met."""
    torch.set_num_threads(1)
    return 0 if all([*wide(), *narrow(), *splines()]) else 1


if __name__ == "__main__":
    sys.exit(main())
