"""Training by Lightning Fabric. Run as a script, this file trains in two processes."""

import json
import os
import signal
import socket
import subprocess
import sys

import numpy as np
import pytest
import torch

from glow.callbacks import (
    BackupAndRestore,
    EarlyStopping,
    GradientStatistics,
    LambdaCallback,
    ModelCheckpoint,
    Record,
)
from glow.dynamics import Recording
from glow.layers import Dense
from glow.models import Ensemble, HSICSequential, IBSequential, Sequential
from glow.optimizers import Adam

SILENT = {"verbose": 0}
OPTIONS = {"batch_size": 8, "epochs": 3, "validation_split": 0.25, "class_weight": {1: 2.0}}


def _data(samples=68, seed=0):  # 51 to train on, 17 to validate on: rests of 3 and of 1
    torch.manual_seed(seed)
    x = torch.randn(samples, 4)
    return x, (x.sum(1) > 0).long()


def _net(kind=IBSequential):
    model = kind([Dense(5, "tanh"), Dense(3, "tanh"), Dense(2)], input_shape=(4,), seed=0)
    model.compile(
        Adam(learning_rate=0.01),
        loss="cross_entropy",
        metrics=["accuracy"],
        weighted_metrics=["accuracy"],
    )
    return model


def _slower():
    """Changes the rate before every step, as a schedule by batch does."""
    model = []

    def slow_down(batch, logs):
        for group in model[0].optimizer.param_groups:
            group["lr"] *= 0.95

    return model, LambdaCallback(on_train_batch_begin=slow_down)


def _train(**where):
    model, gradients = _net(), GradientStatistics()
    slowed, slower = _slower()
    slowed.append(model)
    history = model.fit(*_data(), callbacks=[gradients, slower], **OPTIONS, **SILENT, **where)
    recording = model.recording
    return {
        "weights": [weight.tolist() for weight in model.get_weights()],
        "moments": [s["exp_avg"].tolist() for s in model.optimizer.state_dict()["state"].values()],
        "history": history.history,
        "rows": history.validation_indices.tolist(),
        "devices": history.params.get("devices"),
        "layers": recording.layers,
        "activations": [
            [each.tolist() for each in recording.activations(epoch).values()]
            for epoch in recording.epochs
        ],
        "gradients": gradients.statistics["mean"].values.tolist(),
    }


def _stopped_early(folder, **where):
    """What only the first process's callbacks know reaches all of them."""
    model = _net(Sequential)
    impatient = EarlyStopping("loss", min_delta=10.0, patience=1, restore_best_weights=True)
    checkpoint = ModelCheckpoint(os.path.join(folder, "{epoch}.glow"))
    history = model.fit(*_data(), epochs=9, callbacks=[impatient, checkpoint], **SILENT, **where)
    return {"epochs": history.epoch, "files": sorted(os.listdir(folder)), "why": history.reason}


def _interrupted(**where):
    """Ctrl-C reaches all processes; they end at the edge of a batch, and the History is kept."""
    model = _net()

    def interrupt(batch, logs):
        if model.position.state_dict()["epoch"] == 1:
            os.killpg(0, signal.SIGINT)

    callbacks = [LambdaCallback(on_train_batch_end=interrupt)]
    try:
        model.fit(*_data(), batch_size=8, epochs=9, callbacks=callbacks, **SILENT, **where)
    except KeyboardInterrupt:
        history = model.history
        return [history.interrupted, history.epoch, history.reason, model.recording.epochs]
    return []


def _refusal(data, **options):
    try:
        _net(Sequential).fit(*data, **SILENT, **options)
    except (ValueError, RuntimeError) as error:
        return str(error)
    return ""


