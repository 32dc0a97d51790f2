"""The bandwidths of kernels, and the passes over pairs that several measures share."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from glow.estimators._arrays import Samples, as_samples
from glow.estimators._context import Classes

from .linear import linear_products
from .statistics import (
    Products,
    median_distance,
    of_classes,
    with_classes,
    with_itself,
    with_other,
    with_squares,
)
from .sums import Distances, KernelSums, kernel_sums

if TYPE_CHECKING:
    from glow.estimators._context import Context

T = TypeVar("T")
Curve = npt.NDArray[np.float64]
Nodes = npt.NDArray[np.int64]
Squared = Nodes | None
Sigma = float | str
Variable: TypeAlias = Samples | Classes


class Three(NamedTuple):
    """The sums that a measure of two variables may need.

    Attributes:
        both: Of their kernels.
        first: Makes those of the first with itself.
        second: Makes those of the second with itself.
    """

    both: Products
    first: Callable[[], Products]
    second: Callable[[], Products]


class Fixed(NamedTuple):
    """A variable that stays while layers change: X, or a continuous Y.

    Attributes:
        distances: Of its samples.
        total: (nodes, N) sums of its kernel less 1, for each sample in the given order.
        ratio: The scale of its kernel over that of the layer.
    """

    distances: Distances
    total: Curve
    ratio: float


@dataclass(frozen=True)
class Kernels:
    """How bandwidths become kernels exp(-scale distance**2), or exp(-scale distance).

    Attributes:
        owner: Who asks, to begin an error message.
        rooted: Whether the kernel is the Laplacian, exp(-distance / sigma), instead of the
            Gaussian, exp(-distance**2 / (2 sigma**2)).
        delta: Whether labels have a kernel of 0 and 1 instead of that of their one-hot rows.
        scaled: Whether a given sigma is multiplied by the square root of the width.
    """

    owner: str
    rooted: bool = False
    delta: bool = True
    scaled: bool = False

    def width(self, samples: Samples, sigma: Sigma) -> float:
        """The bandwidth in units of the samples (N, d).

        The median distance grows with the square root of d by itself and is never scaled.
        """
        if isinstance(sigma, str):
            return median_distance(samples)
        return sigma * math.sqrt(samples.shape[1]) if self.scaled else sigma

    def scales(self, samples: Samples, sigmas: list[Sigma]) -> Curve:
        """(V,) factors of the exponents."""
        widths = np.array([self.width(samples, sigma) for sigma in sigmas], dtype=np.float64)
        return 1 / widths if self.rooted else 0.5 / widths**2

    def contrast(self, classes: Classes, sigmas: list[Sigma]) -> Curve:
        """(V,) by how much the kernel of different labels is less than 1."""
        if self.delta:
            return np.ones(len(sigmas))
        # one-hot rows of different classes: as many units as classes, at a distance of sqrt(2)
        rows = np.zeros((2, max(2, len(classes.starts) - 1)), np.float32)
        rows[0, 0] = rows[1, 1] = 1
        return -np.expm1(-self.scales(rows, sigmas) * (math.sqrt(2) if self.rooted else 2))

    def linear(
        self, first: Variable, second: Variable, context: Context | None, *, unbiased: bool
    ) -> Three:
        """The sums of linear kernels, which have no bandwidth."""

        def of(a: Variable, b: Variable) -> Products:
            return linear_products(a, b, unbiased=unbiased)

        key = ("linear kernel", self.kind(second, context), unbiased)
        return Three(
            of(first, second),
            lambda: of(first, first),
            lambda: remember(context, key, lambda: of(second, second)),
        )

    def passes(
        self,
        first: Variable,
        seconds: list[Variable],
        sigmas: list[Sigma],
        context: Context | None,
        *,
        squares: bool,
    ) -> Iterator[Three]:
        """The sums for one variable and each of some others.

        A continuous variable comes first if there is any. Labels share its pass.

        Args:
            first: One variable.
            seconds: The others.
            sigmas: The V bandwidths.
            context: Where to keep what follows from the others.
            squares: Whether the sums of each kernel with itself are asked for: the squared kernels
                are nodes of the pass too.
        """
        if isinstance(first, Classes):
            yield from (self._of_labels(first, second, sigmas) for second in seconds)
            return
        nodes, at, squared = _nodes(self.scales(first, sigmas), squares=squares)
        for second, sums, fixed in self.walks(first, seconds, sigmas, nodes, nodes[at], context):
            if fixed is not None:
                yield _with_other(sums, fixed, at, squared)
            elif isinstance(second, Classes):
                yield self._with_classes(sums, second, sigmas, at, squared)

    def walks(
        self,
        first: Samples,
        seconds: list[Variable],
        sigmas: list[Sigma],
        nodes: Curve,
        own: Curve,
        context: Context | None,
    ) -> Iterator[tuple[Variable, KernelSums, Fixed | None]]:
        """Each of some variables, and sums of a pass over the pairs that holds it.

        Args:
            first: The samples of which a kernel is summed.
            seconds: The others. Labels share the pass of a continuous one before them.
            sigmas: The V bandwidths.
            nodes: The scales of the pass.
            own: (V,) the scales of the samples' kernel, each one of the nodes.
            context: Where to keep what follows from the others.
        """
        classes = next((s for s in seconds if isinstance(s, Classes)), None)
        sums, held = None, None
        for second in seconds:
            if not isinstance(second, Classes):
                ratios = self._fixed_scales(second, sigmas, context) / own
                fixed = self.fixed(second, nodes, ratios, context)
                sums, held = self.sums(first, nodes, classes, fixed), classes
                yield second, sums, fixed
                continue
            if sums is None or held is not second:
                sums, held = self.sums(first, nodes, second), second
            yield second, sums, None

    def _fixed_scales(
        self, samples: Samples, sigmas: list[Sigma], context: Context | None
    ) -> Curve:
        key = ("scales", self.kind(samples, context), self.rooted, self.scaled, tuple(sigmas))
        return remember(context, key, lambda: self.scales(samples, sigmas))

    def fixed(
        self, samples: Samples, nodes: Curve, ratios: Curve, context: Context | None
    ) -> Fixed:
        """A variable that stays, prepared once per plane.

        Args:
            samples: (N, d).
            nodes: The scales of the layer's kernel.
            ratios: Its own scales over those; the same everywhere, since one sigma serves all.
            context: Where it is kept.
        """
        kind, ratio = self.kind(samples, context), float(ratios[0])
        own = nodes * ratio

        def total() -> Curve:
            sums = kernel_sums(self.owner, samples, own, rooted=self.rooted)
            natural = np.empty_like(sums.total)
            natural[:, sums.order] = sums.total
            return natural

        key = ("kernel sums", kind, self.rooted, tuple(own.tolist()))
        return Fixed(
            remember(context, ("distances", kind), lambda: Distances(self.owner, samples)),
            remember(context, key, total),
            ratio,
        )

    def sums(
        self,
        samples: Samples,
        nodes: Curve,
        classes: Classes | None = None,
        fixed: Fixed | None = None,
    ) -> KernelSums:
        """One pass over the pairs."""
        other, ratio = (None, 1.0) if fixed is None else (fixed.distances, fixed.ratio)
        return kernel_sums(
            self.owner,
            samples,
            nodes,
            classes=classes,
            other=other,
            ratio=ratio,
            rooted=self.rooted,
        )

    def _with_classes(
        self, sums: KernelSums, classes: Classes, sigmas: list[Sigma], at: Nodes, squared: Squared
    ) -> Three:
        contrast = self.contrast(classes, sigmas)
        return Three(
            with_classes(sums, classes, contrast, at),
            lambda: _with_itself(sums.total, at, squared),
            lambda: of_classes(classes, classes, (contrast, contrast)),
        )

    def _of_labels(self, first: Classes, second: Variable, sigmas: list[Sigma]) -> Three:
        assert isinstance(second, Classes)  # noqa: S101 - a continuous variable comes first
        a, b = self.contrast(first, sigmas), self.contrast(second, sigmas)
        return Three(
            of_classes(first, second, (a, b)),
            lambda: of_classes(first, first, (a, a)),
            lambda: of_classes(second, second, (b, b)),
        )

    def kind(self, variable: Variable, context: Context | None) -> str:
        """Which of the context's variables it is, to remember what follows from it."""
        if context is None or variable is context.x:
            return "x"
        return "y" if variable is target_of(context) else "shuffled y"


