"""Problems that look like a recorded layer and whose mutual information is known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from glow.datasets import ProbitLabel

    Floats = npt.NDArray[np.float64]

_OWN_SHARE = 0.01  # of each unit's variance is its own, so that the correlations can be inverted
_TIE_SPREAD = 1e-4  # of a unit's range over which equal values are spread, or less in a small gap


@dataclass(frozen=True, eq=False)
class Look:
    """What of a layer a matched problem keeps: its marginals and correlations.

    Attributes:
        units: (N, d) the activations.
        alive: the numbers of the units that vary.
        quantiles: (N, alive) their values in order, equal ones spread a little.
        axes: (alive, alive) what turns independent standard normals into normals with the
            correlations of the units' normal scores, the direction that moves most first.
        breadth: how many directions the layer moves in, the participation ratio of its principal
            variances, (sum)^2 / sum of squares.
        tied: share of the values that repeat another of their unit.
    """

    units: Floats
    alive: npt.NDArray[np.int64]
    quantiles: Floats
    axes: Floats
    breadth: float
    tied: float

    @classmethod
    def of(cls, activations: npt.NDArray[np.float32]) -> Self:
        """Looks at a layer (N, ...).

        Raises:
            ValueError: if a value is not finite, or none of the units varies.
        """
        units = activations.reshape(len(activations), -1).astype(np.float64)
        if not np.isfinite(units).all():
            raise ValueError("its activations are not all finite. Choose an earlier epoch.")
        alive = np.flatnonzero(np.ptp(units, axis=0) > 0)
        if len(alive) == 0:
            raise ValueError("all its units are constant. Choose another layer or epoch.")
        variances, directions = np.linalg.eigh(_correlations(units[:, alive]))
        variances, directions = variances[::-1], directions[:, ::-1]
        return cls(
            units=units,
            alive=alive,
            quantiles=np.stack([_spread(column) for column in units[:, alive].T], axis=1),
            axes=directions * np.sqrt(variances),
            breadth=float(variances.sum() ** 2 / (variances**2).sum()),
            tied=1 - sum(len(np.unique(column)) for column in units.T) / units.size,
        )

    def wear(self, normal: Floats) -> Floats:
        """Gives independent standard normals (N, alive) the looks of the layer, (N, d).

        An invertible linear map, then a strictly increasing one for each unit: what is known of the
        normals is known of the result.
        """
        from scipy.special import ndtr

        shares = ndtr(normal @ self.axes.T)  # (N, alive), uniform on [0, 1]
        places = np.linspace(0, 1, len(self.quantiles))
        worn = np.repeat(self.units[:1], len(normal), axis=0)  # constant units stay
        for column, unit in enumerate(self.alive):
            worn[:, unit] = np.interp(shares[:, column], places, self.quantiles[:, column])
        return worn


@dataclass(frozen=True, eq=False)
class Problem:
    """One sample of a known answer.

    Attributes:
        t: (N, d) the layer.
        x: (N, k) what stands for X.
        y: (N,) labels, or (N, k) values.
    """

    t: Floats
    x: Floats
    y: npt.NDArray[np.int64] | Floats


def matched(
    look: Look,
    columns: int,
    x_bits: float,
    target: ProbitLabel | tuple[int, float],
    rng: np.random.Generator,
) -> Problem:
    """A layer with the given looks, of which X and Y know what they are told to.

    Args:
        look: the looks.
        columns: how many columns X has.
        x_bits: I(X;T).
        target: how labels are graded, or the number of columns of a continuous Y and I(T;Y).
        rng: where the numbers come from.
    """
    normal = rng.standard_normal((len(look.units), len(look.alive)))
    x = _partner(normal, look.breadth, columns, x_bits, rng)
    if isinstance(target, tuple):
        return Problem(look.wear(normal), x, _partner(normal, look.breadth, *target, rng))
    return Problem(look.wear(normal), x, target.labels(normal[:, 0], rng))


def chosen_rows(look: Look, x_bits: float, rng: np.random.Generator) -> tuple[Problem, float]:
    """A layer that shows one of K of its own rows, chosen by X: I(X;T) = log2 K.

    Args:
        look: the looks.
        x_bits: log2 K before rounding K.
        rng: where the numbers come from.

    Returns:
        The problem, with X as Y, and log2 K: less than asked if too few rows differ.
    """
    rows = np.unique(look.units, axis=0)
    shown = rows[rng.permutation(len(rows))[: max(1, round(2**x_bits))]]
    x = rng.integers(len(shown), size=len(look.units))
    return Problem(shown[x], x[:, None].astype(np.float64), x), math.log2(len(shown))


def _partner(
    normal: Floats, breadth: float, columns: int, bits: float, rng: np.random.Generator
) -> Floats:
    """Standard normals (N, columns) of which the leading ones know ``bits`` of the layer's."""
    pairs = min(columns, normal.shape[1], max(1, round(breadth)))
    missing = 2 ** (-2 * bits / pairs)  # 1 - rho^2
    partner = rng.standard_normal((len(normal), columns))
    partner[:, :pairs] *= math.sqrt(missing)
    partner[:, :pairs] += math.sqrt(1 - missing) * normal[:, :pairs]
    return partner


def _correlations(units: Floats) -> Floats:
    """Those of the units' normal scores (d, d), drawn a little towards independence."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    scores = ndtri((rankdata(units, axis=0) - 0.5) / len(units))
    found = np.atleast_2d(np.corrcoef(scores, rowvar=False))
    drawn: Floats = (1 - _OWN_SHARE) * found + _OWN_SHARE * np.eye(len(found))
    return drawn


def _spread(column: Floats) -> Floats:
    """The values (N,) in order, equal ones spread towards the next, the largest ones down."""
    values, counts = np.unique(column, return_counts=True)
    gaps = np.diff(values)
    room = np.minimum(np.append(gaps, -gaps[-1]) / 3, _TIE_SPREAD * np.ptp(values))
    room[-1] = -min(gaps[-1] / 3, _TIE_SPREAD * np.ptp(values))
    within = np.arange(len(column)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = within / np.repeat(np.maximum(counts - 1, 1), counts)
    last = np.repeat(np.arange(len(values)) == len(values) - 1, counts)
    share[last] = np.where(counts[-1] > 1, 1 - share[last], 0)
    spread: Floats = np.repeat(values, counts) + np.repeat(room, counts) * share
    return spread
