"""The kept curve of a sweep: a plane at any value of its parameter, without estimating again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from ._axes import AXES, swept

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr


class Curves:
    """A sweep over one parameter, read at any value within its range.

    Of a parameter in which the estimate is smooth (the variance of `KDE`) the values between the
    kept ones come from the natural cubic spline in log2 of the parameter; through three nodes an
    octave its error is below 5e-4 bits. Of others (the number of bins) the nearest kept value is
    shown.

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
        self._spline: _NaturalSpline | None = None

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
            The plane; its attribute ``settings`` holds the value that it shows. Diagnostics are
            those of the nearest kept value.

        Raises:
            ValueError: if the value lies outside the range of the kept ones.
        """
        low, high = float(self.values[0]), float(self.values[-1])
        if not low <= value <= high:
            raise ValueError(
                f"Curves: {self.parameter} must be from {low:g} to {high:g}, got {value!r}. "
                "Sweep over a wider range, or estimate that plane."
            )
        plane = self.dataset.isel({self.parameter: self._nearest(value)})
        shown = plane[self.parameter].item()
        plane = plane.drop_vars(self.parameter)
        if self.smooth and not self.exact(value):
            shown = float(value)
            plane = plane.assign(
                {axis: plane[axis].copy(data=self._interpolated(axis, shown)) for axis in AXES}
            )
        settings = {**json.loads(self.dataset.attrs["settings"]), self.parameter: shown}
        return plane.assign_attrs(settings=json.dumps(settings))

    def _nearest(self, value: float) -> int:
        """Nearest on the scale of the slider: in the logarithm where values are positive."""
        if self.values[0] > 0:
            return int(np.abs(np.log2(self.values) - np.log2(value)).argmin())
        return int(np.abs(self.values - value).argmin())

    def _interpolated(self, axis: str, value: float) -> npt.NDArray[np.float64]:
        if self._spline is None:
            kept = [self.dataset[a].transpose(self.parameter, ...).values for a in AXES]
            self._spline = _NaturalSpline(np.log2(self.values), np.stack(kept, axis=1))
        both: npt.NDArray[np.float64] = self._spline(float(np.log2(value)))
        of_axis: npt.NDArray[np.float64] = both[AXES.index(axis)]
        return of_axis


class _NaturalSpline:
    """The natural cubic spline through (nodes, ...) values; missing points stay missing."""

    def __init__(self, nodes: npt.NDArray[np.float64], values: npt.NDArray[np.float64]) -> None:
        from scipy.interpolate import CubicSpline

        flat = values.reshape(len(nodes), -1)
        self._shape = values.shape[1:]
        self._whole = np.isfinite(flat).all(axis=0)
        self._spline = CubicSpline(nodes, flat[:, self._whole], bc_type="natural")

    def __call__(self, node: float) -> npt.NDArray[np.float64]:
        result = np.full(self._whole.shape, np.nan)
        result[self._whole] = self._spline(node)
        return result.reshape(self._shape)
