import numpy as np
import pytest
import torch

from glow.layers import Dense, Dropout
from glow.models import Sequential

X = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
Y = (X.sum(1) > 0).astype(np.int64)


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    """Networks this small run fastest on one thread, above all beside busy neighbours."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def net():
    """Makes a compiled network with dropout."""

    def made(optimizer="adam", seed=0):
        layers = [Dense(6, "tanh"), Dropout(0.3), Dense(2)]
        model = Sequential(layers, input_shape=(4,), seed=seed)
        model.compile(optimizer, loss="cross_entropy", metrics=["accuracy"])
        return model

    return made


@pytest.fixture
def fit():
    """Trains a network on 40 samples, in 5 batches an epoch."""

    def trained(model, *callbacks, epochs=3, **settings):
        settings = {"batch_size": 8, "verbose": 0, **settings}
        return model.fit(X, Y, epochs=epochs, callbacks=list(callbacks), **settings)

    return trained


@pytest.fixture
def replay(net):
    """Calls a callback at the end of epochs whose monitored values are given."""

    def played(callback, values, name="val_loss"):
        model = net("sgd")
        callback.set_model(model)
        callback.set_params({"epochs": len(values), "validation": True})
        callback.on_train_begin()
        model.stop_training = False
        for epoch, value in enumerate(values):
            callback.on_epoch_begin(epoch)
            callback.on_epoch_end(epoch, {} if value is None else {name: value})
            if model.stop_training:
                break
        callback.on_train_end()
        return model

    return played
