"""A step of `HSICSequential` against what the same arithmetic takes.

Run ``python tests/benchmarks/bench_hsic.py`` from the repository root. The floor of a step is, as
bare calls of torch without autograd: for every layer its products forward and backward by its
weights, its kernel (a product and exponentials), one factorisation and inverse, the two products of
the gradient by the kernel and the one that brings it to the layer; and once the kernels of X and Y
with their inverses. It leaves out normalisation, activations, centring, the optimizer and the
read-out. The two take turns, so that a busy machine slows both. One thread.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is loaded

import sys
import time
from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from glow.layers import Activation, BatchNormalization, Dense
from glow.models import HSICSequential
from glow.optimizers import SGD

# With the ratio that is wanted: in small networks most of a step lies between the products.
NETWORKS = {
    "784-1024 x 5-10, batch 256": ([784, *[1024] * 5, 10], 256, 2.0),
    "64-64-64-10, batch 128": ([64, 64, 64, 10], 128, 6.0),
}
REPEATS = 30


def step_of(widths: list[int], samples: int) -> Callable[[], object]:
    """One step of training."""
    layers = [layer for units in widths[1:] for layer in block(units)]
    model = HSICSequential(layers, widths[:1], seed=0)
    model.compile(SGD(learning_rate=1e-3, momentum=0.9))
    model.train()
    batch = torch.randn(samples, widths[0]), torch.arange(samples) % 10
    return lambda: model.train_step(batch)


def block(units: int) -> list[Dense | BatchNormalization | Activation]:
    """A layer of the network."""
    return [Dense(units), BatchNormalization(center=False, scale=False), Activation("relu")]


def floor_of(widths: list[int], samples: int) -> Callable[[], object]:
    """The arithmetic alone."""
    inputs = [torch.randn(samples, width) for width in widths]
    weights = [torch.randn(b, a) for a, b in pairwise(widths)]
    fixed = torch.randn(samples, samples)
    ridge = torch.eye(samples)

    def floor() -> None:
        for _ in range(2):  # X and Y
            inverse(inputs[0], ridge)
        for x, z, weight in zip(inputs, inputs[1:], weights, strict=False):
            x @ weight.T
            own = inverse(z, ridge)
            (own @ fixed @ own @ z).T @ x

    return floor


def inverse(z: Tensor, ridge: Tensor) -> Tensor:
    """That of a ridged kernel."""
    kernel = torch.exp((z @ z.T).mul_(-1e-3 / z.shape[1])).add_(ridge, alpha=10)
    return torch.cholesky_inverse(torch.linalg.cholesky_ex(kernel)[0])


def seconds(work: Callable[[], object]) -> float:
    """Time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def best(widths: list[int], samples: int) -> tuple[float, float]:
    """The least time of a step and of its floor (s), of many calls in turns."""
    step, floor = step_of(widths, samples), floor_of(widths, samples)
    step(), floor()  # the first calls set up
    pairs = [(seconds(step), seconds(floor)) for _ in range(REPEATS)]
    return min(a for a, _ in pairs), min(b for _, b in pairs)


def main() -> int:
    """Measures, prints and says by its exit status whether the limit is met."""
    torch.set_num_threads(1)
    met = True
    for name, (widths, samples, wanted) in NETWORKS.items():
        step, floor = best(widths, samples)
        met &= step < wanted * floor
        sys.stdout.write(
            f"{name:<30}{step / floor:6.2f}x its floor, wanted below {wanted:g}; "
            f"{1e3 * step:.1f} ms a step\n"
        )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
