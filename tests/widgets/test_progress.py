import threading
import time

import pytest
from traitlets import TraitError

from glow import __version__
from glow_widgets import TrainingProgress
from glow_widgets._base import LIVE_MIME


class Sent(list):
    """Collects what a widget sends to the browser."""

    def __init__(self, widget):
        super().__init__()
        widget._send = lambda message, buffers=None: self.append(message)

    @property
    def states(self):
        updates = (message["state"] for message in self if message["method"] == "update")
        return [state["state"] for state in updates if "state" in state]


@pytest.fixture
def progress(clock):
    return TrainingProgress(epochs=4, batches=1000, clock=clock)


def click(progress, action):
    """What the kernel does with a click, in the thread it does it in."""
    data = {"method": "custom", "content": {"action": action}}
    message = {"content": {"data": data}, "buffers": []}
    thread = threading.Thread(target=progress._handle_msg, args=(message,))
    thread.start()
    thread.join()


def test_names_of_the_two_halves(progress):
    state = progress.get_state()
    assert (state["_model_module"], state["_model_name"]) == ("glow-widgets", "ProgressModel")
    assert (state["_view_module"], state["_view_name"]) == ("glow-widgets", "ProgressView")
    # AC-42: any version is drawn, and the browser tells of one that differs.
    assert state["_model_module_version"] == state["_view_module_version"] == "*"
    assert state["version"] == __version__


def test_ten_thousand_fast_batches_send_at_most_five_updates_a_second_and_the_last_state(clock):
    progress = TrainingProgress(epochs=10, batches=1000, clock=clock)
    sent = Sent(progress)
    for epoch in range(10):
        for batch in range(1000):
            clock.now += 0.0005
            progress.batch_done(batch)
        progress.epoch_done(epoch, {"loss": 1.0 / (epoch + 1)})
    progress.finish()
    assert 5 <= len(sent.states) <= 5 * 5 + 2
    assert sent.states[-1]["epoch"] == 10
    assert sent.states[-1]["status"] == "done"
    assert sent.states[-1]["metrics"] == {"loss": 0.1}


def test_a_click_sets_a_flag_and_sends_nothing_from_its_own_thread(progress):
    sent = Sent(progress)
    click(progress, "stop")
    assert sent == []
    assert progress.batch_done(0) is True
    assert [state["status"] for state in sent.states][-1] == "stopping"


def test_pause_blocks_the_training_thread_until_resume(progress):
    sent = Sent(progress)
    click(progress, "pause")
    stopped = []
    training = threading.Thread(target=lambda: stopped.append(progress.batch_done(7)))
    training.start()
    training.join(0.05)
    assert training.is_alive()
    assert sent.states[-1]["status"] == "paused"
    click(progress, "resume")
    training.join(5)
    assert stopped == [False]
    assert sent.states[-1]["status"] == "running"
    assert sent.states[-1]["batch"] == 8


def test_stop_while_paused_stops(progress):
    click(progress, "pause")
    stopped = []
    training = threading.Thread(target=lambda: stopped.append(progress.batch_done(0)))
    training.start()
    click(progress, "stop")
    training.join(5)
    assert stopped == [True]


def test_unknown_messages_are_ignored(progress):
    click(progress, "explode")
    assert progress.batch_done(0) is False


def test_time_to_come_is_known_after_some_steps(progress, clock):
    for batch in range(5):
        assert progress.state["eta"] is None
        clock.now += 1
        progress.batch_done(batch)
    assert progress.state["eta"] == pytest.approx(4000 - 5, rel=1e-3)


def test_a_loss_that_is_not_a_number_is_said_in_words(progress):
    progress.epoch_done(0, {"loss": float("nan"), "accuracy": 0.5})
    assert progress.state["metrics"] == {"loss": "nan", "accuracy": 0.5}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"status": "asleep"}, "status must be one of running, paused"),
        ({"epoch": -1}, "epoch must be an integer of 0 or more, got -1"),
        ({"batch": 1.5}, "batch must be an integer of 0 or more, got 1.5"),
    ],
)
def test_wrong_states_are_refused(progress, change, message):
    with pytest.raises(TraitError, match=message):
        progress.state = {**progress.state, **change}


def test_the_repr_is_short(progress):
    assert repr(progress) == "TrainingProgress()"


def test_the_browser_learns_that_clicks_are_heard(progress):
    """AC-05: an answer comes from the thread that hears clicks, whatever the training does."""
    sent = Sent(progress)
    click(progress, "hello")
    assert [message["method"] for message in sent] == ["custom"]
    assert progress.batch_done(0) is False


def test_a_step_runs_one_batch_and_pauses_again(progress):
    """AC-07."""
    click(progress, "pause")
    batches = []

    def train():
        for batch in range(5):
            batches.append(batch)
            if progress.batch_done(batch):
                return

    training = threading.Thread(target=train)
    training.start()
    for done in (1, 2, 3):
        wait_for(lambda done=done: len(batches) == done and progress.status == "paused")
        training.join(0.05)
        assert len(batches) == done
        click(progress, "step")
    click(progress, "stop")
    training.join(5)
    assert not training.is_alive()


def test_means_over_the_epoch_so_far_are_shown_and_asked_for_only_when_shown(clock):
    """AC-01: the loss is there before the first epoch ends."""
    asked = []
    progress = TrainingProgress(
        1, 1000, clock=clock, running=lambda: asked.append(1) or {"loss": 2}
    )
    for batch in range(100):
        clock.now += 0.01
        progress.batch_done(batch)
    assert progress.state["metrics"] == {"loss": 2.0}
    assert len(asked) <= 6


def test_updates_that_are_slow_to_send_take_less_than_a_twentieth_of_the_time(clock):
    """AC-04: on a machine where one takes 50 ms too; tests/benchmarks/bench_display.py measures."""
    progress = TrainingProgress(1, 1000, clock=clock)
    spent = []

    def send(message, buffers=None):
        clock.now += 0.05
        spent.append(0.05)

    progress._send = send
    began = clock.now
    for batch in range(100_000):
        clock.now += 0.001
        progress.batch_done(batch % 1000)
    assert len(spent) > 5
    assert sum(spent) < 0.05 * (clock.now - began)


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_a_running_value_that_is_not_finite_is_said_in_words(clock, value):
    """AC-08: JSON has no such numbers."""
    progress = TrainingProgress(1, 10, clock=clock, running=lambda: {"loss": value})
    clock.now += 1
    progress.batch_done(0)
    assert progress.state["metrics"] == {"loss": str(value)}


def test_the_curves_are_told_to_a_page_that_asks(progress):
    """AC-09: a page loaded anew has none of bqplot's widgets."""
    progress.epoch_done(0, {"loss": 0.5})
    progress.epoch_done(1, {"loss": float("nan")})
    sent = Sent(progress)
    click(progress, "history")
    (message,) = sent
    expected = {"epochs": [1, 2], "values": {"loss": [0.5, None]}}
    assert message["content"] == {"action": "history", "history": expected}


def test_a_finished_training_shows_full_bars(progress):
    """AC-02: exactly 100 %."""
    progress.epoch_done(3, {"loss": 0.5})
    progress.finish()
    state = progress.state
    assert (state["epoch"], state["batch"]) == (state["epochs"], state["batches"]) == (4, 1000)


def test_what_is_displayed_says_so_where_the_widget_is_out_of_reach(progress):
    """AC-09."""
    bundle = progress._repr_mimebundle_()
    assert bundle[LIVE_MIME] == {"model_id": progress.model_id, "what": "training"}


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)
