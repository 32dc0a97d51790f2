"""Mutual information from nearest neighbours in the joint space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from ._neighbours.joint import JointNeighbourEstimator
from ._neighbours.search import Cloud, label_reading, pair_reading
from ._neighbours.sorted import Line, line_label_reading, line_pair_reading
from ._parameter import parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._neighbours.search import AnyCloud, Integers, Reading, Split


class KSG(JointNeighbourEstimator):
    """Kraskov, Stoegbauer and Grassberger's estimator and its mixed forms, in bits.

    Two continuous variables (2004, equations 8 and 9): with epsilon the distance of a sample to its
    k-th neighbour in the joint space and n_x, n_t the samples nearer than that in each variable,

        I(X;T) = psi(k) + psi(N) - mean(psi(n_x + 1) + psi(n_t + 1))

    A continuous variable and labels (Ross 2014): neighbours are sought within the class, and n_t
    counts all samples; a class of at most k samples lends as many as it has, and samples alone in
    their class are left out. Samples whose k-th neighbour is not the only one at its distance
    (repeated rows, saturated units, inputs on a lattice) are treated as atoms, after Gao, Kannan,
    Oh and Viswanath (2017): all neighbours that near count, in the joint space as in each variable,

        psi(n_xt + 1) + psi(N) - psi(n_x + 1) - psi(n_t + 1)

    That is exact in the limit for repeated values, but for a lattice such as binary inputs its
    cells are what is resolved: ``tied_share`` says how often. Without ties nothing changes.

    Both variables are scaled to the same mean deviation, so that multiplying one by a number does
    not matter. The estimate from N samples never much exceeds psi(N) - psi(k), whatever the truth;
    a layer without noise, whose I(X;T) is infinite, stands there. In many dimensions it is far too
    low: see ``gaussian_error`` in `check`.

    Args:
        k: Neighbours. `curve` gives all of them for little more than the largest.
        variant: 1, with one epsilon for both variables, or 2, with one for each.
        metric: "euclidean" or "max" within each variable. In the maximum norm all binary patterns
            are equally far.
        ties: "mixed" as above, or "plain", which treats tied samples like others and reads too
            little.

    Raises:
        TypeError: If a setting is of the wrong kind or unknown.
        ValueError: If a setting is out of bounds.

    Example:
        >>> import numpy as np
        >>> x, noise = np.random.default_rng(0).normal(size=(2, 1000))
        >>> round(KSG(k=3).criterion(x, x + noise), 1)  # 0.5 bits
        0.5
    """

    name = "ksg"

    variant: int = parameter(
        default=1,
        scale="integer",
        low=1,
        high=2,
        slider=False,
        meaning="1: one distance for both variables; 2: one for each",
    )
    ties: str = parameter(
        default="mixed",
        scale="choice",
        choices=("mixed", "plain"),
        meaning="whether samples at equal distances count as atoms",
    )

    @property
    def label(self) -> str:
        """Such as "KSG" or "KSG variant 2, max norm"."""
        parts = [f"KSG variant {self.variant}" if self.variant == 2 else "KSG"]
        parts += ["max norm"] if self.metric == "max" else []
        parts += ["plain"] if self.ties == "plain" else []
        return ", ".join(parts)

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        """Both variants."""
        return cls(), cls(variant=2)

    def form(self, x_discrete: bool, y_discrete: bool) -> str:
        """Ross's form beside labels, else Kraskov's; `measure` adds how many samples are atoms."""
        if x_discrete and y_discrete:
            return "plug-in"
        if x_discrete or y_discrete:
            return f"Ross 2014, discrete {'X' if x_discrete else 'Y'}"
        return f"KSG 2004, variant {self.variant}"

    def _of_pair(self, x: AnyCloud, y: AnyCloud, ks: Integers) -> Reading:
        mixed = self.ties == "mixed"
        numbers = [v for v in (x, y) if isinstance(v, Cloud) and v.is_line]
        if len(numbers) == 2 and self.variant == 1:
            a, b = (Line.of(v.columns[0]) for v in numbers)
            return line_pair_reading(a, b, ks, mixed=mixed)
        return pair_reading(x, y, ks, variant=self.variant, mixed=mixed)

    def _of_labels(self, t: AnyCloud, split: Split, ks: Integers) -> Reading:
        mixed = self.ties == "mixed"
        if isinstance(t, Cloud) and t.is_line:
            return line_label_reading(Line.of(t.columns[0]), split, ks, mixed=mixed)
        return label_reading(t, split, ks, mixed=mixed)

    def _tied_share(self, reading: Reading) -> float:
        atoms = 0.0 if self.ties == "mixed" else reading.atoms[0]
        return float(atoms + reading.ties[0])

    def _form_found(self, form: str, figures: Mapping[str, float]) -> str:
        return form if self.ties == "plain" else super()._form_found(form, figures)
