"""Networks with noise of their own: what is recorded of them, and who may measure it."""

import numpy as np
import pytest
import torch
from torch import nn

from glow import estimators
from glow.dynamics import Recorder, Recording, calibrate, plane, sweep
from glow.estimators import KDE, KSG, Binned, Context, Gaussian, SamplePropagation
from glow.layers import Activation, Dense, Dropout, GaussianLayer
from glow.models import Sequential


@pytest.fixture
def noisy(tmp_path):
    """A recording of two epochs of a network with two noisy layers, and the network."""
    torch.manual_seed(0)
    x = torch.randn(40, 4)
    y = (x[:, 0] > 0).long()
    layers = [GaussianLayer(3, stddev=0.1), Dropout(0.5), GaussianLayer(2, stddev=0.2), Dense(2)]
    model = Sequential(layers, input_shape=(4,), seed=0)
    with Recorder(model, probe=(x, y), path=tmp_path / "r") as recorder:
        with torch.no_grad():
            model.layers[0].weight.mul_(2)
        recorder.epoch()
    return recorder.recording, model, x


def test_a_recording_has_the_mean_and_the_noise(noisy):
    recording, model, x = noisy
    first, second = model.layers[0], model.layers[2]
    assert [recording.noise(name) for name in recording.layers] == [0.1, 0.2, None]
    mean = torch.tanh(nn.functional.linear(x, first.weight, first.bias))
    deeper = torch.tanh(nn.functional.linear(mean, second.weight, second.bias))
    layers = list(recording.activations(1).values())
    np.testing.assert_allclose(layers[0], mean.detach(), atol=1e-6)
    np.testing.assert_allclose(layers[1], deeper.detach(), atol=1e-6)
    assert not first.quiet  # in use the network is noisy, as before
    assert not np.array_equal(model.predict(x), model.predict(x))
    again = Recording.open(recording.folder.path)
    np.testing.assert_array_equal(next(iter(again.activations(1).values())), layers[0])
    assert again.noise(again.layers[0]) == 0.1


def test_estimators_for_layers_without_noise_refuse_by_name(noisy):
    recording, _, _ = noisy
    for estimator in (Binned(), KSG(k=3), Gaussian()):
        found = plane(recording, estimator)
        first, second, output = recording.layers
        for layer in (first, second):
            assert found["xt"].sel(layer=layer).isnull().all()
            assert found["ty"].sel(layer=layer).isnull().all()
            verdict = str(found["xt_verdict"].sel(layer=layer).values[0])
            assert f"{type(estimator).__name__}: expected a layer without noise" in verdict
        assert found["xt"].sel(layer=output).notnull().all()
    assert "Use SamplePropagation, or KDE with variance=0.01" in found.attrs["refused"]
    swept = sweep(recording, Binned(), bins=[4, 8])
    assert swept["xt"].sel(layer=first).isnull().all()
    assert swept["xt"].sel(layer=output).notnull().all()
    with pytest.raises(ValueError, match=r"calibrate: layer .*Binned: expected a layer without n"):
        calibrate(Binned(), recording, layers=[first], levels=(0.5,), repeats=2)
    mixed = plane(recording, x=Binned(), y=SamplePropagation())
    assert mixed["xt"].sel(layer=first).isnull().all()
    assert mixed["ty"].sel(layer=first).notnull().all()


def test_those_made_for_noise_use_it(noisy):
    recording, _, _ = noisy
    first = recording.layers[0]
    found = plane(recording, SamplePropagation(noise=5.0), diagnostics=False)
    assert found["xt"].notnull().all()
    context = Context(recording.x, recording.y, noise=0.1)
    expected = SamplePropagation().coordinates(recording.activations(1)[first], context)
    assert float(found["xt"].sel(layer=first, epoch=1)) == pytest.approx(expected[0])
    assert plane(recording, KDE(variance=0.01))["xt"].notnull().all()


def test_every_estimator_says_whether_it_is_made_for_noise():
    context = Context(np.zeros((4, 1)), [0, 1, 0, 1], noise=0.1, layer="hidden")
    made = set()
    for name in estimators.names():
        try:
            estimators.get(name).admit(context)
        except ValueError as error:
            assert "'hidden', which adds noise of standard deviation 0.1" in str(error)  # noqa: PT017
        else:
            made.add(name)
    assert made == {"kde", "sample-propagation"}


@pytest.mark.parametrize("plain", [False, True])
def test_a_layer_ends_with_its_noise(plain, tmp_path):
    x, y = torch.randn(20, 4), torch.arange(20) % 2
    layers = [GaussianLayer(3), Activation("relu"), Dense(2), Activation("tanh")]
    model = nn.Sequential(*layers) if plain else Sequential(layers, input_shape=(4,), seed=0)
    model(x)
    with Recorder(model, probe=(x, y), path=tmp_path / "r") as recorder:
        pass
    recording = recorder.recording
    assert [recording.noise(name) for name in recording.layers] == [0.1, None]
    hidden = recording.activations(0)[recording.layers[0]]
    mean = torch.tanh(nn.functional.linear(x, layers[0].weight, layers[0].bias))
    np.testing.assert_allclose(hidden, mean.detach(), atol=1e-6)
    assert hidden.min() < 0  # so the relu is not in it
