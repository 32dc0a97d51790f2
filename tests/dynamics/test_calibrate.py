"""What `calibrate` says of estimators that are right, and of those that are spoiled."""

import re

import numpy as np
import pytest
import torch
from scipy import stats

from glow.datasets import ProbitLabel
from glow.dynamics import calibrate
from glow.dynamics._calibrate_problem import Look, chosen_rows, matched
from glow.estimators import KDE, Binned, Estimator, _registry, get, names, parameter

N = 600


@pytest.fixture(autouse=True)
def no_trace():
    before = set(_registry._CLASSES)
    yield
    for name in set(_registry._CLASSES) - before:
        del _registry._CLASSES[name]


@pytest.fixture
def recording(make_recording, installed, tiny, tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(N, 4)).astype(np.float32)
    y = (x[:, 0] + x[:, 1] > 0.7).astype(np.int64)
    return make_recording(tiny, (x, y), tmp_path / "recording", epochs=2)


def scores(values):
    values = values.reshape(len(values), -1)
    return stats.norm.ppf((stats.rankdata(values, axis=0) - 0.5) / len(values))


def oracle(offset=0.0, stretch=1.0):
    """Right on a Gaussian copula, from normal scores; labels by a smoothed leading direction."""

    class Oracle(Estimator):
        name = "oracle"
        shift: float = parameter(default=0, scale="linear", low=-9, high=9, meaning="added")

        def criterion(self, x, y):
            x, y = (scores(np.asarray(v)) for v in (x, y))
            both = np.linalg.slogdet(np.corrcoef(np.hstack((x, y)), rowvar=False))[1]
            apart = [
                np.linalg.slogdet(np.atleast_2d(np.corrcoef(v, rowvar=False)))[1] for v in (x, y)
            ]
            return stretch * (sum(apart) - both) / 2 / np.log(2) + self.shift

        def coordinates(self, t, context):
            return self.criterion(context.x, t), self._labels(t, context.classes)

        def _labels(self, t, classes):
            """The information of the label in the one direction that tells it best, in 24 cells."""
            design = np.column_stack((scores(t), np.ones(len(t))))
            told = design @ np.linalg.lstsq(design, classes.labels, rcond=None)[0]
            cells = (stats.rankdata(told) * 12 / (len(told) + 1)).astype(int)
            joint = np.histogram2d(cells, classes.labels, bins=(12, classes.labels.max() + 1))[0]
            p = joint / joint.sum()
            apart = np.outer(p.sum(1), p.sum(0))
            seen = p > 0
            return stretch * float((p[seen] * np.log2(p[seen] / apart[seen])).sum()) + self.shift

    return Oracle(shift=offset)


def test_an_estimator_that_is_right_is_found_to_be_right(recording):
    found = calibrate(
        oracle(), recording, repeats=20, levels=(0.0, 0.2, 0.4), n_jobs=1
    ).to_dataset()
    assert found.sizes == {"layer": 3, "coordinate": 2, "level": 3}
    excess = abs(found.bias) - 4 * found.error
    assert (excess.sel(coordinate="xt") < 0.05).all()  # the log determinants' own bias, d k / 2 N
    assert (excess.sel(coordinate="ty") < 0.1).all()  # 12 cells are coarse
    assert (found.truth.sel(coordinate="xt") == np.array([0, 0.2, 0.4]) * np.log2(N)).all()


def test_a_spoiled_one_is_caught(recording):
    options = {"repeats": 8, "levels": (0.0, 0.5), "n_jobs": 1}
    shifted = calibrate(oracle(offset=0.7), recording, **options).to_dataset()
    assert (shifted.bias > 0.5).all()
    weak = calibrate(oracle(stretch=0.5), recording, **options).to_dataset()
    assert (abs(weak.bias.isel(level=0)) < 0.1).all()
    lost = (weak.bias / weak.truth).isel(level=1)
    assert (lost < -0.35).all()


