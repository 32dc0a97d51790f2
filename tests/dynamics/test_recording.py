from __future__ import annotations

import json
import os
import pickle
import re
import shutil
import warnings

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glow.dynamics import Recorder, Recording, RecordingError
from glow.dynamics._cache import ActivationCache


def test_a_recording_says_what_it_holds(installed, tiny, probe, make_recording, tmp_path):
    made = make_recording(tiny, probe, tmp_path / "tanh", settings={"batch_size": 64}, seed=3)
    recording = Recording.open(tmp_path / "tanh")
    assert recording.name == "tanh"
    assert recording.path == tmp_path / "tanh"
    assert recording.epochs == made.epochs == tuple(range(7))
    assert recording.layers == ("dense", "dense_1", "dense_2")
    assert (recording.runs, recording.samples, recording.seed) == (None, 64, 3)
    assert recording.settings == {"batch_size": 64}
    assert np.array_equal(recording.x, probe[0])
    assert np.array_equal(recording.y, probe[1])
    assert recording.noise("dense") is None
    assert "epochs=7" in repr(recording)


def test_a_recording_without_a_path_is_called_by_its_time_not_its_folder(tiny, probe):
    with Recorder(tiny, probe=probe) as recorder:
        recording = recorder.recording
    assert re.fullmatch(r"training of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", recording.name)
    assert recording.path.name[:8] == recording.name[12:22].replace("-", "")
    shutil.rmtree(recording.path)


def test_noise_that_a_layer_declares_is_kept(tiny, probe, tmp_path):
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
    model[1].declared_noise = 0.1
    with Recorder(model, probe=probe, path=tmp_path / "r") as recorder:
        assert recorder.recording.noise("0") == 0.1
        assert recorder.recording.noise("2") is None


def test_the_range_covers_all_epochs(recorded_runs):
    everything = [recorded_runs.activations(epoch) for epoch in recorded_runs.epochs]
    for layer in recorded_runs.layers:
        values = np.stack([activations[layer] for activations in everything])
        assert recorded_runs.range(layer) == (values.min(), values.max())
        assert recorded_runs.range(layer, run=1) == (values[:, 1].min(), values[:, 1].max())
    ranges = [recorded_runs.range(layer) for layer in recorded_runs.layers]
    assert recorded_runs.range() == (min(r[0] for r in ranges), max(r[1] for r in ranges))


def test_it_can_be_read_while_it_is_written(installed, tiny, probe, tmp_path, step):
    with Recorder(tiny, probe=probe, epochs=9, path=tmp_path / "r") as recorder:
        reader = Recording.open(tmp_path / "r")
        assert reader.epochs == (0,)
        narrow = reader.range()
        for _ in range(3):
            step(tiny, *probe, rate=5.0)
            recorder.epoch()
        assert reader.epochs == (0,)
        reader.refresh()
        assert reader.epochs == recorder.recording.epochs == (0, 1, 2, 3)
        assert reader.range() != narrow
        assert reader.range() == recorder.recording.range()


def test_refreshing_notices_another_recording_in_its_place(tiny, probe, tmp_path):
    for name, layers in (("a", ["dense"]), ("b", None)):
        with Recorder(tiny, probe=probe, path=tmp_path / name, layers=layers):
            pass
    recording = Recording.open(tmp_path / "a")
    shutil.copy(tmp_path / "b" / "recording.json", tmp_path / "a" / "recording.json")
    with pytest.raises(RecordingError, match="took its place"):
        recording.refresh()


def test_saving_copies_everything(recorded, tmp_path):
    recorded.save(tmp_path / "copy")
    copy = Recording.open(tmp_path / "copy")
    shutil.rmtree(recorded.path)
    assert copy.epochs == recorded.epochs
    assert np.array_equal(copy.activations(6)["dense"], recorded.activations(6)["dense"])
    with pytest.raises(RecordingError, match="already holds"):
        copy.save(tmp_path / "copy")
    with pytest.raises(RecordingError, match="readable file"):
        recorded.save(tmp_path / "another")


def test_stored_activations_are_mapped_not_read(tiny, probe, make_recording, tmp_path):
    recording = make_recording(tiny, probe, tmp_path / "r", keep="activations")
    array = Recording.open(tmp_path / "r").activations(3)["dense"]
    with open("/proc/self/maps") as maps:
        assert any("00000003.safetensors" in line for line in maps)
    assert np.array_equal(array, recording.activations(3)["dense"])


