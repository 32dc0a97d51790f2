import json

import numpy as np
import pytest
import torch
from torch import nn

from glow.callbacks import LambdaCallback, Record
from glow.datasets import szt
from glow.layers import Activation, Dense, Dropout
from glow.models import Ensemble, HSICSequential, IBSequential, Sequential, model_from_config
from glow.optimizers import SGD, Adam

X, Y = (part[:650] for part in szt.patterns())


def _build(activation="tanh", last=None, cls=Sequential):
    def build(seed):
        layers = [Dense(units, activation=activation) for units in (10, 7, 5, 4, 3)]
        return cls([*layers, Dense(2, activation=last)], input_shape=(12,), seed=seed)

    return build


def _compiled(model, loss="cross_entropy", optimizer=None):
    model.compile(optimizer or Adam(learning_rate=4e-3), loss=loss, metrics=["accuracy"])
    return model


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize(
    ("activation", "last", "loss"),
    [
        ("tanh", None, "cross_entropy"),
        ("relu", None, "cross_entropy"),
        ("tanh", "softmax", "sparse_categorical_crossentropy"),
        ("relu", None, nn.CrossEntropyLoss()),
    ],
)
def test_each_replica_is_its_single_run(activation, last, loss, shuffle):
    build = _build(activation, last)
    # 520 samples of 650 in batches of 60: 9 steps an epoch, the last one of 40; 108 steps in all.
    settings = {
        "batch_size": 60, "epochs": 12, "validation_split": 0.2, "shuffle": shuffle, "verbose": 0,
    }  # fmt: skip
    ensemble = _compiled(Ensemble(build, n=3), loss)
    history = ensemble.fit(X, Y, **settings)
    assert history.validation_indices.shape == (3, 130)
    for index in range(3):
        single = _compiled(build(index), loss)
        expected = single.fit(X, Y, **settings)
        assert np.array_equal(history.validation_indices[index], expected.validation_indices)
        for own, alone in zip(
            ensemble.replica(index).parameters(), single.parameters(), strict=True
        ):
            assert torch.allclose(own, alone, atol=1e-4, rtol=0)
        for name, values in expected.history.items():
            runs = np.array(history.runs[name])[:, index]
            assert np.allclose(runs, values, atol=1e-4)
        assert not torch.allclose(single.layers[0].weight, build(index).layers[0].weight, atol=1e-3)


def test_logs_are_means_over_replicas():
    seen = []
    watch = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs))
    ensemble = _compiled(Ensemble(_build(), n=3))
    history = ensemble.fit(X, Y, epochs=2, callbacks=[watch], verbose=0)
    for name, values in history.history.items():
        assert values == pytest.approx(np.array(history.runs[name]).mean(1))
        assert [logs[name] for logs in seen] == values
    assert len(set(history.runs["loss"][0])) == 3


def test_outputs_of_all_kinds_are_those_of_the_replicas():
    ensemble = _compiled(Ensemble(_build(), n=3))
    ensemble.fit(X, Y, verbose=0)
    x = torch.from_numpy(X[:20])
    replicas = [ensemble.replica(index).eval() for index in range(3)]
    predicted = ensemble.predict(X[:20], batch_size=7)
    layers = ensemble.forward_layers(x)
    assert predicted.shape == (3, 20, 2)
    for index, replica in enumerate(replicas):
        assert np.allclose(predicted[index], replica.predict(X[:20]), atol=1e-6)
        own = replica.forward_layers(x)
        assert list(own) == list(layers)
        assert all(torch.allclose(layers[name][index], own[name], atol=1e-6) for name in own)
    expected = np.mean([_compiled(replica).evaluate(X, Y) for replica in replicas], axis=0)
    assert ensemble.evaluate(X, Y) == pytest.approx(expected, rel=1e-5)


def test_a_replica_is_apart_from_the_ensemble():
    ensemble = Ensemble(_build(), n=2)
    replica = ensemble.replica(1)
    assert replica.seed == 1
    assert torch.equal(replica.layers[0].weight, _build()(1).layers[0].weight)
    with torch.no_grad():
        replica.layers[0].weight.zero_()
    assert not torch.equal(ensemble.replica(1).layers[0].weight, replica.layers[0].weight)
    with pytest.raises(IndexError, match=r"replica must be from 0 to 1, got 2"):
        ensemble.replica(2)