def test_cells_too_coarse_for_a_layer_merge_its_rows(recording):
    fine = calibrate(Binned(bins=4096), recording, repeats=4, levels=(0.0, 0.4), n_jobs=1)
    coarse = calibrate(Binned(bins=2), recording, repeats=4, levels=(0.0, 0.4), n_jobs=1)
    xt = [each.to_dataset().sel(coordinate="xt") for each in (fine, coarse)]
    assert (abs(xt[0].bias) < 0.05).all()  # (K - 1) / 2 N of the plug-in entropy, K = 13
    assert (xt[1].bias.isel(level=1) < -0.5).all()
    assert (xt[0].truth.isel(level=1) == np.log2(13)).all()
    assert "resolution" in str(fine)
    # and cells too fine read labels into chance
    assert (fine.to_dataset().bias.sel(coordinate="ty").isel(level=0) > 0.5).all()


def test_blur_merges_rows_too(recording):
    sharp, blurred = (
        calibrate(KDE(variance=v), recording, repeats=3, levels=(0.3,), n_jobs=1).to_dataset()
        for v in (1e-9, 10.0)
    )
    assert (abs(sharp.bias.sel(coordinate="xt")) < 0.05).all()
    assert (blurred.bias.sel(coordinate="xt") < -1.5).all()


@pytest.mark.parametrize("d", [1, 4])
def test_matched_samples_look_like_the_layer(d):
    rng = np.random.default_rng(3)
    mixing = rng.normal(size=(d, d))
    layer = np.maximum(rng.normal(size=(4000, d)) @ mixing, -0.2).astype(np.float32)
    look = Look.of(layer)
    problem = matched(look, 3, 2.0, ProbitLabel(weights=(0.3, 0.7), rho=0.9), rng)
    assert problem.t.shape == layer.shape
    assert problem.x.shape == (4000, 3)
    for unit in range(d):
        worn, real = (np.round(v[:, unit].astype(float), 2) for v in (problem.t, layer))
        assert stats.ks_2samp(worn, real).statistic < 0.04
        assert problem.t[:, unit].min() >= layer[:, unit].min()
        assert problem.t[:, unit].max() <= layer[:, unit].max()
    assert len(np.unique(problem.t[:, 0])) == 4000  # strictly increasing maps: nothing is merged
    here, there = (stats.spearmanr(v).statistic for v in (layer, problem.t)) if d > 2 else (0, 0)
    assert np.allclose(here, there, atol=0.1)
    assert np.mean(problem.y == 0) == pytest.approx(0.3, abs=0.03)
    assert 0 < look.tied < 1


def test_the_information_in_a_matched_sample_is_what_was_asked():
    """By the closed form on the normal scores, which undo the marginals."""
    rng = np.random.default_rng(1)
    layer = np.tanh(3 * rng.normal(size=(20_000, 3)) @ rng.normal(size=(3, 3))).astype(np.float32)
    look = Look.of(layer)
    for bits in (0.0, 1.0, 6.0):
        problem = matched(look, 2, bits, (2, bits / 2), rng)
        assert oracle().criterion(problem.x, problem.t) == pytest.approx(bits, abs=0.1)
        assert oracle().criterion(problem.t, problem.y) == pytest.approx(bits / 2, abs=0.1)


def test_rows_chosen_by_x_are_the_layers_own():
    rng = np.random.default_rng(0)
    layer = rng.integers(0, 3, size=(500, 2)).astype(np.float32)
    look = Look.of(layer)
    problem, bits = chosen_rows(look, 2.0, rng)
    assert bits == 2.0
    assert len(np.unique(problem.t, axis=0)) == 4
    own = {tuple(row) for row in layer}
    assert {tuple(row) for row in problem.t} <= own
    _, most = chosen_rows(look, 6.0, rng)
    assert most == pytest.approx(np.log2(9))  # no more rows differ


def test_constant_units_stay_and_equal_values_are_spread_within_their_gap():
    layer = np.zeros((200, 3), dtype=np.float32)
    layer[:100, 1] = 1
    layer[:, 2] = np.repeat([0.0, 0.5, 0.500001, 2.0], 50)
    look = Look.of(layer)
    assert look.alive.tolist() == [1, 2]
    worn = look.wear(np.random.default_rng(0).standard_normal((200, 2)))
    assert (worn[:, 0] == 0).all()
    assert len(np.unique(worn[:, 2])) == 200
    assert (np.diff(look.quantiles, axis=0) > 0).all()
    assert look.quantiles.min() == 0
    assert look.quantiles[:, 1].max() == 2


