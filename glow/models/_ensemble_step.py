"""The compiled training step of an ensemble of small dense networks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor, nn
from torch.nn import functional

from glow.activations import Activation, linear
from glow.losses import Loss, MeanSquaredError, SparseCategoricalCrossentropy
from glow.models._batched import BatchedActivation, BatchedDense

# In the order of the kernel's codes.
_ACTIVATIONS: tuple[tuple[Activation, ...], ...] = (
    (linear,),
    (torch.relu, functional.relu),
    (torch.tanh, functional.tanh),
    (torch.sigmoid, functional.sigmoid),
)
# Measured: twice as fast as matrix products at 16 units, alike at 32, slower at 64.
_WIDEST = 32


@dataclass(frozen=True)
class _Layer:
    dense: BatchedDense
    code: int


class CompiledStep:
    """Losses and gradients of all networks by a compiled loop, which leaves them in ``.grad``.

    The optimizer makes its step from there, as after ``backward``. It takes less than half the
    time of batched operations of PyTorch, and gives the same numbers but for rounding.

    Args:
        modules: The batched layers.
        layers: Those with weights, and their activations.
        by_label: Whether the loss is the cross-entropy of logits, rather than the squared error.
    """

    def __init__(
        self, modules: Sequence[nn.Module], layers: Sequence[_Layer], by_label: bool
    ) -> None:
        self._by_label = by_label
        self._modules = tuple(modules)
        self._parameters = [p for layer in layers for p in layer.dense.parameters()]
        self._runs, self._units = layers[-1].dense.weight.shape[:2]
        self._layers = _plan(layers)
        size = sum(p.numel() for p in self._parameters)
        self._weights = torch.empty(size, dtype=torch.float32, device="cpu")
        self._gradients = torch.empty_like(self._weights)
        sizes = [p.numel() for p in self._parameters]
        parts = zip(torch.split(self._gradients, sizes), self._parameters, strict=True)
        self._views = [part.view_as(p) for part, p in parts]

    def takes(self, x: Tensor, y: Tensor) -> bool:
        """Whether a batch and the weights as they are now can be computed so.

        Args:
            x: (runs, features, n).
            y: (runs, n, ...).
        """
        wanted = torch.int64 if self._by_label else torch.float32
        shape = x.shape[::2] if self._by_label else (*x.shape[::2], self._units)
        return (
            (x.device.type, x.dtype, y.dtype, y.shape) == ("cpu", torch.float32, wanted, shape)
            and x.shape[2] > 0
            and not torch.is_autocast_enabled("cpu")
            and all(_plain(p) for p in self._parameters)
            and not any(_watched(module) for module in self._modules)
        )

    def __call__(self, x: Tensor, y: Tensor, threads: int) -> tuple[Tensor, Tensor]:
        """Leave the gradients in the weights' ``grad``.

        Args:
            x: (runs, features, n).
            y: (runs, n) or (runs, n, units).
            threads: How many threads share the networks.

        Returns:
            Outputs (runs, n, units) and mean losses (runs,).
        """
        from glow.models._ensemble_kernel import gradients  # numba takes half a second to import

        self._gradients.zero_()
        torch.cat([p.detach().flatten() for p in self._parameters], out=self._weights)
        labels = y if self._by_label else y.new_empty(0, 0, dtype=torch.int64)
        values = x.new_empty(0, 0, 0) if self._by_label else y
        output, losses = x.new_empty(self._runs, self._units, x.shape[2]), x.new_empty(self._runs)
        tensors = (labels, values, self._layers, self._weights, self._gradients, output, losses)
        arrays = [x.transpose(0, 1).contiguous().numpy()]
        arrays += [tensor.contiguous().numpy() for tensor in tensors]
        _share(lambda first, last: gradients(first, last, *arrays), self._runs, threads)
        for parameter, view in zip(self._parameters, self._views, strict=True):
            parameter.grad = view
        return output.transpose(1, 2), losses


def compilable(modules: Iterable[nn.Module], loss: Loss) -> CompiledStep | None:
    """Return the compiled step of a stack of layers; None where there is none.

    There is one for narrow `Dense` layers with linear, relu, tanh or sigmoid activations, in
    float32 on a CPU, under the cross-entropy of logits against class numbers or the squared error.

    Args:
        modules: The batched layers.
        loss: The loss.
    """
    by_label = type(loss) is SparseCategoricalCrossentropy and loss.from_logits
    modules = list(modules)
    layers = _layers(modules)
    if not layers or not (by_label or type(loss) is MeanSquaredError):
        return None
    return CompiledStep(modules, layers, by_label)


def _layers(modules: Sequence[nn.Module]) -> list[_Layer]:
    """Dense layers with their activations; none if something else is there."""
    layers: list[_Layer] = []
    for module in modules:
        code = _code(module)
        if code is None:
            return []
        if isinstance(module, BatchedDense):
            layers.append(_Layer(module, code))
        elif layers and layers[-1].code == 0:
            layers[-1] = _Layer(layers[-1].dense, code)
        else:
            return []
    return layers


def _code(module: nn.Module) -> int | None:
    """The kernel's code of a layer's activation; None if it cannot take the layer."""
    if type(module) is BatchedDense and max(module.weight.shape[1:]) > _WIDEST:
        return None
    if type(module) not in (BatchedDense, BatchedActivation):
        return None
    function = module.activation
    return next((code for code, same in enumerate(_ACTIVATIONS) if _among(function, same)), None)


def _among(function: object, several: Iterable[object]) -> bool:
    return any(function is each for each in several)


def _watched(module: nn.Module) -> bool:
    """Whether somebody hooked into the layer, which a compiled loop would pass by."""
    hooks = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return any(getattr(module, name) for name in hooks)


def _plain(p: Tensor) -> bool:
    hooks = p._backward_hooks or p._post_accumulate_grad_hooks
    trained = p.requires_grad and not hooks
    return trained and p.dtype == torch.float32 and p.device.type == "cpu"


def _plan(layers: Sequence[_Layer]) -> Tensor:
    """The kernel's table of layers."""
    rows, at = [], 0
    for layer in layers:
        weight, bias = layer.dense.weight, layer.dense.bias
        end = at + weight.numel()
        rows.append([*weight.shape[:0:-1], at, -1 if bias is None else end, layer.code])
        at = end + (0 if bias is None else bias.numel())
    return torch.tensor(rows, dtype=torch.int64, device="cpu")


def _share(work: Callable[[int, int], None], runs: int, threads: int) -> None:
    """Let threads do parts of the networks; two each, in case one of them is held up."""
    if threads == 1 or runs == 1:
        work(0, runs)
        return
    parts = min(2 * threads, runs)
    ends = [runs * part // parts for part in range(parts + 1)]
    for _ in _pool(os.getpid(), threads).map(work, ends[:-1], ends[1:]):
        pass  # raises what a part raised


@lru_cache(maxsize=1)
def _pool(process: int, threads: int) -> ThreadPoolExecutor:
    """Threads of this process; after a fork those of the parent are not there."""
    return ThreadPoolExecutor(threads, thread_name_prefix=f"glow-ensemble-{process}")
