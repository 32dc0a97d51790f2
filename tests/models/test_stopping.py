import os
import signal
import subprocess
import sys
import threading
import types

import pytest
import torch

from glow.callbacks import Callback, LambdaCallback, TerminateOnNaN
from glow.layers import Dense
from glow.models import Sequential

X, Y = torch.randn(40, 4), torch.zeros(40, dtype=torch.long)


@pytest.fixture(autouse=True)
def heard():
    """Ctrl-C has Python's own handler here, also where a job in the background began without."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _net():
    model = Sequential([Dense(2)], input_shape=(4,), seed=0)
    model.compile("sgd", loss="cross_entropy")
    return model


class Log(Callback):
    """Notes every call."""

    def __init__(self):
        self.calls = []

    def on_epoch_end(self, epoch, logs=None):
        self.calls.append(("epoch", epoch))

    def on_train_batch_end(self, batch, logs=None):
        self.calls.append(("batch", batch))

    def on_exception(self, error):
        self.calls.append(("exception", str(error)))

    def on_train_end(self, logs=None):
        self.calls.append(("end", self.model.history.interrupted))


def _at(batch, action):
    """A callback that acts after a batch of epoch 1."""
    state = {"epoch": 0}
    return LambdaCallback(
        on_epoch_begin=lambda epoch, logs: state.update(epoch=epoch),
        on_train_batch_end=lambda b, logs: action() if (state["epoch"], b) == (1, batch) else None,
    )


@pytest.fixture
def kernel(monkeypatch):
    """Pretends that a Jupyter kernel runs this."""
    shell = types.SimpleNamespace(kernel=object())
    fake = types.SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", fake)


def test_stop_training_acts_at_the_next_batch_edge():
    model, log = _net(), Log()
    stop = _at(2, lambda: setattr(model, "stop_training", True))
    history = model.fit(X, Y, batch_size=8, epochs=9, callbacks=[stop, log], verbose=0)
    assert log.calls[-2:] == [("batch", 2), ("end", False)]
    assert history.epoch == [0]  # epoch 1 was cut short
    assert history.stopped
    assert not history.interrupted
    assert history.reason == "stop_training was set"
    again = model.fit(X, Y, batch_size=8, verbose=0)
    assert again.epoch == [0, 1]
    assert not again.stopped
    assert again.reason == ""


def test_a_stop_at_the_last_batch_finishes_the_epoch():
    model = _net()
    stop = _at(4, lambda: setattr(model, "stop_training", True))
    history = model.fit(X, Y, batch_size=8, epochs=9, callbacks=[stop], verbose=0)
    assert history.epoch == [0, 1]
    assert history.stopped


@pytest.mark.usefixtures("kernel")
def test_an_interrupt_returns_the_history_in_a_notebook():
    model, log = _net(), Log()
    interrupt = _at(1, lambda: os.kill(os.getpid(), signal.SIGINT))
    history = model.fit(
        X, Y, batch_size=8, epochs=9, callbacks=[interrupt, log], verbose=0, display=None
    )
    assert log.calls[-2:] == [("batch", 1), ("end", True)]
    assert history.interrupted
    assert history.stopped
    assert history.reason == "interrupted"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_is_raised_again_in_a_script():
    model, log = _net(), Log()
    interrupt = _at(1, lambda: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, batch_size=8, epochs=9, callbacks=[interrupt, log], verbose=0)
    assert log.calls[-2:] == [("batch", 1), ("end", True)]
    assert model.history.epoch == [0]
    assert model.history.interrupted


def test_a_second_interrupt_does_not_wait_for_the_batch():
    model, log = _net(), Log()
    reached = []

    def twice():
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        reached.append(True)

    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, batch_size=8, epochs=9, callbacks=[_at(1, twice), log], verbose=0)
    assert not reached
    assert log.calls[-1] == ("end", True)


def test_fit_works_outside_the_main_thread():
    model = _net()
    thread = threading.Thread(target=model.fit, args=(X, Y), kwargs={"verbose": 0})
    thread.start()
    thread.join()
    assert model.history.epoch == [0]


@pytest.mark.slow
def test_ctrl_c_in_a_real_script(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(
        "import signal, torch\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from glow.callbacks import LambdaCallback\n"
        "from glow.layers import Dense\n"
        "from glow.models import Sequential\n"
        "model = Sequential([Dense(2)], input_shape=(4,), seed=0)\n"
        "model.compile('sgd', loss='cross_entropy')\n"
        "say = LambdaCallback(on_epoch_end=lambda e, logs: e or print('started', flush=True),\n"
        "    on_train_end=lambda logs: print('ended', model.history.interrupted, flush=True))\n"
        "model.fit(torch.zeros(8, 4), torch.zeros(8, dtype=torch.long), epochs=10**9,\n"
        "    callbacks=[say], verbose=0)\n"
        "print('not reached')\n"
    )
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "started\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert out == "ended True\n"
    assert "KeyboardInterrupt" in err
    assert process.returncode != 0


def test_an_exception_in_a_callback_reaches_the_caller_after_all_others_ended():
    model, before, after = _net(), Log(), Log()

    def fail():
        raise OSError("disk full")

    with pytest.raises(OSError, match=r"disk full"):
        model.fit(X, Y, batch_size=8, epochs=9, callbacks=[before, _at(1, fail), after], verbose=0)
    for log in (before, after):
        assert log.calls[-2:] == [("exception", "disk full"), ("end", False)]
    assert model.history.stopped
    assert model.history.reason == "OSError: disk full"


def test_failures_on_the_way_out_hide_nothing():
    def fail(text):
        raise ValueError(text)

    model, log = _net(), Log()
    bad = LambdaCallback(
        on_epoch_end=lambda epoch, logs: fail("first"), on_train_end=lambda logs: fail("second")
    )
    with pytest.raises(ValueError, match=r"first") as caught:
        model.fit(X, Y, callbacks=[bad, log], verbose=0)
    assert caught.value.__notes__ == ["A callback failed after that: ValueError: second"]
    assert log.calls[-1] == ("end", False)
    only_late = LambdaCallback(on_train_end=lambda logs: fail("late"))
    with pytest.raises(ValueError, match=r"late"):
        model.fit(X, Y, callbacks=[only_late, log], verbose=0)
    assert log.calls[-1] == ("end", False)


def test_an_exception_when_training_begins_ends_the_others():
    def fail(logs):
        raise ValueError("no")

    log = Log()
    with pytest.raises(ValueError, match=r"no"):
        _net().fit(X, Y, callbacks=[log, LambdaCallback(on_train_begin=fail)], verbose=0)
    assert log.calls == [("exception", "no"), ("end", False)]


def test_a_loss_that_is_no_number_stops_training():
    model = Sequential([Dense(2)], input_shape=(4,), seed=0)
    model.compile("sgd", loss=lambda output, target: output.sum() * float("nan"))
    log = Log()
    callbacks = [TerminateOnNaN(), log]
    history = model.fit(X, Y, batch_size=8, epochs=9, callbacks=callbacks, verbose=0)
    assert log.calls == [("batch", 0), ("end", False)]
    assert history.stopped
    assert history.reason == "the loss became nan in epoch 0, batch 0"
