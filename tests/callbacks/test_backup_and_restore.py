import os
import runpy
import signal
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from glow.callbacks import (
    BackupAndRestore,
    EarlyStopping,
    GradientStatistics,
    LambdaCallback,
    LearningRateScheduler,
    Record,
    ReduceLROnPlateau,
)
from glow.layers import Dense
from glow.models import Ensemble, Sequential
from glow.optimizers import SGD

X = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
Y = (X.sum(1) > 0).astype(np.int64)
SETTINGS = {"validation_split": 0.2, "epochs": 6}  # 4 batches an epoch


def _others():
    """Callbacks that remember, and change what is trained by what they remember."""
    return [
        ReduceLROnPlateau("loss", factor=0.5, patience=2, min_delta=0.01),
        EarlyStopping(patience=50, restore_best_weights=True),
        LearningRateScheduler(lambda epoch, lr: 0.9 * lr),
        GradientStatistics(),
    ]


def _dies_after(batches):
    left = iter(range(batches - 1, -1, -1))

    def count(batch, logs):
        if not next(left):
            raise MemoryError("killed")

    return LambdaCallback(on_train_batch_end=count)


def _same(model, other):
    return all(map(np.array_equal, model.get_weights(), other.get_weights()))


@pytest.mark.parametrize("batches", [2, 4, 10, 23])
@pytest.mark.parametrize("save_freq", ["epoch", 1, 3, 4])
def test_it_goes_on_bit_for_bit(net, fit, tmp_path, save_freq, batches):
    straight, broken, resumed = net(), net(), net()
    alone = _others()
    expected = fit(straight, *alone, **SETTINGS)
    backup = BackupAndRestore(tmp_path / "backup", save_freq)  # first, and yet called last
    with pytest.raises(MemoryError):
        fit(broken, backup, *_others(), _dies_after(batches), **SETTINGS)
    again = _others()
    history = fit(resumed, BackupAndRestore(tmp_path / "backup", save_freq), *again, **SETTINGS)
    assert _same(resumed, straight)
    assert history.history == expected.history
    assert history.epoch == list(range(6))
    assert again[-1].statistics.identical(alone[-1].statistics)
    assert not (tmp_path / "backup").exists()


@pytest.mark.parametrize("same_process", [True, False])
def test_a_recording_has_the_true_numbers_of_its_epochs(net, fit, tmp_path, same_process):
    straight, broken, whole = net(), net(), Record(path=tmp_path / "whole", keep="activations")
    fit(straight, whole, **SETTINGS)
    first = Record(path=tmp_path / "first", keep="activations")
    with pytest.raises(MemoryError):
        fit(broken, BackupAndRestore(tmp_path / "b", 3), first, _dies_after(9), **SETTINGS)
    assert first.recording.epochs == (0, 1, 2)
    resumed, record = (broken, first) if same_process else (net(), Record(path=tmp_path / "second"))
    fit(resumed, BackupAndRestore(tmp_path / "b", 3), record, **SETTINGS)
    assert record.recording.epochs == (
        (0, 1, 2, 3, 4, 5, 6) if same_process else (0, 2, 3, 4, 5, 6)
    )
    for epoch in record.recording.epochs:
        expected = whole.recording.activations(epoch)["dense"]
        assert np.allclose(record.recording.activations(epoch)["dense"], expected, atol=1e-6)


@pytest.mark.parametrize("optimizer", ["rmsprop", SGD(0.1, momentum=0.9), "adamw"])
def test_every_optimizer_goes_on(net, fit, tmp_path, optimizer):
    straight, resumed = net(optimizer), net(optimizer)
    fit(straight)
    with pytest.raises(MemoryError):
        fit(net(optimizer), BackupAndRestore(tmp_path), _dies_after(8))
    fit(resumed, BackupAndRestore(tmp_path))
    assert _same(resumed, straight)


def _ensemble():
    def build(seed):
        return Sequential([Dense(4, "tanh"), Dense(2)], input_shape=(4,), seed=seed)

    model = Ensemble(build, 3)
    model.compile("adam", loss="cross_entropy", metrics=["accuracy"])
    return model


