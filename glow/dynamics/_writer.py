"""The writing half of a recording: looks at the network and appends snapshots to the folder."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch

from glow._version import __version__

from ._errors import RecordingError
from ._header import Header, LayerSpec
from ._keeping import decide
from ._probe import Probe, fingerprint, match_dtype, weights_of
from ._recording import Recording
from ._store import HEADER, Folder
from ._taps import find_taps, names_layers
from ._undisturbed import device_of, undisturbed

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ._probe import Activations
    from ._taps import Layers, Tap


class Writer:
    """Begins a recording of a network and appends to it.

    Args:
        model: the network.
        probe_set: x and y, checked.
        layers: which layers, see `Recorder`.
        output: what the loss applies to the last layer.
    """

    def __init__(
        self,
        model: nn.Module,
        probe_set: tuple[Tensor, Tensor],
        layers: Layers | None,
        output: str | None,
    ) -> None:
        _refuse_lazy(model)
        self._model = model
        self._x, self._y = probe_set
        x = match_dtype(self._x, model)
        with undisturbed(model):
            taps = find_taps(model, x.to(device_of(model)), layers)
            self._probe = Probe(x, taps, output)
            self._live = self._probe.read(model)
        self._runs = _runs_of(model)
        _check_shapes(self._live, self._runs, len(x))

    def begin(
        self, folder: Folder, keep: str, settings: dict[str, Any], seed: int | None
    ) -> Recording:
        """Writes the probe set, the first snapshot (epoch 0) and the header.

        Raises:
            RecordingError: if the folder already holds a recording or cannot be written.
        """
        if (folder.path / HEADER).exists():
            raise RecordingError(
                f"Recorder: {str(folder.path)!r} already holds a recording. Choose another path, "
                "or delete that folder if it is no longer needed."
            )
        keeping = decide(keep, self._model, self._probe, self._live)
        header = Header(
            generator=f"pyglow {__version__}",
            created=datetime.datetime.now(datetime.UTC).isoformat(),
            keep=keeping.keep,
            layers=_specs(self._model, self._probe.taps, self._live, self._runs),
            model=keeping.config,
            runs=self._runs,
            epochs=(0,),
            settings=settings,
            seed=seed,
            output=self._probe.output,
        )
        folder.write_probe(self._x, self._y)
        folder.write_snapshot(0, self._tensors(keeping.keep))
        recording = Recording(folder, header, keeping.template)
        recording.advance(replace(header, fingerprints={0: _sign(recording, 0)}))
        return recording

    def append(self, recording: Recording, epoch: int) -> None:
        """Writes a snapshot of the network as it is, then the header that names it."""
        recording.folder.write_snapshot(epoch, self._tensors(recording.keep))
        header = recording.header
        recording.advance(replace(header, epochs=(*header.epochs, epoch)))

    def sign_last(self, recording: Recording) -> None:
        """Puts the fingerprint of the last epoch's activations into the header."""
        header, last = recording.header, recording.epochs[-1]
        signatures = {0: header.fingerprints[0], last: _sign(recording, last)}
        recording.advance(replace(header, fingerprints=signatures))

    def _tensors(self, keep: str) -> dict[str, Tensor]:
        if keep == "weights":
            return weights_of(self._model)
        with undisturbed(self._model):
            activations = self._probe.read(self._model)
        return {name: torch.from_numpy(array) for name, array in activations.items()}


def _sign(recording: Recording, epoch: int) -> str:
    return fingerprint(recording.activations(epoch), recording.layers)


def _refuse_lazy(model: nn.Module) -> None:
    for name, parameter in model.named_parameters():
        if torch.nn.parameter.is_lazy(parameter):
            raise RecordingError(
                f"Recorder: {name!r} has no shape yet. Run one batch through the network first."
            )


def _runs_of(model: nn.Module) -> int | None:
    runs = getattr(model, "runs", None)
    return runs if names_layers(model) and isinstance(runs, int) else None


def _check_shapes(live: Activations, runs: int | None, samples: int) -> None:
    leading = (samples,) if runs is None else (runs, samples)
    for name, array in live.items():
        if array.shape[: len(leading)] != leading:
            raise RecordingError(
                f"Recorder: layer {name!r} must give an activation of shape {leading} + (...), one "
                f"for each sample, got {array.shape}. Leave it out of layers=."
            )


def _specs(
    model: nn.Module, taps: tuple[Tap, ...], live: Activations, runs: int | None
) -> tuple[LayerSpec, ...]:
    modules = dict(model.named_modules())
    leading = 1 if runs is None else 2
    return tuple(
        LayerSpec(
            name=tap.name,
            shape=live[tap.name].shape[leading:],
            noise=getattr(modules.get(tap.module or tap.name), "declared_noise", None),
            module=tap.module,
            call=tap.call,
        )
        for tap in taps
    )
