import re

import pytest
import torch

from glow.callbacks import Callback, Progress
from glow.layers import Dense
from glow.models import Sequential


def _fit(**kwargs):
    model = Sequential([Dense(2)], input_shape=(4,), seed=0)
    model.compile("sgd", loss="cross_entropy", metrics=["accuracy"])
    x, y = torch.zeros(24, 4), torch.arange(24) % 2
    kwargs.setdefault("x", x)
    if kwargs["x"] is x:
        kwargs["y"] = y
    return model.fit(epochs=3, batch_size=8, **kwargs)


def test_a_terminal_sees_one_line(capfd):
    _fit(verbose=1)
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    last = err.rstrip("\n").rsplit("\r", 1)[-1]
    assert last.startswith("Epoch 3/3: 100%")
    assert "9/9" in last
    assert "loss=0.69" in last
    assert "accuracy=0." in last


def test_verbose_2_is_a_line_per_epoch(capfd):
    _fit(verbose=2)
    out, err = capfd.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert len(lines) == 3
    assert re.fullmatch(r"Epoch 2/3  \d+\.\d s  loss 0\.\d{4}  accuracy 0\.\d{4}", lines[1])


def test_the_number_of_batches_may_be_unknown(capfd):
    batches = ((torch.zeros(8, 4), torch.arange(8) % 2) for _ in range(3))
    model = Sequential([Dense(2)], input_shape=(4,), seed=0)
    model.compile("sgd", loss="cross_entropy")
    model.fit(batches, verbose=1)
    assert "3batch" in capfd.readouterr().err


def test_only_two_ways():
    with pytest.raises(ValueError, match=r"verbose must be 1 .* or 2 .* got 3"):
        Progress(verbose=3)


class At(Callback):
    """Does something at the end of batch 1 of epoch 2 (from 1)."""

    def __init__(self, act):
        self._act, self._batches = act, 0

    def on_train_batch_end(self, batch, logs=None):
        self._batches += 1
        if self._batches == 5:
            self._act(self.model)


def _stop(model):
    model.stop_training, model.stop_reason = True, "that is enough"


def _diverge(model):
    next(model.parameters()).data.fill_(torch.nan)


def _fail(model):
    raise OSError("disk full")


@pytest.mark.parametrize("verbose", [1, 2])
@pytest.mark.parametrize(
    ("act", "said"),
    [
        (_stop, "Training stopped: that is enough. 1 of 3 epochs in "),
        (_diverge, "Training diverged: loss became nan in epoch 2; the last good epoch is 1. 3 of"),
        (_fail, "Training failed: OSError: disk full; the last good epoch is 1. 1 of 3 epochs"),
    ],
)
def test_a_text_says_how_a_training_ended(capfd, verbose, act, said):
    """AC-08, AC-10: text says in words what the widget says, with the last good epoch."""
    if act is _fail:
        with pytest.raises(OSError, match="disk full"):
            _fit(verbose=verbose, callbacks=[At(act)])
    else:
        _fit(verbose=verbose, callbacks=[At(act)])
    assert said in "".join(capfd.readouterr()).splitlines()[-1]


@pytest.mark.parametrize("verbose", [1, 2])
def test_a_text_says_that_the_loss_grew_beyond_all_numbers(capfd, verbose):
    """AC-08."""

    def explode(model):
        next(model.parameters()).data.fill_(3e37)

    model = Sequential([Dense(2)], input_shape=(4,), seed=0)
    model.compile("sgd", loss="mse")
    x, y = torch.ones(24, 4), torch.zeros(24, 2)
    model.fit(x, y, epochs=3, batch_size=8, verbose=verbose, callbacks=[At(explode)])
    said = "Training diverged: loss became inf in epoch 2; the last good epoch is 1. 3 of 3 epochs"
    assert said in "".join(capfd.readouterr()).splitlines()[-1]


def test_text_in_a_log_is_a_line_per_epoch(capfd):
    """AC-10: where nothing can be redrawn, every epoch is a line of its own."""
    _fit()
    out, err = capfd.readouterr()
    assert err == ""
    assert [line.split("  ")[0] for line in out.splitlines()] == [f"Epoch {n}/3" for n in (1, 2, 3)]