def test_an_ensemble_goes_on_with_the_values_of_each_replica(fit, tmp_path):
    straight, resumed = _ensemble(), _ensemble()
    fit(straight, **SETTINGS)
    with pytest.raises(MemoryError):
        fit(_ensemble(), BackupAndRestore(tmp_path, 3), _dies_after(11), **SETTINGS)
    history = fit(resumed, BackupAndRestore(tmp_path, 3), **SETTINGS)
    assert _same(resumed, straight)
    for name, values in straight.history.runs.items():
        assert np.array_equal(history.runs[name], values)


@pytest.mark.parametrize("kind", [TensorDataset, DataLoader])
def test_a_dataset_goes_on_in_its_order(net, tmp_path, kind):
    rows = TensorDataset(torch.from_numpy(X), torch.from_numpy(Y))
    data = rows if kind is TensorDataset else DataLoader(rows, 8, shuffle=True)
    straight, resumed = net(), net()
    settings = {"batch_size": 8, "epochs": 3, "verbose": 0}
    straight.fit(data, **settings)
    callbacks = [BackupAndRestore(tmp_path, 3), _dies_after(8)]
    with pytest.raises(MemoryError):
        net().fit(data, callbacks=callbacks, **settings)
    resumed.fit(data, callbacks=[BackupAndRestore(tmp_path, 3)], **settings)
    assert _same(resumed, straight)


def test_weighted_metrics_go_on_within_an_epoch(net, fit, tmp_path):
    def weighted():
        model = net()
        model.compile("adam", loss="cross_entropy", weighted_metrics=["accuracy"])
        return model

    straight, resumed = weighted(), weighted()
    settings = {"sample_weight": np.linspace(0, 1, 40, dtype=np.float32)}
    fit(straight, **settings)
    with pytest.raises(MemoryError):
        fit(weighted(), BackupAndRestore(tmp_path, 3), _dies_after(9), **settings)
    history = fit(resumed, BackupAndRestore(tmp_path, 3), **settings)
    assert history.history == straight.history.history


def test_it_may_die_twice(net, fit, tmp_path):
    straight, resumed = net(), net()
    fit(straight, **SETTINGS)
    for batches in (5, 7):
        with pytest.raises(MemoryError):
            fit(net(), BackupAndRestore(tmp_path, 3), _dies_after(batches), **SETTINGS)
    fit(resumed, BackupAndRestore(tmp_path, 3), **SETTINGS)
    assert _same(resumed, straight)


def test_the_same_cell_run_again_ends_where_it_would_have_ended(net, fit, tmp_path):
    straight, model = net(), net()
    fit(straight, epochs=2)
    fit(straight, epochs=4)
    fit(model, epochs=2)
    with pytest.raises(MemoryError):
        fit(model, BackupAndRestore(tmp_path), _dies_after(13), epochs=4)
    history = fit(model, BackupAndRestore(tmp_path), epochs=4)
    assert history.epoch == [0, 1, 2, 3, 4, 5]
    assert history.params["initial_epoch"] == 4
    assert not history.stopped
    assert _same(model, straight)


_SCRIPT = """
import os, signal, sys
import numpy as np
import torch
from glow.callbacks import BackupAndRestore, LambdaCallback, ReduceLROnPlateau
from glow.layers import BatchNormalization, Dense, Dropout
from glow.models import Sequential

torch.set_num_threads(1)
folder, out, batches, save_freq = sys.argv[1:]
X = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
Y = (X.sum(1) > 0).astype(np.int64)
layers = [Dense(6, "tanh"), BatchNormalization(), Dropout(0.3), Dense(2)]
model = Sequential(layers, input_shape=(4,), seed=5)
model.compile("adam", loss="cross_entropy", metrics=["accuracy"])
left = [int(batches)]

def count(batch, logs):
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)

callbacks = [ReduceLROnPlateau("loss", patience=1, min_delta=0.05, factor=0.5)]
if folder:
    save_freq = int(save_freq) if save_freq.isdigit() else save_freq
    callbacks += [BackupAndRestore(folder, save_freq), LambdaCallback(on_train_batch_end=count)]
model.fit(X, Y, batch_size=16, epochs=6, callbacks=callbacks, verbose=0)
np.savez(out, *model.get_weights())
"""


def _run(tmp_path, *arguments):
    script = tmp_path / "train.py"
    script.write_text(_SCRIPT)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(script), *map(str, arguments)]
    return subprocess.run(command, env=env, timeout=300, check=False).returncode


