"""A usual convolutional network on MNIST, written as with Keras, and on the small digits.

The claim, of every beginner's guide: a few epochs answer 99 % of MNIST's test images. Prints the
accuracy after each epoch; the exit status says whether the claim holds.

Run it by ``python tests/reproduction/mnist_cnn.py``, with the environment variable
``GLOW_DATA_DIR`` set to a folder with MNIST's files, unless they may be downloaded. With
``--dataset digits`` nothing is read but what comes with the library.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from glow.datasets import digits, mnist
from glow.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from glow.models import Sequential


@dataclass(frozen=True)
class Setting:
    """How a data set is learned, and what is claimed of it."""

    module: ModuleType
    ink: int  # the largest value of a pixel
    epochs: int
    batch_size: int
    claim: float


SETTINGS = {
    "mnist": Setting(mnist, ink=255, epochs=5, batch_size=128, claim=0.99),
    "digits": Setting(digits, ink=16, epochs=8, batch_size=32, claim=0.95),
}


def network(seed: int) -> Sequential:
    """Returns the compiled network: two convolutions, each pooled, and a hidden layer."""
    model = Sequential(
        [
            Conv2D(32, 3, padding="same", activation="relu"),
            MaxPooling2D(2),
            Conv2D(64, 3, padding="same", activation="relu"),
            MaxPooling2D(2),
            Flatten(),
            Dropout(0.25),
            Dense(128, activation="relu"),
            Dropout(0.5),
            Dense(10, activation="softmax"),
        ],
        seed=seed,
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def accuracies(setting: Setting, epochs: int, seed: int = 0, verbose: int = 0) -> list[float]:
    """Returns the share of test images answered rightly after each epoch."""
    (x_train, y_train), (x_test, y_test) = setting.module.load_data()
    # one channel; values from 0 to 1
    x_train, x_test = (x[:, None] / np.float32(setting.ink) for x in (x_train, x_test))
    history = network(seed).fit(
        x_train,
        y_train,
        batch_size=setting.batch_size,
        epochs=epochs,
        validation_data=(x_test, y_test),
        verbose=verbose,
    )
    return history.history["val_accuracy"]


def main() -> int:
    """Trains, prints, and compares with the claim."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--dataset", choices=SETTINGS, default="mnist")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    setting = SETTINGS[options.dataset]
    begun = time.perf_counter()
    reached = accuracies(setting, options.epochs or setting.epochs, options.seed, verbose=2)
    for epoch, accuracy in enumerate(reached, start=1):
        print(f"epoch {epoch}: {accuracy:.2%} of the test images")
    seconds = time.perf_counter() - begun
    print(f"{seconds:.0f} s; the claim is {setting.claim:.0%} after the last epoch")
    return 0 if reached[-1] >= setting.claim else 1


if __name__ == "__main__":
    sys.exit(main())
