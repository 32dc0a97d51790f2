"""A recording: the probe set, the snapshots, and the activations they stand for."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch

from glow._errors import closest

from ._cache import ActivationCache
from ._errors import RecordingError
from ._extremes import Extremes, extremes_of
from ._header import Header
from ._lock import LOCK
from ._probe import Probe, Replay, fingerprint, match_dtype
from ._probe_set import PROBE_TYPES
from ._rebuild import rebuild
from ._store import HEADER, PROBE, Folder, snapshot_name
from ._taps import Tap
from ._unnamed import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import numpy.typing as npt
    from torch import Tensor, nn

    from ._points import Activation
    from ._probe import Activations

T = TypeVar("T")


class Recording:
    """What the layers of a network did on a fixed probe set, over the epochs of its training.

    A `Recorder` writes it, as a folder of ``recording.json`` and safetensors files;
    `Recording.open` reads it, also while it is still being written. Reading is safe from several
    threads.

    Example:
        >>> recording = Recording.open("runs/tanh")  # doctest: +SKIP
        >>> recording.activations(recording.epochs[-1])["dense"].shape  # doctest: +SKIP
        (4096, 10)
    """

    def __init__(self, folder: Folder, header: Header, model: nn.Module | None = None) -> None:
        """Use `Recording.open`, or the ``recording`` of a Recorder."""
        self.folder = folder
        self.header = header
        self._model = model
        self._x, self._y = _read_probe(folder)
        self._replays: dict[str, Replay] = {}
        self._cache = ActivationCache()
        self._extremes = Extremes()

    @classmethod
    def open(cls, path: str | os.PathLike[str], model: nn.Module | None = None) -> Recording:
        """Opens a recording.

        Args:
            path: the folder that a Recorder wrote or is writing.
            model: a network of the recorded architecture. Needed only for a recording of weights
                whose network PyGlow cannot build itself. It is copied, never changed.

        Raises:
            RecordingError: if the folder holds no recording, or a damaged one.

        Warns:
            UserWarning: if this machine's arithmetic gives other activations than were recorded.
        """
        recording = reopen(path, model)
        recording._compare_fingerprints()
        return recording

    @property
    def path(self) -> Path:
        """The folder."""
        return self.folder.path

    @property
    def name(self) -> str:
        """The folder's name; without a path of your own, "training of" the time it began (UTC)."""
        return name_of(self.path.resolve())

    @property
    def epochs(self) -> tuple[int, ...]:
        """The recorded epochs, counted as epochs completed: 0 is before training."""
        return self.header.epochs

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the recorded layers, input side first."""
        return tuple(layer.name for layer in self.header.layers)

    @property
    def runs(self) -> int | None:
        """How many networks were trained side by side; None for one network without a run axis."""
        return self.header.runs

    @property
    def samples(self) -> int:
        """The number N of probe samples."""
        return int(self._x.shape[0])

    @property
    def x(self) -> npt.NDArray[Any]:
        """The probe inputs, (N, ...)."""
        array: npt.NDArray[Any] = self._x.numpy()
        return array

    @property
    def y(self) -> npt.NDArray[Any]:
        """The probe targets: int64 labels (N,), or floats (N,) or (N, k)."""
        array: npt.NDArray[Any] = self._y.numpy()
        return array

    @property
    def settings(self) -> dict[str, Any]:
        """The training settings that the Recorder was given."""
        return dict(self.header.settings)

    @property
    def seed(self) -> int | None:
        """The seed of the training, if the Recorder was told."""
        return self.header.seed

    @property
    def keep(self) -> str:
        """What the snapshots hold: ``"weights"`` or ``"activations"``."""
        return self.header.keep

    def noise(self, layer: str) -> float | None:
        """Returns the standard deviation of the Gaussian noise that a layer declares, or None."""
        return self.header.layers[self._index(layer)].noise

    def activations(self, epoch: int) -> Activations:
        """Returns what every layer did on the probe set after an epoch.

        Args:
            epoch: one of ``epochs``.

        Returns:
            By layer name, float32 arrays (N, ...), or (runs, N, ...) if several networks were
            recorded together. They may be shared with later calls: copy before changing them.

        Raises:
            RecordingError: if the epoch was not recorded or its file is damaged.
        """
        cached = self._cache.get(epoch)
        if cached is not None:
            return cached
        if epoch not in self.epochs:
            raise RecordingError(
                f"Recording {str(self.path)!r}: epoch {epoch!r} was not recorded. Choose one of "
                f"the {len(self.epochs)} in recording.epochs, {_ends(self.epochs)}."
            )
        if self.keep == "activations":  # mapped from the file: no need to cache
            mapped = self.folder.map_snapshot(epoch)
            activations = {name: t.numpy() for name, t in mapped.items()}
            self._check(epoch, activations)
        else:
            activations = self._replayed(epoch, Replay.activations)
            self._check(epoch, activations)
            self._cache.offer(epoch, activations)
        return activations

    def tensors(self, epoch: int, device: str) -> dict[str, Tensor]:
        """Returns what `activations` does as tensors on a device.

        Recomputed from weights they do not pass through the host's memory; nothing is cached.

        Args:
            epoch: one of ``epochs``.
            device: as torch names it, such as ``"cuda"``.

        Raises:
            RecordingError: as `activations`.
        """
        if self.keep == "weights" and epoch in self.epochs:
            tensors = self._replayed(epoch, Replay.tensors, device)
            self._check(epoch, tensors)
            return tensors
        found = self.activations(epoch)
        return {name: torch.from_numpy(array.copy()).to(device) for name, array in found.items()}

    def read(self, epoch: int, device: str | None) -> Mapping[str, Activation]:
        """Returns `tensors` on a device, or without one the arrays of `activations`."""
        return self.activations(epoch) if device is None else self.tensors(epoch, device)

    def extremes(self, epoch: int, device: str | None = None) -> npt.NDArray[np.float32]:
        """Returns the smallest and largest finite activation: (runs or 1, layers, 2).

        NaN where a layer has none: training diverged. They are looked for on ``device``.
        """
        if epoch not in self._extremes:
            activations = self.read(epoch, device)
            arrays = [activations[name].reshape(self.runs or 1, -1) for name in self.layers]
            self._extremes.remember(epoch, extremes_of(arrays))
        return self._extremes[epoch]

    def remember_extremes(self, epoch: int, extremes: npt.NDArray[np.float32]) -> None:
        """Keeps what `extremes` found, for `range`."""
        self._extremes.remember(epoch, extremes)

    def range(self, layer: str | None = None, *, run: int | None = None) -> tuple[float, float]:
        """Returns the smallest and largest finite activation over all recorded epochs.

        Args:
            layer: one layer's range; None for the range over all layers.
            run: one network's range; None for the range over all runs.

        Raises:
            RecordingError: if the layer is unknown, nothing is recorded yet, or nothing is finite.
        """
        index = None if layer is None else self._index(layer)
        for epoch in self.epochs:
            self.extremes(epoch)
        found = self._extremes.range(index, run) if self.epochs else None
        if found is None:
            raise RecordingError(
                f"Recording {str(self.path)!r}: no activation of {layer or 'any layer'} is "
                "recorded and finite, so there is no range. Wait for the first snapshot and "
                "refresh(), or train with a smaller learning rate."
            )
        return found

    def save(self, path: str | os.PathLike[str]) -> None:
        """Copies the recording to another folder.

        Raises:
            RecordingError: if the folder already holds a recording, or a file cannot be copied.
        """
        target = Folder(path)
        if (target.path / HEADER).exists() or (target.path / LOCK).exists():
            raise RecordingError(
                f"Recording: {str(target.path)!r} already holds a recording. Choose another path."
            )
        header = self.header
        for name in (PROBE, *map(snapshot_name, header.epochs)):
            target.write_bytes(name, self.folder.read_bytes(name))
        target.write_header(header)

    def refresh(self) -> None:
        """Looks for snapshots that were written since the recording was opened.

        Raises:
            RecordingError: if another recording took this one's place.
        """
        header = self.folder.read_header()
        known = self.header
        if (header.created, header.layers, header.runs) != (
            known.created,
            known.layers,
            known.runs,
        ):
            raise RecordingError(
                f"Recording {str(self.path)!r}: another recording took its place. Open it anew."
            )
        self.header = header

    def advance(self, header: Header) -> None:
        """Writes a new header; only the Recorder that owns the folder may."""
        self.folder.write_header(header)
        self.header = header

    def __repr__(self) -> str:
        runs = "" if self.runs is None else f", runs={self.runs}"
        return (
            f"Recording({str(self.path)!r}, epochs={len(self.epochs)}, layers={list(self.layers)}, "
            f"samples={self.samples}{runs})"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # Work sent to another process carries the path, not the arrays.
        return reopen, (os.fspath(self.path), self._model)

    def _index(self, layer: str) -> int:
        if layer not in self.layers:
            raise RecordingError(
                f"Recording {str(self.path)!r} has no layer {layer!r}. "
                f"{closest(layer, self.layers)}"
            )
        return self.layers.index(layer)

    def _replayed(
        self, epoch: int, read: Callable[[Replay, dict[str, Tensor]], T], device: str = "cpu"
    ) -> T:
        weights = self.folder.read_snapshot(epoch)
        if device not in self._replays:
            self._replays[device] = self._make_replay(device)
        try:
            return read(self._replays[device], weights)
        except Exception as cause:  # whatever another architecture's forward pass raises
            raise self.folder.error(
                snapshot_name(epoch), "the weights of the recorded model", str(cause)
            ) from cause

    def _make_replay(self, device: str) -> Replay:
        model = self._model
        if model is None:
            config = self.header.model
            if config is None:
                raise RecordingError(
                    f"Recording {str(self.path)!r} holds weights of a network that PyGlow cannot "
                    "build. Give one of its architecture: Recording.open(path, model=...)."
                )
            model = rebuild(config)
        taps = tuple(Tap(layer.name, layer.module, layer.call) for layer in self.header.layers)
        # Cloned so that it lies in memory as it did when recording: bits can depend on alignment.
        x = match_dtype(self._x.clone(), model)
        return Replay(model, Probe(x, taps, self.header.output), device)

    def _check(self, epoch: int, activations: Mapping[str, Activation]) -> None:
        runs = () if self.runs is None else (self.runs,)
        for layer in self.header.layers:
            expected = (*runs, self.samples, *layer.shape)
            array = activations.get(layer.name)
            shape = None if array is None else tuple(array.shape)
            kind = "none" if array is None else str(array.dtype).removeprefix("torch.")
            if shape != expected or kind != "float32":
                expectation = f"layer {layer.name!r} as float32 {expected}"
                raise self.folder.error(snapshot_name(epoch), expectation, f"{kind} {shape or ''}")

    def _compare_fingerprints(self) -> None:
        """Warns if replayed weights give other bits than they did where they were recorded."""
        can_replay = self._model is not None or self.header.model is not None
        if self.keep != "weights" or not can_replay:
            return
        for epoch, expected in self.header.fingerprints.items():
            if epoch not in self.epochs:
                continue
            if fingerprint(self.activations(epoch), self.layers) != expected:
                warnings.warn(
                    f"Recording {str(self.path)!r}: the activations of epoch {epoch}, recomputed "
                    "from its weights, differ from those recorded. Arithmetic differs in the last "
                    "digits between machines; estimates may differ as much.",
                    stacklevel=3,
                )
                return


def reopen(path: str | os.PathLike[str], model: nn.Module | None) -> Recording:
    """Opens a recording without comparing fingerprints; what another process's task does."""
    folder = Folder(path)
    return Recording(folder, folder.read_header(), model)


def _read_probe(folder: Folder) -> tuple[Tensor, Tensor]:
    probe = folder.read_probe()
    x, y = probe["x"], probe["y"]
    if x.ndim < 2 or not 1 <= y.ndim <= 2 or len(x) != len(y) or len(x) == 0:
        shapes = f"x {tuple(x.shape)} and y {tuple(y.shape)}"
        raise folder.error(PROBE, "x (N, ...) and y (N,) or (N, k) with N > 0", shapes)
    if x.dtype not in PROBE_TYPES or y.dtype not in (torch.int64, torch.float32):
        expected = "x of real numbers that NumPy knows, y of int64 or float32"
        raise folder.error(PROBE, expected, f"{x.dtype} and {y.dtype}")
    return x, y


def _ends(epochs: tuple[int, ...]) -> str:
    return f"from {epochs[0]} to {epochs[-1]}" if epochs else "which is empty"
