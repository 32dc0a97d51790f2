"""MNIST without back-propagation, by the HSIC bottleneck.

The claim of Ma, Lewis and Kleijn (2020) and the authors' code: a network of 5 layers of 1024 units
and a last one of 10, every layer trained alone on nHSIC(Z, X) - 200 nHSIC(Z, Y), answers 96.1 % of
the test images after one epoch and 96.9 % after five, its last layer read through a permutation of
its units. Prints the accuracy after each epoch.

The authors' code makes a new optimizer for every step, so that its momentum of 0.9 never builds up;
hence none by default here. With ``--momentum 0.9``, which does, the network learns faster.

Differs from it: all layers are updated after one run of the network, which theirs runs again before
each; there is no weight decay (theirs 0.001); Glorot's first weights.

Run it by ``python tests/reproduction/hsic_bottleneck.py FOLDER``, with the folder of MNIST's four
files, or without it as `glow.datasets.mnist` finds them. Its exit status says whether the claim
holds.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from glow.callbacks import LambdaCallback
from glow.datasets import mnist
from glow.layers import Activation, BatchNormalization, Dense
from glow.models import HSICSequential
from glow.optimizers import SGD

CLAIM = {1: 0.961, 5: 0.969}
TOLERANCE = 0.007
MEAN, DEVIATION = 0.1307, 0.3081  # of the training images, as the authors scale them


def scaled(images: np.ndarray) -> np.ndarray:
    """Returns images (N, 784) of mean 0 and deviation 1."""
    return ((images.reshape(len(images), -1) / 255 - MEAN) / DEVIATION).astype(np.float32)


def block(units: int) -> list[Dense | BatchNormalization | Activation]:
    """Returns a linear map, its normalisation without weights, and ReLU."""
    normalisation = BatchNormalization(center=False, scale=False, momentum=0.9, epsilon=1e-5)
    return [Dense(units), normalisation, Activation("relu")]


def build(seed: int, momentum: float) -> HSICSequential:
    """Returns the untrained network of the claim, compiled."""
    layers = [layer for width in [1024] * 5 + [10] for layer in block(width)]
    model = HSICSequential(layers, (784,), seed, sigma=6.0, lambda_=200.0)
    model.compile(SGD(learning_rate=1e-3, momentum=momentum), metrics=["accuracy"])
    return model


def main() -> int:
    """Trains, prints and says by its exit status whether the claim holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--momentum", type=float, default=0.0)
    options = parser.parse_args()
    (x_train, y_train), (x_test, y_test) = mnist.load_data(options.folder)
    model, found, start = build(options.seed, options.momentum), {}, time.perf_counter()

    def report(epoch: int, logs: dict[str, float]) -> None:
        found[epoch + 1] = logs["val_accuracy"]
        seconds = time.perf_counter() - start
        last = ", ".join(f"{n} {logs[f'dense_5_{n}']:.2f}" for n in ("nhsic_x", "nhsic_y"))
        print(
            f"epoch {epoch + 1}: test {logs['val_accuracy']:.2%}, train {logs['accuracy']:.2%}, "
            f"last layer {last}, {seconds:.0f} s",
            flush=True,
        )

    model.fit(
        scaled(x_train),
        y_train,
        batch_size=256,
        epochs=options.epochs,
        validation_data=(scaled(x_test), y_test),
        callbacks=[LambdaCallback(on_epoch_end=report)],
        verbose=0,
        display=None,
    )
    return int(any(abs(found[e] - claim) > TOLERANCE for e, claim in CLAIM.items() if e in found))


if __name__ == "__main__":
    sys.exit(main())
