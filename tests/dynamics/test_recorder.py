from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from glow.dynamics import Recorder, Recording, RecordingError
from glow.dynamics._lock import LOCK


def test_the_snippet_records_epoch_zero_the_schedule_and_the_last(tiny, probe, tmp_path, step):
    with Recorder(tiny, probe=probe, schedule=range(0, 100, 4), path=tmp_path / "r") as recorder:
        for _ in range(10):
            step(tiny, *probe)
            recorder.epoch()
    assert recorder.recording.epochs == (0, 4, 8, 10)
    assert Recording.open(tmp_path / "r").epochs == (0, 4, 8, 10)


@pytest.mark.parametrize("known", [True, False])
def test_long_trainings_stay_within_300_snapshots(tiny, probe, tmp_path, known):
    epochs = 1000 if known else None
    with Recorder(tiny, probe=probe, epochs=epochs, path=tmp_path / "r") as recorder:
        for _ in range(1000):
            recorder.epoch()
    recorded = recorder.recording.epochs
    assert recorded[0] == 0
    assert recorded[-1] == 1000
    assert 100 < len(recorded) <= 300


def test_weights_give_back_the_activations_bit_for_bit(installed, tiny, probe, tmp_path, step):
    seen = {}
    with Recorder(tiny, probe=probe, epochs=5, path=tmp_path / "r", keep="auto") as recorder:
        for epoch in range(6):
            with torch.no_grad():
                outputs = tiny.forward_layers(torch.from_numpy(probe[0]))
            seen[epoch] = {name: value.numpy().copy() for name, value in outputs.items()}
            if epoch < 5:
                step(tiny, *probe)
                recorder.epoch()
    opened = Recording.open(tmp_path / "r")
    assert opened.keep == "weights"
    assert opened.layers == ("dense", "dense_1", "dense_2")
    for epoch, layers in seen.items():
        for name, value in layers.items():
            assert np.array_equal(opened.activations(epoch)[name], value)


def test_auto_keeps_activations_where_they_are_smaller(installed, tiny, tmp_path):
    few = np.ones((2, 4), np.float32), np.array([0, 1])
    with Recorder(tiny, probe=few, path=tmp_path / "r") as recorder:
        pass
    assert recorder.recording.keep == "activations"


def test_auto_keeps_activations_where_the_model_cannot_be_rebuilt(tiny, probe, tmp_path):
    with Recorder(tiny, probe=probe, path=tmp_path / "r") as recorder:
        pass
    assert recorder.recording.keep == "activations"


def test_auto_does_not_trust_a_configuration_that_builds_something_else(
    installed, tiny, probe, tmp_path, monkeypatch
):
    original = type(tiny).forward_layers
    monkeypatch.setattr(
        tiny,
        "forward_layers",
        lambda x: {name: 2 * t for name, t in original(tiny, x).items()},
    )
    with Recorder(tiny, probe=probe, path=tmp_path / "r") as recorder:
        pass
    assert recorder.recording.keep == "activations"


def test_weights_of_a_plain_module_need_it_for_opening(probe, tmp_path):
    model = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
    with Recorder(model, probe=probe, keep="weights", path=tmp_path / "r") as recorder:
        live = recorder.recording.activations(0)
    with pytest.raises(RecordingError, match=r"holds weights .* Recording.open\(path, model="):
        Recording.open(tmp_path / "r").activations(0)
    other = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
    before = other[0].weight.clone()
    opened = Recording.open(tmp_path / "r", model=other)
    assert opened.layers == ("0", "2")
    assert all(np.array_equal(opened.activations(0)[name], live[name]) for name in live)
    assert torch.equal(other[0].weight, before), "the caller's model is copied"
    wrong = nn.Sequential(nn.Linear(4, 2), nn.Tanh(), nn.Linear(2, 2))
    with pytest.raises(RecordingError, match="size mismatch"):
        Recording.open(tmp_path / "r", model=wrong)


