"""Points that an estimator refuses: NaN and the reason in words, while the rest goes on."""

from __future__ import annotations

import json

import numpy as np
import pytest

from glow.dynamics import (
    Curves,
    RefusedError,
    compression,
    document,
    load,
    phases,
    plane,
    plot,
    save,
    sweep,
)
from glow.estimators import KSG, Binned, Context, Estimator, Gaussian, UnsuitableError, _registry
from glow.estimators import parameter as declare

REASON = "Picky: the layer is constant. Record another."


class Picky(Estimator):
    """Refuses the second layer, of three units, once it has seen enough of it."""

    name = "picky-for-tests"
    factor: float = declare(default=1.0, scale="log", low=0.5, high=8, meaning="-", smooth=True)

    def criterion(self, x, y):
        t = y if np.ndim(y) == 2 else x
        if np.shape(t)[1] == 3 and self.factor >= 4:
            raise ValueError(REASON)
        return self.factor * float(np.mean(np.asarray(t, dtype=np.float64)))


_registry._CLASSES.pop("picky-for-tests")
REFUSED = {"dense": False, "dense_1": True, "dense_2": False}


@pytest.fixture
def late(monkeypatch):
    """Makes it refuse from the fourth epoch on."""

    def refuse(recording):
        early = [recording.activations(epoch)["dense_1"] for epoch in recording.epochs[:3]]

        def coordinates(self, t, context):
            seen = any(t.shape == e.shape and np.array_equal(t, e) for e in early)
            picky = Picky(factor=1.0) if seen or t.shape[1] != 3 else Picky(factor=8.0)
            return picky.criterion(context.x, t), picky.criterion(t, context.y)

        monkeypatch.setattr(Picky, "coordinates", coordinates)

    return refuse


def missing(p, axis="xt"):
    layers = p["layer"].values.tolist()
    return {layer: bool(np.isnan(p[axis].sel(layer=layer)).all()) for layer in layers}


def test_a_refused_point_is_nan_and_says_why(recorded):
    p = plane(recorded, Picky(factor=8))
    for axis in ("xt", "ty"):
        assert missing(p, axis) == REFUSED
        assert np.isfinite(p[axis].sel(layer=["dense", "dense_2"])).all()
        words = p[f"{axis}_verdict"]
        assert (words.sel(layer="dense_1") == "refused: Picky: the layer is constant").all()
        assert not words.sel(layer="dense").str.startswith("refused").any()
    assert p.attrs["refused"] == f"Layer 'dense_1' at epoch 0: {REASON}"
    bare = plane(recorded, Picky(factor=8), diagnostics=False)
    assert set(bare) == {"xt", "ty"}
    assert bare.attrs["refused"] == p.attrs["refused"]


def test_without_refusals_nothing_is_said(recorded):
    assert "refused" not in plane(recorded, Picky()).attrs


def test_runs_are_named(recorded_runs):
    p = plane(recorded_runs, Picky(factor=8))
    assert p.attrs["refused"].startswith("Layer 'dense_1' at epoch 0, run 0: Picky")


def test_a_sweep_goes_on_at_every_value_that_is_not_refused(recorded):
    s = sweep(recorded, Picky(), factor=[1, 2, 4, 8])
    dense = np.isnan(s["xt"].sel(layer="dense_1"))
    assert dense.all("epoch").values.tolist() == [False, False, True, True]
    assert np.isfinite(s["ty"].sel(layer="dense_2")).all()
    assert s.attrs["refused"].startswith("Layer 'dense_1'")
    curves = Curves(s)
    for factor, there in ((2, True), (8, False)):
        at = curves.at(factor)
        assert bool(np.isfinite(at["xt"].sel(layer="dense_1")).all()) == there
        assert at.attrs["refused"] == s.attrs["refused"]
    between = curves.at(3)
    assert missing(between) == REFUSED
    assert missing(between, "xt_error") == REFUSED
    judged = sweep(recorded, Picky(), factor=[1, 8], diagnostics=True)
    words = judged["xt_verdict"].sel(layer="dense_1")
    assert words.str.startswith("refused").all("epoch").values.tolist() == [False, True]


def test_one_of_two_measures_may_refuse(recorded):
    p = plane(recorded, x=Picky(factor=8), y=Binned(range=(-1, 1)))
    assert missing(p) == REFUSED
    assert np.isfinite(p["ty"]).all()
    assert p["xt_verdict"].sel(layer="dense_1").values[0].startswith("refused")
    assert not p["ty_verdict"].str.startswith("refused").any()


