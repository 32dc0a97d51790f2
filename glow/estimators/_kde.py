"""Information from activations blurred by Gaussian noise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Self

import numpy as np

from ._arrays import as_array, as_samples, is_discrete, same_length
from ._base import Estimator
from ._context import Classes
from ._counting.partition import Partition
from ._kernels.sums import kernel_sums, placed
from ._parameter import parameter

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from ._arrays import Array, Samples
    from ._context import Context

# The bounds differ in the distance of two Gaussians: Kullback-Leibler, |a - b|**2 / (2 variance),
# or Bhattacharyya, |a - b|**2 / (8 variance). The second is the first at four times the variance.
_VARIANCE_FACTOR = {"upper": 1.0, "lower": 4.0}


class KDE(Estimator):
    """Bounds on the information that a layer keeps through Gaussian noise, in bits.

    The layer itself is a function of X, so its I(X;T) would be infinite or log2 N. Noise of a given
    variance is therefore imagined on every unit: the estimate says how many inputs can still be
    told apart through that noise, which is ours and not the network's. With the mixture bounds of
    Kolchinsky and Tracey (2017),

        I(X;T) = -(1/N) sum_i log2((1/N) sum_j exp(-|t_i - t_j|**2 / (2 variance)))

    and I(T;Y) = I(X;T) - sum_y p(y) I(X;T given y). Both bounds are 0 if all activations are equal
    and log2 N if all are far apart; lower <= upper holds for I(X;T), but not for I(T;Y), which is a
    difference of bounds. I(T;Y) never exceeds H(Y).

    The estimate is smooth in the variance: `curve` evaluates 60 for six to eight times the time of
    one. Between the slider's nodes, five an octave, a cubic spline in the logarithm is within 6e-4
    nats of both coordinates of 4,096 samples, 1024-unit layers included. Distances are in float32;
    activations on an accelerator stay there, unless the target is continuous. A layer that adds
    noise itself may be given: set ``variance`` to that of its noise.

    Args:
        variance: Variance of the noise in each unit. Saxe et al. (2018) used 0.001 for the 12-bit
            problem and 0.1 for MNIST.
        bound: "upper" (Kullback-Leibler distances) or "lower" (Bhattacharyya distances).

    Raises:
        TypeError: If a setting is of the wrong kind or unknown.
        ValueError: If a setting is out of bounds.

    Example:
        >>> round(KDE(variance=0.01).criterion([0.0, 0.0, 9.0, 9.0], [0, 0, 1, 1]), 6)
        1.0
    """

    name = "kde"
    noisy = True

    variance: float = parameter(
        default=1e-3,
        scale="log",
        low=1e-9,
        high=1e9,
        slider=(2**-16, 2**14),
        smooth=True,
        per_octave=5,  # with 1024 units, the curve bends within a third of an octave
        meaning="variance of the noise in each unit, in squared units of the activation",
    )
    bound: str = parameter(
        default="upper",
        scale="choice",
        choices=tuple(_VARIANCE_FACTOR),
        meaning="which bound on the entropy of the blurred layer",
    )

    @property
    def label(self) -> str:
        """Which bound, such as "KDE upper bound"."""
        return f"KDE {self.bound} bound"

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        """Both bounds."""
        return cls(bound="upper"), cls(bound="lower")

    def criterion(self, x: Array, y: Array) -> float:
        """Mutual information of two variables, blurred where they are continuous.

        With labels on one side it is I(T;Y) as above. Two continuous variables are blurred both,
        and the estimate is the sum of their terms less that of the pair; it is not a bound. Two
        discrete ones have their plug-in information.

        Args:
            x: (N,) or (N, ...) samples. Integers and booleans are symbols and not blurred.
            y: (N,) or (N, ...) samples, likewise.

        Returns:
            The estimate in bits.

        Raises:
            ValueError: If the lengths differ or a value is not finite.
        """
        first, second = _variable("x", x), _variable("y", y)
        if not isinstance(first, Classes):
            _, ty = self._information(first, second, [self.variance])
        elif not isinstance(second, Classes):
            _, ty = self._information(second, first, [self.variance])
        else:
            same_length("KDE", x=first.labels, y=second.labels)
            return Partition.of_classes(first).information(Partition.of_classes(second))
        return float(ty[0])

    def coordinates(self, t: Array, context: Context) -> tuple[float, float]:
        """I(X;T) and I(T;Y) of the blurred layer in bits, from one pass over the pairs.

        Raises:
            ValueError: If ``t`` is not finite or does not fit the context.
        """
        xt, ty = self.curve(t, context, "variance", [self.variance])
        return float(xt[0]), float(ty[0])

    def curve(
        self, t: Array, context: Context, parameter: str, values: Iterable[float]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Both coordinates at many variances from one pass over the pairs.

        Args:
            t: (N, ...) activations of the layer.
            context: What is fixed while the layer changes.
            parameter: "variance"; anything else is evaluated value by value.
            values: (V,) its values in any order. Those that halve each other cost next to nothing
                more, so choose ``Parameter.grid()`` or other nodes equally spaced in the logarithm.

        Returns:
            I(X;T) and I(T;Y), two arrays (V,) in bits, in the order of ``values``.
        """
        if parameter != "variance":
            return super().curve(t, context, parameter, values)
        continuous = context.classes is None
        samples = (as_samples if continuous else placed)("KDE", "t", t)
        same_length("KDE", t=samples, x=context.x)
        variances = [self.replace(variance=value).variance for value in values]
        return self._information(samples, _target(context), variances)

    def diagnose(self, t: Array, context: Context) -> dict[str, float]:
        """How far apart the bounds are, and what the estimate makes of shuffled labels.

        Returns:
            ``xt_gap``, the upper bound on I(X;T) less the lower one, from one pass: the truth for
            this noise lies between. ``ty_shuffled``, I(T;Y) of shuffled labels in bits.
        """
        samples = as_samples("KDE", "t", t)
        same_length("KDE", t=samples, x=context.x)
        bounds = [self.variance * factor for factor in _VARIANCE_FACTOR.values()]
        total, ty = self._blurred(samples, _target(context.shuffled), bounds)
        own = list(_VARIANCE_FACTOR).index(self.bound)
        return {"xt_gap": float(total[0] - total[1]), "ty_shuffled": float(ty[own])}

    def check(self, x: Array, y: Array) -> dict[str, float]:
        """How far apart the two bounds are, and what the estimate makes of a shuffled partner.

        How the estimate moves with half of the samples is not asked: I(X;T) of a layer grows with N
        by its definition.

        Returns:
            ``gap``, the estimate by "upper" less that by "lower", and ``shuffled``, in bits.
        """
        upper, lower = (self.replace(bound=b).criterion(x, y) for b in _VARIANCE_FACTOR)
        symbols = as_array("KDE", "y", y)
        order = np.random.default_rng(0).permutation(len(symbols))
        return {"gap": upper - lower, "shuffled": self.criterion(x, symbols[order])}

    def _information(
        self, t: Samples, y: Samples | Classes, variances: list[float]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """I(X;T) and I(T;Y) in bits, (V,) each."""
        return self._blurred(t, y, [v * _VARIANCE_FACTOR[self.bound] for v in variances])

    def _blurred(
        self, t: Samples, y: Samples | Classes, blurs: list[float]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """I(X;T) and I(T;Y) in bits at the variances of Kullback-Leibler distances."""
        scales = 0.5 / np.array(blurs, dtype=np.float64)
        if isinstance(y, Classes):
            same_length("KDE", x=t, y=y.labels)
            total, within = _informations(t, scales, y)
            return total, total - within
        same_length("KDE", x=t, y=y)
        pair = np.hstack((t, y)).astype(np.float64)
        total, target, both = (_informations(v, scales, None)[0] for v in (t, y, pair))
        return total, total + target - both


def _informations(
    t: Samples, scales: npt.NDArray[np.float64], classes: Classes | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """I(X;T) and I(X;T given Y) in bits, (V,) each (Kolchinsky and Tracey 2017, equation 10)."""
    if not len(scales):
        return np.empty(0), np.empty(0)
    sums = kernel_sums("KDE", t, scales, classes=classes)
    sizes = np.array([len(t)]) if classes is None else np.diff(classes.starts)
    of_class = np.repeat(sizes, sizes)  # the sums are sorted by class
    total = -np.log1p(sums.total / len(t)).mean(axis=1) / math.log(2)
    within = -np.log1p(sums.within / of_class).mean(axis=1) / math.log(2)
    return total, within


def _target(context: Context) -> Samples | Classes:
    return as_samples("KDE", "y", context.y) if context.classes is None else context.classes


def _variable(name: str, value: Array) -> Samples | Classes:
    array = as_array("KDE", name, value)
    return Classes.of(array) if is_discrete(array) else as_samples("KDE", name, array)