def test_runs_come_first(recorded_runs):
    assert recorded_runs.runs == 3
    assert recorded_runs.keep == "weights"
    activations = recorded_runs.activations(6)
    assert [activations[name].shape for name in recorded_runs.layers] == [
        (3, 64, 5),
        (3, 64, 3),
        (3, 64, 2),
    ]


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_output_is_applied_to_the_last_layer_only(tiny, probe, tmp_path, output):
    with Recorder(tiny, probe=probe, output=output, path=tmp_path / "r") as recorder:
        pass
    plain = tiny.forward_layers(torch.from_numpy(probe[0]))
    kept = recorder.recording.activations(0)
    function = {"softmax": lambda t: torch.softmax(t, -1), "sigmoid": torch.sigmoid}[output]
    assert np.allclose(kept["dense_2"], function(plain["dense_2"]).detach().numpy())
    assert np.array_equal(kept["dense_1"], plain["dense_1"].detach().numpy())


def test_a_single_layer_can_be_chosen(tiny, probe, tmp_path):
    with Recorder(tiny, probe=probe, layers=["dense_1"], path=tmp_path / "r") as recorder:
        pass
    assert recorder.recording.layers == ("dense_1",)


def test_an_exception_in_training_leaves_the_finished_epochs_only(tiny, probe, tmp_path):
    def interrupted():
        with Recorder(tiny, probe=probe, schedule=[2], path=tmp_path / "r") as recorder:
            for _ in range(3):
                recorder.epoch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert Recording.open(tmp_path / "r").epochs == (0, 2)


def test_recording_goes_on_after_detaching(tiny, probe, tmp_path):
    recorder = Recorder(tiny, probe=probe, path=tmp_path / "r").attach()
    recorder.epoch()
    recorder.detach()
    with pytest.raises(RecordingError, match="not attached"):
        recorder.epoch()
    with recorder:
        recorder.epoch()
    assert recorder.recording.epochs == (0, 1, 2)
    assert sorted(recorder.recording.header.fingerprints) == [0, 2]


def test_without_a_path_a_fresh_folder_is_kept(tiny, probe, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with (
        Recorder(tiny, probe=probe) as first,
        Recorder(tiny, probe=probe) as second,
    ):
        pass
    assert first.recording.path != second.recording.path
    assert first.recording.path.parent == tmp_path / "glow-recordings"
    assert Recording.open(first.recording.path).epochs == (0,)


def test_probe_arrays_may_be_changed_afterwards(tiny, probe, tmp_path):
    x, y = probe
    recorder = Recorder(tiny, probe=(x, y), path=tmp_path / "r")
    x *= 0
    with recorder:
        assert recorder.recording.x.any()


def test_double_precision_input_meets_a_single_precision_network(tiny, probe, tmp_path):
    x, y = probe
    with Recorder(tiny, probe=(x.astype(float), y), path=tmp_path / "r") as recorder:
        assert recorder.recording.activations(0)["dense"].dtype == np.float32


def test_labels_are_whole_numbers_in_any_type(tiny, probe, tmp_path):
    x, y = probe
    for index, given in enumerate([y.astype(np.float32)[:, None], y.astype(bool), list(y)]):
        with Recorder(tiny, probe=(x, given), path=tmp_path / str(index)) as recorder:
            assert recorder.recording.y.dtype == np.int64
            assert np.array_equal(recorder.recording.y, y)
    with Recorder(tiny, probe=(x, y + 0.5), path=tmp_path / "real") as recorder:
        assert recorder.recording.y.dtype == np.float32


X, Y = np.ones((3, 4), np.float32), np.array([0, 1, 0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"probe": X}, "pair"),
        ({"probe": (X, Y[:2])}, "one length"),
        ({"probe": (X[:0], Y[:0])}, "above 0"),
        ({"probe": (X[0], Y)}, "two axes"),
        ({"probe": (X * np.nan, Y)}, "finite"),
        ({"probe": (X, Y + np.inf)}, "finite"),
        ({"probe": (X * 1j, Y)}, "real numbers"),
        ({"probe": (np.array([["a"] * 4] * 3), Y)}, "numbers"),
        ({"probe": (X, Y[None, None])}, r"y of shape"),
        ({"layers": ["dens"]}, "Did you mean 'dense'"),
        ({"layers": []}, "no layers"),
        ({"keep": "both"}, "keep 'both'"),
        ({"output": "relu"}, "output 'relu'"),
        ({"epochs": 0}, "positive integer"),
        ({"epochs": True}, "positive integer"),
        ({"settings": {"rate": float("nan")}}, "JSON"),
        ({"settings": [1]}, "dict"),
    ],
)
def test_wrong_arguments_are_refused_by_name(tiny, tmp_path, options, message):
    options = {"probe": (X, Y), "path": tmp_path / "r", **options}
    with pytest.raises(RecordingError, match=message):
        Recorder(tiny, **options).attach()
    assert not (tmp_path / "r" / LOCK).exists(), "nothing stays locked"