def test_json_round_trip_with_weights():
    ensemble = _compiled(Ensemble(_build(), n=2))
    ensemble.fit(X, Y, verbose=0)
    again = model_from_config(json.loads(json.dumps(ensemble.get_config())))
    assert again.seeds == [0, 1]
    assert again.get_config() == ensemble.get_config()
    again.load_state_dict(ensemble.state_dict())
    assert np.array_equal(again.predict(X), ensemble.predict(X))


def test_networks_without_input_shape_and_bias_are_built_by_the_data():
    def build(seed):
        layers = [Dense(3, use_bias=False), Activation("relu"), Dense(2)]
        return Sequential(layers, seed=seed)

    ensemble, single = (_compiled(m, optimizer=SGD()) for m in (Ensemble(build, n=2), build(1)))
    ensemble.fit(X, Y, verbose=0)
    single.fit(X, Y, verbose=0)
    assert torch.allclose(ensemble.replica(1).layers[0].weight, single.layers[0].weight, atol=1e-6)


def test_values_and_one_hot_targets():
    onehot = np.eye(2, dtype=np.float32)[Y]
    for loss, last in (("categorical_crossentropy", "softmax"), ("mse", None)):
        measures = ["accuracy", "mse", lambda output, target: output.mean()]
        build = _build(last=last)
        ensemble, single = Ensemble(build, n=2), build(1)
        for model in (ensemble, single):
            model.compile("adam", loss=loss, metrics=measures)
        runs = ensemble.fit(X, onehot, verbose=0).runs
        alone = single.fit(X, onehot, verbose=0).history
        assert {name: values[0][1] for name, values in runs.items()} == pytest.approx(
            {name: values[0] for name, values in alone.items()}, rel=1e-4
        )


def test_it_records_like_one_model(tmp_path):
    ensemble = _compiled(Ensemble(_build(), n=2))
    record = Record(path=tmp_path / "recording")
    ensemble.fit(X, Y, epochs=3, callbacks=[record], verbose=0)
    recording = ensemble.recording
    assert recording is record.recording
    assert recording.runs == 2
    assert tuple(recording.epochs) == (0, 1, 2, 3)
    probe = torch.as_tensor(np.array(recording.x))
    with torch.no_grad():
        expected = ensemble.forward_layers(probe)
    last = recording.activations(3)
    assert np.allclose(last["dense_4"], expected["dense_4"], atol=1e-6)
    assert np.allclose(last["dense_5"], expected["dense_5"].softmax(-1), atol=1e-6)


def test_networks_that_record_make_an_ensemble_that_records():
    ensemble = _compiled(Ensemble(_build(cls=IBSequential), n=2))
    ensemble.fit(X, Y, verbose=0)
    ensemble.fit(X, Y, verbose=0)
    assert tuple(ensemble.recording.epochs) == (0, 1, 2)


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda seed: nn.Linear(2, 2), TypeError, "build must return a Sequential, got Linear"),
        (
            lambda seed: HSICSequential([Dense(2)], input_shape=(12,), seed=seed),
            TypeError,
            "trained by a loss, got HSICSequential, which trains in its own way",
        ),
        (lambda seed: _build()(0), ValueError, r"needs its own seed, got \[0, 0\]"),
        (
            lambda seed: Sequential([Dense(2), Dropout(0.1)], input_shape=(12,), seed=seed),
            TypeError,
            r"layer 'dropout' \(Dropout\) cannot be trained for several networks at once",
        ),
        (
            lambda seed: Sequential([Dense(2 + seed)], input_shape=(12,), seed=seed),
            ValueError,
            "layer 'dense' differs",
        ),
        (
            lambda seed: Sequential([Dense(12)] * 2, input_shape=(12,), seed=seed),
            TypeError,
            "a layer stands in the network twice",
        ),
    ],
)
def test_what_cannot_be_an_ensemble(build, error, message):
    with pytest.raises(error, match=message):
        Ensemble(build, n=2)


def test_n_must_be_positive():
    with pytest.raises(ValueError, match=r"Ensemble: n must be an integer of at least 1, got 0"):
        Ensemble(_build(), n=0)


@pytest.mark.parametrize("build", [3, Sequential([Dense(2)], input_shape=(4,), seed=0)])
def test_build_must_be_a_function(build):
    with pytest.raises(TypeError, match="Ensemble: build must be a function"):
        Ensemble(build, 3)
