"""One measure on one recording, an epoch at a time: the unit of work of planes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from glow._version import __version__
from glow.estimators import Context

from ._axes import AXES
from ._measures import declared, needs_ranges

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt
    import xarray as xr

    from ._measures import Measure, Values
    from ._recording import Recording

_SYMBOLS = {"xt": "(X;T)", "ty": "(T;Y)"}


@dataclass(frozen=True)
class Study:
    """What has to be known to estimate any epoch of a recording.

    It travels to other processes as a path and settings; contexts are made where they are used.

    Attributes:
        recording: the recording.
        measure: what is estimated at each point.
        layers: the layers to look at.
        runs: the runs to look at; one network without a run axis is run 0.
    """

    recording: Recording
    measure: Measure
    layers: tuple[str, ...]
    runs: tuple[int, ...]

    def __getstate__(self) -> dict[str, Any]:
        kept = ("recording", "measure", "layers", "runs")
        return {name: value for name, value in self.__dict__.items() if name in kept}

    @property
    def points_per_epoch(self) -> int:
        """How many estimates an epoch takes, settings included."""
        settings = math.prod(len(values) for values in self.measure.grids.values())
        return len(self.runs) * len(self.layers) * settings

    @cached_property
    def uses_ranges(self) -> bool:
        """Whether estimates depend on the range of all epochs."""
        return needs_ranges(self.measure)

    def ranges(self) -> tuple[Any, ...]:
        """Returns what estimates depend on beside their epoch: the ranges, as they are now."""
        if not self.uses_ranges:
            return ()
        names = (None, *self.layers)
        return tuple(self.recording.range(name, run=run) for run in self.runs for name in names)

    @cached_property
    def contexts(self) -> list[dict[str, Context]]:
        """For each run, each layer's context; with the ranges as they are when first asked for.

        Ranges are each run's own: a network's plane does not depend on the others recorded with it.
        """
        return self.fresh_contexts()

    def fresh_contexts(self) -> list[dict[str, Context]]:
        """Returns the contexts with the recording's ranges as they are now."""
        return [self._contexts_of(run) for run in self.runs]

    def epoch(
        self, epoch: int, contexts: list[dict[str, Context]] | None = None
    ) -> dict[str, npt.NDArray[np.float64]]:
        """Estimates every run and layer after one epoch.

        Returns:
            By variable, (runs, layers, *grids).

        Raises:
            ValueError: if an activation does not suit the estimator; the message names the point.
        """
        contexts = self.contexts if contexts is None else contexts
        activations = self.recording.activations(epoch)
        points = [
            [self._point(epoch, run, layer, activations[layer], of_run) for layer in self.layers]
            for run, of_run in zip(self.runs, contexts, strict=True)
        ]
        return {
            name: np.stack([np.stack([point[name] for point in row]) for row in points])
            for name in points[0][0]
        }

    def dataset(self, estimates: Mapping[int, Mapping[str, npt.NDArray[np.float64]]]) -> xr.Dataset:
        """Returns the plane of the epochs that are estimated.

        Args:
            estimates: by epoch, what `epoch` returned.
        """
        import xarray as xr

        epochs = sorted(estimates)
        runs = [] if self.recording.runs is None else ["run"]
        dims = [*runs, *self.measure.grids, "epoch", "layer"]
        variables = {
            name: (dims, self._assembled([estimates[epoch][name] for epoch in epochs]))
            for name in estimates[epochs[0]]
        }
        dataset = xr.Dataset(variables, self._coords(epochs), self._attrs())
        for axis, estimator in zip(AXES, self.measure.estimators, strict=True):
            symbol = "I" if estimator.unit == "bits" else estimator.label
            dataset[axis].attrs = {
                "long_name": f"{symbol}{_SYMBOLS[axis]}",
                "units": estimator.unit,
            }
        return dataset

    @cached_property
    def _probe(self) -> Context:
        return Context(self.recording.x, self.recording.y)

    def _contexts_of(self, run: int) -> dict[str, Context]:
        recording = self.recording
        spans = self.uses_ranges
        return {
            layer: self._probe.for_layer(
                recording_range=recording.range(run=run) if spans else None,
                layer_range=recording.range(layer, run=run) if spans else None,
                noise=recording.noise(layer),
                layer=layer,
            )
            for layer in self.layers
        }

    def _point(
        self,
        epoch: int,
        run: int,
        layer: str,
        activations: npt.NDArray[np.float32],
        contexts: dict[str, Context],
    ) -> Values:
        t = activations if self.recording.runs is None else activations[run]
        try:
            return self.measure(t, contexts[layer])
        except ValueError as cause:
            of_run = "" if self.recording.runs is None else f", run {run}"
            raise ValueError(f"Layer {layer!r} at epoch {epoch}{of_run}: {cause}") from cause

    def _assembled(self, epochs: Sequence[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
        """Stacks (runs, layers, *grids) of each epoch to ([runs,] *grids, epochs, layers)."""
        stacked = np.moveaxis(np.stack(epochs), (0, 2), (-2, -1))
        return stacked if self.recording.runs is not None else stacked[0]

    def _coords(self, epochs: Sequence[int]) -> dict[str, Any]:
        coords: dict[str, Any] = {} if self.recording.runs is None else {"run": np.array(self.runs)}
        for name, values in self.measure.grids.items():
            coords[name] = (name, values, self._parameter_attrs(name))
        coords["epoch"] = np.array(epochs, dtype=np.int64)
        coords["layer"] = np.array(self.layers, dtype=str)
        return coords

    def _parameter_attrs(self, name: str) -> dict[str, Any]:
        parameter = declared(self.measure.estimators[0], name)
        attrs: dict[str, Any] = {
            "units": parameter.unit,
            "long_name": parameter.meaning,
            "scale": parameter.scale,
            "smooth": int(parameter.smooth),  # netCDF knows no booleans
        }
        if isinstance(parameter.default, (int, float)):
            attrs["default"] = parameter.default
        return attrs

    def _attrs(self) -> dict[str, Any]:
        context = self.contexts[0][self.layers[0]]
        entropy = context.label_entropy
        return {
            **self.measure.attrs(),
            "samples": self.recording.samples,
            "runs": len(self.runs),
            "x_ceiling": context.sample_ceiling,
            "y_ceiling": math.nan if entropy is None else entropy,
            "recording": self.recording.name,
            "glow_version": __version__,
        }
