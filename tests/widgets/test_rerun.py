"""Cells that are run again and again (AC-23)."""

import threading
from types import SimpleNamespace

import IPython
import pytest
from ipywidgets.widgets.widget import _instances

from glow.estimators import Binned
from glow.models import Sequential
from glow_widgets import EstimatorExplorer, InformationPlane, TrainingDisplay, TrainingProgress
from glow_widgets import _rerun as rerun


@pytest.fixture
def running(monkeypatch):
    """Sets which cell runs, in which of its executions."""
    parent = {}
    shell = SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda: parent))
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    monkeypatch.setattr(rerun, "_made", {})

    def run(cell, message):
        parent.update(header={"msg_id": message}, metadata={"cellId": cell} if cell else {})

    return run


def closed(widget):
    return widget.comm is None


@pytest.fixture(params=[InformationPlane, TrainingProgress, EstimatorExplorer])
def make(request, recording):
    if request.param is EstimatorExplorer:
        return lambda: EstimatorExplorer(recording, [Binned(range="global")])
    return request.param


def test_fifty_runs_of_a_cell_leave_one_widget(running, make):
    running("a", "0")
    last = make()
    before = len(_instances)
    for number in range(1, 51):
        running("a", str(number))
        earlier, last = last, make()
        assert closed(earlier)
    assert len(_instances) == before
    assert not closed(last)
    last.close()


def test_fifty_trainings_in_one_cell_leave_no_widget(running, model, data, outputs):
    plain = Sequential(list(model.layers), seed=0)
    plain.compile("adam", loss="cross_entropy")
    before = len(_instances)
    for number in range(50):
        running("a", str(number))
        plain.fit(*data, epochs=1, verbose=0, callbacks=[TrainingDisplay()])
    assert len(outputs) == 50
    assert len(_instances) == before


def test_widgets_of_one_run_and_of_other_cells_stay(running):
    running("a", "1")
    first, second = InformationPlane(), InformationPlane()
    running("b", "2")
    third = InformationPlane()
    assert not any(map(closed, (first, second, third)))
    running("a", "3")
    InformationPlane()
    assert [closed(each) for each in (first, second, third)] == [True, True, False]


def test_nothing_is_closed_where_the_cell_is_not_known(running):
    running("a", "1")
    first = InformationPlane()
    running(None, "2")
    InformationPlane()
    running("a", "3")
    thread = threading.Thread(target=InformationPlane)
    thread.start()
    thread.join()
    assert not closed(first)


def test_without_a_kernel_there_is_no_cell(monkeypatch):
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    assert not closed(InformationPlane())
