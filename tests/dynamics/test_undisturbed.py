"""Recording never changes training: everything is compared bit for bit with a training without."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from torch import nn

from glow.dynamics import Recorder
from glow.dynamics._undisturbed import undisturbed


def build():
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Linear(4, 8),
        nn.BatchNorm1d(8),
        nn.ReLU(inplace=True),
        nn.Dropout(0.4),
        nn.Linear(8, 6),
        nn.ReLU(inplace=True),
        nn.Linear(6, 2),
    )


def train(probe, recorder_options=None, epochs=12):
    """Returns everything that a training leaves behind."""
    model = build()
    model[3].eval()  # a flag that differs from its parent's must survive too
    torch.manual_seed(2), np.random.seed(2), random.seed(2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    x, y = map(torch.from_numpy, probe)
    recorder = None
    if recorder_options is not None:
        recorder = Recorder(model, probe=probe, epochs=epochs, **recorder_options).attach()
    flags = []
    for epoch in range(epochs):
        if epoch == 6:
            model[3].train()
        batch = torch.randperm(len(x))[: 32 + np.random.randint(4) + random.randrange(4)]
        loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if recorder:
            recorder.epoch()
        flags.append([module.training for module in model.modules()])
    if recorder:
        recorder.detach()
    generators = (
        torch.get_rng_state().tolist(),
        np.random.get_state()[1].tolist(),
        random.getstate(),
    )
    gradients = [parameter.grad.clone() for parameter in model.parameters()]
    return model.state_dict(), flags, generators, gradients


@pytest.mark.parametrize("keep", ["weights", "activations"])
def test_training_is_the_same_with_and_without_a_recorder(probe, tmp_path, keep):
    plain = train(probe)
    recorded = train(probe, {"path": tmp_path / "r", "keep": keep})
    for name, value in plain[0].items():
        assert torch.equal(value, recorded[0][name]), name
    assert plain[1] == recorded[1]
    assert plain[2] == recorded[2]
    assert all(torch.equal(a, b) for a, b in zip(plain[3], recorded[3], strict=True))


def test_an_in_place_activation_does_not_overwrite_the_recorded_layer(probe, tmp_path):
    model = build().eval()
    with Recorder(model, probe=probe, layers=["0", "2"], path=tmp_path / "r") as recorder:
        pass
    kept = recorder.recording.activations(0)
    with torch.no_grad():
        x = torch.from_numpy(probe[0])
        linear = model[0](x)
        assert np.array_equal(kept["0"], linear.numpy())
        assert np.array_equal(kept["2"], torch.relu(model[1](linear)).numpy())
    assert (kept["0"] < 0).any(), "the test needs values that ReLU would overwrite"


def test_buffers_changed_in_eval_mode_are_put_back():
    class Counter(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("in_place", torch.zeros(2))
            self.register_buffer("replaced", torch.zeros(2))

        def forward(self, x):
            self.in_place += 1
            self.replaced = self.replaced + 1
            return x

    model = Counter()
    identity = model.replaced
    with undisturbed(model):
        model(torch.ones(1))
    assert model.replaced is identity
    assert model.in_place.tolist() == model.replaced.tolist() == [0, 0]


def test_everything_is_put_back_when_the_forward_pass_fails():
    model = nn.Sequential(nn.Dropout())
    before = torch.get_rng_state()

    def failing_pass():
        with undisturbed(model):
            torch.rand(3)
            assert not model[0].training
            assert not torch.is_grad_enabled()
            raise KeyError

    with pytest.raises(KeyError):
        failing_pass()
    assert model[0].training
    assert torch.is_grad_enabled()
    assert torch.equal(before, torch.get_rng_state())


def test_autocast_around_the_training_does_not_reach_the_probe(probe, tmp_path):
    model = nn.Sequential(nn.Linear(4, 3), nn.Tanh())
    with (
        torch.autocast("cpu", dtype=torch.bfloat16),
        Recorder(model, probe=probe, path=tmp_path / "r") as recorder,
    ):
        pass
    with torch.no_grad():
        expected = model(torch.from_numpy(probe[0])).numpy()
    assert np.array_equal(recorder.recording.activations(0)["0"], expected)
