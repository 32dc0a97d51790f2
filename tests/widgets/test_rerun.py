"""Cells that are run again and again (AC-23)."""

import threading
from types import SimpleNamespace

import IPython
import pytest
from ipywidgets.widgets.widget import _instances

from glow_widgets import InformationPlane
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


def test_fifty_runs_of_a_cell_leave_one_widget(running):
    running("a", "0")
    last = InformationPlane()
    before = len(_instances)
    for number in range(1, 51):
        running("a", str(number))
        earlier, last = last, InformationPlane()
        assert closed(earlier)
    assert len(_instances) == before
    assert not closed(last)


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
