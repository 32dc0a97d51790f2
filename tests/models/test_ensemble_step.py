"""The compiled step of an ensemble against the batched operations that it stands in for."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from glow.callbacks import GradientStatistics, LambdaCallback, Record
from glow.datasets import szt
from glow.layers import Activation, Dense, Quantise
from glow.losses import CategoricalCrossentropy, Huber
from glow.models import Ensemble, Sequential, _ensemble, _ensemble_kernel
from glow.optimizers import SGD, Adam, RMSprop

X, Y = (part[:650] for part in szt.patterns())
VALUES = np.random.default_rng(0).normal(size=(650, 2)).astype(np.float32)
BATCH = 300  # two blocks of the kernel and a part of one; the last batch of an epoch is smaller


def build(seed, activation="tanh", last=None, **options):
    layers = [Dense(units, activation=activation, **options) for units in (10, 7, 5)]
    return Sequential([*layers, Dense(2, activation=last)], input_shape=(12,), seed=seed)


def apart(seed):
    """Activations as layers of their own, and no biases."""
    layers = [Dense(6, use_bias=False), Activation("relu"), Dense(2, use_bias=False)]
    return Sequential([*layers, Activation("tanh")], input_shape=(12,), seed=seed)


def compiled(model, loss="cross_entropy", optimizer="adam"):
    model.compile(optimizer, loss=loss, metrics=["accuracy"])
    return model


def batch_of(runs, by_label=True):
    rows = torch.stack([torch.randperm(650)[:BATCH] for _ in range(runs)])
    x = torch.from_numpy(X)[rows].transpose(1, 2)
    return x, torch.from_numpy(Y if by_label else VALUES)[rows]


def gradients_both_ways(ensemble, x, y, threads=1):
    """Outputs, losses and gradients of the compiled step and of PyTorch."""
    step = ensemble._compiled_step()
    assert step is not None
    assert step.takes(x, y)
    output, losses = step(x, y, threads)
    found = [output, losses, *(p.grad.clone() for p in ensemble.parameters())]
    ensemble.zero_grad()
    output, losses = ensemble.output_and_loss(x, y)
    losses.sum().backward()
    return found, [output, losses, *(p.grad for p in ensemble.parameters())]


@pytest.fixture
def steps(monkeypatch):
    """How many compiled steps were made."""
    made = []
    original = _ensemble.CompiledStep.__call__

    def spy(self, *args):
        made.append(args)
        return original(self, *args)

    monkeypatch.setattr(_ensemble.CompiledStep, "__call__", spy)
    return made


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
@pytest.mark.parametrize(
    "make",
    [
        build,
        lambda seed: build(seed, "relu", "sigmoid"),
        lambda seed: build(seed, "sigmoid", "relu", use_bias=False),
        lambda seed: build(seed, torch.nn.functional.relu, "tanh"),
        apart,
        lambda seed: Sequential([Dense(2)], input_shape=(12,), seed=seed),
    ],
)
def test_gradients_are_those_of_pytorch(make, loss):
    found, expected = gradients_both_ways(
        compiled(Ensemble(make, n=3), loss), *batch_of(3, loss == "cross_entropy")
    )
    for own, torchs in zip(found, expected, strict=True):
        assert own.shape == torchs.shape
        assert torch.allclose(own, torchs, atol=2e-6)
    assert all(part.abs().max() > 1e-4 for part in found)


@pytest.mark.parametrize("scale", [30.0, 1000.0])
def test_saturated_networks_are_computed_like_any(scale):
    ensemble = compiled(Ensemble(build, n=2))
    with torch.no_grad():
        for p in ensemble.parameters():
            p.mul_(scale)
    found, expected = gradients_both_ways(ensemble, *batch_of(2))
    for own, torchs in zip(found, expected, strict=True):
        assert torch.allclose(own, torchs, atol=1e-4 * scale, rtol=1e-4)


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
def test_not_a_number_stays_one(activation, loss):
    x, y = batch_of(2, loss == "cross_entropy")
    x = x.clone()
    x[1, 3, 140] = torch.nan
    ensemble = compiled(Ensemble(lambda seed: build(seed, activation), n=2), loss)
    found, expected = gradients_both_ways(ensemble, x, y)
    assert torch.equal(found[1].isnan(), torch.tensor([False, True]))
    for own, torchs in zip(found, expected, strict=True):
        assert torch.equal(own.isnan(), torchs.isnan())


def test_the_number_of_threads_changes_no_bit():
    ensemble, batch = compiled(Ensemble(build, n=5)), batch_of(5)
    one, *others = (gradients_both_ways(ensemble, *batch, threads)[0] for threads in (1, 2, 3, 8))
    for other in others:
        assert all(torch.equal(*pair) for pair in zip(one, other, strict=True))


@pytest.mark.parametrize(
    "optimizer",
    [
        SGD(0.1),
        SGD(0.05, momentum=0.9, nesterov=True),
        Adam(4e-3, weight_decay=0.01),
        RMSprop(1e-3, clipvalue=0.01),
        torch.optim.Adagrad,
    ],
)
def test_a_training_is_that_of_batched_operations(optimizer, monkeypatch, steps):
    settings = {"batch_size": BATCH, "epochs": 12, "validation_split": 0.2, "verbose": 0}
    fast = compiled(Ensemble(build, n=3), optimizer=optimizer)
    history = fast.fit(X, Y, **settings)
    assert len(steps) == 24
    monkeypatch.setattr(_ensemble, "compilable", lambda *_: None)
    slow = compiled(Ensemble(build, n=3), optimizer=optimizer)
    expected = slow.fit(X, Y, **settings)
    assert len(steps) == 24
    for own, torchs in zip(fast.parameters(), slow.parameters(), strict=True):
        assert torch.allclose(own, torchs, atol=1e-4)
    for name, values in expected.runs.items():
        assert np.allclose(history.runs[name], values, atol=1e-4)


@pytest.mark.parametrize("n", [1, 2])
def test_members_are_single_fits(n, steps):
    ensemble = compiled(Ensemble(build, n=n))
    ensemble.fit(X, Y, BATCH, epochs=10, verbose=0)
    assert len(steps) == 30
    for index in range(n):
        single = compiled(build(index))
        single.fit(X, Y, BATCH, epochs=10, verbose=0)
        for own, alone in zip(
            ensemble.replica(index).parameters(), single.parameters(), strict=True
        ):
            assert torch.allclose(own, alone, atol=1e-5)


class Penalised(Ensemble):
    """Another objective than that of the compiled step."""

    def output_and_loss(self, x, y, weight=None):
        output, loss = super().output_and_loss(x, y, weight)
        return output, loss + 1e-3 * self.dense.weight.square().sum((1, 2))


def frozen(ensemble):
    ensemble.dense.weight.requires_grad_(False)


def hooked(ensemble):
    ensemble.dense_1.register_forward_hook(lambda module, given, returned: returned * 0.5)


def watched(ensemble):
    ensemble.dense.weight.register_hook(lambda gradient: gradient * 0.5)


@pytest.mark.parametrize(
    ("make", "loss", "change"),
    [
        (lambda seed: build(seed, "gelu"), "cross_entropy", None),
        (lambda seed: build(seed, last="softmax"), "sparse_categorical_crossentropy", None),
        (
            lambda seed: Sequential([Dense(33), Dense(2)], input_shape=(12,), seed=seed),
            "cross_entropy",
            None,
        ),
        (
            lambda seed: Sequential([Dense(4), Quantise(8), Dense(2)], (12,), seed=seed),
            "cross_entropy",
            None,
        ),
        (build, nn.CrossEntropyLoss(label_smoothing=0.1), None),
        (build, CategoricalCrossentropy(from_logits=True), None),
        (build, Huber(), None),
        (build, "cross_entropy", frozen),
        (build, "cross_entropy", hooked),
        (build, "cross_entropy", watched),
    ],
)
def test_everything_else_is_trained_by_batched_operations(make, loss, change, steps):
    ensemble = compiled(Ensemble(make, n=2), loss)
    if change is not None:
        change(ensemble)
    wants_values = isinstance(loss, Huber | CategoricalCrossentropy)
    before = [p.detach().clone() for p in ensemble.parameters()]
    ensemble.fit(X, VALUES if wants_values else Y, BATCH, verbose=0)
    assert not steps
    moved = [not torch.equal(*pair) for pair in zip(before, ensemble.parameters(), strict=True)]
    assert moved == [change is not frozen, *[True] * (len(moved) - 1)]


def test_an_objective_of_ones_own_is_kept(steps):
    compiled(Penalised(build, n=2)).fit(X, Y, BATCH, verbose=0)
    assert not steps


def test_a_second_loss_is_the_one_that_is_trained(steps):
    ensemble = compiled(Ensemble(build, n=2))
    ensemble.fit(X, Y, BATCH, verbose=0)
    compiled(ensemble, "mse").fit(X, VALUES, BATCH, verbose=0)
    assert len(steps) == 6
    found, expected = gradients_both_ways(ensemble, *batch_of(2, by_label=False))
    assert torch.allclose(found[1], expected[1])


def test_a_copy_trains_its_own_weights():
    ensemble = compiled(Ensemble(build, n=2))
    ensemble.fit(X, Y, BATCH, verbose=0)
    before = [p.detach().clone() for p in ensemble.parameters()]
    other = compiled(copy.deepcopy(ensemble))
    other.fit(X, Y, BATCH, verbose=0)
    assert all(torch.equal(*pair) for pair in zip(before, ensemble.parameters(), strict=True))
    assert not torch.equal(before[0], other.dense.weight)


def test_callbacks_see_what_they_see_of_batched_operations(tmp_path, monkeypatch, steps):
    def train(path):
        statistics = GradientStatistics()
        ensemble = compiled(Ensemble(build, n=2))
        callbacks = [statistics, Record(path=path)]
        ensemble.fit(X, Y, BATCH, epochs=3, callbacks=callbacks, verbose=0)
        last = ensemble.recording.activations(3)
        return statistics.statistics, last

    (fast, recorded), made = train(tmp_path / "fast"), len(steps)
    monkeypatch.setattr(_ensemble, "compilable", lambda *_: None)
    slow, expected = train(tmp_path / "slow")
    assert len(steps) == made == 9
    for name in slow.data_vars:
        assert np.allclose(fast[name], slow[name], atol=1e-5)
    assert all(np.allclose(recorded[name], values, atol=1e-5) for name, values in expected.items())


def test_it_stops_at_the_next_batch_edge(steps):
    ensemble = compiled(Ensemble(build, n=2))

    def stop(batch, logs):
        ensemble.stop_training = batch == 1

    history = ensemble.fit(
        X, Y, BATCH, epochs=5, callbacks=[LambdaCallback(on_train_batch_end=stop)], verbose=0
    )
    assert len(steps) == 2
    assert history.stopped


def test_an_error_in_a_thread_ends_the_training(monkeypatch):
    def fail(*args):
        raise MemoryError("no room")

    ensemble, batch = compiled(Ensemble(build, n=4)), batch_of(4)
    monkeypatch.setattr(_ensemble_kernel, "gradients", fail)
    for threads in (1, 2):
        with pytest.raises(MemoryError, match="no room"):
            ensemble._compiled_step()(*batch, threads)


def test_threads_of_pytorch_stay_out_of_the_way_of_its_own(steps):
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        seen = []
        look = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(torch.get_num_threads()))
        ensemble = compiled(Ensemble(build, n=50))
        ensemble.fit(X, Y, 650, callbacks=[look], verbose=0)
        assert seen == [1]
        assert torch.get_num_threads() == 2
        assert [threads for *_, threads in steps] == [2]
    finally:
        torch.set_num_threads(before)