def test_only_a_plane_of_nothing_raises(recorded):
    with pytest.raises(RefusedError, match=r"^Layer 'dense_1' at epoch 0: Picky") as caught:
        plane(recorded, Picky(factor=8), layers=["dense_1"])
    assert caught.value.plane["xt"].isnull().all()
    assert (caught.value.plane["xt_verdict"] != "").all()
    with pytest.raises(RefusedError):
        sweep(recorded, Picky(), factor=[4, 8], layers=["dense_1"])


def test_a_setting_that_suits_no_point_ends_it_at_once(recorded, monkeypatch):
    done = []
    with pytest.raises(UnsuitableError, match=r"Layer 'dense' at epoch 0: KSG: k=64 neighbours"):
        sweep(recorded, KSG(), k=[3, 64], n_jobs=1, progress=lambda *args: done.append(args))
    assert done == []


def test_a_bug_is_no_refusal(recorded, monkeypatch):
    monkeypatch.setattr(Picky, "criterion", lambda self, x, y: self.no_such_thing)
    with pytest.raises(AttributeError, match="no_such_thing"):
        plane(recorded, Picky())


def test_gaussians_go_on_beside_a_unit_that_is_constant_in_a_class(recorded, monkeypatch):
    read = type(recorded).read

    def saturated(self, epoch, device=None):
        layers = dict(read(self, epoch, device))
        if epoch == 6:
            layers["dense_1"] = np.where(self.y[:, None] == 1, 1, layers["dense_1"])
        return layers

    monkeypatch.setattr(type(recorded), "read", saturated)
    p = plane(recorded, Gaussian(), layers=["dense_1", "dense_2"])
    assert "refused: Gaussian: the samples of class 1" in p["ty_verdict"].values[-1, 0]
    assert np.isnan(p["xt"]).sum() == 1


def test_documents_carry_it(recorded, tmp_path):
    p = plane(recorded, Picky(factor=8))
    written = json.loads(json.dumps(document(p), allow_nan=False))
    assert written["recordings"][0]["planes"][0]["refused"] == p.attrs["refused"]
    save(p, tmp_path / "p.glow.json")
    (again,) = load(tmp_path / "p.glow.json")["recorded"]
    assert again.attrs["refused"] == p.attrs["refused"]
    for axis in ("xt", "ty"):
        assert np.array_equal(np.isnan(again[axis]), np.isnan(p[axis]))
        assert np.array_equal(again[f"{axis}_verdict"], p[f"{axis}_verdict"])


def test_an_epoch_refused_in_every_layer_stays_in_a_document(recorded, tmp_path):
    p = plane(recorded, Picky(factor=8), layers=["dense_1", "dense"])
    p["xt"][2], p["ty"][2] = np.nan, np.nan
    p["xt_verdict"][2] = "refused: all of them"
    other = plane(recorded, Picky(factor=8), layers=["dense_1", "dense"], epochs=[0, 6])
    save([p, other], tmp_path / "p.glow.json")
    whole, few = load(tmp_path / "p.glow.json")["recorded"]
    assert whole["epoch"].values.tolist() == p["epoch"].values.tolist()
    assert few["epoch"].values.tolist() == [0, 6]


def test_phases_leave_refused_epochs_out(recorded, late):
    late(recorded)
    p = plane(recorded, Picky())
    assert np.isnan(p["xt"].sel(layer="dense_1")).values.tolist() == [False] * 3 + [True] * 4
    found = phases(p)
    own = phases(p.isel(epoch=slice(3)))["dense_1"]
    assert found["dense_1"].raw == own.raw
    assert [one.missing for one in found.layers] == [0, 4, 0]
    assert "refused: dense_1 at 4 epochs" in str(found)
    assert found.to_dataset()["missing"].values.tolist() == [0, 4, 0]
    lost = compression(p).sel(layer="dense_1")
    assert lost == compression(p.isel(epoch=slice(3))).sel(layer="dense_1")
    assert plot(p) is not None


def test_phases_of_a_layer_that_was_always_refused_say_why(recorded):
    with pytest.raises(ValueError, match=r"got 0 of 'dense_1' \(Layer 'dense_1' at epoch 0: Picky"):
        phases(plane(recorded, Picky(factor=8)))


def test_figures_and_verdicts_are_those_of_the_estimator_elsewhere(recorded):
    p = plane(recorded, Picky(factor=8))
    context = Context(recorded.x, recorded.y)
    t = recorded.activations(6)["dense_2"]
    wanted = Picky(factor=8).estimate(t, context)
    point = p.sel(epoch=6, layer="dense_2")
    assert point["ty_shuffled"].item() == wanted["ty_shuffled"]
    assert np.isnan(p["ty_shuffled"].sel(layer="dense_1")).all()
