"""What ``fit`` costs beside a plain PyTorch loop that does the same, and what Ensemble saves.

    python tests/benchmarks/bench_fit.py

The network is the 12-bit one (12-10-7-5-4-3-2, tanh, Adam 4e-4, batch 512, a fifth held back). All
legs run in turn in short blocks within one process, so that a busy neighbour slows all of them. A
ratio is the median over the ratios of neighbouring blocks; its quartiles show the spread.
"""

from __future__ import annotations

import contextlib
import io
import statistics
import tempfile
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from glow.callbacks import Callback, Progress, Record
from glow.datasets import szt
from glow.dynamics import LivePlane
from glow.estimators import Binned
from glow.layers import Dense
from glow.models import Ensemble, Sequential
from glow.optimizers import Adam

WIDTHS = (10, 7, 5, 4, 3)
BATCH, RATE, SPLIT = 512, 4e-4, 0.2
# The default schedule records at most 300 of 8000 epochs: on average every 27th.
EPOCHS_PER_SNAPSHOT = 27

Leg = Callable[[int], None]


def plain_loop(
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    train: tuple[Tensor, Tensor],
    validation: tuple[Tensor, Tensor],
    epochs: int,
) -> list[list[float]]:
    """The twin of ``fit``: the same tensors, batches, optimizer, sums and validation, by hand."""
    x, y = train
    history = []
    for _ in range(epochs):
        sums = torch.zeros(4, dtype=torch.float64)
        loss_sum, correct, val_loss_sum, val_correct = sums
        network.train()
        order = torch.randperm(len(x))
        for start in range(0, len(x), BATCH):
            rows = order[start : start + BATCH]
            batch_x, batch_y = x[rows], y[rows]
            output = network(batch_x)
            loss = functional.cross_entropy(output, batch_y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss_sum += loss.detach() * len(rows)
            correct += (output.detach().argmax(-1) == batch_y).sum()
        network.eval()
        with torch.no_grad():
            for start in range(0, len(validation[0]), BATCH):
                batch_x, batch_y = (part[start : start + BATCH] for part in validation)
                output = network(batch_x)
                val_loss_sum += functional.cross_entropy(output, batch_y) * len(batch_y)
                val_correct += (output.argmax(-1) == batch_y).sum()
        counts = torch.tensor([len(x), len(x), len(validation[0]), len(validation[0])])
        history.append((sums / counts).tolist())
    return history


def plain_leg() -> Leg:
    """A plain torch network in a plain loop."""
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    width = 12
    for units in WIDTHS:
        layers += [nn.Linear(width, units), nn.Tanh()]
        width = units
    network = nn.Sequential(*layers, nn.Linear(width, 2))
    optimizer = torch.optim.Adam(network.parameters(), lr=RATE, fused=True)
    x, y = (torch.from_numpy(part) for part in szt.patterns())
    order = torch.randperm(len(x))
    cut = int(len(x) * (1 - SPLIT))
    train, validation = (x[order[:cut]], y[order[:cut]]), (x[order[cut:]], y[order[cut:]])
    return lambda epochs: _ignore(plain_loop(network, optimizer, train, validation, epochs))


def network(seed: int, activation: str = "tanh") -> Sequential:
    """The 12-bit network."""
    layers = [Dense(units, activation=activation) for units in WIDTHS]
    return Sequential([*layers, Dense(2)], input_shape=(12,), seed=seed)


def silent_leg(model: Sequential | Ensemble) -> Leg:
    """``fit`` that shows and records nothing."""
    return _fit_leg(model, lambda: [])


class LiveBinned(Callback):
    """The live plane as a display keeps it: four times a second, for a twentieth of the time."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._plane: LivePlane | None = None
        self._due = 0.0

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        """Estimate the snapshots that are new."""
        began = time.perf_counter()
        if began < self._due:
            return
        if self._plane is None:
            self._plane = LivePlane(self._record.recording, Binned(range="global"))
        self._plane.update(0.1)
        done = time.perf_counter()
        self._due = done + max(0.25, 20 * (done - began))


def live_leg() -> Leg:
    """``fit`` with progress, recording and a live binned plane."""
    record = Record(
        path=tempfile.mkdtemp(prefix="bench-"), schedule=range(0, 10**6, EPOCHS_PER_SNAPSHOT)
    )
    callbacks = [record, LiveBinned(record), Progress()]
    run = _fit_leg(network(0), lambda: callbacks)

    def leg(epochs: int) -> None:
        with contextlib.redirect_stderr(io.StringIO()):
            run(epochs)

    return leg


def _fit_leg(model: Sequential | Ensemble, callbacks: Callable[[], list[Callback]]) -> Leg:
    x, y = szt.patterns()
    model.compile(Adam(learning_rate=RATE), loss="cross_entropy", metrics=["accuracy"])
    return lambda epochs: _ignore(
        model.fit(
            x,
            y,
            batch_size=BATCH,
            epochs=epochs,
            validation_split=SPLIT,
            callbacks=callbacks(),
            verbose=0,
        )
    )


def interleave(legs: dict[str, Leg], blocks: int, epochs: int) -> dict[str, list[float]]:
    """Return the seconds of every block of each leg; the legs take turns."""
    times: dict[str, list[float]] = {name: [] for name in legs}
    for leg in legs.values():
        leg(2)  # compiles and allocates
    for _ in range(blocks):
        for name, leg in legs.items():
            began = time.perf_counter()
            leg(epochs)
            times[name].append(time.perf_counter() - began)
    return times


def compare(times: dict[str, list[float]], base: str, other: str) -> dict[str, float]:
    """Return the median and the quartiles of the ratios of neighbouring blocks."""
    ratios = [b / a for a, b in zip(times[base], times[other], strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return {"ratio": middle, "low": low, "high": high}


def measure(blocks: int = 15, epochs: int = 54) -> dict[str, dict[str, float]]:
    """Run all legs on one thread, which suits networks this small.

    Returns:
        ``silent``, ``live``: time of ``fit`` over that of the plain loop. ``ensemble``: time of 8
        fits one after the other over that of Ensemble(8).
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        fits = {
            "plain": plain_leg(),
            "silent": silent_leg(network(0)),
            "live": live_leg(),
        }
        times = interleave(fits, blocks, epochs)
        eight = [silent_leg(network(seed)) for seed in range(8)]
        groups: dict[str, Leg] = {
            "ensemble": silent_leg(Ensemble(network, n=8)),
            "eight": lambda epochs: _ignore([leg(epochs) for leg in eight]),
        }
        grouped = interleave(groups, max(blocks // 3, 2), max(epochs // 6, 2))
    finally:
        torch.set_num_threads(threads)
    return {
        "silent": compare(times, "plain", "silent"),
        "live": compare(times, "plain", "live"),
        "ensemble": compare(grouped, "ensemble", "eight"),
    }


def _ignore(result: object) -> None:
    """Drop a result, so that every leg returns None."""


_WANTED = {
    "silent": "silent fit / plain loop, at most 1.05",
    "live": "fit with progress, recording and live plane / plain loop, at most 1.15",
    "ensemble": "8 fits one after the other / Ensemble(8)",
}


if __name__ == "__main__":
    for leg, found in measure().items():
        spread = f"quartiles {found['low']:.3f} to {found['high']:.3f}"
        print(f"{found['ratio']:.3f}  {_WANTED[leg]} ({spread})")
