import importlib.metadata
import subprocess
import sys
import types

import pytest
import torch

from glow.callbacks import Callback, Progress
from glow.layers import Dense
from glow.models import Sequential, _display

X, Y = torch.zeros(8, 4), torch.zeros(8, dtype=torch.long)


class Widgets(Callback):
    """Stands for what glow_widgets registers."""


class Broken:
    """Stands for widgets whose import or construction fails."""

    def __init__(self):
        raise RuntimeError("no front end")


@pytest.fixture
def registered(monkeypatch):
    """Registers a class as the display."""

    def register(cls):
        entry = types.SimpleNamespace(load=lambda: cls)
        monkeypatch.setattr(_display, "entry_points", lambda group: [entry])

    return register


@pytest.fixture
def kernel(monkeypatch):
    """Pretends that a Jupyter kernel runs this."""
    monkeypatch.setattr(_display, "in_kernel", lambda: True)


@pytest.mark.usefixtures("kernel")
def test_a_kernel_gets_widgets_if_they_work(registered):
    registered(Widgets)
    assert [type(c) for c in _display.displays("auto", "auto")] == [Widgets]
    assert [type(c) for c in _display.displays("auto", None)] == [Progress]
    assert [type(c) for c in _display.displays(2, "auto")] == [Progress]
    assert _display.displays(0, "auto") == []
    registered(Broken)
    assert [type(c) for c in _display.displays("auto", "auto")] == [Progress]


def test_a_terminal_gets_text(registered):
    registered(Widgets)
    assert [type(c) for c in _display.displays("auto", "auto")] == [Progress]


def test_the_group_is_the_declared_one():
    assert _display._GROUP in {"glow.display"}
    names = {entry.name for entry in importlib.metadata.entry_points(group=_display._GROUP)}
    assert names <= {"widgets"}


def test_fit_imports_no_notebook():
    code = (
        "import sys, torch\n"
        "from glow.layers import Dense\n"
        "from glow.models import Sequential\n"
        "model = Sequential([Dense(2)], input_shape=(4,))\n"
        "model.compile('sgd', loss='cross_entropy')\n"
        "model.fit(torch.zeros(8, 4), torch.zeros(8, dtype=torch.long), verbose=0)\n"
        "print(sorted({'IPython', 'ipywidgets', 'matplotlib', 'xarray'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_silence_is_silent(capfd):
    model = Sequential([Dense(2)], input_shape=(4,))
    model.compile("sgd", loss="cross_entropy")
    model.fit(X, Y, verbose=0)
    model.evaluate(X, Y)
    assert capfd.readouterr() == ("", "")
