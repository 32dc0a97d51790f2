"""One point of a plane: its coordinates, what is known of them, and the verdicts in words."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from glow.estimators import Estimator, UnsuitableError

from ._axes import AXES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt
    import torch

    from glow.estimators import Context

    Activation = npt.NDArray[np.float32] | torch.Tensor
    Point = dict[str, Any]
    Values = dict[str, npt.NDArray[Any]]

UNKNOWN = "unknown"
"""The verdict on an estimate whose diagnostics could not be made."""

REFUSAL = "refusal"
"""The variable that says why a point is NaN; it is there only where one was refused."""

_LONGEST = 120  # characters of a verdict, of which there is one for each point

# What numerical work raises, torch's included; anything else is a bug and shows itself.
_NO_DIAGNOSIS = (ValueError, ArithmeticError, RuntimeError)


def point(estimator: Estimator, t: Activation, context: Context, diagnostics: bool) -> Point:
    """Returns a point's ``xt`` and ``ty``, with diagnostics and verdicts if they are asked for.

    One that the estimator refuses is NaN, and says why.
    """
    try:
        estimator.admit(context)
    except ValueError as cause:
        return refused(cause, diagnostics)
    if diagnostics:
        try:
            return judged(estimator, estimator.estimate(t, context), context)
        except _NO_DIAGNOSIS:
            pass  # a point that cannot be diagnosed may still be estimated; if not, that is raised
    try:
        xt, ty = estimator.coordinates(t, context)
    except UnsuitableError:
        raise
    except ValueError as cause:
        return refused(cause, diagnostics)
    return unjudged({"xt": xt, "ty": ty}) if diagnostics else {"xt": xt, "ty": ty}


def refused(cause: ValueError, diagnostics: bool, axes: Sequence[str] = AXES) -> Point:
    """Returns what stands for a point that cannot be estimated: NaN and the reason in words."""
    sentence, *_ = str(cause).split(". ")
    verdict = textwrap.shorten(f"refused: {sentence}", _LONGEST, placeholder=" ...")
    words = {verdict_of(axis): verdict for axis in axes} if diagnostics else {}
    return {**dict.fromkeys(axes, np.nan), **words, REFUSAL: str(cause)}


def judged(estimator: Estimator, estimate: dict[str, float], context: Context) -> Point:
    """Adds the verdicts to what `Estimator.estimate` returned."""
    words = estimator.verdicts(estimate, context)
    return {**estimate, **{verdict_of(axis): w for axis, w in zip(AXES, words, strict=True)}}


def unjudged(coordinates: dict[str, float]) -> Point:
    """Adds verdicts that say that nothing is known."""
    return {**coordinates, **{verdict_of(axis): UNKNOWN for axis in coordinates}}


def side(
    estimator: Estimator, axis: str, t: Activation, context: Context, diagnostics: bool
) -> Point:
    """Returns one coordinate of a point, with what is said of it alone.

    A family that measures the coordinates one by one is asked for this one only.
    """
    try:
        estimator.admit(context)
    except ValueError as cause:
        return refused(cause, diagnostics, (axis,))
    if diagnostics:
        try:
            return only(estimator, axis, _one_estimate(estimator, axis, t, context), context)
        except _NO_DIAGNOSIS:
            pass
    try:
        value = _one_coordinate(estimator, axis, t, context)
    except UnsuitableError:
        raise
    except ValueError as cause:
        return refused(cause, diagnostics, (axis,))
    return unjudged({axis: value}) if diagnostics else {axis: value}


def only(estimator: Estimator, axis: str, estimate: dict[str, float], context: Context) -> Point:
    """Keeps of an estimate what concerns one coordinate; each diagnostic gets the axis's name."""
    whole = {**dict.fromkeys(AXES, np.nan), **estimate}
    other = AXES[1 - AXES.index(axis)]
    kept = {
        name if name == axis or name.startswith(f"{axis}_") else f"{axis}_{name}": value
        for name, value in estimate.items()
        if name != other and not name.startswith(f"{other}_")
    }
    return {**kept, verdict_of(axis): estimator.verdicts(whole, context)[AXES.index(axis)]}


def _one_coordinate(estimator: Estimator, axis: str, t: Activation, context: Context) -> float:
    if type(estimator).coordinates is Estimator.coordinates:
        return estimator.criterion(*_partners(axis, t, context))
    return estimator.coordinates(t, context)[AXES.index(axis)]


def _one_estimate(
    estimator: Estimator, axis: str, t: Activation, context: Context
) -> dict[str, float]:
    cls = type(estimator)
    inherited = (
        cls.coordinates is Estimator.coordinates
        and cls.diagnose is Estimator.diagnose
        and cls.estimate is Estimator.estimate
    )
    if not inherited:
        return estimator.estimate(t, context)
    pair = _partners(axis, t, context)
    figures = {f"{axis}_{name}": value for name, value in estimator.check(*pair).items()}
    if axis == "ty":
        figures["ty_shuffled"] = estimator.criterion(t, context.shuffled.y)
    return {axis: estimator.criterion(*pair), **figures}


def _partners(axis: str, t: Activation, context: Context) -> tuple[Any, Any]:
    return (context.x, t) if axis == "xt" else (t, context.y)


def verdict_of(axis: str) -> str:
    """Returns the name of the variable that holds a coordinate's verdicts."""
    return f"{axis}_verdict"


def columns(points: Sequence[Mapping[str, Any]]) -> Values:
    """Stacks points by name; a figure that one of them lacks is NaN there, and a word is empty."""
    names = {name: np.asarray(value).dtype.kind for each in points for name, value in each.items()}
    lacking = {name: "" if kind == "U" else np.nan for name, kind in names.items()}
    return {
        name: np.stack(
            [np.asarray(p[name]) if name in p else np.full(_shape(p), none) for p in points]
        )
        for name, none in lacking.items()
    }


def _shape(one: Mapping[str, Any]) -> tuple[int, ...]:
    return np.shape(one["xt"])
