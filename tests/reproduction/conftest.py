"""Recordings of the demo's own networks, trained for a quarter of the published epochs."""

import importlib.util
import sys
from pathlib import Path

import pytest

from glow.dynamics import Recording

EPOCHS = 2000
ROOT = Path(__file__).parents[2]


def load(name, path):
    """Returns a script as a module."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def recordings(tmp_path_factory):
    """8 tanh and 8 ReLU networks."""
    demo = load("demo", ROOT / "scripts" / "demo.py")
    folder = tmp_path_factory.mktemp("recordings")
    for kind in demo.KINDS:
        demo.train(kind, folder / kind, runs=8, epochs=EPOCHS, seconds=600)
    return {kind: Recording.open(folder / kind) for kind in demo.KINDS}


@pytest.fixture(scope="session")
def range_table():
    """The script of the range table."""
    return load("range_table", Path(__file__).with_name("range_table.py"))


@pytest.fixture(scope="session")
def quantised_networks():
    """The script of the networks with quantised activations."""
    return load("quantised_networks", Path(__file__).with_name("quantised_networks.py"))


@pytest.fixture(scope="session")
def mnist_cnn():
    """The script of the convolutional network."""
    return load("mnist_cnn", Path(__file__).with_name("mnist_cnn.py"))
