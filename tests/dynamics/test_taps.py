from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from glow.dynamics import RecordingError
from glow.dynamics._taps import find_taps, read_taps

X = torch.linspace(-1, 1, 24).reshape(6, 4)


def tap(model, layers=None, x=X):
    model.eval()
    with torch.no_grad():
        return read_taps(model, find_taps(model, x, layers), x)


def test_a_layer_ends_where_the_next_weights_begin():
    model = nn.Sequential(
        nn.Flatten(),
        nn.Linear(4, 5),
        nn.BatchNorm1d(5),
        nn.ReLU(inplace=True),
        nn.Dropout(),
        nn.Linear(5, 3),
        nn.Tanh(),
        nn.Linear(3, 2),
    )
    taps = tap(model)
    assert list(taps) == ["1", "5", "7"]
    assert torch.equal(taps["1"], model[:5](X))
    assert torch.equal(taps["5"], model[:7](X))
    assert torch.equal(taps["7"], model(X))


class Shared(nn.Module):
    """One activation and one layer used twice, declared in another order than they are called."""

    def __init__(self):
        super().__init__()
        self.act = nn.ReLU()
        self.last = nn.Linear(4, 2)
        self.twice = nn.Linear(4, 4)

    def forward(self, x):
        return self.last(self.act(self.twice(self.act(self.twice(x)))))


def test_modules_called_twice_are_told_apart_by_the_order_of_calls():
    model = Shared()
    taps = tap(model)
    once = torch.relu(model.twice(X))
    assert list(taps) == ["twice", "twice#1", "last"]
    assert torch.equal(taps["twice"], once)
    assert torch.equal(taps["twice#1"], torch.relu(model.twice(once)))


def test_a_named_module_gives_its_last_call():
    model = Shared()
    once = torch.relu(model.twice(X))
    assert torch.equal(tap(model, ["twice"])["twice"], model.twice(once))


def test_modules_may_be_given_names_of_ones_own():
    model = Shared()
    taps = tap(model, {"code": model.act, "logits": model.last})
    assert list(taps) == ["code", "logits"]


def test_convolutions_keep_their_shape():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))
    taps = tap(model, x=torch.ones(5, 1, 4, 4))
    assert taps["0"].shape == (5, 8), "what the next layer receives"
    assert tap(model, ["1"], torch.ones(5, 1, 4, 4))["1"].shape == (5, 2, 2, 2)


def test_a_recurrent_layer_gives_its_sequence():
    model = nn.Sequential(nn.GRU(4, 3, batch_first=True))
    assert tap(model, ["0"], torch.ones(5, 2, 4))["0"].shape == (5, 2, 3)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (["twic"], "Did you mean 'twice'"),
        ([], "at least one module"),
        ({"other": nn.Linear(1, 1)}, r"inside the model, got \['other'\]"),
        (["unused"], "did not call"),
    ],
)
def test_layers_that_are_not_there_are_refused(layers, message):
    model = Shared()
    model.unused = nn.Linear(1, 1)
    with pytest.raises(RecordingError, match=message):
        tap(model, layers)


def test_outputs_that_are_no_tensors_are_refused():
    class Pair(nn.Module):
        def forward(self, x):
            return {"a": x}

    with pytest.raises(RecordingError, match="must return a tensor, got dict"):
        tap(nn.Sequential(Pair()), ["0"])


def test_a_network_without_weights_is_refused():
    with pytest.raises(RecordingError, match="no module with weights"):
        tap(nn.Sequential(nn.ReLU()))


def test_hooks_are_gone_afterwards():
    model = nn.Sequential(nn.Linear(4, 2))
    tap(model)
    assert not model[0]._forward_hooks
    assert np.isfinite(model(X).detach().numpy()).all()
