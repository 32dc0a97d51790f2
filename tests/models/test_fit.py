import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from glow.callbacks import LambdaCallback
from glow.layers import Dense, Dropout
from glow.models import Model, Sequential
from glow.optimizers import SGD, Adam
from glow.utils import generator

SILENT = {"verbose": 0}


def _data(samples=40, seed=0):
    torch.manual_seed(seed)
    x = torch.randn(samples, 4)
    return x, (x.sum(1) > 0).long()


def _net(seed=0, *extra, optimizer=None, loss="cross_entropy", last=None):
    layers = [Dense(5, activation="tanh"), *extra, Dense(2, activation=last)]
    model = Sequential(layers, input_shape=(4,), seed=seed)
    model.compile(optimizer or Adam(learning_rate=0.01), loss=loss, metrics=["accuracy"])
    return model


def _same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_fit_is_the_plain_loop():
    x, y = _data(43)
    model = _net()
    twin = copy.deepcopy(model)
    history = model.fit(x, y, batch_size=8, epochs=3, validation_split=0.25, **SILENT)
    held = torch.from_numpy(history.validation_indices)
    rows = torch.randperm(43, generator=generator(0, "split"))
    assert torch.equal(held, rows[32:].sort().values)
    kept = rows[:32].sort().values
    optimizer = torch.optim.Adam(twin.parameters(), lr=0.01)
    for epoch in range(3):
        order = kept[torch.randperm(32, generator=generator(0, "order", epoch))]
        losses, correct = 0.0, 0
        for part in order.split(8):
            output = twin(x[part])
            loss = functional.cross_entropy(output, y[part])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses += loss.item() * len(part)
            correct += (output.argmax(1) == y[part]).sum().item()
        with torch.no_grad():
            output = twin(x[held])
        assert history.history["loss"][epoch] == pytest.approx(losses / 32, rel=1e-5)
        assert history.history["accuracy"][epoch] == correct / 32
        expected = functional.cross_entropy(output, y[held]).item()
        assert history.history["val_loss"][epoch] == pytest.approx(expected, rel=1e-5)
        assert (
            history.history["val_accuracy"][epoch] == (output.argmax(1) == y[held]).float().mean()
        )
    assert all(
        torch.allclose(a, b, atol=1e-6)
        for a, b in zip(model.parameters(), twin.parameters(), strict=True)
    )


def test_metrics_weigh_samples_not_batches():
    x, y = _data(40)
    history = _net(optimizer=SGD(learning_rate=0)).fit(x, y, batch_size=32, **SILENT)
    whole = _net().evaluate(x, y, batch_size=40)
    assert [v[-1] for v in history.history.values()] == pytest.approx(whole, rel=1e-5)


def test_same_seed_same_run_whatever_else_draws_numbers():
    x, y = _data()
    one, same, other = _net(0, Dropout(0.5)), _net(0, Dropout(0.5)), _net(1, Dropout(0.5))
    torch.manual_seed(1)
    one.fit(x, y, epochs=2, **SILENT)
    torch.manual_seed(2)
    noise = LambdaCallback(on_epoch_end=lambda epoch, logs: torch.rand(3))
    same.fit(x, y, epochs=2, callbacks=[noise], **SILENT)
    other.fit(x, y, epochs=2, **SILENT)
    assert _same(one, same)
    assert not _same(one, other)


def test_fit_leaves_generators_and_modes_alone():
    data, model = _data(), _net(0, Dropout(0.5)).eval()
    before = torch.get_rng_state()
    model.fit(*data, validation_split=0.5, **SILENT)
    assert torch.equal(torch.get_rng_state(), before)
    assert not model.training


def test_a_second_fit_goes_on():
    x, y = _data()
    whole, parts = _net(0, Dropout(0.5)), _net(0, Dropout(0.5))
    expected = whole.fit(x, y, epochs=5, batch_size=16, **SILENT)
    parts.fit(x, y, epochs=2, batch_size=16, **SILENT)
    history = parts.fit(x, y, epochs=3, batch_size=16, **SILENT)
    assert _same(whole, parts)
    assert history.epoch == [0, 1, 2, 3, 4]
    assert history.history == expected.history
    history = parts.fit(x, y, epochs=9, initial_epoch=7, **SILENT)
    assert history.epoch == [0, 1, 2, 3, 4, 7, 8]


