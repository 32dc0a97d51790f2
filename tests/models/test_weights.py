import pytest
import torch

from glow.layers import Dense
from glow.models import Sequential


def _net(units=3, seed=0):
    return Sequential([Dense(units, activation="tanh"), Dense(2)], input_shape=(4,), seed=seed)


def test_round_trip(tmp_path):
    saved, loaded = _net(seed=0), _net(seed=1)
    saved.save_weights(tmp_path / "w.safetensors")
    loaded.load_weights(tmp_path / "w.safetensors")
    x = torch.randn(5, 4)
    assert torch.equal(saved(x), loaded(x))
    assert [path.name for path in tmp_path.iterdir()] == ["w.safetensors"]


def test_weights_of_another_model_change_nothing(tmp_path):
    _net(units=5).save_weights(tmp_path / "w")
    model = _net()
    before = model.layers[0].weight.clone()
    with pytest.raises(ValueError, match=r"does not fit .* expected .*\(3, 4\).* got .*\(5, 4\)"):
        model.load_weights(tmp_path / "w")
    assert torch.equal(model.layers[0].weight, before)


@pytest.mark.parametrize("content", [b"", b"no weights", b"\x80\x04\x95"])
def test_a_foreign_or_damaged_file(tmp_path, content):
    (tmp_path / "w").write_bytes(content)
    with pytest.raises(ValueError, match=r"not a whole safetensors file"):
        _net().load_weights(tmp_path / "w")


def test_a_truncated_file(tmp_path):
    _net().save_weights(tmp_path / "w")
    whole = (tmp_path / "w").read_bytes()
    (tmp_path / "w").write_bytes(whole[:-4])
    with pytest.raises(ValueError, match=r"not a whole safetensors file"):
        _net().load_weights(tmp_path / "w")


def test_an_unbuilt_model_has_no_weights(tmp_path):
    with pytest.raises(RuntimeError, match=r"no weights yet .*Give input_shape="):
        Sequential([Dense(2)]).save_weights(tmp_path / "w")
