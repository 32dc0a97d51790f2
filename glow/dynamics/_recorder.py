"""The Recorder: snapshots of a network while something else trains it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import torch

from glow._errors import closest

from ._errors import RecordingError
from ._fields import is_integer, is_json_object
from ._header import OUTPUTS
from ._lock import FolderLock
from ._probe_set import check_probe_set
from ._schedule import default_schedule
from ._store import Folder
from ._unnamed import fresh_folder
from ._writer import Writer

if TYPE_CHECKING:
    import os
    from collections.abc import Container
    from types import TracebackType
    from typing import Self

    import numpy.typing as npt
    from torch import nn

    from ._recording import Recording
    from ._taps import Layers

Keep = Literal["auto", "weights", "activations"]


class Recorder:
    """Records what the layers of a network do on a fixed probe set while it is trained.

    Works on any ``torch.nn.Module`` and any training loop, and never changes the training: weights,
    buffers, modes and random generators are the same, bit for bit, with and without it. The probe
    set passes through the network in eval mode, without gradients; hooks that others put on the
    network see that pass.

    Args:
        model: the network.
        probe: the probe set ``(x, y)``: x (N, ...); y integer labels (N,) or floats (N, k).
        layers: names of layers to record (of modules, for a plain torch module), or a mapping from
            names of your choice to modules. By default every layer after its activation: for a
            plain module, what the next module with weights receives, found from the order in which
            modules are called.
        schedule: the epochs to record, as any container: ``range(0, 1001, 10)``. By default
            log-spaced, at most 300. Epoch 0 and the last one are always recorded; of a training
            stopped inside an epoch, the last recorded one before.
        epochs: how many epochs the training will have, if known; it places the default schedule.
        path: the folder to write, which must not hold a recording; by default a new folder in
            ``glow-recordings`` in the system's folder for temporary files, which is kept.
        keep: ``"weights"``, ``"activations"``, or ``"auto"`` for weights where the network can be
            rebuilt from its configuration and they are smaller.
        output: what the loss applies to the network's output, ``"softmax"`` or ``"sigmoid"``. It is
            applied to the last layer, so that a network gives one plane whether its softmax lives
            in the network or in the loss.
        settings: training settings to keep with the recording (JSON values).
        seed: the training's seed, to keep with the recording.

    Raises:
        RecordingError: if an argument is not as described.

    Example:
        >>> with Recorder(model, probe=(x, y), epochs=100) as recorder:  # doctest: +SKIP
        ...     for _ in range(100):
        ...         train_one_epoch(model)
        ...         recorder.epoch()
        >>> recorder.recording.epochs  # doctest: +SKIP
        (0, 1, 2, 3, ...
    """

    def __init__(
        self,
        model: nn.Module,
        *,
        probe: tuple[npt.ArrayLike | torch.Tensor, npt.ArrayLike | torch.Tensor],
        layers: Layers | None = None,
        schedule: Container[int] | None = None,
        epochs: int | None = None,
        path: str | os.PathLike[str] | None = None,
        keep: Keep = "auto",
        output: Literal["softmax", "sigmoid"] | None = None,
        settings: dict[str, Any] | None = None,
        seed: int | None = None,
    ) -> None:
        _check_arguments(model, epochs, keep, output, settings)
        # A compiled network is probed uncompiled: hooks on it are not reliable.
        self._model: nn.Module = getattr(model, "_orig_mod", model)
        self._probe_set = check_probe_set(probe)
        self._layers = layers
        self._own_schedule = schedule is None
        self._schedule = default_schedule(epochs) if schedule is None else schedule
        self._path = path
        self._keep, self._output = keep, output
        self._settings = settings or {}
        self._seed = None if seed is None else int(seed)
        self._done = 0
        self._lock: FolderLock | None = None
        self._recording: Recording | None = None
        self._writer: Writer | None = None

    @property
    def recording(self) -> Recording:
        """The recording, which grows with every snapshot; also after detaching.

        Raises:
            RecordingError: if the Recorder was never attached.
        """
        if self._recording is None:
            raise RecordingError(
                "Recorder: nothing is recorded yet. Attach it first: "
                "`with Recorder(...) as recorder:`."
            )
        return self._recording

    @property
    def finished(self) -> int:
        """How many epochs are finished."""
        return self._done

    def attach(self) -> Self:
        """Starts recording with epoch 0, or goes on after `detach`.

        Raises:
            RecordingError: if the folder cannot be written, holds a recording, or is being written
                by another Recorder; or the network has no such layers.
        """
        if self._lock is not None:
            return self
        folder = Folder(fresh_folder() if self._path is None else self._path)
        self._path = folder.path
        lock = FolderLock(folder.path)
        lock.acquire()
        try:
            if self._recording is None:
                self._recording = self._begin(folder)
        except BaseException:
            lock.release()
            raise
        self._lock = lock
        return self

    def expect(self, epochs: int) -> None:
        """Says how long the training will be in all, now that it goes on for longer.

        The default schedule is laid out anew; one that was given stays.

        Args:
            epochs: how many epochs there will be in all.
        """
        if self._own_schedule:
            self._schedule = default_schedule(epochs)

    def epoch(self) -> None:
        """Counts one finished epoch and records it if the schedule says so."""
        self._attached()
        self._done += 1
        if self._done in self._schedule and self._done > self.recording.epochs[-1]:
            self.snapshot(self._done)

    def resume(self, finished: int) -> None:
        """Says how many epochs are finished, now that the training goes on from a backup.

        Epochs that were trained while nothing was recorded are missing in the recording; those
        that are trained a second time are not recorded again.

        Args:
            finished: how many epochs are finished.
        """
        self._done = finished

    def adopt(self, recording: Recording, finished: int) -> None:
        """Takes over a recording of this network that another process made.

        Args:
            recording: the recording, which nobody is writing any more.
            finished: how many epochs are finished.
        """
        self._recording, self._path, self._done = recording, recording.path, finished
        self._writer = Writer(self._model, self._probe_set, self._layers, self._output)

    def snapshot(self, epoch: int) -> None:
        """Records the network as it is, whatever the schedule says.

        Args:
            epoch: how many epochs are finished; more than at the last snapshot.

        Raises:
            RecordingError: if the epoch is not later than the last one, or cannot be written.
        """
        writer = self._attached()
        last = self.recording.epochs[-1]
        if not is_integer(epoch) or epoch <= last:
            raise RecordingError(
                f"Recorder: snapshot needs an epoch after the last recorded one ({last}), got "
                f"{epoch!r}. Epochs are recorded once, in order."
            )
        self._done = epoch
        writer.append(self.recording, epoch)

    def detach(self, *, final: bool = True) -> None:
        """Stops recording.

        Args:
            final: whether to record the last finished epoch if the schedule left it out. Say False
                if the network was trained on since then, by part of an epoch.
        """
        if self._lock is None:
            return
        try:
            if final and self._done > self.recording.epochs[-1]:
                self.snapshot(self._done)
            self._attached().sign_last(self.recording)
        finally:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self.attach()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # An exception comes in the middle of an epoch: the weights are no longer the last epoch's.
        self.detach(final=kind is None)

    def _begin(self, folder: Folder) -> Recording:
        self._writer = Writer(self._model, self._probe_set, self._layers, self._output)
        return self._writer.begin(folder, self._keep, self._settings, self._seed)

    def _attached(self) -> Writer:
        if self._lock is None or self._writer is None:
            raise RecordingError(
                "Recorder: it is not attached. Use it as `with Recorder(...) as recorder:`, or "
                "call attach() first."
            )
        return self._writer


def _check_arguments(
    model: object, epochs: object, keep: str, output: str | None, settings: object
) -> None:
    if not isinstance(model, torch.nn.Module):
        raise RecordingError(
            f"Recorder: model must be a torch.nn.Module, got {type(model).__name__}."
            " Give the network that is trained."
        )
    if epochs is not None and (not is_integer(epochs) or epochs < 1):
        raise RecordingError(
            f"Recorder: epochs must be a positive integer or None, got {epochs!r}. "
            "Leave it out if the length of the training is unknown."
        )
    if keep not in ("auto", "weights", "activations"):
        valid = closest(keep, ("auto", "weights", "activations"))
        raise RecordingError(f"Recorder: unknown keep {keep!r}. {valid}")
    if output is not None and output not in OUTPUTS:
        raise RecordingError(f"Recorder: unknown output {output!r}. {closest(output, OUTPUTS)}")
    if settings is not None and not is_json_object(settings):
        raise RecordingError(
            f"Recorder: settings must be a dict of JSON values, got {settings!r}. "
            "Write numbers, strings, lists and dicts."
        )
