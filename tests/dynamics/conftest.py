"""Small networks of every kind that a Recorder meets, and the probe set for them."""

from __future__ import annotations

import itertools
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import glow.dynamics._rebuild as rebuild_module

if TYPE_CHECKING:
    from pathlib import Path

    from glow.dynamics import Recording


class Tiny(nn.Module):
    """A network that names its layers and can be rebuilt, as those of ``glow.models`` do."""

    def __init__(self, widths: tuple[int, ...] = (4, 5, 3, 2), seed: int = 0) -> None:
        super().__init__()
        self.widths = widths
        generator = torch.Generator().manual_seed(seed)
        pairs = list(itertools.pairwise(widths))
        self.layers = nn.ModuleList([nn.Linear(a, b) for a, b in pairs])
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.7, generator=generator)

    def forward_layers(self, x: Tensor) -> dict[str, Tensor]:
        outputs = {}
        for index, layer in enumerate(self.layers):
            x = layer(x)
            x = torch.tanh(x) if index < len(self.layers) - 1 else x
            outputs[f"dense_{index}" if index else "dense"] = x
        return outputs

    def forward(self, x: Tensor) -> Tensor:
        return list(self.forward_layers(x).values())[-1]

    def get_config(self) -> dict[str, Any]:
        return {"class_name": "tiny.Tiny", "widths": list(self.widths)}


class TinyEnsemble(nn.Module):
    """Several of them side by side."""

    def __init__(self, runs: int = 3) -> None:
        super().__init__()
        self.runs = runs
        self.members = nn.ModuleList([Tiny(seed=seed) for seed in range(runs)])

    def forward_layers(self, x: Tensor) -> dict[str, Tensor]:
        each = [member.forward_layers(x) for member in self.members]
        return {name: torch.stack([layers[name] for layers in each]) for name in each[0]}

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([member(x) for member in self.members])

    def get_config(self) -> dict[str, Any]:
        return {"class_name": "tiny.TinyEnsemble", "runs": self.runs}


def from_config(config: dict[str, Any]) -> nn.Module:
    if config["class_name"] == "tiny.TinyEnsemble":
        return TinyEnsemble(config["runs"])
    return Tiny(tuple(config["widths"]))


class _Installed(EntryPoint):
    def load(self) -> Any:
        return from_config


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the tiny networks rebuildable, as if their package were installed."""
    entry = _Installed(name="tiny", value="tiny:from_config", group="glow.models")
    monkeypatch.setattr(rebuild_module, "entry_points", lambda group: [entry])


@pytest.fixture
def tiny() -> Tiny:
    return Tiny()


@pytest.fixture
def ensemble() -> TinyEnsemble:
    return TinyEnsemble()


@pytest.fixture
def probe() -> tuple[np.ndarray, np.ndarray]:
    """64 samples of 4 features in two classes."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 4)).astype(np.float32)
    return x, (x[:, 0] + x[:, 1] > 0).astype(np.int64)


def train_step(model: nn.Module, x: np.ndarray, y: np.ndarray, rate: float = 0.5) -> None:
    """One plain gradient step, on every member of an ensemble alike."""
    output = model(torch.from_numpy(x))
    target = torch.from_numpy(y)
    if output.ndim == 3:
        target = target.repeat(len(output))
        output = output.flatten(0, 1)
    loss = nn.functional.cross_entropy(output, target, reduction="sum") / len(x)
    model.zero_grad()
    loss.backward()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter -= rate * parameter.grad


@pytest.fixture
def step() -> Any:
    return train_step


@pytest.fixture
def recorded(installed: None, tiny: Tiny, probe: Any, tmp_path: Path) -> Recording:
    """Six epochs of the tiny network, by weights."""
    return record(tiny, probe, tmp_path / "recorded")


@pytest.fixture
def recorded_runs(installed: None, ensemble: TinyEnsemble, probe: Any, tmp_path: Path) -> Recording:
    """Six epochs of three networks, by weights."""
    return record(ensemble, probe, tmp_path / "runs")


def record(model: nn.Module, probe: Any, path: Path, epochs: int = 6, **options: Any) -> Recording:
    from glow.dynamics import Recorder

    with Recorder(model, probe=probe, path=path, epochs=epochs, **options) as recorder:
        for _ in range(epochs):
            train_step(model, *probe)
            recorder.epoch()
    return recorder.recording


@pytest.fixture
def make_recording() -> Any:
    return record
