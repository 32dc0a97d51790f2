"""What the estimators by nearest neighbours share: their variables, curves over k and verdicts."""

from __future__ import annotations

import dataclasses
import math
from abc import abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from glow.estimators._arrays import (
    as_array,
    as_samples,
    as_tensor,
    device_of,
    is_discrete,
    same_length,
)
from glow.estimators._base import Estimator
from glow.estimators._context import Classes
from glow.estimators._counting.partition import Partition
from glow.estimators._errors import UnsuitableError
from glow.estimators._parameter import parameter

from .search import Reading, Split

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    import numpy.typing as npt
    import torch

    from glow.estimators._arrays import Array, Samples
    from glow.estimators._context import Context
    from glow.estimators._estimate import Estimate

    from .search import Integers

Prepared = TypeVar("Prepared")
"""What a family makes of the samples of a continuous variable before it looks for neighbours."""


class NeighbourEstimator(Estimator, Generic[Prepared]):
    """An estimator whose k nearest neighbours make a curve over k in one pass.

    A family says how it prepares samples (`_prepared`) and what it then reads from two continuous
    variables (`_of_pair`) and from a continuous one and labels (`_of_labels`).
    """

    k: int = parameter(
        default=3,
        scale="integer",
        low=1,
        high=256,
        slider=(1, 32),
        meaning="nearest neighbours; few for little bias, many for little variance",
    )

    @property
    @abstractmethod
    def _preparation(self) -> Hashable:
        """The settings that `_prepared` depends on."""

    @abstractmethod
    def _prepared(
        self, samples: Samples | torch.Tensor, *, second: bool, reused: bool = False
    ) -> Prepared:
        """Prepares (N, d) samples of the first or the second of two variables.

        Args:
            samples: The samples.
            second: Whether they are of the second.
            reused: Whether there will be many partners.
        """

    @abstractmethod
    def _of_pair(self, x: Prepared, y: Prepared, ks: Integers) -> Reading:
        """Estimates for two continuous variables at increasing numbers of neighbours."""

    @abstractmethod
    def _of_labels(self, t: Prepared, split: Split, ks: Integers) -> Reading:
        """Estimates for a continuous variable and labels.

        Args:
            t: The variable, in the order of its samples.
            split: The labels.
            ks: Increasing numbers of neighbours.
        """

    def criterion(self, x: Array, y: Array) -> float:
        """Mutual information of two variables.

        Args:
            x: (N,) or (N, ...) samples. Integers and booleans are symbols: give whole numbers that
                are quantities as floating point numbers.
            y: (N,) or (N, ...) samples, likewise. Two discrete variables have their plug-in
                information.

        Returns:
            The raw estimate in bits, negative where noise makes it so.

        Raises:
            ValueError: If the lengths differ, a value is not finite, there are not more than k
                samples, or no class has two.
        """
        return self._bits(self._between(x, y, np.array([self.k])))

    def coordinates(self, t: Array, context: Context) -> tuple[float, float]:
        """I(X;T) and I(T;Y) in bits.

        Raises:
            ValueError: As `criterion`, or if ``t`` does not fit the context.
        """
        xt, ty = self.curve(t, context, "k", [self.k])
        return float(xt[0]), float(ty[0])

    def curve(
        self, t: Array, context: Context, parameter: str, values: Iterable[float]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Both coordinates at many values of k from the neighbours of the largest.

        Args:
            t: (N, ...) activations of the layer.
            context: What is fixed while the layer changes.
            parameter: "k"; anything else is evaluated value by value.
            values: (V,) its values, in any order.

        Returns:
            I(X;T) and I(T;Y), two arrays (V,) in bits, in the order of ``values``.
        """
        if parameter != "k":
            return super().curve(t, context, parameter, values)
        given = [self.replace(k=value).k for value in values]
        if not given:
            return np.empty(0), np.empty(0)
        ks, back = np.unique(np.array(given, dtype=np.int64), return_inverse=True)
        xt, ty = self._readings(t, context, ks)
        return xt.values[back] / math.log(2), ty.values[back] / math.log(2)

    def check(self, x: Array, y: Array) -> dict[str, float]:
        """Figures that say how far ``criterion(x, y)`` can be trusted.

        Returns:
            ``half_change``: the estimate less that from half of the samples. ``atom_share``: of the
            samples whose k-th neighbour lies in the very same place. ``tied_share``: of those whose
            term is biased because several neighbours are exactly as far as the k-th.
            ``dropped_share``: of those left out because they are alone in their class. `Sliced`
            adds ``projection_error``, the standard error of its mean over projections in bits.
        """
        reading = self._between(x, y, np.array([self.k]))
        change = self.half_change(x, y, self._bits(reading))
        return {"half_change": change, **self._shares(reading)}

    def measure(self, x: Array, y: Array) -> Estimate:
        """`criterion` with its form, diagnostics and verdict, as in `Estimator.measure`."""
        found = super().measure(x, y)
        return dataclasses.replace(found, form=self._form_found(found.form, found.diagnostics))

    def _readings(self, t: Array, context: Context, ks: Integers) -> tuple[Reading, Reading]:
        """Readings of I(X;T) and I(T;Y) of a layer, from one preparation of T."""
        device = self._device(t)
        samples = self._samples("t", t, device)
        same_length(self._owner, t=samples, x=context.x)
        self._enough(len(samples), ks)
        classes = context.classes
        if classes is None:
            prepared = self._prepared(samples, second=True)
            x, y = (self._kept(context, name, slice(None), device) for name in ("x", "y"))
            return self._of_pair(x, prepared, ks), self._of_pair(y, prepared, ks)
        split = context.memo("neighbour classes", lambda: Split.of(classes))
        prepared = self._prepared(samples[split.order], second=True)
        x = self._kept(context, "x", split.order, device)
        return self._of_pair(x, prepared, ks), self._split_reading(prepared, split, ks)

    def _between(self, x: Array, y: Array, ks: Integers) -> Reading:
        """What is read from any two variables."""
        device = self._device(x, y)
        first, second = self._variable("x", x, device), self._variable("y", y, device)
        if isinstance(first, Classes) and isinstance(second, Classes):
            return self._plug_in(first, second, ks)
        if isinstance(first, Classes):
            first, second = second, first
        assert not isinstance(first, Classes)  # noqa: S101 - at most one of them is
        symbols = second.labels if isinstance(second, Classes) else second
        same_length(self._owner, x=first, y=symbols)
        self._enough(len(first), ks)
        if isinstance(second, Classes):
            split = Split.of(second)
            prepared = self._prepared(first[split.order], second=True)
            return self._split_reading(prepared, split, ks)
        x_prepared = self._prepared(first, second=False)
        return self._of_pair(x_prepared, self._prepared(second, second=True), ks)

    def _kept(
        self, context: Context, name: str, order: slice | Integers, device: torch.device | None
    ) -> Prepared:
        """X or Y of a plane, prepared once."""

        def make() -> Prepared:
            samples = self._samples(name, getattr(context, name), device)
            return self._prepared(samples[order], second=False, reused=True)

        return context.memo(("neighbours", name, self._preparation, str(device)), make)

    def _split_reading(self, t: Prepared, split: Split, ks: Integers) -> Reading:
        if not split.samples:
            raise ValueError(
                f"{self._owner}: neighbours are sought within classes, but each of the "
                f"{len(split.order)} samples is alone in its class. Give whole numbers that are "
                "quantities, not labels, as floating point numbers."
            )
        return self._of_labels(t, split, ks)

    def _plug_in(self, x: Classes, y: Classes, ks: Integers) -> Reading:
        same_length(self._owner, x=x.labels, y=y.labels)
        bits = Partition.of_classes(x).information(Partition.of_classes(y))
        nothing = np.zeros(len(ks))
        return Reading(np.full(len(ks), bits * math.log(2)), nothing, nothing)

    def _enough(self, n: int, ks: Integers) -> None:
        if n <= ks[-1]:
            raise UnsuitableError(
                f"{self._owner}: k={ks[-1]} neighbours need more than {ks[-1]} samples, got N={n}. "
                "Choose a smaller k, or give more samples."
            )

    def _device(self, *values: Array) -> torch.device | None:
        """The accelerator to work on, None for the host."""
        return device_of(*values)

    def _samples(
        self, name: str, value: Array, device: torch.device | None
    ) -> Samples | torch.Tensor:
        if device is None:
            return as_samples(self._owner, name, value)
        return as_tensor(self._owner, name, value, device)

    def _variable(
        self, name: str, value: Array, device: torch.device | None = None
    ) -> Samples | torch.Tensor | Classes:
        """Labels, or samples on the host or on a device."""
        is_float = getattr(value, "is_floating_point", None)  # a tensor need not leave its device
        if device is None or is_float is None or not is_float():
            array = as_array(self._owner, name, value)
            if is_discrete(array):
                return Classes.of(array)
        return self._samples(name, value, device)

    def _shares(self, reading: Reading) -> dict[str, float]:
        """What `check` says of the estimate itself."""
        return {
            "atom_share": float(reading.atoms[0]),
            "tied_share": self._tied_share(reading),
            "dropped_share": reading.dropped,
        }

    def _tied_share(self, reading: Reading) -> float:
        """Share of the samples whose ties bias the estimate; those of atoms do not by default."""
        return float(reading.ties[0])

    def _form_found(self, form: str, figures: Mapping[str, float]) -> str:
        """The form, once it is known how many samples are tied."""
        tied = figures["atom_share"] + figures["tied_share"]
        return f"{form}; Gao 2017 for {tied:.0%} of the samples, which are tied" if tied else form

    @property
    def _owner(self) -> str:
        return type(self).__name__

    @staticmethod
    def _bits(reading: Reading) -> float:
        return float(reading.values[0] / math.log(2))
