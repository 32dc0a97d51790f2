import numpy as np
import pytest
import torch

from glow.callbacks import LambdaCallback, Record
from glow.dynamics import Recording, RecordingError
from glow.layers import Dense
from glow.models import IBSequential, Sequential

X = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
Y = (X.sum(1) > 0).astype(np.int64)


def _net(cls=IBSequential, last=None, loss="cross_entropy", **kwargs):
    layers = [Dense(3, activation="tanh"), Dense(2, activation=last)]
    model = cls(layers, input_shape=(4,), seed=0, **kwargs)
    model.compile("adam", loss=loss)
    return model


def test_fit_records_every_layer_on_all_samples(tmp_path):
    model = _net(recording=tmp_path / "r")
    with pytest.raises(RecordingError, match=r"nothing is recorded before fit\. Call fit first"):
        model.recording  # noqa: B018 - the property raises
    model.fit(X, Y, epochs=3, batch_size=16, validation_split=0.2, verbose=0)
    recording = Recording.open(tmp_path / "r")
    assert tuple(recording.epochs) == tuple(model.recording.epochs) == (0, 1, 2, 3)
    assert tuple(recording.layers) == ("dense", "dense_1")
    assert np.array_equal(recording.x, X)
    assert np.array_equal(recording.y, Y)
    assert recording.seed == 0
    assert recording.settings["batch_size"] == 16
    assert recording.settings["optimizer"]["class_name"] == "Adam"
    with torch.no_grad():
        hidden = model.layers[0](torch.from_numpy(X))
    assert np.allclose(recording.activations(3)["dense"], hidden, atol=1e-6)


def test_one_plane_whether_the_softmax_is_in_the_model_or_in_the_loss():
    in_loss, in_model = _net(), _net(last="softmax", loss="sparse_categorical_crossentropy")
    for model in (in_loss, in_model):
        model.fit(X, Y, epochs=2, verbose=0)
    one, other = (model.recording.activations(2)["dense_1"] for model in (in_loss, in_model))
    assert np.allclose(one, other, atol=1e-5)
    assert np.allclose(one.sum(1), 1, atol=1e-6)


def test_recording_changes_nothing():
    recorded, plain = _net(), _net(Sequential)
    recorded.fit(X, Y, epochs=5, batch_size=8, validation_split=0.2, verbose=0)
    plain.fit(X, Y, epochs=5, batch_size=8, validation_split=0.2, verbose=0)
    assert recorded.history.history == plain.history.history
    pairs = zip(recorded.parameters(), plain.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    assert plain.recording is None


def test_a_second_fit_goes_on_with_the_recording():
    model = _net()
    model.fit(X, Y, epochs=2, verbose=0)
    first = model.recording
    model.fit(X, Y, epochs=60, verbose=0)
    assert model.recording is first
    assert tuple(first.epochs) == tuple(range(63)), "the schedule follows the longer training"


def test_no_epochs_record_the_state_before_training():
    model = _net()
    model.fit(X, Y, epochs=0, verbose=0)
    assert tuple(model.recording.epochs) == (0,)


def test_a_given_record_replaces_the_default(tmp_path):
    model, record = _net(), Record(path=tmp_path / "mine", schedule=[2], layers=["dense"])
    model.fit(X, Y, epochs=4, callbacks=[record], verbose=0)
    assert model.recording is record.recording
    assert tuple(record.recording.layers) == ("dense",)
    assert tuple(record.recording.epochs) == (0, 2, 4)


def test_a_run_cut_short_is_recorded_where_it_stopped():
    model = _net()

    def stop(batch, logs):
        model.stop_training = len(model.history.epoch) == 2 and batch == 1

    stopper = LambdaCallback(on_train_batch_end=stop)
    model.fit(X, Y, batch_size=8, epochs=9, callbacks=[stopper], verbose=0)
    assert tuple(model.recording.epochs) == (0, 1, 2, 3)
    model.eval()
    with torch.no_grad():
        hidden = model.layers[0](torch.from_numpy(X))
    np.testing.assert_allclose(model.recording.activations(3)["dense"], hidden, atol=1e-6)


def test_weights_that_are_no_numbers_are_not_recorded_at_a_stop():
    model = _net()

    def spoil(batch, logs):
        next(model.parameters()).data.fill_(np.nan)
        model.stop_training = True

    stopper = LambdaCallback(on_train_batch_end=spoil)
    model.fit(X, Y, batch_size=8, epochs=9, callbacks=[stopper], verbose=0)
    assert tuple(model.recording.epochs) == (0,)


def test_a_failing_run_leaves_a_whole_recording(tmp_path):
    def fail(epoch, logs):
        if epoch == 2:
            raise OSError("disk full")

    model = _net(recording=tmp_path / "r")
    with pytest.raises(OSError, match=r"disk full"):
        model.fit(X, Y, epochs=9, callbacks=[LambdaCallback(on_epoch_end=fail)], verbose=0)
    assert tuple(Recording.open(tmp_path / "r").epochs) == (0, 1, 2, 3)


def test_the_probe_is_part_of_large_data_and_fixed_by_the_seed():
    x = np.arange(5000, dtype=np.float32)[:, None].repeat(4, 1) / 5000
    y = np.arange(5000) % 2
    first, again = _net(), _net()
    for model in (first, again):
        model.fit(x, y, batch_size=2500, verbose=0)
    assert len(first.recording.x) == 4096
    assert np.array_equal(first.recording.x, again.recording.x)
    assert (np.diff(first.recording.x[:, 0]) > 0).all()


def test_iterables_need_a_probe():
    batches = [(torch.from_numpy(X), torch.from_numpy(Y))]
    with pytest.raises(RecordingError, match=r"no probe set, because fit was given an iterable"):
        _net().fit(batches, verbose=0)
    model = _net()
    model.fit(batches, callbacks=[Record(probe=(X, Y))], verbose=0)
    assert tuple(model.recording.epochs) == (0, 1)