def main(strategy, folder):
    where = {"accelerator": "cpu", "devices": 2, "strategy": strategy}
    rank = os.environ.get("LOCAL_RANK", "0")
    together = _train(**where)
    kept = os.path.join(folder, "kept")
    os.makedirs(kept, exist_ok=True)
    stopped = _stopped_early(kept, **where)
    result = {"together": together, "stopped": stopped}
    if strategy == "ddp_fork":
        result["interrupted"] = _interrupted(**where)
        refused = [
            _refusal(_data(33), batch_size=8, **where),
            _refusal([iter([_data(), _data()])], **where),
            _refusal(_data(), callbacks=[BackupAndRestore(folder)], **where),
        ]
    else:
        refused = [_refusal(_data(seed=int(rank)), **where)]
    result["refused"] = refused
    with open(os.path.join(folder, f"{rank}.json"), "w") as file:
        json.dump(result, file)


@pytest.fixture(scope="module")
def alone():
    return _train()


def _run(strategy, folder, environments):
    """Run this file once for each environment and return what each wrote."""
    lonely = {"OMP_NUM_THREADS": "1", "TMPDIR": str(folder)}
    command = [sys.executable, "-W", "error::UserWarning", __file__, strategy, str(folder)]
    processes = [
        subprocess.Popen(
            command,
            env={**os.environ, **lonely, **own},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        for own in environments
    ]
    try:
        said = [process.communicate(timeout=120)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0] * len(processes), said
    lines = [line for own in said for line in own.splitlines()]
    assert [line for line in lines if "Terminating process" not in line] == []  # verbose=0
    return [json.loads((folder / f"{rank}.json").read_text()) for rank in range(len(processes))]


def _assert_same(together, alone):
    assert together["devices"] == 2
    assert alone["devices"] is None
    for name in ("rows", "layers"):
        assert list(together[name]) == list(alone[name])
    for name in ("weights", "moments", "activations"):
        assert len(together[name]) == len(alone[name])
    for name in ("weights", "moments"):
        for mine, its in zip(together[name], alone[name], strict=True):
            np.testing.assert_allclose(mine, its, rtol=1e-4, atol=1e-6)
    for mine, its in zip(together["activations"], alone["activations"], strict=True):
        for layer, other in zip(mine, its, strict=True):
            np.testing.assert_allclose(layer, other, rtol=1e-4, atol=1e-6)
    assert list(together["history"]) == list(alone["history"])
    for name, values in alone["history"].items():
        assert together["history"][name] == pytest.approx(values, rel=1e-5)
    np.testing.assert_allclose(together["gradients"], alone["gradients"], rtol=1e-3)


def test_two_copies_of_a_process_train_what_one_does(tmp_path, alone):
    (result,) = _run("ddp_fork", tmp_path, [{}])
    _assert_same(result["together"], alone)
    assert result["stopped"]["epochs"] == [0, 1]
    assert result["stopped"]["files"] == ["1.glow", "2.glow"]
    assert result["interrupted"] == [True, [0], "interrupted", [0, 1, 2]]
    small, generator, backup = result["refused"]
    assert "a batch of 1 samples cannot be shared by 2 processes" in small
    assert "a generator can be read in one process only" in generator
    assert "BackupAndRestore: expected one process, got 2" in backup


def test_two_started_processes_train_what_one_does(tmp_path, alone):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    common = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2"}
    ranks = [{**common, "LOCAL_RANK": rank, "NODE_RANK": "0"} for rank in "01"]
    results = _run("ddp", tmp_path, ranks)
    for result in results:
        _assert_same(result["together"], alone)
        assert result["stopped"]["epochs"] == [0, 1]
        assert "the processes read different batches" in result["refused"][0]
    assert results[0]["stopped"] == results[1]["stopped"]


def test_one_device_trains_bit_for_bit_what_fit_does(alone):
    together = _train(accelerator="cpu")
    assert together.pop("devices") == 1
    assert together == {name: value for name, value in alone.items() if name != "devices"}


def test_mixed_precision_keeps_weights_and_recordings_in_single(tmp_path):
    model, plain = _net(), _net()
    record = Record(path=tmp_path / "recording")
    history = model.fit(*_data(), callbacks=[record], precision="bf16-mixed", **SILENT)
    plain.fit(*_data(), **SILENT)
    recording = Recording.open(tmp_path / "recording")
    assert history.params["precision"] == recording.settings["precision"] == "bf16-mixed"
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    assert {a.dtype for a in recording.activations(1).values()} == {np.dtype("float32")}
    for mine, its in zip(model.get_weights(), plain.get_weights(), strict=True):
        assert not np.array_equal(mine, its)
    assert history.history["loss"] == pytest.approx(plain.history.history["loss"], rel=1e-2)
    x, _ = _data()
    assert model.predict(x).dtype == np.float32


def test_a_later_fit_goes_on_without_fabric():
    model, plain = _net(), _net()
    model.fit(*_data(), accelerator="cpu", **SILENT)
    model.fit(*_data(), **SILENT)
    plain.fit(*_data(), epochs=2, **SILENT)
    assert model.history.history == plain.history.history
    assert model.recording.epochs == (0, 1, 2)
    for mine, its in zip(model.get_weights(), plain.get_weights(), strict=True):
        assert np.array_equal(mine, its)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"accelerator": "gup"}, "unknown accelerator 'gup'. Did you mean 'gpu'?"),
        ({"strategy": "dpp"}, "unknown strategy 'dpp'. Did you mean 'ddp'?"),
        ({"strategy": "fsdp"}, "unknown strategy 'fsdp'"),
        ({"precision": "bf16"}, "unknown precision 'bf16'. Did you mean 'bf16-mixed'?"),
        ({"precision": 16}, "unknown precision 16. Valid: 16-mixed, 32-true, bf16-mixed"),
        ({"precision": "16-mixed"}, "needs a GPU, got accelerator='cpu'. Choose 'bf16-mixed'"),
        ({"devices": 0}, "devices must be an integer of at least 1, got 0"),
        ({"devices": [0, 1]}, "expected a number of them for accelerator='cpu'"),
        ({"accelerator": "gpu", "devices": 99}, "devices=99 is more than PyTorch sees here"),
        ({"accelerator": "gpu", "devices": [98]}, r"devices=\[98\] is more than PyTorch sees here"),
    ],
)
def test_what_is_not_there_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        _net(Sequential).fit(*_data(), **SILENT, **options)


