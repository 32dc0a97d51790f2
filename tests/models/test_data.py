"""What ``fit``, ``evaluate`` and ``predict`` take, and what weights and steps do."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from glow.callbacks import LambdaCallback
from glow.layers import Dense, Dropout
from glow.models import Ensemble, Input, Model, Sequential
from glow.optimizers import SGD

X = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
Y = (X.sum(1) > 0).astype(np.int64)
W = np.random.default_rng(1).uniform(0, 3, size=40)


def _net(*extra, loss="cross_entropy", units=2, optimizer=None, **compiled):
    layers = [Dense(5, "tanh"), *extra, Dense(units)]
    model = Sequential(layers, input_shape=(4,), seed=0)
    compiled.setdefault("metrics", ["accuracy"])
    model.compile(optimizer or SGD(learning_rate=0.1), loss=loss, **compiled)
    return model


def _same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


class Listening(Sequential):
    """Keeps the first feature of every batch."""

    def train_step(self, batch):
        self.seen = [*getattr(self, "seen", []), batch[0][:, 0].tolist()]
        return super().train_step(batch)


def _listening(seed=0):
    model = Listening([Dense(2)], input_shape=(1,), seed=seed)
    model.compile("sgd", loss="cross_entropy")
    return model


def _flat(batches):
    return list(itertools.chain.from_iterable(batches))


COUNT = np.arange(12, dtype=np.float32)[:, None]
ZEROS = np.zeros(12, dtype=np.int64)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (X.tolist(), Y.tolist()),
        (torch.from_numpy(X), torch.from_numpy(Y)),
        (pd.DataFrame(X, columns=list("abcd")), pd.Series(Y)),
        (pd.DataFrame(X).astype("float64"), pd.DataFrame(Y)),
        (list(X), list(Y)),
    ],
)
def test_arrays_of_every_kind_are_the_same_training(x, y):
    expected, model = _net(), _net()
    expected.fit(X, Y, epochs=2, validation_split=0.25, verbose=0)
    model.fit(x, y, epochs=2, validation_split=0.25, verbose=0)
    assert _same(model, expected)
    assert np.array_equal(model.predict(x), expected.predict(X))
    assert model.evaluate(x, y) == expected.evaluate(X, Y)


def test_a_table_of_words_says_what_to_do():
    with pytest.raises(TypeError, match=r"x must hold numbers, got an array of object.*astype"):
        _net().fit(pd.DataFrame({"a": ["x"] * 40, "b": [1] * 40}), Y)


def test_weights_of_samples_are_those_of_keras():
    """The loss is sum(w l) / n, metrics= count all alike, weighted_metrics= do not."""
    model = _net(weighted_metrics=["accuracy"])
    logits = torch.from_numpy(model.predict(X))
    labels, weights = torch.from_numpy(Y), torch.from_numpy(W)
    each = functional.cross_entropy(logits, labels, reduction="none")
    right = (logits.argmax(1) == labels).double()
    found = model.evaluate(X, Y, batch_size=7, sample_weight=W, return_dict=True)
    assert found == pytest.approx(
        {
            "loss": float((weights * each).mean()),
            "accuracy": float(right.mean()),
            "weighted_accuracy": float((weights * right).sum() / weights.sum()),
        },
        rel=1e-5,
    )
    assert model.test_on_batch(X, Y, W) == pytest.approx(list(found.values()), rel=1e-5)


@pytest.mark.parametrize(
    "loss",
    [
        "cross_entropy",
        nn.CrossEntropyLoss(),
        nn.CrossEntropyLoss(label_smoothing=0.1),
        lambda output, target: functional.cross_entropy(output, target),
    ],
)
def test_a_step_with_weights_is_the_plain_one(loss):
    model, plain = _net(loss=loss, metrics=[]), _net(loss=loss)
    model.train_on_batch(X, Y, sample_weight=W)
    smoothing = getattr(loss, "label_smoothing", 0.0)
    each = functional.cross_entropy(
        plain(torch.from_numpy(X)), torch.from_numpy(Y), reduction="none", label_smoothing=smoothing
    )
    (each * torch.from_numpy(W).float()).mean().backward()
    with torch.no_grad():
        for weights in plain.parameters():
            weights -= 0.1 * weights.grad
    pairs = zip(model.parameters(), plain.parameters(), strict=True)
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in pairs)


def test_ones_change_nothing_and_weights_come_in_many_ways():
    plain, ones = _net(), _net()
    plain.fit(X, Y, epochs=2, verbose=0)
    ones.fit(X, Y, epochs=2, sample_weight=np.ones(40), verbose=0)
    assert all(
        torch.allclose(a, b, atol=1e-6)
        for a, b in zip(plain.parameters(), ones.parameters(), strict=True)
    )
    by_class = np.where(Y == 1, 3.0, 1.0)
    batches = [(X[:20], Y[:20], by_class[:20]), (X[20:], Y[20:], by_class[20:])]
    loader = DataLoader(TensorDataset(*map(torch.from_numpy, (X, Y, by_class))), batch_size=20)
    models = []
    for arguments in (
        {"x": X, "y": Y, "sample_weight": by_class},
        {"x": X, "y": Y, "class_weight": {1: 3.0}},
        {"x": X, "y": np.eye(2)[Y], "class_weight": {0: 1, 1: 3}},
        {"x": batches},
        {"x": [batch[:2] for batch in batches], "class_weight": {1: 3.0}},
        {"x": loader},
    ):
        onehot = np.ndim(arguments.get("y")) == 2
        model = _net(loss="categorical_crossentropy" if onehot else "cross_entropy")
        if onehot:
            from glow.losses import CategoricalCrossentropy

            model.compile(SGD(learning_rate=0.1), loss=CategoricalCrossentropy(from_logits=True))
        model.fit(**arguments, batch_size=20, epochs=2, shuffle=False, verbose=0)
        models.append(model)
    for model in models[1:]:
        pairs = zip(model.parameters(), models[0].parameters(), strict=True)
        assert all(torch.allclose(a, b, atol=1e-6) for a, b in pairs)


def test_validation_data_may_have_weights():
    model = _net()
    history = model.fit(X, Y, validation_data=(X, Y, W), validation_batch_size=9, verbose=0)
    expected = model.evaluate(X, Y, sample_weight=W)[0]
    assert history.history["val_loss"][0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"sample_weight": W[:5]}, ValueError, "40 in x and 5 in sample_weight"),
        ({"sample_weight": -W}, ValueError, "one number of at least 0 per sample"),
        ({"sample_weight": W[:, None] * W}, ValueError, "one number of at least 0 per sample"),
        ({"class_weight": {"a": 1}}, ValueError, r"must map class numbers to weights"),
        ({"steps_per_epoch": 0}, ValueError, "steps_per_epoch must be an integer of at least 1"),
        ({"validation_freq": 0}, ValueError, "validation_freq must be an integer of at least 1"),
        ({"validation_freq": [0]}, ValueError, "validation_freq must be an integer of at least 1"),
    ],
)
def test_wrong_weights_and_steps(arguments, error, message):
    with pytest.raises(error, match=message):
        _net().fit(X, Y, **arguments)


def test_what_weights_cannot_do():
    with pytest.raises(ValueError, match=r"weights of classes, expected none beside"):
        _net(loss=nn.CrossEntropyLoss(weight=torch.ones(2))).fit(X, Y, sample_weight=W, verbose=0)
    with pytest.raises(ValueError, match=r"sample_weight needs arrays.*Yield"):
        _net().fit([(X, Y)], sample_weight=W)
    ensemble = Ensemble(lambda seed: Sequential([Dense(2)], input_shape=(4,), seed=seed), n=2)
    ensemble.compile("sgd", loss="cross_entropy")
    with pytest.raises(ValueError, match=r"Ensemble: expected no weights of samples"):
        ensemble.fit(X, Y, sample_weight=W)


def test_steps_per_epoch_goes_on_where_the_last_epoch_ended():
    model = _listening()
    history = model.fit(COUNT, ZEROS, 3, 3, 0, shuffle=False, steps_per_epoch=3)
    assert _flat(model.seen) == [*range(12), *range(12), 0, 1, 2]
    assert history.params["steps"] == 3
    resumed = _listening()
    resumed.fit(COUNT, ZEROS, 3, 3, 0, shuffle=False, steps_per_epoch=3, initial_epoch=2)
    assert _flat(resumed.seen) == [6, 7, 8, 9, 10, 11, 0, 1, 2]
    shuffled, again = _listening(), _listening()
    shuffled.fit(COUNT, ZEROS, 3, 4, 0, steps_per_epoch=3)
    again.fit(COUNT, ZEROS, 3, 2, 0, steps_per_epoch=3)
    again.fit(COUNT, ZEROS, 3, 2, 0, steps_per_epoch=3)
    assert shuffled.seen == again.seen
    assert sorted(_flat(shuffled.seen[:4])) == list(range(12))


def test_a_generator_without_end_continues_across_epochs_and_fits():
    def numbers():
        for value in itertools.count():
            yield np.full((2, 1), value, dtype=np.float32), ZEROS[:2]

    model, source = _listening(), numbers()
    model.fit(source, steps_per_epoch=3, epochs=2, verbose=0)
    model.fit(source, steps_per_epoch=2, epochs=1, verbose=0)
    assert [batch[0] for batch in model.seen] == list(range(8))
    found = model.evaluate(source, steps=2)
    assert np.isfinite(found)
    assert len(model.predict(source, steps=3)) == 6


def test_a_generator_that_ends_too_early_says_how_far_it_came():
    def five():
        yield from [(COUNT, ZEROS)] * 5

    model = _listening()
    with pytest.raises(ValueError, match=r"ended after 2 of 3 batches of epoch 1, expected"):
        model.fit(five(), steps_per_epoch=3, epochs=2, verbose=0)
    assert model.history.epoch == [0]


def test_validation_at_some_epochs_on_some_steps():
    model = _net()
    batches = itertools.repeat((X[:10], Y[:10]))
    history = model.fit(
        X, Y, epochs=5, validation_data=batches, validation_steps=2, validation_freq=2, verbose=0
    )
    assert [len(values) for values in history.history.values()] == [5, 5, 2, 2]
    listed = _net()
    seen = []
    watch = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append("val_loss" in logs))
    listed.fit(
        X, Y, epochs=4, validation_split=0.5, validation_freq=[1, 4], callbacks=[watch], verbose=0
    )
    assert seen == [True, False, False, True]


def test_the_order_of_a_loader_depends_on_the_seed_and_its_own_generator_alone():
    data = TensorDataset(torch.from_numpy(COUNT), torch.from_numpy(ZEROS))

    def run(seed, chatter, generator=None):
        model = _listening(seed)
        torch.manual_seed(chatter)
        loader = DataLoader(data, batch_size=4, shuffle=True, generator=generator)
        before = torch.get_rng_state()
        model.fit(loader, epochs=2, verbose=0)
        assert torch.equal(torch.get_rng_state(), before)
        return model.seen

    assert run(0, 1) == run(0, 2)
    assert run(0, 1) != run(1, 1)
    own = [run(seed, 1, torch.Generator().manual_seed(7)) for seed in (0, 1)]
    assert own[0] == own[1]
    plain = DataLoader(data, 4, shuffle=True, generator=torch.Generator().manual_seed(7))
    assert own[0] == [x[:, 0].tolist() for _ in range(2) for x, _ in plain]


def test_a_dataset_goes_on_in_the_same_order_after_a_pause():
    data = TensorDataset(torch.from_numpy(COUNT), torch.from_numpy(ZEROS))
    whole, parts = _listening(), _listening()
    whole.fit(data, batch_size=4, epochs=4, verbose=0)
    parts.fit(data, batch_size=4, epochs=1, verbose=0)
    parts.fit(data, batch_size=4, epochs=3, verbose=0)
    assert whole.seen == parts.seen
    assert whole.seen[:3] != whole.seen[3:6]


def test_answers_for_loaders_datasets_and_generators():
    model = _net(Dropout(0.5))
    expected = model.predict(X)
    labelled = TensorDataset(torch.from_numpy(X), torch.from_numpy(Y))
    alone = TensorDataset(torch.from_numpy(X))

    class Stream(IterableDataset):
        def __iter__(self):
            return iter([torch.from_numpy(X[:30]), torch.from_numpy(X[30:])])

    for source in (
        labelled,
        alone,
        DataLoader(labelled, batch_size=7),
        (part for part in np.split(X, 4)),
        ((part, None) for part in np.split(X, 4)),
        Stream(),
    ):
        assert np.allclose(model.predict(source), expected, atol=1e-6)
    assert np.array_equal(model.predict_on_batch(X), model.predict(X, batch_size=40))
    with pytest.raises(ValueError, match=r"predict got no batches"):
        model.predict(iter(()))
    with pytest.raises(TypeError, match=r"predict expects arrays or an iterable"):
        model.predict(3)


def test_batches_of_several_inputs():
    a, b = Input((4,), name="a"), Input((2,), dtype="int64", name="b")
    model = Model([a, b], Dense(2)(torch.cat([a, b * 0.5], 1)), seed=0)
    model.compile("sgd", loss="cross_entropy", metrics=["accuracy"])
    whole = {"a": X, "b": np.arange(80).reshape(40, 2)}
    batches = [({k: v[i : i + 8] for k, v in whole.items()}, Y[i : i + 8]) for i in range(0, 40, 8)]
    history = model.fit(batches, epochs=2, validation_data=(whole, Y), verbose=0)
    assert np.isfinite(history.history["val_loss"]).all()
    with pytest.raises(TypeError, match=r"x\['b'\] must hold whole numbers, as its Input has"):
        model.predict({"a": X, "b": X[:, :2]})


def test_targets_of_batches_are_aligned_and_never_broadcast():
    values = X.sum(1)
    expected = _net(loss="mse", units=1, metrics=[])
    expected.fit(X, values, batch_size=20, shuffle=False, verbose=0)
    for y in (values, values[:, None]):
        model = _net(loss="mse", units=1, metrics=[])
        model.fit([(X[:20], y[:20]), (X[20:], y[20:])], verbose=0)
        assert _same(model, expected)
    odd = [(X[:20], values[:20]), (X[20:], np.stack([values[20:]] * 2, 1))]
    with pytest.raises(ValueError, match=r"output's shape \(N, 1\), got \(N, 2\).*not broadcast"):
        _net(loss="mse", units=1, metrics=[]).fit(odd, verbose=0)


def test_evaluate_prints_only_if_asked(capsys):
    model = _net()
    model.evaluate(X, Y)
    model.evaluate(X, Y, verbose=0)
    assert capsys.readouterr().out == ""
    loss, accuracy = model.evaluate(X, Y, verbose=2)
    assert capsys.readouterr().out == f"loss {loss:.4f}  accuracy {accuracy:.4f}\n"
    with pytest.raises(ValueError, match=r"verbose must be"):
        model.evaluate(X, Y, verbose=7)


def test_only_some_steps_are_evaluated():
    model = _net()
    part = model.evaluate(X[:16], Y[:16], batch_size=8)
    assert model.evaluate(X, Y, batch_size=8, steps=2) == pytest.approx(part)
    assert len(model.predict(X, batch_size=8, steps=2)) == 16


def test_an_unbuilt_model_is_built_by_what_it_is_trained_on():
    model = Sequential([Dense(2)], seed=0)
    model.compile("sgd", loss="cross_entropy")
    with pytest.raises(ValueError, match=r"expects inputs of the shape \(N, 4\), got \(N, 3\)"):
        model.fit(X, Y, validation_data=(X[:, :3], Y))
    assert model.input_shape == (4,)