def test_work_for_another_process_carries_the_path(recorded):
    sent = pickle.dumps(recorded)
    assert len(sent) < 1000
    reopened = pickle.loads(sent)  # noqa: S301 - our own
    assert np.array_equal(reopened.activations(6)["dense"], recorded.activations(6)["dense"])


def test_unknown_layers_and_epochs_are_refused_by_name(recorded):
    with pytest.raises(RecordingError, match=r"no layer 'dens'. Did you mean 'dense'\?"):
        recorded.range("dens")
    with pytest.raises(RecordingError, match=r"epoch 7 was not recorded.*from 0 to 6"):
        recorded.activations(7)


def test_other_arithmetic_is_said_when_opening(recorded):
    edit(recorded.path, lambda header: header["fingerprints"].update({"6": "0" * 64}))
    with pytest.warns(UserWarning, match="epoch 6.*differ from those recorded"):
        Recording.open(recorded.path)


def test_one_thread_or_two_give_the_same_fingerprint(recorded):
    threads = torch.get_num_threads()
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            Recording.open(recorded.path)  # a warning would be an error
    finally:
        torch.set_num_threads(threads)


def test_the_cache_keeps_the_first_and_stays_within_its_limit():
    cache = ActivationCache(limit=100)
    for epoch in range(4):
        cache.offer(epoch, {"dense": np.zeros(10, np.float32)})
        cache.offer(epoch, {"dense": np.zeros(10, np.float32)})
    assert [cache.get(epoch) is not None for epoch in range(4)] == [True, True, False, False]


# Damage. Every reader below must raise RecordingError or give the right answer.


def edit(path, change):
    header = json.loads((path / "recording.json").read_text())
    change(header)
    (path / "recording.json").write_text(json.dumps(header))


