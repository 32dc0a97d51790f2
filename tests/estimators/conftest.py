import numpy as np
import pytest

from glow.estimators import Context, _registry


@pytest.fixture
def own_names(monkeypatch):
    """Estimators that a test defines are forgotten after it."""
    monkeypatch.setattr(_registry, "_CLASSES", dict(_registry._CLASSES))


@pytest.fixture
def rng():
    return np.random.default_rng(20)


@pytest.fixture
def layer(rng):
    """300 samples of a tanh layer of 4 units that depends on x, float32."""
    x = rng.normal(size=(300, 6))
    t = np.tanh(x @ rng.normal(size=(6, 4))).astype(np.float32)
    return x.astype(np.float32), t, (t[:, 0] + t[:, 1] > 0).astype(np.int64)


@pytest.fixture
def context(layer):
    x, t, y = layer
    ends = float(t.min()), float(t.max())
    return Context(x, y, recording_range=(-1.0, 1.0)).for_layer(layer_range=ends)
