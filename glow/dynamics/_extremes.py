"""The smallest and largest activation of every epoch, and the ranges that follow from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import torch

    from ._points import Activation

    Ends = npt.NDArray[np.float32]


class Extremes:
    """The extremes (runs, layers, 2) of the epochs that were looked at.

    The range over all epochs is kept until another epoch comes: a live plane asks for that of
    every run and layer.
    """

    def __init__(self) -> None:
        self._by_epoch: dict[int, Ends] = {}
        self._overall: Ends | None = None

    def __contains__(self, epoch: int) -> bool:
        return epoch in self._by_epoch

    def __getitem__(self, epoch: int) -> Ends:
        return self._by_epoch[epoch]

    def remember(self, epoch: int, ends: Ends) -> None:
        """Keeps the extremes of an epoch."""
        self._by_epoch[epoch] = ends
        self._overall = None

    def range(self, layer: int | None, run: int | None) -> tuple[float, float] | None:
        """Returns the range over all epochs, of one layer or all and one run or all.

        None where nothing is finite.
        """
        if self._overall is None:
            stacked = np.stack(list(self._by_epoch.values()))  # (E, runs, L, 2)
            low = np.fmin.reduce(stacked[..., 0])  # fmin and fmax pass over NaN
            self._overall = np.stack([low, np.fmax.reduce(stacked[..., 1])], axis=-1)
        runs = slice(None) if run is None else run
        layers = slice(None) if layer is None else layer
        part = self._overall[runs][..., layers, :].reshape(-1, 2)
        if np.isnan(part).all():
            return None
        return float(np.nanmin(part[:, 0])), float(np.nanmax(part[:, 1]))


def extremes_of(arrays: Sequence[Activation]) -> Ends:
    """Returns the extremes (runs, L, 2) of L layers, each (runs, values)."""
    ends = [_of_rows(t) if isinstance(t, np.ndarray) else _of_tensor(t) for t in arrays]
    return np.stack(ends, axis=1)


def _of_rows(t: npt.NDArray[np.float32]) -> Ends:
    """Returns each row's smallest and largest finite value, (runs, 2); NaN without any."""
    ends: Ends = np.stack([t.min(axis=1), t.max(axis=1)], axis=-1)
    if np.isfinite(ends).all():
        return ends
    finite = np.isfinite(t)
    low = np.where(finite, t, np.inf).min(axis=1)
    high = np.where(finite, t, -np.inf).max(axis=1)
    some: Ends = np.stack([low, high], axis=-1)
    return np.where(finite.any(axis=1, keepdims=True), some, np.float32(np.nan))


def _of_tensor(t: torch.Tensor) -> Ends:
    """Returns what `_of_rows` does, found where the tensor is."""
    import torch

    finite = torch.isfinite(t)
    low = torch.where(finite, t, torch.inf).amin(dim=1)
    high = torch.where(finite, t, -torch.inf).amax(dim=1)
    ends: Ends = torch.stack([low, high], dim=-1).cpu().numpy()
    ends[~np.isfinite(ends).all(axis=1)] = np.nan
    return ends
