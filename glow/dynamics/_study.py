"""One measure on one recording, an epoch at a time: the unit of work of planes."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from glow._version import __version__
from glow.estimators import Context, UnsuitableError

from ._axes import AXES
from ._grids import declared
from ._measures import is_ordered, needs_ranges
from ._points import REFUSAL, columns, refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt
    import xarray as xr

    from glow.estimators import Estimator

    from ._measures import Measure
    from ._points import Activation, Point, Values
    from ._recording import Recording

    Track = tuple[int, int, int]  # positions of a run, a layer and a combination of settings

_SYMBOLS = {"xt": "(X;T)", "ty": "(T;Y)"}
_HALVES_SEED = 0  # the halves are part of the definition, the same for every plane of a probe set


@dataclass(frozen=True)
class Study:
    """What has to be known to estimate any epoch of a recording.

    It travels to other processes as a path and settings; contexts are made where they are used.

    Attributes:
        recording: the recording.
        measure: what is estimated at each point.
        layers: the layers to look at.
        runs: the runs to look at; one network without a run axis is run 0.
        device: where activations are handed to the estimators as tensors; None for NumPy arrays.
        half: the number of a half of the probe set; None for all of it.
    """

    recording: Recording
    measure: Measure
    layers: tuple[str, ...]
    runs: tuple[int, ...]
    device: str | None = None
    half: int | None = None

    def __getstate__(self) -> dict[str, Any]:
        kept = {each.name for each in fields(self)}
        return {name: value for name, value in self.__dict__.items() if name in kept}

    @property
    def points_per_epoch(self) -> int:
        """How many estimates an epoch takes, settings included."""
        return len(self.tracks)

    @property
    def tracks(self) -> list[Track]:
        """Every trajectory: of each run, layer and combination of settings."""
        runs, layers = range(len(self.runs)), range(len(self.layers))
        return list(itertools.product(runs, layers, range(self.measure.tracks)))

    @cached_property
    def ordered(self) -> bool:
        """Whether each track has to be estimated epoch by epoch, in order."""
        return is_ordered(self.measure)

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

    def epoch(self, epoch: int, contexts: list[dict[str, Context]] | None = None) -> Values:
        """Estimates every run and layer after one epoch.

        Returns:
            By variable, (runs, layers, *grids). Points that the estimator refuses are NaN.

        Raises:
            UnsuitableError: if it refuses every point; the message names one.
        """
        contexts = self.contexts if contexts is None else contexts
        activations = self.recording.read(epoch, self.device)
        points = []
        for run, of_run in zip(self.runs, contexts, strict=True):
            for layer in self.layers:
                try:
                    points.append(
                        self.measure(self.samples(activations[layer], run), of_run[layer])
                    )
                except UnsuitableError as cause:
                    raise UnsuitableError(f"{self._place(epoch, run, layer)}: {cause}") from cause
        return self.arranged(points)

    def walk(self, epochs: Sequence[int], track: Track) -> Iterator[Point]:
        """Estimates one track epoch by epoch; only one epoch's activations are held at a time.

        After an epoch that is refused the track begins anew.

        Raises:
            UnsuitableError: as `epoch`.
        """
        run, layer = self.runs[track[0]], self.layers[track[1]]
        context = self.contexts[track[0]][layer]
        begun = reached = 0  # positions among the epochs

        def stream() -> Iterator[Activation]:
            nonlocal reached
            for reached in range(begun, len(epochs)):
                epoch = epochs[reached]
                yield self.samples(self.recording.read(epoch, self.device)[layer], run)

        while begun < len(epochs):
            reached = done = begun
            try:
                for found in self.measure.trajectory(track[2], stream, context):
                    done += 1
                    yield found
                return
            except UnsuitableError as cause:
                place = self._place(epochs[reached], run, layer)
                raise UnsuitableError(f"{place}: {cause}") from cause
            except ValueError as cause:
                for _ in range(done, reached + 1):
                    yield refused(cause, self.measure.diagnostics)
                begun = reached + 1

    def gathered(
        self, epochs: Sequence[int], walks: Mapping[Track, list[Point]]
    ) -> dict[int, Values]:
        """Returns what `epoch` would have, by epoch, from the walks of all tracks.

        Raises:
            ValueError: if the estimator did not make a point of each epoch.
        """
        for walk in walks.values():
            if len(walk) != len(epochs):
                names = ", ".join(e.name for e in self.measure.estimators if e.ordered)
                raise ValueError(
                    f"{names}: trajectory made {len(walk)} points of {len(epochs)} epochs. "
                    "It must yield one for each activation that it takes."
                )
        return {
            epoch: self.arranged([walks[track][index] for track in self.tracks])
            for index, epoch in enumerate(epochs)
        }

    def arranged(self, points: Sequence[Mapping[str, Any]]) -> Values:
        """Stacks points, runs first and settings last, to (runs, layers, *grids)."""
        grids = (len(grid) for grid in self.measure.grids.values())
        shape = (len(self.runs), len(self.layers), *grids)
        return {name: values.reshape(shape) for name, values in columns(points).items()}

    def dataset(self, estimates: Mapping[int, Values]) -> xr.Dataset:
        """Returns the plane of the epochs that are estimated.

        Args:
            estimates: by epoch, what `epoch` returned.
        """
        import xarray as xr

        epochs = sorted(estimates)
        runs = [] if self.recording.runs is None else ["run"]
        dims = [*runs, *self.measure.grids, "epoch", "layer"]
        stacked = columns([estimates[epoch] for epoch in epochs])
        refusals = stacked.pop(REFUSAL, None)
        variables = {name: (dims, self._assembled(values)) for name, values in stacked.items()}
        dataset = xr.Dataset(variables, self._coords(epochs), self._attrs())
        for axis, estimator in zip(AXES, self.measure.estimators, strict=True):
            dataset[axis].attrs = self._axis_attrs(axis, estimator)
        if refusals is not None:
            dataset.attrs["refused"] = self._first_refusal(epochs, refusals)
        return dataset

    def _first_refusal(self, epochs: Sequence[int], refusals: npt.NDArray[np.str_]) -> str:
        """Where and why the first of (epochs, runs, layers, *grids) points was refused."""
        first = tuple(np.argwhere(refusals != "")[0])
        place = self._place(epochs[first[0]], self.runs[first[1]], self.layers[first[2]])
        return f"{place}: {refusals[first]}"

    def _axis_attrs(self, axis: str, estimator: Estimator) -> dict[str, str]:
        form = estimator.form(False, axis == "ty" and self._probe.classes is not None)
        attrs = {"long_name": f"{estimator.symbol}{_SYMBOLS[axis]}", "units": estimator.unit}
        return {**attrs, "form": form} if form else attrs

    @cached_property
    def _probe(self) -> Context:
        whole = Context(self.recording.x, self.recording.y)
        return whole if self._rows is None else whole.subset(self._rows)

    @cached_property
    def _rows(self) -> npt.NDArray[np.int64] | None:
        return None if self.half is None else half_of(self.recording.samples, self.half)

    def samples(self, activations: Activation, run: int) -> Activation:
        """Returns one run's part of a layer, of the samples that are looked at."""
        t = activations if self.recording.runs is None else activations[run]
        return t if self._rows is None else t[self._rows]

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

    def _place(self, epoch: int, run: int, layer: str) -> str:
        of_run = "" if self.recording.runs is None else f", run {run}"
        return f"Layer {layer!r} at epoch {epoch}{of_run}"

    def _assembled(self, stacked: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Brings (epochs, runs, layers, *grids) to ([runs,] *grids, epochs, layers)."""
        moved = np.moveaxis(stacked, (0, 2), (-2, -1))
        return moved if self.recording.runs is not None else moved[0]

    def _coords(self, epochs: Sequence[int]) -> dict[str, Any]:
        coords: dict[str, Any] = {} if self.recording.runs is None else {"run": np.array(self.runs)}
        for name, grid in self.measure.grids.items():
            attrs = grid.attrs(declared(self.measure.estimators[0], name))
            coords[name] = (name, grid.labels, attrs)
        coords["epoch"] = np.array(epochs, dtype=np.int64)
        coords["layer"] = np.array(self.layers, dtype=str)
        return coords

    def _attrs(self) -> dict[str, Any]:
        context = self.contexts[0][self.layers[0]]
        first, second = self.measure.estimators
        entropy = context.label_entropy if second.unit == "bits" else None
        capped = first.unit == "bits" and first.capped
        return {
            **self.measure.attrs(),
            "samples": context.samples,
            "runs": len(self.runs),
            "x_ceiling": context.sample_ceiling if capped else math.nan,
            "y_ceiling": math.nan if entropy is None else entropy,
            "recording": self.recording.name,
            "glow_version": __version__,
        }


def half_of(samples: int, number: int) -> npt.NDArray[np.int64]:
    """Returns the rows of a half of the probe set, increasing; each number is another half."""
    order = np.random.default_rng((_HALVES_SEED, number)).permutation(samples)
    return np.sort(order[: samples // 2])
