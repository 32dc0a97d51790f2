from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from glow.dynamics import compression, phases
from glow.dynamics._phases import flat_noise_loss

EPOCHS = np.unique(np.rint(np.geomspace(1, 2000, 80)).astype(int))


def made(xt, ty=None, ceiling=12.0, epochs=None):
    """A plane from (runs, epochs) trajectories of each layer."""
    layers = list(xt)
    values = np.stack([np.atleast_2d(t) for t in xt.values()], axis=-1)
    ty = np.zeros_like(values) if ty is None else ty
    dims = ["run", "epoch", "layer"]
    epochs = EPOCHS if epochs is None else epochs
    return xr.Dataset(
        {"xt": (dims, values, {"units": "bits"}), "ty": (dims, ty, {"units": "bits"})},
        {"run": range(len(values)), "epoch": epochs, "layer": layers},
        {"x_ceiling": ceiling, "label": "Binned <b>"},
    )


def trajectory(lost, runs=8, noise=0.05, seed=0, spread=0.0):
    """Rises by 2 bits until half-way, then falls by ``lost``."""
    rng = np.random.default_rng(seed)
    half = len(EPOCHS) // 2
    rise = np.linspace(4, 6, half)
    fall = np.linspace(0, 1, len(EPOCHS) - half)
    each = lost + spread * rng.normal(size=(runs, 1))
    shape = np.concatenate([np.tile(rise, (runs, 1)), 6 - each * fall], axis=1)
    return shape + noise * rng.normal(size=shape.shape)


def test_a_known_loss_is_found_with_its_peak():
    (layer,) = phases(made({"a": trajectory(lost=3.0, spread=0.3)})).layers
    assert abs(layer.peak_epoch - EPOCHS[len(EPOCHS) // 2]) < 30
    low, high = layer.interval
    assert low < 3.0 < high
    assert layer.verdict == "compresses"


def test_flat_noise_shows_no_compression_though_its_raw_loss_is_large():
    held_out, raw, expected = [], [], []
    for seed in range(30):
        noise = np.random.default_rng(seed).normal(5, 0.5, (8, len(EPOCHS)))
        (layer,) = phases(made({"a": noise})).layers
        held_out.append(layer.lost)
        raw.append(layer.raw)
        expected.append(layer.flat_noise)
    error = np.std(held_out) / np.sqrt(len(held_out))
    assert abs(np.mean(held_out)) < 4 * error < 0.2, "unbiased"
    assert np.mean(raw) > 1.0, "the naive figure would be read as compression"
    assert np.mean(raw) == pytest.approx(np.mean(expected), rel=0.1), "and is what is foretold"


def test_the_interval_covers_the_truth_as_often_as_it_says():
    covered = 0
    for seed in range(100):
        data = made({"a": trajectory(lost=2.0, spread=0.5, noise=0.05, seed=seed)})
        low, high = phases(data).layers[0].interval
        covered += low < 2.0 < high
    assert 88 <= covered <= 100


def test_the_noise_is_read_through_a_trend():
    rng = np.random.default_rng(0)
    flat = rng.normal(0, 0.1, (20, 300))
    trend = np.linspace(0, 5, 300) ** 2
    assert flat_noise_loss(flat + trend) == pytest.approx(flat_noise_loss(flat), rel=0.02)
    assert flat_noise_loss(flat) == pytest.approx((flat.max(axis=1) - flat[:, -1]).mean(), rel=0.2)


def test_one_run_has_no_interval_and_says_so():
    data = made({"a": trajectory(3.0, runs=1)})
    for plane in (data, data.isel(run=0, drop=True)):
        result = phases(plane)
        (layer,) = result.layers
        assert (layer.interval, layer.peak_epochs, layer.verdict) == (None, None, "one run")
        assert layer.lost == layer.raw == pytest.approx(compression(plane).max().item())
        assert "One run: no interval" in str(result)


def test_no_verdict_where_the_peak_stands_on_the_ceiling():
    at = np.minimum(trajectory(3.0) + 8, 12.0)
    data = made({"cut off": at, "free": at - 1})
    cut_off, free = phases(data).layers
    assert cut_off.verdict == "at the ceiling"
    assert free.verdict == "compresses"
    data["xt"].attrs["units"] = data["ty"].attrs["units"] = ""
    assert phases(data)["cut off"].verdict == "compresses", "the ceiling is one of bits"


def test_a_ceiling_of_the_estimators_own_counts_where_most_runs_stand_on_it():
    data = made({"a": trajectory(3.0), "b": trajectory(3.0)}, ceiling=float("nan"))
    assert {one.verdict for one in phases(data).layers} == {"compresses"}
    words = np.full(data["xt"].shape, "reliable", dtype="<U20")
    words[:5, :, 0] = "at ceiling"  # five runs of eight
    words[:4, :, 1] = "at ceiling"
    data["xt_verdict"] = (data["xt"].dims, words)
    assert [one.verdict for one in phases(data).layers] == ["at the ceiling", "compresses"]


def test_two_runs_are_enough_for_an_interval():
    (layer,) = phases(made({"a": trajectory(3.0, runs=2)})).layers
    assert layer.interval is not None


def test_gains_are_those_of_the_vertical_axis():
    xt = trajectory(1.0)
    ty = np.linspace(0.1, 0.9, xt.shape[1])[None, :, None] * np.ones((8, 1, 1))
    assert phases(made({"a": xt}, ty))["a"].gained == pytest.approx(0.8)


def test_the_table_is_aligned_and_its_html_escaped():
    result = phases(made({"a": trajectory(3.0), "<script>": trajectory(0.0)}))
    lines = str(result).splitlines()
    assert lines[0] == "Binned <b>; 8 runs; bits"
    assert lines[1].split()[0] == "layer"
    column = lines[1].index("verdict")
    assert lines[3][column:] == "compresses"
    assert lines[4][column:] in ("no compression", "compresses")
    assert "half of the runs" in lines[-1]
    html = result._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "Binned &lt;b&gt;" in html


def test_the_figures_make_a_dataset():
    result = phases(made({"a": trajectory(3.0), "b": trajectory(1.0)}))
    dataset = result.to_dataset()
    assert dataset["lost"].sel(layer="b").item() == result["b"].lost
    assert dataset["lost_low"].sel(layer="a").item() == result["a"].interval[0]
    assert dataset.attrs["runs"] == 8
    alone = phases(made({"a": trajectory(3.0, runs=1)})).to_dataset()
    assert np.isnan(alone["lost_high"]).all()


def test_an_unknown_layer_is_refused_by_name():
    with pytest.raises(KeyError, match="Layers: a"):
        phases(made({"a": trajectory(1.0)}))["b"]


def test_sweeps_and_planes_of_too_few_epochs_are_refused():
    data = made({"a": trajectory(1.0)})
    with pytest.raises(ValueError, match=r"sel\(bins=8\)"):
        phases(data.expand_dims(bins=[8, 9]))
    with pytest.raises(ValueError, match="three epochs"):
        phases(data.isel(epoch=[0, 1]))
    data["xt"][0, 2:, 0] = np.nan
    with pytest.raises(ValueError, match="three epochs without missing points"):
        phases(data)
