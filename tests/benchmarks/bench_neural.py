"""A training step of each critic against the matrix products that it cannot do without.

Run ``python tests/benchmarks/bench_neural.py`` from the repository root. The floor of a step is its
largest layer, forward and twice backward, as bare matrix products in the same process; the two take
turns, so that a busy machine slows both. One thread.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is loaded

import statistics
import sys
import time
from collections.abc import Callable

import torch

from glow.estimators import MINE, InfoNCE, Neural
from glow.estimators._neural.critics import CRITICS

BATCH, HIDDEN, WIDTH = 256, 256, 5
ROWS = {"joint": 3 * BATCH, "separable": 2 * BATCH}  # own partner and two strangers; two networks
WANTED_RATIO = 3.5
REPEATS, STEPS = 9, 10


def step_of(estimator: Neural) -> Callable[[], object]:
    """The scores of a batch, the objective and its gradient."""
    kind = CRITICS[estimator.critic]
    critic = kind(WIDTH, WIDTH, estimator.hidden, every_pair=estimator.every_pair)
    generator = torch.Generator().manual_seed(0)
    weights = critic.initial(generator).requires_grad_()
    x, y = (torch.randn(BATCH, WIDTH, generator=generator) for _ in range(2))
    objective = estimator.objective()
    return lambda: torch.autograd.grad(objective(critic.scores(weights, x, y)), weights)


def floor_of(rows: int) -> Callable[[], object]:
    """Three products of the size of the hidden layer."""
    values, matrix = torch.randn(rows, HIDDEN), torch.randn(HIDDEN, HIDDEN)
    return lambda: [values @ matrix for _ in range(3)]


def seconds(work: Callable[[], object]) -> float:
    """Time of one call, the mean of a few."""
    start = time.perf_counter()
    for _ in range(STEPS):
        work()
    return (time.perf_counter() - start) / STEPS


def ratio(estimator: Neural) -> float:
    """How many times longer than its floor a step takes, the median of repeats in turns."""
    step, floor = step_of(estimator), floor_of(ROWS[estimator.critic])
    step(), floor()  # the first calls set up
    return statistics.median(seconds(step) / seconds(floor) for _ in range(REPEATS))


def main() -> int:
    """Measures, prints and says by its exit status whether the limit is met."""
    torch.set_num_threads(1)
    ratios = {f"{e.label}, {e.critic} critic": ratio(e) for e in (MINE(), InfoNCE())}
    for name, found in ratios.items():
        sys.stdout.write(f"{name:<30}{found:6.2f}x its floor, wanted below {WANTED_RATIO:g}\n")
    return 0 if max(ratios.values()) < WANTED_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
