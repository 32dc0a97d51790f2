"""Variables as symbols, on the host or on an accelerator: what the counting families share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

import numpy as np

from glow.estimators._arrays import as_array, as_samples, as_tensor, device_of, is_discrete
from glow.estimators._context import Classes

from .partition import Partition

if TYPE_CHECKING:
    import numpy.typing as npt
    import torch

    from glow.estimators._arrays import Array, Samples
    from glow.estimators._context import Context

    from .cells import Cells

    Values: TypeAlias = Samples | torch.Tensor

_SHUFFLE_SEED = 0
_ROWS = 1024  # compared at once


class Symbols(Protocol):
    """Samples sorted into cells: a `Partition`, or a `TensorPartition` on an accelerator."""

    @property
    def samples(self) -> int: ...
    @property
    def device(self) -> torch.device | None: ...
    @property
    def occupied(self) -> int: ...
    @property
    def singletons(self) -> int: ...
    def twins(self) -> Any: ...  # noqa: ANN401 - an array or a tensor
    def permuted(self, order: npt.NDArray[np.int64]) -> Symbols: ...
    def entropy(self, *, corrected: bool = False) -> float: ...
    def information(self, other: Any, *, corrected: bool = False) -> float: ...  # noqa: ANN401 - of the same kind
    def dependence(self, other: Any, *, cap: float | None = None) -> float: ...  # noqa: ANN401 - likewise


@dataclass(frozen=True, eq=False)
class Target:
    """Y as symbols, and the same symbols in another order, fixed for all layers."""

    symbols: Symbols
    shuffled: Symbols

    @classmethod
    def of(cls, symbols: Symbols) -> Target:
        """The symbols and one shuffle of them."""
        return cls(symbols, symbols.permuted(shuffled_order(symbols.samples)))


@lru_cache(maxsize=4)
def shuffled_order(n: int) -> npt.NDArray[np.int64]:
    """The one order in which samples are shuffled to see what an estimator makes up."""
    return np.random.default_rng(_SHUFFLE_SEED).permutation(n)


def class_target(context: Context, device: torch.device | None) -> Target:
    """The labels of a context as symbols, made once for all layers of a plane."""
    classes = context.classes
    assert classes is not None  # noqa: S101 - asked before

    def make() -> Target:
        return Target.of(moved(Partition.of_classes(classes), device))

    return context.memo(("symbols of y", device and str(device)), make)


def values(owner: str, name: str, value: Array, device: torch.device | None) -> Values:
    """Checked samples (N, d): an array, or a float32 tensor on the device."""
    if device is None:
        return as_samples(owner, name, value)
    return as_tensor(owner, name, value, device)


def symbols(owner: str, name: str, value: Array, device: torch.device | None) -> Symbols | None:
    """Integers and booleans as symbols; None for floating point numbers."""
    if device_of(value) is not None:
        from .partition_torch import TensorPartition

        tensor = cast("torch.Tensor", value)
        whole = not (tensor.is_floating_point() or tensor.is_complex()) and tensor.numel() > 0
        return TensorPartition.of_rows(tensor) if whole else None
    array = as_array(owner, name, value)
    if not is_discrete(array):
        return None
    return moved(Partition.of_classes(Classes.of(array)), device)


def partition(cells: Cells, samples: Values) -> Symbols:
    """The samples (N, d) sorted by the cells of all units, where they are."""
    if isinstance(samples, np.ndarray):
        return Partition.of_codes(cells.codes(samples))
    from .partition_torch import partition

    return partition(cells, samples)


def cell_ceiling(*variables: tuple[Symbols, Any]) -> float:
    """What cells let an information be at most: the least of their entropies, in bits.

    Args:
        variables: Symbols, and the rows (N, ...) that they stand for.

    Returns:
        The least entropy among variables whose cells hold rows that differ. NaN if there is none,
        as of discrete variables: their cells lose nothing, and low entropies are their own.
    """
    entropies = [cells.entropy() for cells, rows in variables if _merges(cells, rows)]
    return min(entropies, default=math.nan)


def rows(value: Array) -> Any:  # noqa: ANN401 - an array or a tensor
    """A variable as it was given, where it is."""
    return value if device_of(value) is not None else np.asarray(value)


def _merges(cells: Symbols, rows: Any) -> bool:  # noqa: ANN401 - an array or a tensor
    """Whether samples that differ share a cell. Where values are continuous the first ones tell."""
    flat, twins = rows.reshape(cells.samples, -1), cells.twins()
    for first in range(0, cells.samples, _ROWS):
        block = slice(first, first + _ROWS)
        if bool((flat[block] != flat[twins[block]]).any()):
            return True
    return False


def moved(host: Partition, device: torch.device | None) -> Symbols:
    """The same symbols on a device."""
    if device is None:
        return host
    from .partition_torch import TensorPartition

    return TensorPartition.of(host, device)


def equally_long(owner: str, **samples: int) -> None:
    """Raises ValueError unless all variables hold as many samples."""
    if len(set(samples.values())) > 1:
        found = ", ".join(f"{name} has {length}" for name, length in samples.items())
        raise ValueError(f"{owner}: the variables must hold the same samples, but {found}.")


def refuse_noise(owner: str, context: Context) -> None:
    """Raises ValueError for a layer that adds noise, and so is not a function of its input."""
    if context.noise is not None:
        raise ValueError(
            f"{owner}: layer {context.layer or 'T'} adds noise (standard deviation "
            f"{context.noise:g}), but cells need a layer that is a function of its input. "
            "Choose SamplePropagation, made for noise, or KDE with the noise's variance."
        )
