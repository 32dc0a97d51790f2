"""Planes of anybody's estimator: where it fails on one layer, the others are still estimated."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from glow.dynamics import Cancelled, RefusedError
from glow.estimators import UnsuitableError

if TYPE_CHECKING:
    import xarray as xr

    from glow.dynamics import Recording
    from glow.estimators import Estimator

    Estimate = Callable[..., xr.Dataset]

_LONGEST = 120  # characters of a verdict


def forgiving(
    estimate: Estimate,
    recording: Recording,
    estimator: Estimator,
    *,
    layers: Sequence[str] | None = None,
    suspects: set[str] | None = None,
    **options: Any,  # noqa: ANN401 - handed on
) -> xr.Dataset:
    """A plane or sweep in which points that cannot be estimated are missing, with the reason.

    :func:`glow.dynamics.plane` leaves out points that an estimator refuses with a ``ValueError``.
    Any other exception ends it; here only the layer that raised it is lost.

    Args:
        estimate: :func:`glow.dynamics.plane` or :func:`glow.dynamics.sweep`.
        recording: What is measured.
        estimator: How.
        layers: Which layers; all if None.
        suspects: Layers that failed before; they are tried one by one, and others that fail join
            them.
        options: What else ``estimate`` takes.

    Returns:
        Its dataset. Missing points are NaN; the attribute ``refused`` says where and why the first
        of them was, and with diagnostics so does each one's verdict.

    Raises:
        Cancelled: If the flag ``cancel`` among the options was set.
        Exception: What the estimator raised, if it failed on every layer.
    """
    chosen = list(recording.layers if layers is None else layers)
    suspects = set() if suspects is None else suspects
    trusted = [layer for layer in chosen if layer not in suspects]
    groups = [trusted] * bool(trusted) + [[layer] for layer in chosen if layer in suspects]
    parts, failures = [], {}
    while groups:
        group = groups.pop(0)
        try:
            parts.append(_whole(estimate, recording, estimator, layers=group, **options))
        except (Cancelled, UnsuitableError):
            raise
        except Exception as error:  # anybody's estimator
            if len(group) == 1:
                failures[group[0]] = error
                suspects.update(group)
            else:
                groups += [[layer] for layer in group]
    if not parts:
        raise next(iter(failures.values()))
    return _explained(_joined(parts, chosen), failures) if failures else _joined(parts, chosen)


def _whole(estimate: Estimate, *args: Any, **options: Any) -> xr.Dataset:  # noqa: ANN401
    try:
        return estimate(*args, **options)
    except RefusedError as refused:  # every point, in words
        return refused.plane


def _joined(parts: Sequence[xr.Dataset], layers: Sequence[str]) -> xr.Dataset:
    """All layers in order; those that are in no part are missing."""
    import xarray as xr

    if len(parts) == 1 and parts[0].sizes["layer"] == len(layers):
        return parts[0]
    there = xr.concat(parts, "layer", join="exact", combine_attrs="override", coords="minimal")
    texts = {name: "" for name, values in there.items() if values.dtype.kind in "OU"}
    return there.reindex(layer=list(layers), fill_value=texts)


def _explained(plane: xr.Dataset, failures: dict[str, Exception]) -> xr.Dataset:
    """Says of the layers that failed why they did."""
    words = {layer: f"{type(error).__name__}: {error}" for layer, error in failures.items()}
    for name in (f"{axis}_verdict" for axis in ("xt", "ty")):
        if name in plane:
            verdicts = plane[name].astype(object)
            for layer, reason in words.items():
                short = textwrap.shorten(f"refused: {reason}", _LONGEST, placeholder=" ...")
                verdicts.loc[{"layer": layer}] = short
            plane[name] = verdicts.astype(np.str_)
    first = next((f"{layer}: {reason}" for layer, reason in words.items()), "")
    return plane.assign_attrs(refused=plane.attrs.get("refused", first))
