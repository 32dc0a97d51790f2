import base64
import warnings

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances

with warnings.catch_warnings():
    # bqplot's date scale is declared in a way that traitlets deprecates; nothing here uses it.
    warnings.simplefilter("ignore", DeprecationWarning)
    import bqplot  # noqa: F401

from glow.datasets import szt
from glow.dynamics import Recording
from glow.layers import Dense
from glow.models import IBSequential
from glow_widgets._base import LIVE_MIME

EPOCHS = 40


class FakeClock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return FakeClock()


def array(values):
    data = np.round(np.asarray(values, dtype=float) * 1000).astype("<i2")
    return {
        "dtype": "int16",
        "scale": 0.001,
        "shape": list(data.shape),
        "data": base64.b64encode(data.tobytes()).decode(),
    }


@pytest.fixture
def make_document():
    def make(layer="dense"):
        return {
            "format": "glow.plane",
            "version": 1,
            "generator": "pyglow",
            "title": "",
            "recordings": [
                {
                    "name": "run",
                    "samples": 4,
                    "epochs": [0, 1, 2],
                    "layers": [layer],
                    "ceilings": {"xt": 2.0, "ty": 1.0},
                    "axes": {
                        "xt": {"label": "I(X;T)", "unit": "bits"},
                        "ty": {"label": "I(T;Y)", "unit": "bits"},
                    },
                    "planes": [
                        {
                            "estimator": "binned",
                            "label": "Binned, global range",
                            "runs": 1,
                            "settings": {"bins": 30},
                            "slider": None,
                            "xt": array([[[2.0], [1.5], [1.0]]]),
                            "ty": array([[[0.1], [0.5], [0.9]]]),
                        }
                    ],
                }
            ],
        }

    return make


def make_model(path=None, seed=0):
    model = IBSequential(
        [Dense(3, activation="tanh"), Dense(2)], input_shape=(12,), seed=seed, recording=path
    )
    model.compile("adam", loss="cross_entropy", metrics=["accuracy"])
    return model


@pytest.fixture
def model():
    return make_model()


@pytest.fixture(scope="session")
def data():
    x, y = szt.patterns()
    return x[::32], y[::32]


@pytest.fixture(scope="session")
def recording(data, tmp_path_factory):
    path = tmp_path_factory.mktemp("recordings") / "tanh"
    make_model(path).fit(*data, epochs=EPOCHS, verbose=0)
    return Recording.open(path)


@pytest.fixture
def outputs(monkeypatch):
    """What is displayed and what it is replaced by: a list of bundles per output."""
    shown = []

    class Handle:
        def __init__(self, widget):
            self.bundles = [widget]

        def update(self, bundle, raw):
            assert raw
            self.bundles.append(bundle)

    def display(bundle, raw, display_id):
        assert raw
        assert display_id
        live = bundle.get(LIVE_MIME)
        handle = Handle(_instances[live["model_id"]] if live else bundle)
        shown.append(handle.bundles)
        return handle

    monkeypatch.setattr("IPython.display.display", display)
    return shown
