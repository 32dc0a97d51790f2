"""The clipped estimate of Song and Ermon."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ._neural.base import Neural
from ._neural.bounds import donsker_varadhan
from ._parameter import parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy.typing as npt
    import torch

    from ._arrays import Array
    from ._context import Context
    from ._neural.critics import Scores


class SMILE(Neural):
    """The Donsker-Varadhan value with a clipped partition term (Song and Ermon 2020), in bits.

        E_p[f] - ln E_q[exp(clip(f, -tau, tau))],

    p the joint distribution and q the product of its marginals. The critic is trained with the
    Jensen-Shannon objective E_p[-softplus(-f)] - E_q[softplus(f)], whose best f is ln(p/q) and
    whose gradient has little spread. Clipping trades that of the value for a bias: unlike the other
    three it is no bound and can exceed the truth. The best step is that of the objective, so the
    critic does not depend on ``tau`` and `curve` reads all its values from one training.

    Its other settings, what is held out and what a layer without noise reads: see `Neural`.

    Args:
        tau: Where the critic is clipped in the partition term, in nats; Song and Ermon: 1 and 5.
    """

    name = "smile"

    tau: float = parameter(
        default=5.0,
        scale="log",
        low=1e-3,
        high=1e3,
        slider=(0.5, 20),
        unit="nats",
        meaning="where the critic is clipped in the partition term",
    )

    def objective(self) -> Callable[[Scores], torch.Tensor]:
        """The Jensen-Shannon objective."""
        return self.quality

    def quality(self, scores: Scores) -> torch.Tensor:
        """The Jensen-Shannon objective, 0 for a critic that cannot tell p from q."""
        from torch.nn.functional import softplus

        told = -softplus(-scores.joint).mean() - softplus(scores.product).mean()
        return told + 2 * math.log(2)

    def contributions(self, scores: Scores) -> torch.Tensor:
        """Terms of the clipped value."""
        return donsker_varadhan(scores.joint, scores.product.clamp(-self.tau, self.tau))

    def curve(
        self, t: Array, context: Context, parameter: str, values: Iterable[float]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Both coordinates at many values of one parameter, for ``tau`` from one training.

        Args:
            t: (N, ...) activations of the layer.
            context: What is fixed while the layer changes.
            parameter: "tau"; anything else is trained value by value.
            values: (V,) its values, in any order.

        Returns:
            I(X;T) and I(T;Y), two arrays (V,) in bits, in the order of ``values``.
        """
        if parameter != "tau":
            return super().curve(t, context, parameter, values)
        moved = [self.replace(tau=value) for value in values]
        (_, *xt), (_, *ty) = self._point(t, context, [self, *moved])[0]
        bits = [[reading.estimate / math.log(2) for reading in axis] for axis in (xt, ty)]
        return np.array(bits[0], dtype=np.float64), np.array(bits[1], dtype=np.float64)
