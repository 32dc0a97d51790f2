"""Information in layers that add Gaussian noise, by Monte Carlo."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np

from ._arrays import as_array, device_of, is_discrete
from ._base import Estimator
from ._context import Classes
from ._counting.partition import Partition
from ._counting.symbols import equally_long, shuffled_order, values
from ._mixtures.draws import Drawn, Draws, densities
from ._parameter import parameter

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt
    import torch

    from ._arrays import Array
    from ._context import Context
    from ._counting.symbols import Values

    Variable: TypeAlias = Classes | Values


class SamplePropagation(Estimator):
    """Information that a layer with Gaussian noise keeps, by Monte Carlo, in bits.

    Goldfeld, van den Berg, Greenewald, Melnyk, Nguyen, Kingsbury and Polyanskiy, "Estimating
    information flow in deep neural networks" (2019). For T = t(X) + noise Z with standard normal Z,

        I(X;T) = h(T) - (1/N) sum_i h(T given x_i)

    where T has the density of a mixture of N Gaussians around the activations of the samples.
    h(T) is the mean of -log p over draws from the mixture; h(T given x_i) is taken from the same
    draws, which leaves its mean as it is and removes most of the noise: the estimate is the mean of
    log2 p(T given x_i) / p(T). It is unbiased for the N samples, never exceeds log2 N, and lies
    between the bounds of `KDE` at variance = noise**2, up to its Monte Carlo error. I(T;Y) is the
    same less that within each class; it never exceeds H(Y).

    The noise is the one that the layer declares, and ``noise`` in a layer that declares none: there
    it is ours, not the network's, as in `KDE`. A curve over ``noise`` of a layer with noise of its
    own is therefore flat.

    Limits: recordings keep a layer's mean activations and its declared noise. That is all there is
    of the first noisy layer. In a deeper one the mean given x is itself random, through the noise
    of the layers before; the paper draws it anew for each x, and the recording does not hold it, so
    that this estimate is of a network in which the layer's own noise is the only one.

    The draws come from ``seed`` and are the same for every layer of a width, epoch and noise:
    estimates differ by the layers alone, and are smooth in the noise: a cubic spline through three
    nodes an octave was within 0.002 bits up to 10 units and 0.004 bits at 256, less than the error
    of 1000 draws. Differences are in float32; tensors on an accelerator stay there, in float64.

    Args:
        noise: Standard deviation of the noise in each unit, where the layer declares none. The
            paper has 0.005 for the 12-bit problem, and 0.1.
        samples: Draws from the mixture, spread evenly over its samples; each is compared with all
            N. The paper has 1000 for each of the N.
        seed: Of the draws.

    Raises:
        TypeError: If a setting is of the wrong kind or unknown.
        ValueError: If a setting is out of bounds.

    Example:
        >>> round(SamplePropagation().criterion([0.0, 0.0, 9.0, 9.0], [0, 0, 1, 1]), 6)
        1.0
    """

    name = "sample-propagation"
    noisy = True

    noise: float = parameter(
        default=0.1,
        scale="log",
        low=1e-6,
        high=1e6,
        slider=(2**-9, 2**7),
        smooth=True,
        meaning="standard deviation of the noise in each unit, where the layer declares none",
    )
    samples: int = parameter(
        default=1000,
        scale="integer",
        low=1,
        high=10**7,
        slider=(10, 10000),
        meaning="draws from the noisy layer, each compared with all samples",
    )
    seed: int = parameter(
        default=0,
        scale="integer",
        low=0,
        high=2**32 - 1,
        slider=False,
        meaning="seed of the draws",
    )

    @property
    def label(self) -> str:
        """The name in two words."""
        return "Sample propagation"

    def criterion(self, x: Array, y: Array) -> float:
        """Mutual information of two variables, noise added to each that is continuous.

        Args:
            x: (N,) or (N, ...) samples. Integers and booleans are symbols and get no noise.
            y: (N,) or (N, ...) samples, likewise.

        Returns:
            The estimate in bits; of two discrete variables, their plug-in information.

        Raises:
            ValueError: If the lengths differ or a value is not finite.
        """
        return self._plain(*self._pair(x, y))

    def check(self, x: Array, y: Array) -> dict[str, float]:
        """Figures that say how far `criterion` can be trusted.

        Returns:
            In bits: ``error``, the standard error of the draws; ``noise_change``, this estimate
            less that with twice the noise, large where the noise hides what the variables share;
            ``shuffled``, the estimate for shuffled y.
        """
        first, second = self._pair(x, y)
        shuffled = self._plain(first, _shuffled(second))
        if isinstance(first, Classes):
            return {"error": 0.0, "noise_change": 0.0, "shuffled": shuffled}
        found = self._draw(first, second, [self.noise, 2 * self.noise])
        own, twice = found.means[1]
        return {
            "error": found.errors[1],
            "noise_change": float(own - twice),
            "shuffled": shuffled,
        }

    def coordinates(self, t: Array, context: Context) -> tuple[float, float]:
        """I(X;T) and I(T;Y) of the noisy layer in bits, from the same draws.

        Raises:
            ValueError: If ``t`` is not finite or does not fit the context.
        """
        found = self._point(t, context, [self.noise])
        return float(found.means[0, 0]), float(found.means[1, 0])

    def curve(
        self, t: Array, context: Context, parameter: str, values: Iterable[float]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Both coordinates at many noises or numbers of draws, from one pass over the pairs.

        Args:
            t: (N, ...) activations of the layer.
            context: What is fixed while the layer changes.
            parameter: "noise" or "samples"; anything else is evaluated value by value.
            values: (V,) its values, in any order.

        Returns:
            I(X;T) and I(T;Y), two arrays (V,) in bits, in the order of ``values``.
        """
        moved = [self.replace(**{parameter: value}) for value in values]
        if parameter == "noise" and moved:
            xt, ty = self._point(t, context, [each.noise for each in moved]).means
        elif parameter == "samples" and moved:
            most = max(moved, key=lambda each: each.samples)._point(t, context, [self.noise])
            xt, ty = np.array([most.first(each.samples).means[:, 0] for each in moved]).T
        else:
            return super().curve(t, context, parameter, [getattr(m, parameter) for m in moved])
        return xt, ty

    def diagnose(self, t: Array, context: Context) -> dict[str, float]:
        """Figures that say how far the coordinates can be trusted.

        Returns:
            ``xt_error`` and ``ty_error``, the standard errors of the draws, and ``ty_shuffled``,
            the I(T;Y) found when Y is shuffled; all in bits.
        """
        figures = self.estimate(t, context)
        return {name: figure for name, figure in figures.items() if name not in ("xt", "ty")}

    def estimate(self, t: Array, context: Context) -> dict[str, float]:
        """`coordinates` and `diagnose`, with one more pass for the shuffled labels.

        Raises:
            ValueError: As `coordinates`.
        """
        found = self._point(t, context, [self.noise])
        shuffled = self._point(t, context.shuffled, [self.noise])
        return {
            "xt": float(found.means[0, 0]),
            "ty": float(found.means[1, 0]),
            "xt_error": found.errors[0],
            "ty_error": found.errors[1],
            "ty_shuffled": float(shuffled.means[1, 0]),
        }

    def _point(self, t: Array, context: Context, noises: list[float]) -> Drawn:
        name, device = type(self).__name__, device_of(t)
        layer = values(name, "t", t, device)
        equally_long(name, t=len(layer), x=context.samples)
        target = context.classes or values(name, "y", context.y, device)
        if context.noise:
            noises = [context.noise] * len(noises)
        return self._draw(layer, target, noises)

    def _plain(self, first: Variable, second: Variable) -> float:
        """The information of two variables in bits."""
        if not isinstance(first, Classes):
            return float(self._draw(first, second, [self.noise]).means[1, 0])
        assert isinstance(second, Classes)  # noqa: S101 - `_pair` puts labels second
        return Partition.of_classes(first).information(Partition.of_classes(second))

    def _pair(self, x: Array, y: Array) -> tuple[Variable, Variable]:
        """Both variables, labels second."""
        name, device = type(self).__name__, device_of(x, y)
        first, second = (_variable(name, n, v, device) for n, v in (("x", x), ("y", y)))
        equally_long(name, x=_length(first), y=_length(second))
        return (second, first) if isinstance(first, Classes) else (first, second)

    def _draw(self, t: Variable, y: Variable, noises: list[float]) -> Drawn:
        assert not isinstance(t, Classes)  # noqa: S101 - asked before
        levels = np.array(noises)
        if isinstance(y, Classes):
            draws = Draws.of(len(t), t.shape[1], y, self.samples, self.seed)
            whole, within = densities(t, draws, levels)
            return Drawn(draws, np.stack((whole, whole - within)) / math.log(2))
        pair = _beside(t, y)
        draws = Draws.of(len(t), pair.shape[1], None, self.samples, self.seed)
        parts = ((t, slice(t.shape[1])), (y, slice(t.shape[1], None)), (pair, slice(None)))
        whole, target, both = (densities(v, draws.units(u), levels)[0] for v, u in parts)
        return Drawn(draws, np.stack((whole, whole + target - both)) / math.log(2))


def _variable(owner: str, name: str, value: Array, device: torch.device | None) -> Variable:
    if not (hasattr(value, "is_floating_point") and value.is_floating_point()):
        array = as_array(owner, name, value)  # labels are sorted on the host
        if is_discrete(array):
            return Classes.of(array)
    return values(owner, name, value, device)


def _length(variable: Variable) -> int:
    return len(variable.labels) if isinstance(variable, Classes) else len(variable)


def _shuffled(variable: Variable) -> Variable:
    order = shuffled_order(_length(variable))
    return Classes.of(variable.labels[order]) if isinstance(variable, Classes) else variable[order]


def _beside(t: Values, y: Values) -> Values:
    """The units of both variables, (N, d + k)."""
    if isinstance(t, np.ndarray):
        return np.hstack((t, cast("npt.NDArray[np.float64]", y))).astype(np.float64)
    import torch

    return torch.cat((t, cast("torch.Tensor", y)), dim=1)
