"""Matrix-based Renyi information."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from ._arrays import same_length
from ._kernels.bandwidth import OfBandwidth
from ._kernels.passes import target_of
from ._kernels.renyi_sums import collision_entropies, informations
from ._parameter import parameter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._arrays import Array
    from ._context import Context
    from ._kernels.passes import Curve, Sigma, Variable


class Renyi(OfBandwidth):
    """Matrix-based Renyi information of order alpha, in bits.

    With the kernel matrix K of N samples, ones on its diagonal, and A = K / N,

        S(A) = log2(tr A**alpha) / (1 - alpha)

    and I(X;T) = S(A_X) + S(A_T) - S(A_X o A_T / tr(A_X o A_T)), "o" being the product of entries
    (Giraldo, Rao and Principe 2015, definitions 2 to 4). The kernel is exp(-r**2 / (2 sigma**2));
    that of labels is 1 if equal, else 0. As with the variance of KDE, the number says how many
    samples a kernel of that width tells apart: 0 for a wide one, log2 N for a narrow one.

    For alpha = 2, tr A**2 is the mean of all K_ij**2: no eigenvalues are needed, all samples
    count, and `curve` evaluates many sigmas for little more than one. Other orders take the
    eigenvalues of up to 512 samples, chosen by a fixed seed; alpha = 1 is the von Neumann entropy.

    Args:
        sigma: Bandwidth, or "median", for each variable the median distance of different samples
            (of 512, chosen by a fixed seed, if there are more).
        alpha: The order.

    Raises:
        TypeError: If a setting is of the wrong kind or unknown.
        ValueError: If a setting is out of bounds.

    Example:
        >>> Renyi().criterion([0, 0, 1, 1], [5, 5, 7, 7])
        1.0
    """

    name = "renyi"

    alpha: float = parameter(
        default=2,
        scale="log",
        low=0.1,
        high=10,
        slider=(0.5, 5),
        meaning="order of the entropy; 2 uses all samples, others up to 512",
    )

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        """The second order."""
        return (cls(),)

    def curve(
        self, t: Array, context: Context, parameter: str, values: Iterable[float]
    ) -> tuple[Curve, Curve]:
        """Both coordinates at many bandwidths or orders, for little more than one.

        Args:
            t: (N, ...) activations of the layer.
            context: What is fixed while the layer changes.
            parameter: "sigma", or "alpha": eigenvalues do not depend on it.
            values: (V,) its values in any order; choose ``Parameter.grid()``.

        Returns:
            I(X;T) and I(T;Y), two arrays (V,) in bits, in the order of ``values``.
        """
        if parameter != "alpha":
            return super().curve(t, context, parameter, values)
        orders = np.array([self.replace(alpha=value).alpha for value in values], dtype=np.float64)
        found, second = np.empty((2, len(orders))), orders == 2
        if second.any():
            found[:, second] = np.array([self.replace(alpha=2).coordinates(t, context)]).T
        if not second.all():
            samples = self._samples(t)
            same_length("Renyi", t=samples, x=context.x)
            pair = [context.x, target_of(context)]
            found[:, ~second] = informations(
                self._kernels(), samples, pair, self.sigma, orders[~second], context
            )
        return found[0], found[1]

    def _pairs(
        self,
        first: Variable,
        seconds: list[Variable],
        sigmas: list[Sigma],
        context: Context | None = None,
    ) -> list[Curve]:
        kernels, orders = self._kernels(), np.array([self.alpha])
        if self.alpha == 2:
            return collision_entropies(kernels, first, seconds, sigmas, context)
        columns = [informations(kernels, first, seconds, s, orders, context) for s in sigmas]
        return list(np.concatenate(columns, axis=1))
