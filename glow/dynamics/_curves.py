"""The kept curve of a sweep: a plane at any value of its parameter, without estimating again."""

from __future__ import annotations

import json
import numbers
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ._axes import AXES, swept
from ._settings import settings_of
from ._spline import NaturalSpline

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr


class Curves:
    """A sweep over one parameter, read at any value within its range.

    Of a parameter in which the estimate is smooth (the variance of `KDE`) the values between the
    kept ones come from the natural cubic spline in log2 of the parameter; through the nodes of
    `KDE`, five an octave, its error is below 1.5e-3 bits (1e-3 nats). Of others (the number of
    bins) the nearest kept value is shown. Either way the result says how far it may be from the
    estimate at the value asked for.

    Args:
        dataset: what `sweep` returned for one parameter, or `load`.

    Raises:
        ValueError: if the dataset sweeps no parameter or several.

    Example:
        >>> curves = Curves(sweep(recording, KDE(), variance=grid))  # doctest: +SKIP
        >>> curves.at(0.002).xt  # doctest: +SKIP
    """

    def __init__(self, dataset: xr.Dataset) -> None:
        parameters = swept(dataset)
        if len(parameters) != 1:
            raise ValueError(
                f"Curves: expected a sweep over one parameter, got {parameters or 'a plane'}. "
                "Choose the others' values first: dataset.sel(name=...)."
            )
        self.dataset = dataset
        self.parameter = parameters[0]
        self.values: npt.NDArray[np.float64] = dataset[self.parameter].values
        if self.values.dtype.kind not in "iuf":
            raise ValueError(
                f"Curves: the values of {self.parameter} must be numbers, got {self.values!r}. "
                f"Choose one: dataset.sel({self.parameter}=...)."
            )

    @property
    def smooth(self) -> bool:
        """Whether values between the kept ones are interpolated."""
        declared = bool(self.dataset[self.parameter].attrs.get("smooth", 0))
        return declared and len(self.values) > 1

    def exact(self, value: float) -> bool:
        """Tells whether a value is a kept one, so that `at` returns estimates made with it."""
        return bool(np.isclose(self.values, value, rtol=1e-9, atol=0).any())

    def at(self, value: float) -> xr.Dataset:
        """Returns the plane at a value of the parameter.

        Args:
            value: the wanted value, within the range of the kept ones.

        Returns:
            The plane. Its attributes ``parameter``, ``asked`` and ``shown`` say which value was
            wanted and which is shown, as does ``settings``. Diagnostics are those of the nearest
            kept value.

            ``xt_error`` and ``ty_error`` say by how much the estimate at ``asked`` may differ: 0
            if that is a kept value. Between those of a smooth parameter it is an estimate of the
            spline's error: how far splines through every other node miss the nodes left out
            nearby, over 8. (Halving the distance of the nodes divides the error by 16.) NaN with
            fewer than four kept values. Where the nearest kept value is shown, it is the step of
            the estimate between the two kept values around ``asked``.

        Raises:
            TypeError: if the value is no number.
            ValueError: if it lies outside the range of the kept ones.
        """
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise TypeError(
                f"Curves: {self.parameter} must be a number, got {value!r}. "
                f"Choose e.g. {self.values[len(self.values) // 2]:g}."
            )
        low, high = float(self.values[0]), float(self.values[-1])
        if not low <= value <= high:
            raise ValueError(
                f"Curves: {self.parameter} must be from {low:g} to {high:g}, got {value!r}. "
                "Sweep over a wider range, or estimate that plane."
            )
        plane = self.dataset.isel({self.parameter: self._nearest(value)})
        shown = plane[self.parameter].item()
        plane = plane.drop_vars(self.parameter)
        between = self.smooth and not self.exact(value)
        if between:
            shown = float(value)
            plane = plane.assign({axis: self._filled(plane, axis, shown) for axis in AXES})
        errors = {f"{axis}_error": self._error(plane, axis, value) for axis in AXES}
        settings = {**settings_of(self.dataset), self.parameter: shown}
        return plane.assign(errors).assign_attrs(
            settings=json.dumps(settings), parameter=self.parameter, asked=value, shown=shown
        )

    def _filled(self, plane: xr.Dataset, axis: str, value: float) -> xr.DataArray:
        return plane[axis].copy(data=self._spline(np.log2(value))[AXES.index(axis)])

    def _error(self, plane: xr.Dataset, axis: str, value: float) -> xr.DataArray:
        if self.exact(value):
            data = np.where(np.isnan(plane[axis].values), np.nan, 0.0)
        elif self.smooth:
            data = self._spline.error(np.log2(value))[AXES.index(axis)]
        else:
            above = int(np.searchsorted(self.values, value))
            kept = self.dataset[axis].transpose(self.parameter, ...).values
            data = np.abs(kept[above] - kept[above - 1])
        named = plane[axis].copy(data=data)
        return named.assign_attrs(long_name=f"error of {plane[axis].attrs['long_name']}")

    @cached_property
    def _spline(self) -> NaturalSpline:
        kept = [self.dataset[axis].transpose(self.parameter, ...).values for axis in AXES]
        return NaturalSpline(np.log2(self.values), np.stack(kept, axis=1))

    def _nearest(self, value: float) -> int:
        """Nearest on the scale of the slider: in the logarithm where values are positive."""
        if self.values[0] > 0:
            return int(np.abs(np.log2(self.values) - np.log2(value)).argmin())
        return int(np.abs(self.values - value).argmin())
