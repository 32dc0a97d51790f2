import re

import numpy as np
import pytest

from glow.callbacks import ModelCheckpoint
from glow.models import load_model


def _names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_file_per_epoch_named_after_its_logs(net, fit, tmp_path):
    pattern = tmp_path / "runs" / "{epoch:02d}-{val_loss:.2f}.glow"
    model = net()
    history = fit(model, ModelCheckpoint(pattern), validation_split=0.2).history
    values = enumerate(history["val_loss"], 1)
    assert _names(tmp_path) == [f"runs/{epoch:02d}-{value:.2f}.glow" for epoch, value in values]
    loaded = load_model(tmp_path / _names(tmp_path)[-1])
    assert all(map(np.array_equal, loaded.get_weights(), model.get_weights()))
    assert loaded.history.epoch == [0, 1, 2]  # the epoch that ended belongs to it


def test_training_goes_on_from_a_checkpoint(net, fit, tmp_path):
    straight, halved = net(), net()
    fit(straight, epochs=4)
    fit(halved, ModelCheckpoint(tmp_path / "{epoch}.glow"), epochs=3)
    resumed = load_model(tmp_path / "2.glow")
    fit(resumed, epochs=2)
    assert all(map(np.array_equal, resumed.get_weights(), straight.get_weights()))


# Arguments, values of the epochs, the epochs saved (from 1).
RUNS = {
    "the best of less": ({}, [3, 2, 2, 4, 1], [1, 2, 5]),
    "the best of more": ({"mode": "max"}, [3, 2, 4, 4], [1, 3]),
    "better than a threshold": ({"initial_value_threshold": 2.5}, [3, 2, 4], [2]),
    "NaN is never the best": ({}, [float("nan"), 2], [2]),
    "a validation not due": ({}, [None, 2, None, 1], [2, 4]),
    "all of them": ({"save_best_only": False}, [3, 4, 5], [1, 2, 3]),
}


@pytest.mark.parametrize(("settings", "values", "saved"), RUNS.values(), ids=list(RUNS))
def test_which_epochs_are_saved(replay, tmp_path, settings, values, saved):
    pattern = tmp_path / "{epoch}.safetensors"
    settings = {"save_best_only": True, "save_weights_only": True, **settings}
    replay(ModelCheckpoint(pattern, **settings), values)
    assert _names(tmp_path) == [f"{epoch}.safetensors" for epoch in saved]


def test_the_best_goes_on_over_several_fits(replay, tmp_path):
    callback = ModelCheckpoint(tmp_path / "{epoch}", save_best_only=True, save_weights_only=True)
    replay(callback, [1])
    replay(callback, [3, 2])
    assert _names(tmp_path) == ["1"]
    assert callback.best == 1


def test_weights_alone_fit_the_same_network(net, fit, tmp_path):
    model, other = net(), net(seed=1)
    fit(model, ModelCheckpoint(tmp_path / "w.safetensors", save_weights_only=True))
    other.load_weights(tmp_path / "w.safetensors")
    assert all(map(np.array_equal, other.get_weights(), model.get_weights()))
    assert _names(tmp_path) == ["w.safetensors"]


def test_saving_between_epochs(net, fit, tmp_path):
    pattern = tmp_path / "{epoch}-{batch}-{loss:.1f}"
    fit(net(), ModelCheckpoint(pattern, save_freq=4, save_weights_only=True))  # 15 batches
    assert [name[:3] for name in _names(tmp_path)] == ["1-4", "2-3", "3-2"]


def test_a_save_that_fails_leaves_the_last_one(net, fit, tmp_path, monkeypatch):
    model = net()
    fit(model, ModelCheckpoint(tmp_path / "m"), epochs=1)
    before = (tmp_path / "m").read_bytes()

    def full(path, target):
        raise OSError("disk full")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(OSError, match="disk full"):
        fit(model, ModelCheckpoint(tmp_path / "m"), epochs=1)
    assert _names(tmp_path) == ["m"]
    assert (tmp_path / "m").read_bytes() == before


def test_it_says_what_it_does(replay, tmp_path, capsys):
    path = tmp_path / "w"
    replay(ModelCheckpoint(path, verbose=1, save_best_only=True, save_weights_only=True), [3, 4])
    assert capsys.readouterr().out.splitlines() == [
        "Epoch 1: val_loss improved from inf to 3.00000",
        f"Epoch 1: saved {path}",
        "Epoch 2: val_loss did not improve from 3.00000",
    ]


def test_a_name_that_is_not_in_the_logs(net, fit, tmp_path):
    message = r"names 'val_los', which is not in the logs\. .*Valid: accuracy, epoch, loss\."
    with pytest.raises(ValueError, match=message):
        fit(net(), ModelCheckpoint(tmp_path / "{val_los:.2f}"))


WRONG = [
    ({"save_freq": "batch"}, "save_freq must be 'epoch' or a number of batches, got 'batch'"),
    ({"save_freq": 0}, "save_freq must be an integer of at least 1, got 0"),
    ({"save_freq": 5, "save_best_only": True}, "'val_loss' is known after whole epochs only"),
    ({"mode": "less", "save_best_only": True}, "mode must be"),
]


@pytest.mark.parametrize(("settings", "message"), WRONG)
def test_wrong_arguments(settings, message):
    with pytest.raises(ValueError, match=f"^ModelCheckpoint: .*{re.escape(message)}"):
        ModelCheckpoint("m", **settings)
