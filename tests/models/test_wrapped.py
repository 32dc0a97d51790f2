import numpy as np
import pytest
import torch
from torch import nn

from glow.layers import Dense
from glow.models import Model, Sequential

X = np.random.default_rng(0).normal(size=(64, 4)).astype(np.float32)
Y = (X.sum(1) > 0).astype(np.int64)


def _module():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2))


def test_any_module_learns():
    module = _module()
    model = Model(module, seed=0)
    assert model.name == "sequential"
    model.compile(
        lambda p: torch.optim.Adam(p, lr=0.05), loss="cross_entropy", metrics=["accuracy"]
    )
    history = model.fit(X, Y, epochs=30, validation_split=0.25, verbose=0)
    assert history.history["val_accuracy"][-1] > 0.8
    with torch.no_grad():
        assert np.allclose(model.predict(X), module(torch.from_numpy(X)), atol=1e-6)


def test_several_inputs_are_arguments():
    class Bilinear(nn.Module):
        def __init__(self):
            super().__init__()
            self.form = nn.Bilinear(4, 4, 1)

        def forward(self, left, right):
            return self.form(left, right)

    model = Model.wrap(Bilinear(), seed=0)
    model.compile("adam", loss="mse")
    assert model.predict([X, X]).shape == (64, 1)
    by_name = model.fit({"right": X, "left": 0 * X}, X[:, 0], verbose=0, validation_split=0.5)
    assert by_name.history["val_loss"][0] > 0
    assert model.evaluate([X, X], X[:, 0]) >= 0


def test_lazy_modules_get_their_weights_from_the_seed():
    def build(seed):
        torch.manual_seed(seed + 10)
        return Model(nn.Sequential(nn.LazyLinear(5), nn.Tanh(), nn.LazyLinear(2)), seed=0)

    one, other = build(0), build(1)
    one.build((4,))
    other.compile("sgd", loss="cross_entropy")
    other.fit(X, Y, epochs=0, verbose=0)
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_an_answer_that_is_no_tensor_says_so():
    class Odd(nn.Module):
        def forward(self, x):
            return "yes"

    model = Model(Odd())
    model.compile("sgd")
    with pytest.raises(TypeError, match=r"forward must return a tensor, or a list .*got str"):
        model.fit(X, Y)


def test_nothing_to_train_says_so():
    model = Sequential([Dense(2)], input_shape=(4,))
    model.layers[0].trainable = False
    model.compile("sgd", loss="cross_entropy")
    with pytest.raises(ValueError, match=r"no weight can be trained, expected at least one"):
        model.fit(X, Y)
