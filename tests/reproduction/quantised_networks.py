"""Networks that compute with 8-bit activations, whose information is exact.

The claim of Lorenzen, Igel and Nielsen (2022): the output layer compresses whatever the activation,
the last hidden layer of tanh networks too, hidden layers of ReLU networks little or not at all.
Prints the bits that each layer loses from its peak to the last epoch, mean and standard deviation
over 8 seeds of each kind, and in how many of them more than half a bit.

Differs from the paper: activations alone are quantised, between the ends of each batch (the paper's
code also quantises the weights of ReLU layers), and the output's probabilities by the estimator.

Run it by ``python tests/reproduction/quantised_networks.py``; 8000 epochs of a kind take about 8
minutes on a core.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from glow.callbacks import Record
from glow.datasets import szt
from glow.dynamics import Recording, compression, plane
from glow.estimators import Quantised
from glow.layers import Dense, Quantise
from glow.models import Ensemble, Sequential
from glow.optimizers import Adam

KINDS = {"tanh": "tanh", "ReLU": "relu"}
BITS = 8
SNAPSHOTS = 30


def build(activation: str, seed: int) -> Sequential:
    """Returns one untrained network: 12-10-7-5-4-3-2, every hidden layer quantised."""
    pairs = [(Dense(units, activation), Quantise(BITS)) for units in (10, 7, 5, 4, 3)]
    hidden = [layer for pair in pairs for layer in pair]
    return Sequential([*hidden, Dense(2, name="output")], input_shape=(12,), seed=seed)


def train(kind: str, folder: Path, runs: int, epochs: int) -> Recording:
    """Trains networks of one kind, in random order with the paper's settings, and records them."""
    order = np.random.default_rng(0).permutation(4096)
    x, y = (part[order] for part in szt.patterns())
    model = Ensemble(lambda seed: build(KINDS[kind], seed), n=runs)
    model.compile(optimizer=Adam(learning_rate=1e-4), loss="cross_entropy")
    model.fit(
        x,
        y,
        batch_size=256,
        epochs=epochs,
        validation_split=0.2,
        verbose=0,
        display=None,
        callbacks=[Record(path=folder)],
    )
    return Recording.open(folder)


def lost(recording: Recording) -> dict[str, np.ndarray]:
    """Returns by layer the bits that each run loses from its peak to the last epoch."""
    places = np.linspace(0, len(recording.epochs) - 1, SNAPSHOTS).round().astype(int)
    epochs = [recording.epochs[i] for i in np.unique(places)]
    found = compression(plane(recording, Quantised(bits=BITS), epochs=epochs, diagnostics=False))
    return {str(name): found.sel(layer=name).values for name in found["layer"].values}


def main() -> None:
    """Trains both kinds and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=8000)
    parser.add_argument("--runs", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            recording = train(kind, Path(folder) / kind, options.runs, options.epochs)
            for layer, bits in lost(recording).items():
                spread = f"{bits.mean():5.2f} +- {bits.std(ddof=1):.2f}"
                print(f"{kind:<6}{layer:<10}{spread}, above 0.5 in {(bits > 0.5).sum()} seeds")


if __name__ == "__main__":
    main()
