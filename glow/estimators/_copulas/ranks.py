"""What is left of a variable when only the order of its values counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from glow.estimators._arrays import Samples


def normal_scores(samples: Samples) -> npt.NDArray[np.float64]:
    """(N, d) quantiles of the standard normal at rank / (N + 1), column by column.

    Equal values share the mean of their ranks; a constant column becomes constant 0.
    """
    from scipy.special import ndtri
    from scipy.stats import rankdata

    scores: npt.NDArray[np.float64] = ndtri(rankdata(samples, axis=0) / (len(samples) + 1))
    return scores