def read_everything(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a changed fingerprint is said by a warning
        recording = Recording.open(path)
        arrays = {epoch: recording.activations(epoch) for epoch in recording.epochs}
        recording.range() if arrays else None
    return arrays


FILES = ["recording.json", "probe.safetensors", "snapshots/00000003.safetensors"]


@pytest.mark.parametrize("keep", ["weights", "activations"])
@pytest.mark.parametrize("name", FILES)
def test_a_truncated_file_is_an_error(installed, tiny, probe, make_recording, tmp_path, name, keep):
    make_recording(tiny, probe, tmp_path / "r", keep=keep)
    whole = (tmp_path / "r" / name).read_bytes()
    for length in {0, 1, 7, 8, 9, 100, len(whole) // 2, len(whole) - 4, len(whole) - 1}:
        (tmp_path / "r" / name).write_bytes(whole[:length])
        with pytest.raises(RecordingError, match=name):
            read_everything(tmp_path / "r")
    (tmp_path / "r" / name).unlink()
    with pytest.raises(RecordingError, match=name):
        read_everything(tmp_path / "r")


def test_snapshots_of_the_wrong_shape_or_type_are_errors(tiny, probe, make_recording, tmp_path):
    from safetensors.torch import save_file

    recording = make_recording(tiny, probe, tmp_path / "r", keep="activations")
    good = {name: torch.from_numpy(a.copy()) for name, a in recording.activations(3).items()}
    wrong = [
        {**good, "dense": good["dense"][:-1].clone()},
        {**good, "dense": good["dense"].double()},
        {name: good[name] for name in ("dense", "dense_1")},
        {},
    ]
    for tensors in wrong:
        save_file(tensors, tmp_path / "r" / FILES[2])
        with pytest.raises(RecordingError, match=r"layer 'dense(_2)?' as float32 \(64, "):
            read_everything(tmp_path / "r")


@pytest.mark.parametrize(
    "probe_set",
    [
        {"x": torch.ones(3, 2)},
        {"x": torch.ones(3, 2), "y": torch.ones(2)},
        {"x": torch.ones(0, 2), "y": torch.ones(0)},
        {"x": torch.ones(3), "y": torch.ones(3)},
        {"x": torch.ones(3, 2, dtype=torch.bfloat16), "y": torch.ones(3)},
        {"x": torch.ones(3, 2), "y": torch.ones(3), "z": torch.ones(1)},
    ],
)
def test_a_wrong_probe_set_is_an_error(recorded, probe_set):
    from safetensors.torch import save_file

    save_file(probe_set, recorded.path / "probe.safetensors")
    with pytest.raises(RecordingError, match=r"probe\.safetensors"):
        Recording.open(recorded.path)


@pytest.mark.parametrize("name", FILES)
def test_a_link_out_of_the_folder_is_refused(recorded, tmp_path, name):
    outside = tmp_path / "outside"
    shutil.move(recorded.path / name, outside)
    os.symlink(outside, recorded.path / name)
    with pytest.raises(RecordingError, match="a link that leads out of it"):
        read_everything(recorded.path)


def test_the_folder_itself_may_be_a_link(recorded, tmp_path):
    os.symlink(recorded.path, tmp_path / "link")
    assert len(read_everything(tmp_path / "link")) == 7


def test_a_loop_of_links_is_refused(recorded):
    (recorded.path / FILES[2]).unlink()
    os.symlink("00000003.safetensors", recorded.path / FILES[2])
    with pytest.raises(RecordingError, match="00000003"):
        read_everything(recorded.path)


def test_a_missing_folder_and_a_folder_without_a_recording_are_errors(tmp_path):
    for path in (tmp_path / "nowhere", tmp_path, __file__):
        with pytest.raises(RecordingError, match="Give the path of a folder"):
            Recording.open(path)


def test_an_enormous_header_is_not_read(recorded):
    with (recorded.path / "recording.json").open("r+b") as file:
        file.truncate(2**36)
    with pytest.raises(RecordingError, match="at most 67108864 bytes"):
        Recording.open(recorded.path)


def test_a_model_that_nobody_can_build_is_said_when_its_activations_are_wanted(recorded):
    for config in ({"class_name": "gone.Net"}, {"class_name": "tiny.Tiny"}, {}, None):
        edit(recorded.path, lambda header, config=config: header.update(model=config))
        with pytest.raises(RecordingError, match=r"Recording.open\(path, model=\.\.\.\)"):
            read_everything(recorded.path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "glow.plane"}, "field 'format'"),
        ({"version": 2}, "upgrade"),
        ({"version": True}, "field 'version'"),
        ({"keep": "everything"}, "field 'keep'"),
        ({"layers": []}, "at least one layer"),
        ({"layers": [{"name": "a", "shape": [-1]}]}, "positive integers"),
        ({"layers": [{"name": "a", "shape": [1]}] * 2}, "its own name"),
        ({"layers": [{"name": "../a", "shape": "1"}]}, "field 'shape'"),
        ({"runs": 0}, "field 'runs'"),
        ({"epochs": [1, 0]}, "strictly increasing"),
        ({"epochs": [-1]}, "field 'epochs'"),
        ({"epochs": ["../../etc"]}, "field 'epochs'"),
        ({"epochs": [0, True]}, "field 'epochs'"),
        ({"fingerprints": {"first": "0"}}, "epochs as names"),
        ({"settings": 3}, "field 'settings'"),
        ({"model": "os.system"}, "field 'model'"),
        ({"output": "exec"}, "field 'output'"),
        ({"seed": 1.5}, "field 'seed'"),
    ],
)
def test_a_wrong_field_is_named(recorded, change, message):
    edit(recorded.path, lambda header: header.update(change))
    with pytest.raises(RecordingError, match=message):
        Recording.open(recorded.path)


DAMAGE = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # every example restores the file
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


def places(value, path=()):
    """Every path into a JSON value."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_json_in_any_place_is_an_error_or_harmless(recorded, data):
    file = recorded.path / "recording.json"
    original = file.read_text()
    expected = read_everything(recorded.path)
    header = json.loads(original)
    path = data.draw(st.sampled_from(list(places(header))))
    value = data.draw(ANYTHING)
    if path:
        holder = header
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = value
    else:
        header = value
    try:
        file.write_text(json.dumps(header))
        found = read_everything(recorded.path)
    except RecordingError:
        return
    finally:
        file.write_text(original)
    for epoch, layers in found.items():
        for name, array in layers.items():
            if path[:1] != ("output",) and name in expected.get(epoch, {}):
                assert np.array_equal(array, expected[epoch][name])


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(position=st.integers(0, 10**6), byte=st.integers(0, 255), name=st.sampled_from(FILES))
def test_a_flipped_byte_is_an_error_or_harmless(recorded, position, byte, name):
    file = recorded.path / name
    original = file.read_bytes()
    damaged = bytearray(original)
    damaged[position % len(damaged)] = byte
    try:
        file.write_bytes(damaged)
        read_everything(recorded.path)
    except RecordingError:
        pass
    finally:
        file.write_bytes(original)
