"""Mutual information from differential entropies by nearest neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ._neighbours.joint import JointNeighbourEstimator
from ._neighbours.search import Reading, digammas, radius_sums

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._neighbours.search import AnyCloud, Integers, Split


class KNN(JointNeighbourEstimator):
    """Kozachenko and Leonenko's entropies, put together to an information, in bits.

    The differential entropy of N samples in d dimensions, with epsilon the distance of a sample to
    its k-th neighbour and c the volume of the unit ball (Kozachenko and Leonenko 1987; Kraskov et
    al. 2004, equation 20), is

        h = psi(N) - psi(k) + log c + d mean(log epsilon)

    A continuous variable and labels: I(T;Y) = h(T) - sum_y p(y) h(T given y). It can exceed H(Y)
    where classes have few samples, whose entropies err most: `measure` says "above ceiling". Two
    continuous variables: I(X;T) = h(X) + h(T) - h(X,T), where a joint ball is the product of the
    two. The errors of the terms do not cancel as they do in `KSG`, and a layer that is a function
    of X has no finite h(X,T): the estimate then grows with N.

    Units that never change are left out of d. A sample with k others in its very place has epsilon
    = 0: it gets the next distance, with as many neighbours as lie closer, and counts in
    ``tied_share``. Classes of at most k samples lend as many neighbours as they have, and samples
    alone in their class are left out.

    Args:
        k: Neighbours. `curve` gives all of them for little more than the largest.
        metric: "euclidean" or "max" within each variable.

    Raises:
        TypeError: If a setting is of the wrong kind or unknown.
        ValueError: If a setting is out of bounds.

    Example:
        >>> import numpy as np
        >>> x, noise = np.random.default_rng(0).normal(size=(2, 1000))
        >>> round(KNN(k=3).criterion(x, x + noise), 1)  # 0.5 bits
        0.5
    """

    name = "knn"
    capped: ClassVar[bool] = False

    @property
    def label(self) -> str:
        """Such as "KNN" or "KNN, max norm"."""
        return "KNN, max norm" if self.metric == "max" else "KNN"

    def form(self, x_discrete: bool, y_discrete: bool) -> str:
        """Labels split the entropy of T; two continuous variables have three entropies."""
        if x_discrete and y_discrete:
            return "plug-in"
        if x_discrete or y_discrete:
            return f"class split, discrete {'X' if x_discrete else 'Y'}"
        return "three entropies"

    def _of_pair(self, x: AnyCloud, y: AnyCloud, ks: Integers) -> Reading:
        n, nothing = x.samples, np.zeros(len(ks))
        if not (x.dimensions and y.dimensions):  # a constant
            return Reading(nothing, nothing, nothing)
        (x_logs, x_psi), x_ties = radius_sums((x,), ks)
        (y_logs, y_psi), y_ties = radius_sums((y,), ks)
        (logs, psi), ties = radius_sums((x, y), ks)
        marginals = x.dimensions * x_logs - x_psi + y.dimensions * y_logs - y_psi
        joint = (x.dimensions + y.dimensions) * logs - psi
        values = digammas(n)[n] + (marginals - joint) / n
        atoms, others = np.maximum(np.maximum(x_ties, y_ties), ties) / n
        return Reading(values, atoms, np.minimum(others, 1 - atoms))

    def _of_labels(self, t: AnyCloud, split: Split, ks: Integers) -> Reading:
        t, nothing = t.first(split.samples), np.zeros(len(ks))
        if not t.dimensions:
            return Reading(nothing, nothing, nothing, split.dropped)
        (logs, psi), _ = radius_sums((t,), ks)
        (class_logs, class_psi), ties = radius_sums((t,), ks, split)
        table, n = digammas(t.samples), t.samples
        within = table[split.highs - split.lows].mean()
        terms = t.dimensions * (logs - class_logs) - psi + class_psi
        return Reading(table[n] - within + terms / n, ties[0] / n, ties[1] / n, split.dropped)

    def _tied_share(self, reading: Reading) -> float:
        return float(reading.atoms[0] + reading.ties[0])

    def _form_found(self, form: str, figures: Mapping[str, float]) -> str:
        return form
