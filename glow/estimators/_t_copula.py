"""Information of variables whose dependence is that of a multivariate Student t."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Self

import numpy as np

from ._arrays import as_array, as_samples, is_discrete, same_length
from ._base import Estimator
from ._copulas.doubts import doubt, excesses, of_axis, pair_excess
from ._copulas.fit import distinct, double_ranks, fit_t_copula, quantiles
from ._gaussian import Gaussian
from ._parameter import parameter
from ._verdict import RELIABLE, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._arrays import Array
    from ._context import Context
    from ._copulas.fit import Matrix, Ranks
    from ._estimate import Estimate

_TOLERANCE = 0.2  # of the estimate, which two standard errors must not exceed


class TCopula(Estimator):
    """Mutual information in bits of variables with the dependence of a multivariate Student t.

    Ranks replace the values, so that no monotone map of a unit changes the estimate. What remains,
    the copula, is taken to be that of a multivariate t (Demarta and McNeil 2005), whose correlation
    R and degrees of freedom v are fitted by likelihood; infinite v is the Gaussian copula. Then

        I(X;Y) = 1/2 log2(det R_X det R_Y / det R) + tail(v),

    where the tail says what the common length of X and Y tells (Arellano-Valle, Contreras-Reyes and
    Genton 2013). The bias of the determinants is taken away as in `Gaussian`. In many dimensions
    this holds where neighbours have long failed, see docs/high-dimensions.md: its error grows as
    d**2 / N and not with the volume of the space.

    It is no bound: dependence of another kind goes unseen. `check` looks for two other kinds, and
    the verdict is "model does not fit" where it finds much of them. Beside labels it is
    ``Gaussian(marginals="copula")``; two discrete variables have their plug-in information.
    A layer that adds noise is refused, because noise has no meaning after ranks.

    Tensors on an accelerator are copied to the host, which sorts their columns.

    Args:
        dof: Degrees of freedom, None to fit them.
        residual: "pairs" adds what neighbours (KSG) find between pairs of single units beyond what
            they find in samples drawn from the copula; it is right if the pairs are independent of
            each other. None adds nothing.

    Raises:
        TypeError: If a setting is of the wrong kind or unknown.
        ValueError: If a setting is out of bounds.

    Example:
        >>> import numpy as np
        >>> x, noise = np.random.default_rng(0).normal(size=(2, 4000, 10))
        >>> round(TCopula().criterion(x, np.exp(x + noise)))  # bits
        5
    """

    name = "t-copula"
    capped = False

    dof: float | None = parameter(
        default=None,
        scale="log",
        low=1,
        high=1e6,
        slider=(1, 100),
        optional=True,
        example=5.0,
        meaning="degrees of freedom of the copula; few for heavy tails",
    )
    residual: str | None = parameter(
        default=None,
        scale="choice",
        choices=("pairs",),
        optional=True,
        example="pairs",
        meaning="what is added where the copula does not fit",
    )

    @property
    def label(self) -> str:
        """Such as "t copula" or "t copula and pairs"."""
        return "t copula and pairs" if self.residual else "t copula"

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        """Without and with the residual of pairs."""
        return cls(), cls(residual="pairs")

    def form(self, x_discrete: bool, y_discrete: bool) -> str:
        """Copula of both, class covariances or plug-in."""
        if x_discrete or y_discrete:
            return _BESIDE_LABELS.form(x_discrete, y_discrete)
        return "joint copula"

    def criterion(self, x: Array, y: Array) -> float:
        """Mutual information of two variables.

        Args:
            x: (N,) or (N, ...) samples. Integers and booleans are symbols.
            y: (N,) or (N, ...) samples, likewise.

        Returns:
            The estimate in bits.

        Raises:
            ValueError: If the lengths differ, a value is not finite, or the samples are too few for
                a correlation of all units.
        """
        if _any_discrete(x, y):
            return _by_labels(x, y)
        ranks = _ranks(x, y)
        if ranks is None:
            return 0.0
        copula = fit_t_copula(*ranks, self.dof)
        found = copula.information(corrected=True)
        if self.residual is not None:
            found += pair_excess(*_scores(ranks), copula).value
        return found / math.log(2)

    def coordinates(self, t: Array, context: Context) -> tuple[float, float]:
        """I(X;T) and I(T;Y) of one layer in bits.

        Raises:
            ValueError: As `criterion`, and for a layer that adds noise.
        """
        if context.noise is not None:
            raise ValueError(
                f"TCopula: layer {context.layer or 'T'} adds noise (standard deviation "
                f"{context.noise:g}) in units of the activation, which ranks forget. "
                "Choose Gaussian() or an estimator made for noise."
            )
        samples = as_samples("TCopula", "t", t)
        same_length("TCopula", t=samples, x=context.x)
        return super().coordinates(samples, context)

    def check(self, x: Array, y: Array) -> dict[str, float]:
        """Figures that say how far ``criterion(x, y)`` can be trusted.

        Returns:
            ``half_change``, the estimate less that from half of the samples; and for two continuous
            variables: ``tail``, 1 / v; ``tied_share``, of the values that others of their unit
            equal; ``standard_error`` of the estimate in bits if the copula is right;
            ``pair_excess`` and ``bend_excess``, information in bits that the copula misses between
            single units, and because the mean of one variable given the other is not linear, each
            with its ``_error``. NaN where the samples are too few to tell.
        """
        figures = {"half_change": self.half_change(x, y)}
        ranks = None if _any_discrete(x, y) else _ranks(x, y)
        if ranks is None:
            return figures
        copula = fit_t_copula(*ranks, self.dof)
        return figures | {
            "tail": 1 / copula.dof,
            "tied_share": _tied_share(np.hstack(ranks)),
            "standard_error": copula.standard_error() / math.log(2),
            **excesses(*ranks, copula),
        }

    def measure(self, x: Array, y: Array) -> Estimate:
        """`criterion` with its form, diagnostics and verdict, as in `Estimator.measure`."""
        found = super().measure(x, y)
        doubted = _doubt(found.verdict, found.value, found.diagnostics)
        return dataclasses.replace(found, verdict=doubted)

    def verdicts(self, estimate: dict[str, float], context: Context) -> tuple[str, str]:
        """As `Estimator.verdicts`, with the doubts of `check`."""
        xt, ty = super().verdicts(estimate, context)
        return (
            _doubt(xt, estimate["xt"], of_axis(estimate, "xt_")),
            _doubt(ty, estimate["ty"], of_axis(estimate, "ty_")),
        )


_BESIDE_LABELS = Gaussian(marginals="copula")


def _by_labels(x: Array, y: Array) -> float:
    try:
        return _BESIDE_LABELS.criterion(x, y)
    except (TypeError, ValueError) as error:
        raise type(error)(str(error).replace("Gaussian: ", "TCopula: ", 1)) from None


def _any_discrete(x: Array, y: Array) -> bool:
    return any(is_discrete(as_array("TCopula", name, v)) for name, v in (("x", x), ("y", y)))


def _ranks(x: Array, y: Array) -> tuple[Ranks, Ranks] | None:
    """Twice the ranks of the units that differ, None if a variable is constant."""
    samples = {"x": as_samples("TCopula", "x", x), "y": as_samples("TCopula", "y", y)}
    same_length("TCopula", **samples)
    first, second = (distinct(double_ranks(each)) for each in samples.values())
    n, d = len(first), first.shape[1] + second.shape[1]
    if not first.shape[1] or not second.shape[1]:
        return None
    if n <= d + 1:
        raise ValueError(
            f"TCopula: a correlation of {d} units (x and y together) needs more than {d + 1} "
            f"samples, got {n}. Give more samples or fewer units."
        )
    return first, second


def _scores(ranks: tuple[Ranks, Ranks]) -> tuple[Matrix, Matrix]:
    return quantiles(ranks[0], math.inf), quantiles(ranks[1], math.inf)


def _tied_share(ranks: Ranks) -> float:
    """Share of the values that another of their column equals."""
    ordered = np.sort(ranks, axis=0)
    same = ordered[1:] == ordered[:-1]
    edge = np.zeros((1, ranks.shape[1]), dtype=bool)
    return float((np.vstack((edge, same)) | np.vstack((same, edge))).mean())


def _doubt(verdict: str, value: float, figures: Mapping[str, float]) -> str:
    """The verdict once the figures of `TCopula.check` are known; NaN raises no doubt."""
    doubted = doubt(verdict, value, figures)
    lost = 2 * figures.get("standard_error", 0.0) > _TOLERANCE * value
    return SAMPLES if doubted == RELIABLE and "standard_error" in figures and lost else doubted