def test_what_is_not_a_network_is_refused(probe):
    with pytest.raises(RecordingError, match=r"torch\.nn\.Module, got int"):
        Recorder(3, probe=probe)


def test_lazy_networks_are_refused(probe, tmp_path):
    with pytest.raises(RecordingError, match="Run one batch"):
        Recorder(nn.Sequential(nn.LazyLinear(2)), probe=probe, path=tmp_path / "r").attach()


def test_epochs_are_recorded_once_and_in_order(tiny, probe, tmp_path):
    with Recorder(tiny, probe=probe, path=tmp_path / "r") as recorder:
        recorder.snapshot(5)
        for wrong in (5, 4, 5.5, "6"):
            with pytest.raises(RecordingError, match=r"after the last recorded one \(5\)"):
                recorder.snapshot(wrong)
        recorder.epoch()
    assert recorder.recording.epochs == (0, 5, 6)


def test_before_attaching_there_is_no_recording(tiny, probe):
    recorder = Recorder(tiny, probe=probe)
    with pytest.raises(RecordingError, match="Attach it first"):
        _ = recorder.recording
    with pytest.raises(RecordingError, match="not attached"):
        recorder.snapshot(1)
    recorder.detach()


def test_two_recorders_do_not_share_a_folder(tiny, probe, tmp_path):
    with (
        Recorder(tiny, probe=probe, path=tmp_path / "r"),
        pytest.raises(RecordingError, match="being written by another Recorder"),
    ):
        Recorder(tiny, probe=probe, path=tmp_path / "r").attach()
    with pytest.raises(RecordingError, match="already holds a recording"):
        Recorder(tiny, probe=probe, path=tmp_path / "r").attach()


def dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize("content", ["", "{}", '{"host": 3', None])
def test_a_stale_lock_is_taken_over(tiny, probe, tmp_path, content):
    import socket

    if content is None:
        content = json.dumps({"host": socket.gethostname(), "pid": dead_process()})
    (tmp_path / LOCK).write_text(content)
    with Recorder(tiny, probe=probe, path=tmp_path):
        assert json.loads((tmp_path / LOCK).read_text())["pid"] == os.getpid()
    assert not (tmp_path / LOCK).exists()


def test_another_hosts_lock_is_respected(tiny, probe, tmp_path):
    (tmp_path / LOCK).write_text('{"host": "elsewhere.invalid", "pid": 1}')
    with pytest.raises(RecordingError, match=r"on elsewhere.invalid.*delete recording.lock"):
        Recorder(tiny, probe=probe, path=tmp_path).attach()


def test_a_folder_that_cannot_be_written_is_named(tiny, probe, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match="cannot write in"):
        Recorder(tiny, probe=probe, path=tmp_path / "file" / "r").attach()


def test_a_full_disk_is_an_error_that_keeps_what_was_recorded(tiny, probe, tmp_path, monkeypatch):
    import pathlib

    recorder = Recorder(tiny, probe=probe, path=tmp_path / "r").attach()
    recorder.epoch()
    with monkeypatch.context() as patch:
        patch.setattr(
            pathlib.Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left"))
        )
        with pytest.raises(RecordingError, match="No space left"):
            recorder.epoch()
    recorder.detach(final=False)
    assert Recording.open(tmp_path / "r").epochs == (0, 1)
    assert not list((tmp_path / "r").rglob("*.tmp"))
