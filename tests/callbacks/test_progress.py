import re

import pytest
import torch

from glow.callbacks import Progress
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
    _fit()
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
    model.fit(batches)
    assert "3batch" in capfd.readouterr().err


def test_only_two_ways():
    with pytest.raises(ValueError, match=r"verbose must be 1 .* or 2 .* got 3"):
        Progress(verbose=3)
