"""What `Ensemble` saves beside fits one after the other, for the 12-bit network.

    python tests/benchmarks/bench_ensemble.py [runs]

12-10-7-5-4-3-2, tanh, Adam 4e-4, batch 512, a fifth held back, all threads that PyTorch has. A
single fit and the ensemble take turns in short blocks within one process, so that a busy neighbour
slows both; the single fits go on with one network after the other. A ratio is the median over the
ratios of neighbouring blocks.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

from glow.datasets import szt
from glow.layers import Dense
from glow.models import Ensemble, Sequential
from glow.optimizers import Adam

RUNS, PAPER_EPOCHS = 50, 8000


def network(seed: int) -> Sequential:
    """The 12-bit network."""
    hidden = [Dense(units, activation="tanh") for units in (10, 7, 5, 4, 3)]
    return Sequential([*hidden, Dense(2)], input_shape=(12,), seed=seed)


def fitting(model: Sequential | Ensemble) -> Callable[[int], float]:
    """Return what trains for some epochs and returns the seconds of one."""
    x, y = szt.patterns()
    model.compile(Adam(learning_rate=4e-4), loss="cross_entropy", metrics=["accuracy"])

    def run(epochs: int) -> float:
        began = time.perf_counter()
        model.fit(x, y, 512, epochs, verbose=0, validation_split=0.2)
        return (time.perf_counter() - began) / epochs

    return run


def measure(runs: int = RUNS, blocks: int = 15, epochs: int = 12) -> dict[str, float]:
    """Compare an ensemble with as many single fits.

    Returns:
        ``first``: seconds of the first epoch, with what is compiled or loaded for it. ``epoch``:
        of a later one, the median. ``ratio``: time of single fits over that of the ensemble, with
        the quartiles ``low`` and ``high``.
    """
    together = fitting(Ensemble(network, n=runs))
    alone = [fitting(network(seed)) for seed in range(blocks)]
    first = together(1)
    for single in alone:
        single(1)
    # As much time for one kind as for the other, roughly.
    pairs = [(together(epochs), single(4 * epochs)) for single in alone]
    low, ratio, high = statistics.quantiles((runs * one / all_ for all_, one in pairs), n=4)
    epoch = statistics.median(all_ for all_, _ in pairs)
    return {"first": first, "epoch": epoch, "ratio": ratio, "low": low, "high": high}


if __name__ == "__main__":
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    found = measure(runs)
    spread = f"quartiles {found['low']:.1f} to {found['high']:.1f}"
    print(f"{found['ratio']:.1f}  {runs} fits one after the other / Ensemble({runs}) ({spread})")
    print(
        f"{found['epoch'] * PAPER_EPOCHS:.0f}  seconds for {runs} networks x {PAPER_EPOCHS} epochs"
    )
    print(f"{found['first']:.1f}  seconds of the first epoch")
