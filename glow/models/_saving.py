"""Whole models to and from one file: network, weights, History and the state of training."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from glow.layers import from_config, to_config
from glow.layers._keras import KerasModule
from glow.models import _archive
from glow.models._archive import damaged
from glow.models._weights import state_of

if TYPE_CHECKING:
    from glow.models._model import Model
    from glow.models._network import Network

Path = str | os.PathLike[str]


def save(model: Network, path: Path, include_optimizer: bool) -> None:
    """Write a model; see `Model.save`."""
    parts = {
        _archive.MODEL: _archive.dumps({"model": to_config(model), "frozen": _frozen(model)}),
        _archive.WEIGHTS: save_tensors(_own(state_of(model))),
        _archive.HISTORY: _archive.dumps(model.history.state_dict()),
    }
    if include_optimizer and model._training is not None:
        scalars, tensors = _split(model.optimizer.state_dict())
        compiled = {name: _json(name, given) for name, given in model._training.asked.items()}
        parts[_archive.TRAINING] = _archive.dumps({"compile": compiled, "optimizer": scalars})
        parts[_archive.OPTIMIZER] = save_tensors(tensors)
    _archive.write(path, parts)


def load_model(path: Path) -> Model:
    """Make a model from a file that `Model.save` wrote.

    It is compiled as it was, and training goes on as if it had never stopped: bit for bit on the
    same machine with as many threads, whatever the optimizer, dropout or normalisation. Classes of
    your own must be registered before (`glow.layers.register`); nothing that a file names is
    imported, and no part of a file is run.

    Args:
        path: The file.

    Raises:
        FileNotFoundError: There is no file.
        ValueError: It is damaged, foreign, of a later version or names an unknown class.
    """
    parts = _archive.read(path)
    described = _archive.loads(path, _archive.MODEL, parts[_archive.MODEL])
    state = _tensors(path, _archive.WEIGHTS, parts[_archive.WEIGHTS])
    history = _archive.loads(path, _archive.HISTORY, parts[_archive.HISTORY])
    try:
        _check_size(described["model"], state)
        model: Any = from_config(described["model"])
        model.load_state_dict(state)
        _freeze(model, described["frozen"])
        model.history.load_state_dict(history)
        if _archive.TRAINING in parts and _archive.OPTIMIZER in parts:
            training = _archive.loads(path, _archive.TRAINING, parts[_archive.TRAINING])
            tensors = _tensors(path, _archive.OPTIMIZER, parts[_archive.OPTIMIZER])
            model.compile(**training["compile"])
            model.optimizer.load_state_dict(_join(training["optimizer"], tensors))
    except (KeyError, TypeError, AttributeError, IndexError, RuntimeError, ValueError) as error:
        raise damaged(path, f"no model can be made of it ({error})") from error
    return model  # type: ignore[no-any-return]  # what is no model has no such methods


def _check_size(config: Mapping[str, Any], state: Mapping[str, Tensor]) -> None:
    """Compare sizes before any memory is taken for them: a description may lie."""
    with torch.device("meta"):
        described = from_config(config).state_dict()
    expected = {name: tuple(tensor.shape) for name, tensor in described.items()}
    received = {name: tuple(tensor.shape) for name, tensor in state.items()}
    if expected != received:
        raise ValueError(f"the network has weights {expected}, the file {received}")


def _tensors(path: Path, name: str, data: bytes) -> dict[str, Tensor]:
    try:
        tensors: dict[str, Tensor] = load_tensors(data)
    except (SafetensorError, KeyError, ValueError) as error:
        raise damaged(path, f"{name} holds no tensors ({error})") from error
    return tensors


def _own(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Copies, since safetensors refuses tensors that share memory."""
    return {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}


def _split(state: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Part an optimizer's state into JSON and tensors named ``index.name``."""
    flat = {f"{i}.{k}": value for i, own in state["state"].items() for k, value in own.items()}
    tensors = {name: value for name, value in flat.items() if isinstance(value, Tensor)}
    numbers = {name: value for name, value in flat.items() if name not in tensors}
    return {"state": numbers, "param_groups": state["param_groups"]}, _own(tensors)


def _join(scalars: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> dict[str, Any]:
    """Undo `_split`."""
    state: dict[int, dict[str, Any]] = {}
    for name, value in {**scalars["state"], **tensors}.items():
        index, _, key = name.partition(".")
        state.setdefault(int(index), {})[key] = value
    return {"state": dict(sorted(state.items())), "param_groups": scalars["param_groups"]}


def _json(name: str, given: Any) -> Any:  # noqa: ANN401 - an argument of compile
    """Return an argument of ``compile`` as JSON."""
    if given is None or isinstance(given, str | bool | int | float):
        return given
    if isinstance(given, list | tuple):
        return [_json(name, part) for part in given]
    if isinstance(given, Mapping):
        return {key: _json(name, part) for key, part in given.items()}
    if hasattr(given, "get_config"):
        return given.get_config()
    raise TypeError(
        f"save: {name}={given!r} cannot be written as JSON. Compile with a name or an object of "
        f"glow.{'losses' if name == 'loss' else 'optimizers'}, or save without what compile was "
        "given: save(path, include_optimizer=False)."
    )


def _frozen(model: Network) -> dict[str, list[str]]:
    modules = dict(model.named_modules())
    layers = [n for n, m in modules.items() if isinstance(m, KerasModule) and not m.trainable]
    weights = [name for name, p in model.named_parameters() if not p.requires_grad]
    return {"layers": layers, "weights": weights}


def _freeze(model: Network, frozen: Mapping[str, list[str]]) -> None:
    for name in frozen["layers"]:
        layer: Any = model.get_submodule(name)
        layer._frozen = True
    for name in frozen["weights"]:
        model.get_parameter(name).requires_grad_(False)
