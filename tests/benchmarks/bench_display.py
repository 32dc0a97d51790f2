"""What the display of a training costs beside a silent ``fit`` (AC-04: at most 5 %).

    python tests/benchmarks/bench_display.py [PAIRS] [SECONDS]

All legs run in turn in one real Jupyter kernel, whose messages this process reads as a notebook
server would; no browser shares the cores. The network is the 12-bit one (12-10-7-5-4-3-2,
tanh, Adam 4e-4, batch 512, a fifth held back), and a leg trains it for so many epochs as take
SECONDS (10) in silence. A ratio is the median over PAIRS (5) neighbouring legs, of wall time and of
the processor time of all threads of the kernel. On a machine that others use too the ratios spread;
less so what is accounted: the processor time of the display's own hooks, beside that of the silent
leg. It is then an upper bound, for the display is updated by the wall's clock.
"""

from __future__ import annotations

import json
import statistics
import sys
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

Leg = dict[str, float]

LEGS = """
import json, time, torch
from glow.callbacks import Record
from glow.datasets import szt
from glow.layers import Dense
from glow.models import Sequential
from glow.optimizers import Adam
from glow_widgets import TrainingDisplay

torch.set_num_threads(1)
x, y = szt.patterns()
hooks = 0.0

def counted(hook):
    def count(*args, **kwargs):
        global hooks
        began = time.thread_time()
        try:
            return hook(*args, **kwargs)
        finally:
            hooks += time.thread_time() - began
    return count

for name in ("on_train_begin", "on_train_batch_end", "on_epoch_end", "on_train_end"):
    setattr(TrainingDisplay, name, counted(getattr(TrainingDisplay, name)))

def leg(epochs, shown, recorded=False):
    global hooks
    layers = [Dense(units, activation="tanh") for units in (10, 7, 5, 4, 3)]
    model = Sequential([*layers, Dense(2)], input_shape=(12,), seed=0)
    model.compile(Adam(learning_rate=4e-4), loss="cross_entropy", metrics=["accuracy"])
    hooks, wall, processor = 0.0, time.perf_counter(), time.process_time()
    model.fit(
        x, y, batch_size=512, epochs=epochs, validation_split=0.2,
        callbacks=[Record(schedule=range(0, 10**6, 27))] if recorded else [],
        verbose="auto" if shown else 0,
    )
    return {
        "wall": time.perf_counter() - wall,
        "processor": time.process_time() - processor,
        "hooks": hooks,
    }
"""


class Kernel:
    """A real Jupyter kernel; this process reads all that it publishes."""

    def __enter__(self) -> Kernel:
        self._manager, client = start_new_kernel()
        self._client: BlockingKernelClient = client
        self._run(LEGS)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def leg(self, epochs: int, *, shown: bool, recorded: bool = False) -> Leg:
        """Train in the kernel; seconds of wall, of processor, and of the hooks."""
        return dict(json.loads(self._run(f"print(json.dumps(leg({epochs}, {shown}, {recorded})))")))

    def _run(self, code: str) -> str:
        printed: list[str] = []

        def read(message: dict[str, Any]) -> None:
            if message["msg_type"] == "error":
                raise RuntimeError("\n".join(message["content"]["traceback"]))
            if message["msg_type"] == "stream":
                printed.append(message["content"]["text"])

        self._client.execute_interactive(code, output_hook=read, timeout=1200)
        return "".join(printed)


def measure(kernel: Kernel, pairs: int, seconds: float) -> None:
    """Report silent and shown legs in turn, without and with recording and the live plane."""
    kernel.leg(50, shown=False)
    first = kernel.leg(50, shown=True)
    epochs = round(200 * seconds / kernel.leg(200, shown=False)["processor"])
    print(f"{epochs} epochs a leg; {1000 * first['hooks']:.0f} ms in the hooks of a first display")
    for what in ("progress", "progress and live plane"):
        recorded = what != "progress"
        kernel.leg(200, shown=True, recorded=recorded)  # loads bqplot, compiles
        legs = []
        for _ in range(pairs):
            silent = kernel.leg(epochs, shown=False, recorded=recorded)
            legs.append((silent, kernel.leg(epochs, shown=True, recorded=recorded)))
        report(what, legs)


def report(what: str, legs: list[tuple[Leg, Leg]]) -> None:
    """Print the ratios of neighbouring legs."""
    for clock in ("wall", "processor"):
        ratios = sorted(shown[clock] / silent[clock] for silent, shown in legs)
        spread = ", ".join(f"{ratio:.3f}" for ratio in ratios)
        print(f"{statistics.median(ratios):.3f}  {what}: shown / silent, {clock} ({spread})")
    shares = [shown["hooks"] / silent["processor"] for silent, shown in legs]
    print(f"{1 + statistics.median(shares):.3f}  {what}: accounted, by its hooks", flush=True)


if __name__ == "__main__":
    numbers = [float(argument) for argument in sys.argv[1:]] or [5, 10.0]
    with Kernel() as kernel:
        measure(kernel, int(numbers[0]), numbers[1])