@pytest.mark.slow
def test_a_killed_process_ends_with_the_weights_of_an_undisturbed_one(tmp_path, monkeypatch):
    """SIGKILL after 10 of 24 batches; the script run again finishes."""
    assert _run(tmp_path, tmp_path / "b", tmp_path / "no.npz", 10, 3) == -signal.SIGKILL
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["backup.safetensors"]
    assert _run(tmp_path, tmp_path / "b", tmp_path / "resumed.npz", 0, 3) == 0
    monkeypatch.setattr(sys, "argv", ["train.py", "", str(tmp_path / "straight.npz"), "0", ""])
    runpy.run_path(str(tmp_path / "train.py"))
    with np.load(tmp_path / "straight.npz") as one, np.load(tmp_path / "resumed.npz") as other:
        assert one.files == other.files
        assert all(np.array_equal(one[name], other[name]) for name in one.files)
    assert not (tmp_path / "b").exists()
    assert not (tmp_path / "no.npz").exists()


def test_only_its_own_file_is_deleted(net, fit, tmp_path):
    (tmp_path / "thesis.txt").write_text("do not delete")
    fit(net(), BackupAndRestore(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_backup_may_be_kept_and_is_then_all_there_is_to_do(net, fit, tmp_path):
    first, second = net(), net()
    fit(first, BackupAndRestore(tmp_path, delete_checkpoint=False))
    history = fit(second, BackupAndRestore(tmp_path, delete_checkpoint=False))
    assert _same(first, second)
    assert history.epoch == [0, 1, 2]
    assert not history.stopped
    assert (tmp_path / "backup.safetensors").exists()


def test_early_stopping_stops_again_after_a_restart(net, fit, tmp_path):
    """A process that dies while it stops must not train on."""

    def stop():
        return EarlyStopping("loss", patience=1, min_delta=9.0)

    straight, resumed = net(), net()
    fit(straight, stop(), epochs=9)
    die = LambdaCallback(on_train_end=lambda logs: 1 / 0)
    keep = {"delete_checkpoint": False}
    with pytest.raises(ZeroDivisionError):
        fit(net(), BackupAndRestore(tmp_path, **keep), stop(), die, epochs=9)
    history = fit(resumed, BackupAndRestore(tmp_path), stop(), epochs=9)
    assert history.epoch == straight.history.epoch
    assert _same(resumed, straight)


OTHERS = {
    "another seed": ({"seed": 1}, {}, r"is of another training, expected .*'seed': 1.* got"),
    "another batch size": (
        {},
        {"batch_size": 10},
        r"another training, expected .*'batch_size': 10",
    ),
    "another optimizer": (
        {"optimizer": "sgd"},
        {},
        r"expected .*'optimizer': 'SGD'.* got .*'Adam'",
    ),
}


@pytest.mark.parametrize(("model", "settings", "message"), OTHERS.values(), ids=list(OTHERS))
def test_a_backup_of_another_training_is_refused(net, fit, tmp_path, model, settings, message):
    with pytest.raises(MemoryError):
        fit(net(), BackupAndRestore(tmp_path), _dies_after(8))
    other = net(**model)
    before = other.get_weights()
    with pytest.raises(ValueError, match=f"BackupAndRestore: .*{message}.*Delete it"):
        fit(other, BackupAndRestore(tmp_path), **settings)
    assert all(map(np.array_equal, other.get_weights(), before))
    assert (tmp_path / "backup.safetensors").exists()


@pytest.mark.parametrize("cut", [0, 4, 200, -4])
def test_a_damaged_backup_is_refused(net, fit, tmp_path, cut):
    with pytest.raises(MemoryError):
        fit(net(), BackupAndRestore(tmp_path), _dies_after(8))
    file = tmp_path / "backup.safetensors"
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(ValueError, match=r"cannot go on from .*damaged or foreign.*Delete it"):
        fit(net(), BackupAndRestore(tmp_path))


WRONG = [
    ({"backup_dir": ""}, r"backup_dir must be a folder, got ''"),
    ({"backup_dir": "b", "save_freq": "batch"}, r"save_freq must be 'epoch' or a number"),
    ({"backup_dir": "b", "save_freq": False}, r"save_freq must be an integer of at least 1"),
]


@pytest.mark.parametrize(("settings", "message"), WRONG)
def test_wrong_arguments(settings, message):
    with pytest.raises(ValueError, match=f"^BackupAndRestore: {message}"):
        BackupAndRestore(**settings)
