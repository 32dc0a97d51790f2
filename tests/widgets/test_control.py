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


def edges(control, count):
    """Which of ``count`` batch edges training passes without waiting, one thread doing both."""
    return [not control.waits("batch") for _ in range(count)]


def test_a_step_lets_exactly_one_batch_through():
    """AC-07."""
    control = TrainingControl()
    control.request("pause")
    assert edges(control, 2) == [False, False]
    control.request("step")
    control.wait()  # returns at once, and uses the step up
    assert edges(control, 1) == [False]


def test_a_step_while_running_pauses():
    control = TrainingControl()
    control.request("step")
    assert edges(control, 1) == [False]


def test_a_step_of_an_epoch_waits_at_its_end_and_then_batch_by_batch():
    """AC-07."""
    control = TrainingControl()
    control.request("pause")
    control.request("step-epoch")
    assert edges(control, 3) == [True, True, True]
    assert control.waits("epoch")
    assert edges(control, 1) == [False]
    control.request("resume")
    assert edges(control, 2) == [True, True]
    assert not control.waits("epoch")
    assert not control.pending


def test_a_pause_does_not_wait_at_the_end_of_an_epoch_again():
    control = TrainingControl()
    control.request("pause")
    assert not control.waits("epoch")
