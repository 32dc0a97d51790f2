"""Whether an estimate can be trusted, in one phrase."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

RELIABLE = "reliable"
AT_CEILING = "at ceiling"
ABOVE_CEILING = "above ceiling"
TIES = "biased by ties"
RANGE = "range too narrow"
SAMPLES = "too few samples for d"
UNFINISHED = "still rising"
MISFIT = "model does not fit"
NOISE = "set by the noise"
VERDICTS = (RELIABLE, AT_CEILING, ABOVE_CEILING, TIES, RANGE, NOISE, SAMPLES, UNFINISHED, MISFIT)
"""Every phrase that an estimator's verdict can be."""

_NEAR_CEILING = 0.05  # bits below a ceiling at which an estimate counts as standing on it
_CELLS_SHARE = 2 / 3  # of the entropy of cells, from where on they cut estimates short
_ENTROPY_SHARE = 0.1  # of H(Y): an estimate that is nearer cannot be cut short by more
_TIED_SHARE = 0.1
_OUTSIDE_SHARE = 0.01
_BASELINE_SHARE = 0.1  # of H(Y)
_RESIDUE = 0.01  # bits of a shuffled partner that are never a reason, as where H(Y) is 0
_GAUSSIAN_ERROR = 0.2  # relative; from there on an estimate tells more of N and d than of the data
_BIAS_LEFT = 0.2  # of the estimate, or of a bit where it is less
_BELOW_ZERO = 0.1  # bits; information is never negative
_HALF_CHANGE, _HALF_SHARE = 0.1, 0.1  # bits, or this share of the estimate


def verdict(
    value: float,
    diagnostics: Mapping[str, float],
    *,
    ceiling: float = math.inf,
    entropy: float | None = None,
) -> str:
    """Says in one phrase whether an estimate can be trusted.

    Args:
        value: The estimate.
        diagnostics: What is known of it. ``tied_share``: of the distances between neighbours that
            are equal. ``atom_share``: of the samples that repeat, a reason only where the estimate
            hangs on how often they do (``half_change``). ``outside_share``: of the values beyond
            the range of the cells. ``shuffled``: the estimate for a shuffled partner, which should
            be 0. ``half_change``: the estimate less that from half of the samples; NaN where a half
            was too small to say. ``cell_ceiling``: the entropy of cells in which different values
            share one. ``noise_change``: the estimate less that with twice the added noise.
            ``gaussian_error``: the relative error on Gaussian data of the same N, d and
            covariance. ``bias_left``: bits that are still missing if the change with N goes on as
            slowly as it may. Others are ignored, and so is NaN in the others.
        ceiling: What no estimate of these samples can exceed, such as log2 N; an estimate on it
            could not have been larger, whatever the truth is.
        entropy: What the truth cannot exceed, such as H(Y), which is also the measure for
            ``shuffled``; None where it is unknown.

    Returns:
        "reliable", "at ceiling", "above ceiling" (more than the partner's entropy), "biased by
        ties", "range too narrow", "set by the noise" or "too few samples for d", as which an
        estimate well below 0 counts too. The first reason that applies wins.
    """

    def known(name: str, otherwise: float = 0.0) -> float:
        figure = diagnostics.get(name, otherwise)
        return otherwise if math.isnan(figure) else figure

    room = entropy if entropy is not None else max(abs(value), 1.0)
    allowed_change = max(_HALF_CHANGE, _HALF_SHARE * abs(value))
    moves = abs(known("half_change")) > allowed_change
    blurred = abs(known("noise_change")) > allowed_change
    more = entropy is None or entropy - value > max(_NEAR_CEILING, _ENTROPY_SHARE * entropy)
    reasons = {
        ABOVE_CEILING: entropy is not None and value > entropy + _NEAR_CEILING,
        AT_CEILING: value > ceiling - _NEAR_CEILING
        or (value > _CELLS_SHARE * known("cell_ceiling", math.inf) - _RESIDUE and more),
        TIES: known("tied_share") > _TIED_SHARE or (moves and known("atom_share") > _TIED_SHARE),
        RANGE: known("outside_share") > _OUTSIDE_SHARE,
        NOISE: blurred,
        SAMPLES: value < -_BELOW_ZERO
        or abs(known("shuffled")) > max(_BASELINE_SHARE * room, _RESIDUE)
        or moves
        or math.isnan(diagnostics.get("half_change", 0.0))
        or abs(known("gaussian_error")) > _GAUSSIAN_ERROR
        or abs(known("bias_left")) > _BIAS_LEFT * room,
    }
    return next((phrase for phrase, applies in reasons.items() if applies), RELIABLE)
