"""``recording.json``: what a recording says about itself, checked field by field."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ._errors import RecordingError
from ._fields import Fields, is_integer, parse_json

FORMAT = "glow.recording"
VERSION = 1
KEEPS = ("weights", "activations")
OUTPUTS = ("softmax", "sigmoid")
_REMEDY = "The file is damaged or was edited; restore it or record again."


@dataclass(frozen=True)
class LayerSpec:
    """One recorded layer.

    Attributes:
        name: the layer's name in planes.
        shape: the shape of one sample's activation; one replica's, if the model holds several.
        noise: the standard deviation of the Gaussian noise that the layer declares, or None.
        module: the path of the module whose output it is; None where the model itself names
            its layers.
        call: which of the module's calls in one forward pass; -1 is the last.
    """

    name: str
    shape: tuple[int, ...]
    noise: float | None = None
    module: str | None = None
    call: int = -1


@dataclass(frozen=True)
class Header:
    """Everything in ``recording.json``; see `Recording` for the meaning of the public fields."""

    generator: str
    created: str
    keep: str
    layers: tuple[LayerSpec, ...]
    model: dict[str, Any] | None = None
    runs: int | None = None
    epochs: tuple[int, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None
    output: str | None = None
    fingerprints: dict[int, str] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """Returns the text of ``recording.json``."""
        # On one line: only that form has a fast encoder, and every snapshot writes it anew.
        content = {"format": FORMAT, "version": VERSION, **vars(self)}
        return json.dumps(content, allow_nan=False, default=vars).encode()

    @classmethod
    def from_json(cls, text: bytes, where: str) -> Header:
        """Reads the text of ``recording.json``.

        Args:
            text: the file's content.
            where: the file's name, for messages.

        Raises:
            RecordingError: if it is not the header of a recording of this version.
        """
        fields = parse_json(text, where, RecordingError, _REMEDY)
        fields.text("format", choices=(FORMAT,))
        _check_version(fields)
        return cls(
            generator=fields.text("generator"),
            created=fields.text("created"),
            keep=fields.text("keep", choices=KEEPS),
            layers=_layers(fields),
            model=_optional_object(fields, "model"),
            runs=None if fields.raw("runs") is None else fields.integer("runs", low=1),
            epochs=fields.integers("epochs"),
            settings=_optional_object(fields, "settings") or {},
            seed=None if fields.raw("seed") is None else fields.integer("seed", low=-(2**53)),
            output=None if fields.raw("output") is None else fields.text("output", OUTPUTS),
            fingerprints=_fingerprints(fields),
        )


def _check_version(fields: Fields) -> None:
    version = fields.raw("version")
    if version != VERSION or isinstance(version, bool):
        remedy = f"{VERSION} (a newer PyGlow may have written this recording: upgrade to read it)"
        raise fields.complaint(remedy, version, "version")


def _optional_object(fields: Fields, name: str) -> dict[str, Any] | None:
    value = fields.raw(name)
    if value is not None and not isinstance(value, dict):
        raise fields.complaint("a JSON object or null", value, name)
    return value


def _layers(fields: Fields) -> tuple[LayerSpec, ...]:
    layers = tuple(_layer(entry) for entry in fields.objects("layers"))
    names = [layer.name for layer in layers]
    if not layers or len(set(names)) != len(names):
        raise fields.complaint("at least one layer, each with its own name", names, "layers")
    return layers


def _layer(entry: Fields) -> LayerSpec:
    shape = entry.array("shape", longest=32)
    if not all(is_integer(size) and 0 < size < 2**40 for size in shape):
        raise entry.complaint("positive integers", shape, "shape")
    return LayerSpec(
        name=entry.text("name", longest=1000),
        shape=tuple(shape),
        noise=None if entry.raw("noise") is None else entry.number("noise"),
        module=None if entry.raw("module") is None else entry.text("module"),
        call=-1 if entry.raw("call") is None else entry.integer("call", low=-1),
    )


def _fingerprints(fields: Fields) -> dict[int, str]:
    table = fields.object("fingerprints")
    names = table.names()
    if not all(name.isascii() and name.isdigit() and len(name) < 16 for name in names):
        raise fields.complaint("epochs as names", names, "fingerprints")
    return {int(name): table.text(name, longest=64) for name in names}
