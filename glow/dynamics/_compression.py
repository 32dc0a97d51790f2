"""Bits of I(X;T) lost after the peak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._axes import check_plane

if TYPE_CHECKING:
    import xarray as xr


def compression(plane: xr.Dataset) -> xr.DataArray:
    """Returns how many bits of I(X;T) each layer loses from its peak to the last epoch.

    The raw difference of every single trajectory. Noise alone makes it positive, since the peak is
    the largest of many estimates: `phases` removes that bias where there are several runs.

    Args:
        plane: a plane or a sweep.

    Epochs that were refused are left out, so that "last" is the last of those that were estimated.

    Returns:
        Peak minus last, over ([run,] [parameters,] layer), in the plane's unit (bits).

    Raises:
        TypeError: if it is no plane.
    """
    check_plane("compression", plane, ("xt",))
    xt = plane["xt"]
    last = xt.notnull().cumsum("epoch").argmax("epoch")  # where the count of numbers ends to grow
    lost = xt.max("epoch") - xt.isel(epoch=last).drop_vars("epoch")
    lost.name = "compression"
    return lost.assign_attrs(long_name="lost from the peak", units=xt.attrs["units"])
