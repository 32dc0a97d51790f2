"""What the estimators have in common that make symbols of a layer and count them."""

from __future__ import annotations

import copy
import math
from abc import abstractmethod
from typing import TYPE_CHECKING, Self

import numpy as np

from glow.estimators._arrays import as_samples, device_of, same_length
from glow.estimators._base import Estimator

from .cells import by_columns
from .partition import Partition
from .symbols import (
    Target,
    cell_ceiling,
    class_target,
    equally_long,
    moved,
    partition,
    refuse_noise,
    rows,
    symbols,
    values,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt
    import torch

    from glow.estimators._arrays import Array
    from glow.estimators._context import Context

    from .cells import Cells
    from .symbols import Symbols, Values


class PlugIn(Estimator):
    """Plug-in information of symbols: the base of `Binned` and `Quantised`.

    A subclass says in `_cells` how a layer is cut. Symbols of tensors on an accelerator are made
    and counted there.
    """

    @abstractmethod
    def _cells(self, t: Values, context: Context | None) -> Cells:
        """How the units of a layer are cut; without a context, those of any variable."""

    @property
    def _correction(self) -> str | None:
        """Against the bias of the estimates: "miller-madow", "shuffle" or None."""
        return None

    def _own_range(self) -> PlugIn:
        """The same rule over the range of the variable itself, to cut a continuous target."""
        return self

    def criterion(self, x: Array, y: Array) -> float:
        """Mutual information of two variables, each cut by the same rule.

        Args:
            x: (N,) or (N, ...) samples. Integers and booleans are symbols and not cut.
            y: (N,) or (N, ...) samples, likewise.

        Returns:
            The plug-in estimate in bits.

        Raises:
            ValueError: If the lengths differ, a value is not finite, or a setting means something
                only on a recording.
        """
        first, second = self._both(x, y)
        return self._informations(first, Target.of(second), baseline=False)[0]

    def check(self, x: Array, y: Array) -> dict[str, float]:
        """What the cells make up, and what they let the estimate be at most; bits.

        ``shuffled``, the information that is found when ``y`` is shuffled. ``cell_ceiling``, the
        least entropy of the cells of a variable that they lose something of; NaN if there is none.
        Estimates from two thirds of it on are cut short: between Gaussian or uniform pairs, those
        below read at most 0.7 bits too little with 10 cells and 0.4 with 30, those above up to 4.8.
        """
        first, second = self._both(x, y)
        return {
            "shuffled": self._informations(first, Target.of(second), baseline=True)[1],
            "cell_ceiling": cell_ceiling((first, rows(x)), (second, rows(y))),
        }

    def coordinates(self, t: Array, context: Context) -> tuple[float, float]:
        """H(T), which is I(X;T) for a layer without noise, and I(T;Y), in bits.

        A continuous target is cut by the same rule, over its own range.

        Raises:
            ValueError: If ``t`` is not finite, does not fit the context, or is of a noisy layer.
        """
        return self._point(self._activations(t, context), context)

    def curve(
        self, t: Array, context: Context, parameter: str, values: Iterable[float]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Both coordinates at many values of one setting.

        Activations and labels are checked and prepared once; each value then costs one pass over
        the activations.

        Args:
            t: (N, ...) activations of the layer.
            context: What is fixed while the layer changes.
            parameter: The name of the parameter to move.
            values: (V,) its values, in any order.

        Returns:
            I(X;T) and I(T;Y), two arrays (V,) in bits, in the order of ``values``.
        """
        samples = self._activations(t, context)
        if isinstance(samples, np.ndarray):
            samples = by_columns(samples)  # once for all values
        pairs = [moved._point(samples, context) for moved in self._at(parameter, values)]
        xt, ty = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
        return xt, ty

    def diagnose(self, t: Array, context: Context) -> dict[str, float]:
        """Figures that say how far the coordinates can be trusted.

        Returns:
            ``edge_share``, the share of activations in the first or the last cell of their unit,
            and ``outside_share``, the share strictly outside the range of the cells: high ones say
            that the range, not the layer, decides the estimate. ``occupied_cells``, the number of
            different symbols. ``singleton_share``, the share of samples that are alone with their
            symbol: near 1, I(X;T) stands at log2 N and I(T;Y) at H(Y) whatever the labels are.
            ``ty_shuffled``, the I(T;Y) in bits that is found when the labels are shuffled; what
            the shuffle correction subtracts. ``ty_cell_ceiling``, the entropy in bits of cells that
            hold samples that differ, as in `check`; I(X;T) has none, since the cells define it.
        """
        figures = self.estimate(t, context)
        return {name: figure for name, figure in figures.items() if name not in ("xt", "ty")}

    def estimate(self, t: Array, context: Context) -> dict[str, float]:
        """`coordinates` and `diagnose` from one partition of the samples.

        Raises:
            ValueError: As `coordinates`.
        """
        samples = self._activations(t, context)
        cells = self._cells(samples, context)
        layer = partition(cells, samples)
        ty, shuffled = self._informations(layer, self._target(context, device_of(t)), baseline=True)
        return {
            "xt": self._entropy(layer),
            "ty": ty,
            "edge_share": cells.edge_share(samples),
            "outside_share": cells.outside_share(samples),
            "occupied_cells": float(layer.occupied),
            "singleton_share": layer.singletons / layer.samples,
            "ty_shuffled": shuffled,
            "ty_cell_ceiling": cell_ceiling((layer, samples)),
        }

    def _at(self, parameter: str, values: Iterable[float]) -> Iterator[Self]:
        """This estimator at each value, without checking its other settings over and over."""
        declared = {p.name: p for p in self.active if p.numeric}.get(parameter)
        for value in values:
            if declared is None:
                yield self.replace(**{parameter: value})
                continue
            moved = copy.copy(self)
            object.__setattr__(moved, parameter, declared.check(type(self).__name__, value))
            yield moved

    def _point(self, samples: Values, context: Context) -> tuple[float, float]:
        layer = partition(self._cells(samples, context), samples)
        device = None if isinstance(samples, np.ndarray) else samples.device
        target = self._target(context, device)
        return self._entropy(layer), self._informations(layer, target, baseline=False)[0]

    def _entropy(self, layer: Symbols) -> float:
        return layer.entropy(corrected=self._correction == "miller-madow")

    def _informations(
        self, first: Symbols, target: Target, *, baseline: bool
    ) -> tuple[float, float]:
        """The estimate, and that of the shuffled target; NaN where nothing asks for it."""
        corrected, subtracted = (self._correction == c for c in ("miller-madow", "shuffle"))
        value = first.information(target.symbols, corrected=corrected)
        if not (baseline or subtracted):
            return value, math.nan
        shuffled = first.information(target.shuffled, corrected=corrected)
        return value - shuffled if subtracted else value, shuffled

    def _activations(self, t: Array, context: Context) -> Values:
        name = type(self).__name__
        refuse_noise(name, context)
        samples = values(name, "t", t, device_of(t))
        same_length(name, t=samples, x=context.x)
        return samples

    def _target(self, context: Context, device: torch.device | None) -> Target:
        if context.classes is not None:
            return class_target(context, device)
        samples = as_samples(type(self).__name__, "y", context.y)
        cells = self._own_range()._cells(samples, None)
        return Target.of(moved(Partition.of_codes(cells.codes(samples)), device))

    def _both(self, x: Array, y: Array) -> tuple[Symbols, Symbols]:
        """Two variables as symbols."""
        device = device_of(x, y)
        first, second = (self._variable(n, v, device) for n, v in (("x", x), ("y", y)))
        equally_long(type(self).__name__, x=first.samples, y=second.samples)
        return first, second

    def _variable(self, name: str, value: Array, device: torch.device | None) -> Symbols:
        owner = type(self).__name__
        found = symbols(owner, name, value, device)
        if found is not None:
            return found
        samples = values(owner, name, value, device)
        return partition(self._cells(samples, None), samples)