def test_without_fabric_the_error_names_the_line_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightning_fabric", None)
    with pytest.raises(ImportError, match=r"pip install 'pyglow\[fabric\]'"):
        _net(Sequential).fit(*_data(), devices=2, **SILENT)


class _OwnStep(Sequential):
    def train_step(self, batch):
        return super().train_step(batch)


def _ensemble():
    return Ensemble(lambda seed: Sequential([Dense(2)], input_shape=(4,), seed=seed), n=2)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_ensemble, "its replicas have batches of their own"),
        (lambda: HSICSequential([Dense(2)], input_shape=(4,)), "its loss is no mean over samples"),
        (lambda: _OwnStep([Dense(2)], input_shape=(4,)), "it has its own train_step"),
    ],
)
def test_models_that_share_no_batches_are_refused(make, reason):
    model = make()
    model.compile("sgd")
    with pytest.raises(ValueError, match=f"cannot take accelerator.*because {reason}"):
        model.fit(*_data(), accelerator="cpu", **SILENT)


def test_what_several_processes_cannot_do_is_refused(tmp_path, monkeypatch):
    two = {"accelerator": "cpu", "devices": 2, "strategy": "ddp_fork", **SILENT}
    unbuilt = Sequential([Dense(2)])
    unbuilt.compile("sgd")
    with pytest.raises(ValueError, match=r"has no weights yet.*Give input_shape="):
        unbuilt.fit(*_data(), **two)
    monkeypatch.setattr("glow.models._fabric.in_kernel", lambda: True)
    with pytest.raises(ValueError, match="which a notebook is not, expected 'ddp_fork'"):
        _net(Sequential).fit(*_data(), **{**two, "strategy": "ddp"})


if __name__ == "__main__":
    main(*sys.argv[1:])
