import threading

import pytest

from glow_widgets._control import TrainingControl


def test_nothing_is_pending_at_first_nor_after_a_resume():
    control = TrainingControl()
    assert not control.pending
    control.request("pause")
    assert control.pending
    control.request("resume")
    assert not control.pending


def test_waiting_ends_when_another_thread_resumes():
    control = TrainingControl()
    control.request("pause")
    waiting = threading.Thread(target=control.wait)
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive()
    control.request("resume")
    waiting.join(5)
    assert not waiting.is_alive()


def test_stop_ends_a_pause_and_a_later_pause_does_not_hold_it_up():
    control = TrainingControl()
    control.request("pause")
    control.request("stop")
    control.request("pause")
    control.wait()  # returns at once
    assert control.stop_requested


def test_unknown_actions_are_refused():
    with pytest.raises(ValueError, match="stop, pause, resume, step, step-epoch, got 'halt'"):
        TrainingControl().request("halt")
