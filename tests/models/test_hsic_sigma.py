import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from glow.callbacks import Record
from glow.layers import Activation, BatchNormalization, Dense
from glow.models import HSICSequential, HSICSigma, load_model
from glow.optimizers import SGD

X, Y = load_digits(return_X_y=True)
X, Y = (X / 16).astype(np.float32), Y.astype(np.int64)
FEW = slice(0, 300)
QUIET = {"verbose": 0, "display": None}


def _network(sigma, width=64, last=32, **settings):
    layers = []
    for units in (width, last):
        layers += [Dense(units), BatchNormalization(center=False, scale=False, momentum=0.9)]
        layers += [Activation("relu")]
    return HSICSequential(layers, (64,), 0, sigma=sigma, classes=10, **settings)


def _model(sigmas=(1.0, 5.0), seed=0):
    model = HSICSigma([_network(sigma) for sigma in sigmas], seed=seed)
    _compile(model)
    return model


def _compile(model):
    model.compile(
        SGD(learning_rate=0.1), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )


def test_one_fit_trains_networks_and_the_layer_that_reads_them():
    model = _model()
    before = [p.detach().clone() for p in model.parameters()]
    history = model.fit(X, Y, batch_size=64, epochs=5, validation_split=0.25, **QUIET).history
    assert history["val_accuracy"][-1] > 0.9
    moved = [not torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True)]
    assert all(moved)
    np.testing.assert_allclose(model.predict(X).sum(1), 1, atol=1e-5)


def test_frozen_networks_stay_and_the_reading_layer_learns():
    model = _model()
    model.fit(X[FEW], Y[FEW], batch_size=100, **QUIET)
    for network in model.networks:
        network.trainable = False
    before = [network.get_weights() for network in model.networks]
    losses = model.fit(X[FEW], Y[FEW], batch_size=100, epochs=5, **QUIET).history["loss"]
    assert losses[-1] < losses[1]
    for weights, network in zip(before, model.networks, strict=True):
        after = network.get_weights()
        assert all(np.array_equal(one, other) for one, other in zip(weights, after, strict=True))


def test_no_gradient_of_the_loss_reaches_the_networks():
    model = _model()
    x, y = torch.from_numpy(X[FEW]), torch.from_numpy(Y[FEW])
    model.loss(model(x), y).backward()
    assert all(p.grad is None for p in model.networks.parameters())
    assert all(p.grad is not None for p in model.read_out.parameters())


def test_networks_train_as_they_would_alone():
    model, alone = _model(), _network(5.0)
    alone.compile(SGD(learning_rate=0.1))
    batch = torch.from_numpy(X[FEW]), torch.from_numpy(Y[FEW])
    for each in (model, alone):
        each.train()
        each.train_step(batch)
    for one, other in zip(model.networks[1].parameters(), alone.parameters(), strict=True):
        assert torch.equal(one, other)


def test_save_and_load_go_on_as_if_nothing_was(tmp_path):
    model = _model()
    model.fit(X[FEW], Y[FEW], batch_size=100, **QUIET)
    model.save(tmp_path / "model.glow")
    again = load_model(tmp_path / "model.glow")
    assert np.array_equal(again.predict(X), model.predict(X))
    for each in (model, again):
        each.fit(X[FEW], Y[FEW], batch_size=100, **QUIET)
    assert again.history.history == model.history.history


def test_every_network_is_recorded(tmp_path):
    model, record = _model(), Record(path=tmp_path / "r")
    model.fit(X[FEW], Y[FEW], batch_size=100, callbacks=[record], **QUIET)
    names = [f"networks.{i}.{layer}" for i in range(2) for layer in ("dense", "dense_1")]
    assert tuple(record.recording.layers) == (*names, "read_out")


@pytest.mark.parametrize(
    ("networks", "error", "message"),
    [
        ([1.0, 5.0], TypeError, r"networks must be a list of HSICSequential, got \[1.0, 5.0\]"),
        ([], ValueError, r"expected at least one network, got none"),
        ([_network(1.0), _network(5.0, last=33)], ValueError, r"got \(N, 64\) to \(N, 32\) of 10"),
    ],
)
def test_what_cannot_be_read_together(networks, error, message):
    with pytest.raises(error, match=message):
        HSICSigma(networks)


@pytest.mark.parametrize(
    ("x", "y", "weights", "message"),
    [
        (X[FEW], Y[FEW], {"sample_weight": np.ones(300)}, "expected no weights of samples"),
        (X[[0, 10]], Y[[0, 10]], {}, "at least two classes in every batch, got 2 samples"),
    ],
)
def test_batches_on_which_networks_cannot_be_trained(x, y, weights, message):
    with pytest.raises(ValueError, match=message):
        _model().fit(x, y, **weights, **QUIET)
