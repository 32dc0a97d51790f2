"""Information from activations blurred by Gaussian noise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Self

import numpy as np

from ._arrays import as_array, as_samples, is_discrete, same_length
from ._base import Estimator
from ._context import Classes
from ._kernel_sums import blurred_information
from ._parameter import parameter
from ._partition import Partition

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

    The estimate is smooth in the variance: `curve` evaluates many variances for little more than
    one. Distances are in float32. A layer that adds noise itself may be given: set ``variance`` to
    that of its noise.

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

    variance: float = parameter(
        default=1e-3,
        scale="log",
        low=1e-9,
        high=1e9,
        slider=(2**-16, 2**14),
        smooth=True,
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
        samples = as_samples("KDE", "t", t)
        same_length("KDE", t=samples, x=context.x)
        variances = [self.replace(variance=value).variance for value in values]
        target = as_samples("KDE", "y", context.y) if context.classes is None else context.classes
        return self._information(samples, target, variances)

    def _information(
        self, t: Samples, y: Samples | Classes, variances: list[float]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """I(X;T) and I(T;Y) in bits, (V,) each."""
        blurs = np.array(variances, dtype=np.float64) * _VARIANCE_FACTOR[self.bound]
        if isinstance(y, Classes):
            same_length("KDE", x=t, y=y.labels)
            total, within = blurred_information(t, blurs, y)
            return total / math.log(2), (total - within) / math.log(2)
        same_length("KDE", x=t, y=y)
        pair = np.hstack((t, y)).astype(np.float64)
        total, target, both = (blurred_information(v, blurs)[0] for v in (t, y, pair))
        return total / math.log(2), (total + target - both) / math.log(2)


def _variable(name: str, value: Array) -> Samples | Classes:
    array = as_array("KDE", name, value)
    return Classes.of(array) if is_discrete(array) else as_samples("KDE", name, array)
