"""Histograms of activations, small enough to be kept in a notebook."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from glow.dynamics import Recording
    from glow_widgets._curves import Cancel
    from glow_widgets._inquiries import Request, Say, Send
    from glow_widgets._offered import Offered

CELLS = 48
_LEVELS = 255


class Histograms:
    """The activations of a recording's layers by epoch, over each layer's range.

    All units and runs of a layer are counted together. What was counted once is remembered.

    Args:
        recording: The recording.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._counted: dict[int, list[dict[str, Any]]] = {}
        self._ranges: list[tuple[float, float]] = []

    def table(self, epochs: Iterable[int]) -> dict[str, Any]:
        """The JSON object of several epochs.

        Returns:
            ``ranges``: the smallest and largest value of each layer over the recording. ``epochs``.
            ``layers``: by epoch, then by layer, the smallest and largest value (``ends``), the
            share of values in the fullest of 48 equal cells over the layer's range (``peak``), and
            ``heights``: the square root of each cell's share of that, in 255 steps, a byte each in
            base64. Small shares beside a peak are told apart better so.
        """
        chosen = list(epochs)
        return {
            "ranges": self.ranges,
            "epochs": chosen,
            "layers": [self.at(epoch) for epoch in chosen],
        }

    @property
    def ranges(self) -> list[tuple[float, float]]:
        """Each layer's smallest and largest value over all runs and epochs."""
        if not self._ranges:
            runs = range(self._recording.runs or 1)
            for layer in self._recording.layers:
                every = [self._recording.range(layer, run=run) for run in runs]
                self._ranges.append((min(low for low, _ in every), max(high for _, high in every)))
        return self._ranges

    def at(self, epoch: int) -> list[dict[str, Any]]:
        """One epoch's histograms, by layer."""
        if epoch not in self._counted:
            activations = self._recording.activations(epoch)
            self._counted[epoch] = [
                _histogram(np.asarray(activations[layer]), *ends)
                for layer, ends in zip(self._recording.layers, self.ranges, strict=True)
            ]
        return self._counted[epoch]


class HistogramInquiry:
    """Sends the histograms of the epoch that a reader touched.

    Raises:
        ValueError: If the epoch was not recorded.
    """

    def __init__(self, offered: Offered, request: Request, send: Send, say: Say) -> None:
        epoch = request.get("epoch")
        if epoch not in offered.recording.epochs:
            raise ValueError(f"EstimatorExplorer: epoch {epoch!r} was not recorded.")
        self._histograms, self._epoch = offered.histograms, int(epoch)
        self._request, self._send = request, send
        self.done = False

    def step(self, cancel: Cancel) -> None:
        """Count and send."""
        table = self._histograms.table([self._epoch])
        self._send({**self._request, "action": "histogram", "table": table})
        self.done = True


def _histogram(values: npt.NDArray[Any], low: float, high: float) -> dict[str, Any]:
    span = (low, high) if high > low else (low - 0.5, high + 0.5)
    counts, _ = np.histogram(values, bins=CELLS, range=span)
    shares = counts / max(int(counts.sum()), 1)
    peak = float(shares.max())
    heights = np.rint(_LEVELS * np.sqrt(shares / max(peak, 1e-12))).astype(np.uint8)
    return {
        "ends": [_short(values.min()), _short(values.max())],
        "peak": _short(peak),
        "heights": base64.b64encode(heights.tobytes()).decode(),
    }


def _short(value: float) -> float:
    return float(f"{float(value):.5g}")