def rows_of(variable: Variable) -> npt.NDArray[Any]:
    """An array with one row a sample."""
    return variable.labels if isinstance(variable, Classes) else variable


def samples_of(variable: Variable) -> int:
    """N."""
    return len(rows_of(variable))


def target_of(context: Context) -> Variable:
    """Y of a context: labels, or the samples of a continuous target."""
    if context.classes is not None:
        return context.classes
    return context.memo("continuous target", lambda: as_samples("Context", "y", context.y))


def _nodes(scales: Curve, *, squares: bool) -> tuple[Curve, Nodes, Squared]:
    if squares:
        return with_squares(scales)
    return scales, np.arange(len(scales)), None


def _with_other(sums: KernelSums, fixed: Fixed, at: Nodes, squared: Squared) -> Three:
    return Three(
        with_other(sums, fixed.total[at], at),
        lambda: _with_itself(sums.total, at, squared),
        lambda: _with_itself(fixed.total, at, squared),
    )


def _with_itself(total: Curve, at: Nodes, squared: Squared) -> Products:
    assert squared is not None  # noqa: S101 - who asks for these has asked for squares
    return with_itself(total, at, squared)


def remember(context: Context | None, key: Hashable, make: Callable[[], T]) -> T:
    """What ``make`` returns, kept in the context if there is one."""
    return make() if context is None else context.memo(key, make)
