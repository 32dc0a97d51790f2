import pytest
import torch

from glow.callbacks import LambdaCallback
from glow.datasets import szt
from glow.layers import Dense
from glow.models import Sequential


def threads_in_fit(*layers, x=None):
    """How many threads PyTorch has while a network trains."""
    patterns, labels = szt.patterns()
    model = Sequential(list(layers), seed=0)
    model.compile("adam", loss="cross_entropy")
    seen = []
    callback = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(torch.get_num_threads()))
    x = patterns if x is None else x
    model.fit(x, labels[: len(x)], batch_size=512, verbose=0, callbacks=[callback])
    return seen[0]


@pytest.fixture(autouse=True)
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    assert torch.get_num_threads() == 2  # fit puts it back
    torch.set_num_threads(before)


def test_a_small_network_trains_on_one_thread():
    assert threads_in_fit(Dense(10, "tanh"), Dense(2)) == 1


def test_a_wide_network_keeps_the_threads():
    assert threads_in_fit(Dense(1024, "relu"), Dense(2)) == 2


def test_weights_used_many_times_a_sample_do_not_count_as_small():
    images = torch.zeros(64, 1, 8, 8)
    layers = (torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten(), Dense(2))
    assert threads_in_fit(*layers, x=images) == 2
