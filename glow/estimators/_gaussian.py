"""Information of variables taken to be Gaussian, from their covariances."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ._arrays import as_array, as_samples, is_discrete, same_length
from ._base import Estimator, _rows, half_of
from ._context import Classes
from ._copulas.classes import class_information
from ._copulas.doubts import doubt, excesses, of_axis, part_excess, quick_bend
from ._copulas.fit import distinct, double_ranks, fit_t_copula
from ._copulas.moments import Normal, layer_information, pair_information
from ._copulas.ranks import normal_scores
from ._counting.partition import Partition
from ._parameter import Parameter, parameter

if TYPE_CHECKING:
    import numpy.typing as npt

    from ._arrays import Array, Samples
    from ._context import Context
    from ._copulas.fit import FittedCopula, Ranks
    from ._estimate import Estimate

_WIDEST = 50  # units of both variables up to which the fit is tested
_ASKED = 500  # samples of a plane whose fit is tested: there are many points


class Gaussian(Estimator):
    """Mutual information in bits of variables taken to be jointly Gaussian.

    Two continuous variables of covariances A and B, and C together, have

        I(X;Y) = 1/2 log2(det A det B / det C)

    (Cover and Thomas 2006, section 8.5). It is exact for linear networks on Gaussian inputs, whose
    oracle it is. For other variables it says how much their second moments tell: a lower bound if
    both marginals are Gaussian, and no bound otherwise. Constant and redundant units are left out:
    what the others say is unchanged. Where a unit of one variable is a linear function of the
    other, the information is infinite and the estimate is refused.

    A label against a continuous variable: each class is Gaussian with a mean and a covariance of
    its own, so T is a mixture, whose entropy has no closed form. With Bayes' rule

        I(T;Y) = H(Y) + (1/N) sum_i log2 p(y_i given t_i),

    which never exceeds H(Y). (The entropy of one Gaussian with the moments of the whole mixture
    would: for classes far apart it grows without end.) Two labels have their plug-in information.

    Small samples: the expected log-determinant of a sample covariance is known, and its bias is
    taken away exactly (Goodman 1963; Misra, Singh and Demchuk 2005). For labels the mean of the
    estimate with each sample's own density and with the density fitted to the others is taken:
    their errors have opposite signs and cancel to first order.

    With ``noise``, or a layer that declares some, T is the activation plus that noise; then a
    layer's I(X;T) = 1/2 log2 det(1 + A / noise**2), and neither N <= d nor dead units matter.
    Beside labels the densities get the noise's variance and each sample one draw by a fixed seed.

    Tensors on an accelerator are copied to the host: the work is a few products of N x d arrays.

    Args:
        marginals: "gaussian" takes the values as they are; "copula" gives each unit normal scores
            by rank first, so that the estimate is exact for monotone maps of Gaussians and does not
            change with the scale of any unit (Ince et al. 2017).
        correction: "small-sample" takes the bias away as above, None leaves it in.
        noise: Standard deviation of Gaussian noise added to each unit, in units of the activation.
            None adds that of the layer, if it declares any. Not with ``marginals="copula"``.

    Raises:
        TypeError: If a setting is of the wrong kind or unknown.
        ValueError: If a setting is out of bounds, or has no effect beside another.

    Example:
        >>> import numpy as np
        >>> x = np.random.default_rng(0).normal(size=(10_000, 1))
        >>> y = x + np.random.default_rng(1).normal(size=(10_000, 1))  # 0.5 bits
        >>> round(Gaussian().criterion(x, y), 1)
        0.5
    """

    name = "gaussian"
    capped = False

    marginals: str = parameter(
        default="gaussian",
        scale="choice",
        choices=("gaussian", "copula"),
        meaning="the values themselves, or their normal scores by rank",
    )
    correction: str | None = parameter(
        default="small-sample",
        scale="choice",
        choices=("small-sample",),
        optional=True,
        meaning="correction of the bias of covariances of few samples",
    )
    noise: float | None = parameter(
        default=None,
        scale="log",
        low=1e-6,
        high=1e6,
        slider=(1e-3, 10),
        optional=True,
        example=0.1,
        unit="units of the activation",
        meaning="standard deviation of the noise added to each unit",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.marginals == "copula" and self.noise is not None:
            raise ValueError(
                f"Gaussian: noise={self.noise!r} is in units of the activation, which ranks "
                "forget. Give noise or marginals='copula', not both."
            )

    @property
    def active(self) -> tuple[Parameter, ...]:
        """All, but for noise where ranks have replaced the activations."""
        copula = self.marginals == "copula"
        return tuple(p for p in self.parameters if not (copula and p.name == "noise"))

    @property
    def label(self) -> str:
        """Such as "Gaussian", "Gaussian copula" or "Gaussian, uncorrected"."""
        family = "Gaussian copula" if self.marginals == "copula" else "Gaussian"
        return family if self.correction else f"{family}, uncorrected"

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        """The values themselves, and their ranks."""
        return cls(), cls(marginals="copula")

    def form(self, x_discrete: bool, y_discrete: bool) -> str:
        """Joint covariance, class covariances or plug-in."""
        if x_discrete and y_discrete:
            return "plug-in"
        return "class covariances" if x_discrete or y_discrete else "joint covariance"

    def criterion(self, x: Array, y: Array) -> float:
        """Mutual information of two variables taken to be Gaussian.

        Args:
            x: (N,) or (N, ...) samples. Integers and booleans are symbols.
            y: (N,) or (N, ...) samples, likewise. Noise, if set, is added to every continuous one.

        Returns:
            The estimate in bits.

        Raises:
            ValueError: If the lengths differ, a value is not finite, the samples are too few for a
                covariance, or one variable determines a part of the other.
        """
        first, second = self._variable("x", x, self.noise), self._variable("y", y, self.noise)
        return self._information(first, second) / math.log(2)

    def coordinates(self, t: Array, context: Context) -> tuple[float, float]:
        """I(X;T) and I(T;Y) of one layer in bits.

        With noise, I(X;T) is the capacity formula above: the layer is a function of X but for its
        noise. Without, it is what X and T have in common linearly.

        Raises:
            ValueError: As `criterion`, and for a noisy layer if ``marginals="copula"``.
        """
        noise = self._noise(context)
        samples = as_samples("Gaussian", "t", t)
        same_length("Gaussian", t=samples, x=context.x)
        layer = self._variable("t", samples, noise)
        assert isinstance(layer, Normal)  # noqa: S101 - activations are never symbols
        if noise is None:
            xt = self._information(self._kept(context, "x"), layer)
        else:
            xt = layer_information(layer, corrected=self.correction is not None)
        target = context.classes or self._kept(context, "y")
        return xt / math.log(2), self._information(layer, target) / math.log(2)

    def diagnose(self, t: Array, context: Context) -> dict[str, float]:
        """Figures that say how far the coordinates can be trusted.

        Returns:
            ``xt_half_change`` and ``ty_half_change``, the coordinates less those from half of the
            samples, NaN where these are too few; ``ty_shuffled``, I(T;Y) with Y shuffled. For up
            to 50 units without noise also ``xt_copula_excess`` and ``xt_bend_excess`` as in
            `check`, but over a Gaussian copula and from at most 500 samples; for ``ty`` those or,
            beside labels, ``ty_part_excess``. Pairs of units are not asked.
        """
        xt, ty = self.coordinates(t, context)
        half_xt, half_ty = self._half(t, context)
        _, shuffled = self.coordinates(t, context.shuffled)
        figures = {
            "xt_half_change": xt - half_xt,
            "ty_half_change": ty - half_ty,
            "ty_shuffled": shuffled,
        }
        if self._noise(context) is not None:
            return figures
        samples = as_samples("Gaussian", "t", t)
        found = {
            "xt": self._quick_misfit(samples, context.x, None, xt),
            "ty": self._quick_misfit(samples, context.y, context.classes, ty),
        }
        named = {f"{axis}_{n}": v for axis, each in found.items() for n, v in each.items()}
        return figures | named

    def _quick_misfit(
        self, t: Samples, partner: npt.NDArray[Any], classes: Classes | None, value: float
    ) -> dict[str, float]:
        """What speaks against Gaussians at one of many points."""
        if t.shape[1] > _WIDEST:
            return {}
        if classes is not None:
            return part_excess(t, classes, value)
        rows = np.sort(np.random.default_rng(0).permutation(len(t))[:_ASKED])
        ranks = self._ranks(partner[rows], t[rows])
        if ranks is None:
            return {}
        return self._copula_excess(ranks, math.inf, value)[1] | quick_bend(*ranks)

    def check(self, x: Array, y: Array) -> dict[str, float]:
        """Figures that say how far ``criterion(x, y)`` can be trusted.

        Returns:
            ``half_change``, the estimate less that from half of the samples; and for two continuous
            variables without noise what `TCopula.check` finds: ``pair_excess`` and ``bend_excess``
            over a fitted t copula, and ``copula_excess``, by how much the information of that
            copula exceeds the estimate; beside a label ``part_excess``, by how much that of a
            single unit does; in bits and each with its ``_error``. They take up to a second for
            2000 samples of 10 units and are left out beyond 50 units.
        """
        value = self.criterion(x, y)
        figures = {"half_change": self.half_change(x, y)}
        arrays = as_array("Gaussian", "x", x), as_array("Gaussian", "y", y)
        flat = [array.reshape(len(array), -1) for array in arrays]
        if self.noise is not None or all(is_discrete(array) for array in arrays):
            return figures
        if any(is_discrete(array) for array in arrays):
            labels, values = sorted(flat, key=lambda array: not is_discrete(array))
            few = values.shape[1] <= _WIDEST
            return figures | (part_excess(values, Classes.of(labels), value) if few else {})
        ranks = self._ranks(*flat)
        if ranks is None:
            return figures
        copula, found = self._copula_excess(ranks, None, value)
        return figures | found | (excesses(*ranks, copula) if copula is not None else {})

    @staticmethod
    def _ranks(x: npt.NDArray[Any], y: npt.NDArray[Any]) -> tuple[Ranks, Ranks] | None:
        """Twice the ranks of the units that differ; None if they are too few or too many."""
        first, second = distinct(double_ranks(x)), distinct(double_ranks(y))
        units = first.shape[1], second.shape[1]
        testable = all(units) and sum(units) <= min(_WIDEST, len(x) - 2)
        return (first, second) if testable else None

    def _copula_excess(
        self, ranks: tuple[Ranks, Ranks], dof: float | None, value: float
    ) -> tuple[FittedCopula | None, dict[str, float]]:
        """A copula of the ranks, and by how much its information exceeds the estimate, in bits."""
        try:
            copula = fit_t_copula(*ranks, dof)
        except ValueError:  # ranks that follow from others, where the values do not
            return None, {}
        found = copula.information(corrected=self.correction is not None) / math.log(2)
        error = copula.standard_error() / math.log(2)
        return copula, {"copula_excess": found - value, "copula_error": error}

    def measure(self, x: Array, y: Array) -> Estimate:
        """`criterion` with its form, diagnostics and verdict, as in `Estimator.measure`."""
        found = super().measure(x, y)
        return dataclasses.replace(
            found, verdict=doubt(found.verdict, found.value, found.diagnostics)
        )

    def verdicts(self, estimate: dict[str, float], context: Context) -> tuple[str, str]:
        """As `Estimator.verdicts`, with the doubts of `diagnose`."""
        xt, ty = super().verdicts(estimate, context)
        return (
            doubt(xt, estimate["xt"], of_axis(estimate, "xt_")),
            doubt(ty, estimate["ty"], of_axis(estimate, "ty_")),
        )

    def _half(self, t: Array, context: Context) -> tuple[float, float]:
        rows = half_of(context.samples)
        if rows is None:
            return math.nan, math.nan
        try:
            return self.coordinates(_rows(t, rows), context.subset(rows))
        except ValueError:  # the whole suits the estimator and its half does not
            return math.nan, math.nan

    def _noise(self, context: Context) -> float | None:
        if context.noise is None or self.noise is not None:
            return self.noise
        if self.marginals == "copula":
            raise ValueError(
                f"Gaussian: layer {context.layer or 'T'} adds noise (standard deviation "
                f"{context.noise:g}) in units of the activation, which ranks forget. "
                "Choose marginals='gaussian'."
            )
        return context.noise

    def _kept(self, context: Context, name: str) -> Normal | Classes:
        """X or Y, whitened once for all layers."""
        return context.memo(
            ("gaussian", name, self.marginals),
            lambda: self._variable(name, getattr(context, name), None),
        )

    def _variable(self, name: str, value: Array, noise: float | None) -> Normal | Classes:
        array = as_array("Gaussian", name, value)
        if is_discrete(array):
            return Classes.of(array)
        samples = as_samples("Gaussian", name, array).astype(np.float64)
        scores = normal_scores(samples) if self.marginals == "copula" else samples
        return Normal.of(name, scores, noise)

    def _information(self, x: Normal | Classes, y: Normal | Classes) -> float:
        """In nats."""
        lengths = {"x": _samples(x), "y": _samples(y)}
        same_length("Gaussian", **lengths)
        corrected = self.correction is not None
        if isinstance(x, Normal) and isinstance(y, Normal):
            return pair_information(x, y, corrected=corrected)
        if isinstance(x, Normal):
            assert isinstance(y, Classes)  # noqa: S101 - the case above
            return class_information(x, y, corrected=corrected)
        if isinstance(y, Normal):
            return class_information(y, x, corrected=corrected)
        return Partition.of_classes(x).information(Partition.of_classes(y)) * math.log(2)


def _samples(variable: Normal | Classes) -> npt.NDArray[np.generic]:
    return variable.values if isinstance(variable, Normal) else variable.labels