def test_continuous_targets_and_runs(make_recording, installed, ensemble, probe, tmp_path):
    recording = make_recording(ensemble, probe, tmp_path / "runs", epochs=2)
    first, second = (calibrate(oracle(), recording, run=r, repeats=2, n_jobs=1) for r in (0, 1))
    assert first.rows != second.rows
    recording._y = torch.randn(64, 2, generator=torch.Generator().manual_seed(0))

    class Pairs(type(oracle())):
        name = "pairs"

        def coordinates(self, t, context):
            return self.criterion(context.x, t), self.criterion(t, context.y)

    found = calibrate(Pairs(), recording, levels=(0.5,), repeats=3, n_jobs=1)
    assert {row.kind for row in found.rows} == {"normal X", "normal Y"}
    assert all(row.truth == 3.0 for row in found.rows)  # half of log2 64


def test_it_is_the_same_each_time_and_counts(recording):
    steps = []
    options = {"layers": ["dense"], "levels": (0.5,), "repeats": 3}
    one = calibrate(Binned(), recording, progress=lambda *at: steps.append(at), **options)
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert calibrate("binned", recording, n_jobs=1, **options) == one
    assert calibrate("binned", recording, seed=1, **options) != one


def test_the_table_says_what_it_is(recording):
    text = str(calibrate(Binned(), recording, layers=["dense_1"], repeats=2, levels=(0.5,)))
    assert "Binned, global range; known answers that look like epoch 2; N = 600; 2 samples" in text
    row = next(line for line in text.splitlines() if line.startswith("dense_1"))
    assert row.split()[1:4] == ["3", "0%", "I(X;T)"]


def test_bad_requests_are_refused(recording, tmp_path):
    with pytest.raises(TypeError, match="recording must be a Recording, got str"):
        calibrate(Binned(), "runs")
    with pytest.raises(TypeError, match="estimator must be an Estimator"):
        calibrate(3, recording)
    for options, message in [
        ({"epoch": 77}, "epoch 77 was not recorded"),
        ({"layers": ["dens"]}, "layer 'dens' was not recorded"),
        ({"run": 3}, "run 3"),
        ({"levels": (1.0,)}, "levels must be numbers from 0 to below 1"),
        ({"levels": ()}, "levels must be"),
        ({"repeats": 1}, "repeats must be an integer of at least 2, got 1"),
        ({"seed": -1}, "seed must be"),
    ]:
        with pytest.raises(ValueError, match=message):
            calibrate(Binned(), recording, **options)


def test_a_measure_in_no_bits_has_no_true_value(recording):
    class Dimensionless(type(oracle())):
        name, unit = "dimensionless", ""

    with pytest.raises(ValueError, match="does not measure bits"):
        calibrate(Dimensionless(), recording)


def test_a_layer_that_cannot_be_matched_is_named():
    for layer, message in [
        (np.ones((9, 2)), "constant"),
        (np.full((9, 2), np.nan), "not all finite"),
    ]:
        with pytest.raises(ValueError, match=message):
            Look.of(layer.astype(np.float32))


QUICK = {"steps": 8, "warm_steps": 4, "samples": 20, "projections": 10}


def in_bits():
    found = [get(name) for name in names() if type(get(name)).__module__.startswith("glow.")]
    return [pytest.param(e, id=e.name) for e in found if e.unit == "bits"]


@pytest.mark.parametrize("estimator", in_bits())
def test_every_estimator_in_bits_is_calibrated_or_says_why_not(estimator, recorded):
    declared = {p.name for p in estimator.active}
    quick = estimator.replace(**{k: v for k, v in QUICK.items() if k in declared})
    try:
        found = calibrate(quick, recorded, layers=["dense"], levels=(0.4,), repeats=2, n_jobs=1)
    except ValueError as refusal:
        reason = "calibrate: layer 'dense', epoch 6: .*noise"
        assert re.search(reason, str(refusal))  # noqa: PT017 - either outcome is right
        return
    assert [row.coordinate for row in found.rows] == ["xt", "ty"]
    assert np.isfinite([row.bias for row in found.rows]).all()