def test_without_shuffle_every_epoch_has_the_order_of_x():
    x, y = torch.arange(10.0)[:, None].repeat(1, 4), torch.zeros(10, dtype=torch.long)
    seen = []

    class Watched(Sequential):
        def train_step(self, batch):
            seen.append(batch[0][:, 0].tolist())
            return super().train_step(batch)

    model = Watched([Dense(2)], input_shape=(4,), seed=0)
    model.compile("sgd", loss="cross_entropy")
    model.fit(x, y, batch_size=4, epochs=2, shuffle=False, **SILENT)
    assert seen == 2 * [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    seen.clear()
    model.fit(x, y, batch_size=10, epochs=2, **SILENT)
    assert sorted(seen[0]) == sorted(seen[1]) == list(range(10))
    assert seen[0] != seen[1] != list(range(10))


def test_the_unshuffled_split_is_the_tail():
    history = _net().fit(*_data(10), validation_split=0.3, validation_shuffle=False, **SILENT)
    assert history.validation_indices.tolist() == [7, 8, 9]


@pytest.mark.parametrize(
    "dtype", [np.float64, np.float32, np.float16, np.int16, np.uint8, ">f4", bool]
)
def test_numpy_of_every_kind_is_cast(dtype):
    x = (np.arange(40).reshape(10, 4) % 3).astype(dtype)
    labels = np.arange(10, dtype=np.uint8) % 2
    model = _net()
    history = model.fit(x, labels, **SILENT)
    assert np.isfinite(history.history["loss"]).all()
    assert model.predict(x).dtype == np.float32


def test_lists_and_read_only_arrays():
    x = np.zeros((6, 4), dtype=np.float32)
    x.setflags(write=False)
    _net().fit(x, [0, 1, 0, 1, 0, 1], **SILENT)
    _net().fit(x.tolist(), [0, 1, 0, 1, 0, 1], **SILENT)


def test_iterables_train_like_arrays():
    x, y = _data(40)
    batches = list(zip(x.split(16), y.split(16), strict=True))
    loader = DataLoader(TensorDataset(x, y), batch_size=16)
    arrays = _net()
    arrays.fit(x, y, batch_size=16, epochs=2, shuffle=False, validation_data=(x, y), **SILENT)
    for iterable in (batches, loader):
        model = _net()
        history = model.fit(iterable, epochs=2, validation_data=loader, **SILENT)
        assert _same(model, arrays)
        assert history.history["val_loss"] == pytest.approx(arrays.history.history["val_loss"])
    model = _net()
    model.fit((batch for batch in batches), **SILENT)
    model.fit((batch for batch in batches), **SILENT)
    assert _same(model, arrays)


def test_a_dataset_is_shuffled_by_the_seed():
    x, y = _data(40)
    one, same = _net(), _net()
    one.fit(TensorDataset(x, y), batch_size=16, epochs=2, **SILENT)
    same.fit(TensorDataset(x, y), batch_size=16, epochs=2, **SILENT)
    ordered = _net()
    ordered.fit(x, y, batch_size=16, epochs=2, shuffle=False, **SILENT)
    assert _same(one, same)
    assert not _same(one, ordered)


def test_an_exhausted_generator_says_so():
    x, y = _data(8)
    with pytest.raises(ValueError, match=r"no batches left in epoch 1.*generator can be read once"):
        _net().fit(((x, y) for _ in range(2)), epochs=2, **SILENT)


@pytest.mark.parametrize(
    ("last", "loss", "targets"),
    [
        (nn.Linear(5, 2), "cross_entropy", "labels"),
        (Dense(2, activation="softmax"), "sparse_categorical_crossentropy", "labels"),
        (Dense(2, activation="softmax"), "categorical_crossentropy", "onehot"),
        (Dense(1, activation="sigmoid"), "binary_crossentropy", "labels"),
        (Dense(1), "binary_cross_entropy_with_logits", "labels"),
        (Dense(2), nn.CrossEntropyLoss(label_smoothing=0.1), "labels"),
        (Dense(2), functional.mse_loss, "onehot"),
        (Dense(2), "mse", "onehot"),
    ],
)
def test_losses_of_every_kind_learn(last, loss, targets):
    x, y = _data(64)
    if targets == "onehot":
        y = functional.one_hot(y).float()
    model = Sequential([Dense(5, activation="tanh"), last], input_shape=(4,), seed=0)
    model.compile(Adam(learning_rate=0.05), loss=loss, metrics=["accuracy"])
    history = model.fit(x, y, epochs=40, **SILENT)
    assert history.history["accuracy"][-1] > 0.85


def test_optimizers_of_every_kind():
    x, y = _data()
    expected = _net(optimizer=SGD(learning_rate=0.1))
    expected.fit(x, y, **SILENT)
    given = _net()
    ready = torch.optim.SGD(given.parameters(), lr=0.1)
    for optimizer, model in ((lambda p: torch.optim.SGD(p, lr=0.1), _net()), (ready, given)):
        model.compile(optimizer, loss="cross_entropy")
        model.fit(x, y, **SILENT)
        assert _same(model, expected)
    assert given.optimizer is ready
    stranger = torch.optim.SGD(_net().parameters(), lr=0.1)
    given.compile(stranger, loss="cross_entropy")
    with pytest.raises(ValueError, match=r"holds no weights of this model"):
        given.fit(x, y, **SILENT)


def test_a_subclass_is_trained_by_the_same_loop():
    class Net(Model):
        def __init__(self):
            super().__init__(seed=0)
            self.hidden, self.out = nn.LazyLinear(5), nn.LazyLinear(2)

        def forward(self, x):
            return self.out(torch.tanh(self.hidden(x)))

    model = Net()
    model.compile(Adam(learning_rate=0.05), loss="cross_entropy", metrics=["accuracy"])
    x, y = _data(64)
    assert model.fit(x, y, epochs=40, **SILENT).history["accuracy"][-1] > 0.85


def test_evaluate_predict_and_train_on_batch():
    x, y = _data()
    model = _net(0, Dropout(0.5))
    logits = model.predict(x, batch_size=7)
    model.eval()
    with torch.no_grad():
        assert np.allclose(logits, model(x), atol=1e-6)
    loss, accuracy = model.evaluate(x, y, batch_size=7)
    assert loss == pytest.approx(
        functional.cross_entropy(torch.from_numpy(logits), y).item(), rel=1e-5
    )
    assert accuracy == (torch.from_numpy(logits).argmax(1) == y).float().mean()
    assert model.evaluate(x, y, return_dict=True) == pytest.approx(
        {"loss": loss, "accuracy": accuracy}
    )
    before = model.layers[0].weight.clone()
    assert len(model.train_on_batch(x, y)) == 2
    assert not torch.equal(model.layers[0].weight, before)
    model.compile("sgd", loss="cross_entropy")
    assert model.evaluate(x, y) == pytest.approx(model.evaluate(x, y, return_dict=True)["loss"])


def test_an_uncompiled_model_says_what_to_call():
    model = Sequential([Dense(2)], input_shape=(4,))
    with pytest.raises(RuntimeError, match=r"sequential: the model is not compiled.*compile"):
        model.fit(*_data())
