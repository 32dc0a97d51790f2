"""Critics: small networks that score pairs of samples.

All weights of a critic lie in one flat tensor, so that one step of the optimiser, a copy for a warm
start and the gradient are each a single vector operation, which is most of the overhead of such
small networks. Initial weights come from a generator of their own.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import pairwise

import torch

_EMBEDDING = 32  # numbers into which a separable critic turns each variable
_SHIFTS = (
    2  # independent partners of each sample; more cost more than the longer training they replace
)
_WEIGHT_COPIES = 5  # the weights, their gradient, two moments and the best so far
_VALUE_COPIES = 4  # before and after ReLU, and the gradients of both


@dataclass(frozen=True)
class Scores:
    """What a critic says of B samples, or of several such blocks one after the other.

    Attributes:
        joint: (B,) scores of samples with their own partner.
        product: (B, K) scores of sample i with the partners of samples i + 1 to i + K, which go on
            at the beginning of the block after its end.
        block: B, also where there are several blocks.
    """

    joint: torch.Tensor
    product: torch.Tensor
    block: int


class Critic(ABC):
    """A network for variables of given widths.

    Args:
        x: Numbers in a sample of the first variable.
        y: Numbers in a sample of the second.
        hidden: Units of each hidden layer.
        every_pair: Whether each sample is scored with all others of its block.
    """

    def __init__(self, x: int, y: int, hidden: tuple[int, ...], *, every_pair: bool) -> None:
        self.hidden, self.every_pair = hidden, every_pair
        self.shapes = self._shapes(x, y, hidden)

    def initial(self, generator: torch.Generator) -> torch.Tensor:
        """Flat weights: uniform up to 1/sqrt(inputs), and 0 in the last layer.

        A critic that begins at 0 everywhere begins with the estimate 0, so that a sample too small
        to learn from reads 0 rather than what an arbitrary critic says.
        """
        parts = [self._layer(shape, generator) for shape in self.shapes]
        parts[-2:] = [torch.zeros_like(part) for part in parts[-2:]]
        return torch.cat([part.flatten() for part in parts])

    def unpack(self, weights: torch.Tensor) -> list[torch.Tensor]:
        """Views of flat weights, matrix (outputs, inputs) and bias by turns."""
        parts = torch.split_with_sizes(weights, [math.prod(shape) for shape in self.shapes])
        return [part.view(shape) for part, shape in zip(parts, self.shapes, strict=True)]

    def size(self, batch: int) -> int:
        """Bytes that training on batches of a given size holds, about."""
        weights = sum(math.prod(shape) for shape in self.shapes)
        return 4 * (_WEIGHT_COPIES * weights + _VALUE_COPIES * self._values(batch))

    @abstractmethod
    def scores(self, weights: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> Scores:
        """Scores a block of samples, (B, dx) and (B, dy) in the same order."""

    @abstractmethod
    def _values(self, batch: int) -> int:
        """How many numbers the hidden layers and the scores of a batch are."""

    @abstractmethod
    def _shapes(self, x: int, y: int, hidden: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Shapes of matrix and bias of each layer in turn, the last layer at the end."""

    @staticmethod
    def _layer(shape: tuple[int, ...], generator: torch.Generator) -> torch.Tensor:
        if len(shape) == 1:
            return torch.zeros(shape, dtype=torch.float32, device="cpu")
        bound = 1 / math.sqrt(shape[-1])
        layer = torch.empty(shape, dtype=torch.float32, device="cpu")
        return layer.uniform_(-bound, bound, generator=generator)


class Joint(Critic):
    """One network of both variables, f(x, y) = net([x, y]).

    The first layer is linear in the pair, W [x, y] = Wx x + Wy y, so each sample passes it once and
    only its result is added up for every pair.
    """

    def scores(self, weights: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> Scores:
        """Scores each sample with its own partner and those a few places further on."""
        first, bias, *rest = self.unpack(weights)
        wx, wy = first[:, : x.shape[1]], first[:, x.shape[1] :]
        from_x, from_y = torch.addmm(bias, x, wx.T), y @ wy.T
        # row s holds sample i with the partner of sample i + s
        shifted = torch.stack([from_y.roll(-s, 0) for s in range(self._rows(len(x)))])
        table = _network((from_x + shifted).relu(), rest).squeeze(-1)
        return Scores(table[0], table[1:].T, len(x))

    def _rows(self, batch: int) -> int:
        return batch if self.every_pair else min(1 + _SHIFTS, batch)

    def _values(self, batch: int) -> int:
        return self._rows(batch) * batch * (sum(self.hidden) + 1)

    def _shapes(self, x: int, y: int, hidden: tuple[int, ...]) -> list[tuple[int, ...]]:
        return _layers((x + y, *hidden, 1))


class Separable(Critic):
    """A network for each variable, f(x, y) = g(x) . h(y).

    All pairs of a block then cost one matrix product.
    """

    def scores(self, weights: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> Scores:
        """Scores each sample with its own partner and every other."""
        parts = self.unpack(weights)
        half = len(parts) // 2
        table = _network(x, parts[:half]) @ _network(y, parts[half:]).T
        n = len(table)
        others = table.gather(1, partners(n, n - 1, table.device))
        return Scores(table.diagonal(), others, n)

    def _values(self, batch: int) -> int:
        # the numbers of partners are twice as long as scores
        return batch * 2 * (sum(self.hidden) + _EMBEDDING) + 3 * batch * batch

    def _shapes(self, x: int, y: int, hidden: tuple[int, ...]) -> list[tuple[int, ...]]:
        return [*_layers((x, *hidden, _EMBEDDING)), *_layers((y, *hidden, _EMBEDDING))]


def partners(n: int, k: int, device: torch.device, *, backwards: bool = False) -> torch.Tensor:
    """(n, k) numbers of the samples 1 to k places further on, or back, round a block of n."""
    first = torch.arange(n, device=device)[:, None]
    away = torch.arange(1, k + 1, device=device)
    return (first - away if backwards else first + away) % n


def _layers(widths: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [shape for i, o in pairwise(widths) for shape in ((o, i), (o,))]


def _network(values: torch.Tensor, parts: list[torch.Tensor]) -> torch.Tensor:
    """Linear layers with ReLU between them, over the last axis."""
    *inner, matrix, bias = parts
    for weight, shift in zip(inner[::2], inner[1::2], strict=True):
        values = torch.nn.functional.linear(values, weight, shift).relu()
    return torch.nn.functional.linear(values, matrix, bias)


CRITICS: dict[str, type[Critic]] = {"joint": Joint, "separable": Separable}
