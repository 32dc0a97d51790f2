"""Where a network is tapped: which outputs of which modules are a layer's activation T.

A model of ours names its layers itself (``forward_layers``). In any other module the layers are
found by running the probe set through it once and watching the order of calls: T is **what the
next layer with weights receives**, so normalisation, activation and pooling modules belong to the
layer before them; but a module that declares noise ends its layer. A function called between
modules (``F.relu(self.fc(x))``) cannot be seen: there the tap is the last module before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from glow._errors import closest

from ._errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Layers = Sequence[str] | Mapping[str, nn.Module]

LAST_CALL = -1


@dataclass(frozen=True)
class Tap:
    """One place to read.

    Attributes:
        name: the layer's name.
        module: the path of the module whose output it is; None in a model that names its layers.
        call: which call of that module in one forward pass; -1 is the last.
    """

    name: str
    module: str | None = None
    call: int = LAST_CALL


def names_layers(model: nn.Module) -> bool:
    """Tells whether the model returns its own layers' activations (``forward_layers``)."""
    return callable(getattr(model, "forward_layers", None))


def find_taps(model: nn.Module, x: Tensor, layers: Layers | None) -> tuple[Tap, ...]:
    """Decides where to tap a model.

    Args:
        model: the network, in eval mode.
        x: the probe set, (N, ...).
        layers: names of layers or modules; or names for modules of the model; or None for all.

    Raises:
        RecordingError: if a layer is unknown or the model has none.
    """
    if names_layers(model):
        return _choose_own(model, x, layers)
    if layers is None:
        return _discover(model, x)
    paths = {module: path for path, module in model.named_modules()}
    by_path = {path: module for module, path in paths.items() if path}
    if not isinstance(layers, Mapping):
        layers = {name: _lookup(by_path, name) for name in layers}
    taps = tuple(Tap(str(name), paths.get(module)) for name, module in layers.items())
    strangers = [tap.name for tap in taps if tap.module is None]
    if strangers or not taps:
        raise RecordingError(
            f"Recorder: layers must name at least one module inside the model, got "
            f"{strangers or 'none'}. Take them from model.named_modules()."
        )
    return taps


def read_taps(model: nn.Module, taps: Sequence[Tap], x: Tensor) -> dict[str, Tensor]:
    """Runs ``x`` through the model.

    Returns:
        Each tap's activation on its device, detached: (N, ...) or (runs, N, ...).
    """
    if names_layers(model):
        outputs = _own_layers(model, x)
        return {tap.name: outputs[tap.name] for tap in taps}
    kept: dict[str, Tensor] = {}
    wanted: dict[str, list[Tap]] = {}
    for tap in taps:
        wanted.setdefault(tap.module or "", []).append(tap)
    with ExitStack() as hooks:
        for path, of_module in wanted.items():
            hook = _keeper(of_module, kept)
            hooks.callback(model.get_submodule(path).register_forward_hook(hook).remove)
        model(x)
    missing = [tap.name for tap in taps if tap.name not in kept]
    if missing:
        raise RecordingError(
            f"Recorder: the forward pass did not call {missing}. Choose layers that it calls."
        )
    return {tap.name: kept[tap.name] for tap in taps}


def _own_layers(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
    forward_layers: Callable[[Tensor], dict[str, Tensor]] = model.forward_layers  # type: ignore[assignment]  # looked up by name: any model may offer it
    return forward_layers(x)


def _choose_own(model: nn.Module, x: Tensor, layers: Layers | None) -> tuple[Tap, ...]:
    names = list(_own_layers(model, x))
    for name in layers or ():
        if name not in names:
            raise _unknown(name, names)
    chosen = [name for name in names if layers is None or name in layers]
    if not chosen:
        raise RecordingError("Recorder: the model has no layers to record. Add a layer to it.")
    return tuple(Tap(name) for name in chosen)


def _lookup(by_path: Mapping[str, nn.Module], name: str) -> nn.Module:
    if name not in by_path:
        raise _unknown(name, list(by_path))
    return by_path[name]


def _unknown(name: object, valid: Sequence[str]) -> RecordingError:
    return RecordingError(f"Recorder: the model has no layer {name!r}. {closest(name, valid)}")


def _discover(model: nn.Module, x: Tensor) -> tuple[Tap, ...]:
    """Groups the calls of one forward pass: a module with weights and what follows it."""
    calls = _leaf_calls(model, x)
    starts = [index for index, (module, _, _) in enumerate(calls) if _has_weights(module)]
    if not starts:
        raise RecordingError(
            "Recorder: found no module with weights that is called in the forward pass. "
            "Name the modules to record: layers=['name', ...] as in model.named_modules()."
        )
    taps = []
    for start, following in zip(starts, [*starts[1:], len(calls)], strict=True):
        _, path, call = calls[start]
        group = calls[start:following]
        noisy = (each for each in group if getattr(each[0], "declared_noise", None))
        _, last_path, last_call = next(noisy, group[-1])  # what follows noise is no mean of it
        taps.append(Tap(path if call == 0 else f"{path}#{call}", last_path, last_call))
    return tuple(taps)


def _leaf_calls(model: nn.Module, x: Tensor) -> list[tuple[nn.Module, str, int]]:
    """Returns the leaf modules in the order of their calls: (module, path, number of the call)."""
    calls: list[tuple[nn.Module, str, int]] = []
    counts: Counter[str] = Counter()

    def note(path: str, module: nn.Module) -> None:
        calls.append((module, path, counts[path]))
        counts[path] += 1

    with ExitStack() as hooks:
        for path, module in model.named_modules():
            if not list(module.children()):
                hooks.callback(
                    module.register_forward_hook(
                        lambda module, _inputs, _output, path=path: note(path, module)
                    ).remove
                )
        model(x)
    return calls


def _has_weights(module: nn.Module) -> bool:
    # Normalisation modules have parameters too, but only vectors.
    return any(parameter.ndim >= 2 for parameter in module.parameters(recurse=False))


def _keeper(taps: Sequence[Tap], kept: dict[str, Tensor]) -> Callable[..., None]:
    """Returns the hook of one module that keeps the calls its taps ask for."""
    count = 0

    def hook(_module: nn.Module, _inputs: Any, output: Any) -> None:  # noqa: ANN401 - torch's signature
        nonlocal count
        for tap in taps:
            if tap.call in (count, LAST_CALL):
                # Cloned: an in-place activation after this module would overwrite it.
                kept[tap.name] = _tensor(tap, output).detach().clone()
        count += 1

    return hook


def _tensor(tap: Tap, output: object) -> Tensor:
    if isinstance(output, (tuple, list)) and output:  # recurrent modules: the sequence comes first
        output = output[0]
    if not isinstance(output, torch.Tensor):
        raise RecordingError(
            f"Recorder: layer {tap.name!r} must return a tensor, got {type(output).__name__}. "
            "Leave it out of layers=."
        )
    return output
