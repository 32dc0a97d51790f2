"""What a plane says of its own estimates: figures, verdicts, forms, ceilings."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from glow.dynamics import compression, document, phases, plane, plot, sweep
from glow.estimators import HSIC, KDE, VERDICTS, Binned, Context, Estimator

FIXED = Binned(bins=10, range=(-1, 1))


@pytest.fixture(autouse=True)
def unregistered():
    """Takes the estimators that these tests define out of the registry again."""
    from glow.estimators import _registry

    before = set(_registry._CLASSES)
    yield
    for name in set(_registry._CLASSES) - before:
        del _registry._CLASSES[name]


def made(**members):
    """An estimator class with the given members, whose criterion is a mean."""

    def criterion(self, x, y):
        return float(np.mean(np.asarray(x, dtype=float)) + np.mean(np.asarray(y, dtype=float)))

    base = {"name": "made-for-this-test", "criterion": criterion, "__module__": __name__}
    return type("Made", (Estimator,), {**base, **members})


def test_the_verdicts_are_the_estimators_own(recorded):
    p = plane(recorded, FIXED)
    context = Context(recorded.x, recorded.y)
    for epoch in (0, 6):
        for layer in recorded.layers:
            t = recorded.activations(epoch)[layer]
            wanted = FIXED.verdicts(FIXED.estimate(t, context), context)
            point = p.sel(epoch=epoch, layer=layer)
            assert (point["xt_verdict"].item(), point["ty_verdict"].item()) == wanted
    assert set(np.unique(p["xt_verdict"])) <= set(VERDICTS)
    assert p["xt_verdict"].dims == p["xt"].dims


def test_without_diagnostics_there_are_no_verdicts(recorded):
    assert set(plane(recorded, FIXED, diagnostics=False)) == {"xt", "ty"}
    assert set(sweep(recorded, FIXED, bins=[4, 8])) == {"xt", "ty"}


def test_it_survives_netcdf(recorded, tmp_path):
    import xarray as xr

    s = sweep(recorded, Binned(), range=[(-1, 1), "global"], diagnostics=True)
    s.to_netcdf(tmp_path / "s.nc", engine="scipy")
    with xr.open_dataset(tmp_path / "s.nc", engine="scipy") as again:
        assert again["ty_verdict"].values.tolist() == s["ty_verdict"].values.tolist()
        assert np.array_equal(again["xt"], s["xt"])
        assert again["range"].values.tolist() == ["[-1, 1]", "global"]
        assert again.attrs.keys() == s.attrs.keys()


def test_a_point_that_cannot_be_diagnosed_is_still_estimated(recorded):
    def check(self, x, y):
        if np.ndim(x) == 2 and np.shape(x)[1] == 5:  # the first layer, seen as x
            raise ValueError("too wide to be diagnosed")
        return {"figure": 1.0}

    p = plane(recorded, made(check=check)())
    assert np.isfinite(p["xt"]).all()
    assert np.isnan(p["ty_figure"].sel(layer="dense")).all()
    assert (p["xt_verdict"].sel(layer="dense") == "unknown").all()
    others = p.isel(layer=[1, 2])
    assert (others["ty_figure"] == 1).all()
    assert not (others["ty_verdict"] == "unknown").any()


def test_a_bug_in_a_diagnosis_is_not_hidden(recorded):
    def check(self, x, y):
        raise TypeError("a bug")

    with pytest.raises(TypeError, match="a bug"):
        plane(recorded, made(check=check)())


def test_forms_stand_in_the_attributes(recorded):
    def form(self, x_discrete, y_discrete):
        return "mixed" if x_discrete or y_discrete else ""

    p = plane(recorded, made(form=form)())
    assert "form" not in p["xt"].attrs
    assert p["ty"].attrs["form"] == "mixed"


@pytest.mark.parametrize(
    ("members", "x_ceiling", "y_ceiling"),
    [
        ({}, 6.0, True),
        ({"capped": False}, math.nan, True),
        ({"unit": ""}, math.nan, False),
    ],
)
def test_ceilings_are_those_of_capped_bits(recorded, members, x_ceiling, y_ceiling):
    p = plane(recorded, made(**members)(), diagnostics=False)
    assert p.attrs["x_ceiling"] == pytest.approx(x_ceiling, nan_ok=True)
    assert math.isfinite(p.attrs["y_ceiling"]) == y_ceiling
    ceilings = document(p)["recordings"][0]["ceilings"]
    assert (ceilings["xt"] is None, ceilings["ty"] is None) == (
        math.isnan(x_ceiling),
        not y_ceiling,
    )


def test_phases_know_no_ceiling_of_an_uncapped_measure(recorded):
    def coordinates(self, t, context):
        return context.sample_ceiling - 0.01, 0.5

    for capped, verdict in ((True, "at the ceiling"), (False, "one run")):
        p = plane(recorded, made(coordinates=coordinates, capped=capped)(), diagnostics=False)
        assert {layer.verdict for layer in phases(p).layers} == {verdict}


# Two measures.


def test_a_pair_says_of_each_axis_what_its_measure_says(recorded):
    kde = KDE(variance=0.1)
    p = plane(recorded, x=kde, y=FIXED)
    alone = {"xt": plane(recorded, kde), "ty": plane(recorded, FIXED)}
    for axis, own in alone.items():
        assert np.array_equal(p[axis], own[axis])
        assert np.array_equal(p[f"{axis}_verdict"], own[f"{axis}_verdict"])
    assert np.array_equal(p["ty_edge_share"], alone["ty"]["edge_share"])
    assert "edge_share" not in p
    assert "xt_edge_share" not in p
    assert set(plane(recorded, x=kde, y=FIXED, diagnostics=False)) == {"xt", "ty"}


def test_a_pair_asks_each_measure_for_its_own_axis_alone(recorded):
    asked = []

    def criterion(self, x, y):
        asked.append("xt" if np.shape(x)[1:] == (4,) and np.ndim(y) == 2 else "ty")
        return 0.0

    plane(recorded, x=made(criterion=criterion)(), y=FIXED, n_jobs=1)
    assert set(asked) == {"xt"}
    asked.clear()
    plane(recorded, x=FIXED, y=made(criterion=criterion)(), n_jobs=1)
    assert set(asked) == {"ty"}


def test_axes_carry_the_short_symbol_of_a_measure(recorded):
    p = plane(recorded, x=HSIC(), y=HSIC(normalised=True))
    assert [p[axis].attrs["long_name"] for axis in ("xt", "ty")] == ["HSIC(X;T)", "nHSIC(T;Y)"]


def test_a_pair_has_the_units_and_ceilings_of_both(recorded):
    dimensionless = made(unit="")()
    p = plane(recorded, x=dimensionless, y=FIXED)
    assert (p["xt"].attrs["units"], p["ty"].attrs["units"]) == ("", "bits")
    assert p["xt"].attrs["long_name"] == "Made(X;T)"
    assert math.isnan(p.attrs["x_ceiling"])
    assert p.attrs["y_ceiling"] < 1
    assert json.loads(p.attrs["settings"]) == {"x": {}, "y": FIXED.settings}
    other = plane(recorded, x=FIXED, y=dimensionless)
    assert other.attrs["x_ceiling"] == 6
    assert math.isnan(other.attrs["y_ceiling"])


def test_a_pair_serves_everything_that_a_plane_does(recorded_runs):
    p = plane(recorded_runs, x=KDE(variance=0.1), y=FIXED)
    assert plot(p).get_title(loc="left").startswith("runs: KDE upper bound against Binned")
    assert len(phases(p).layers) == 3
    assert compression(p).dims == ("run", "layer")
    (written,) = document(p)["recordings"][0]["planes"]
    assert written["label"] == p.attrs["label"]


# Sweeps of any setting.


def test_a_sweep_has_the_figures_and_verdicts_of_each_plane(recorded):
    s = sweep(recorded, FIXED, bins=[4, 8], diagnostics=True)
    for bins in (4, 8):
        p = plane(recorded, FIXED.replace(bins=bins))
        assert set(s.data_vars) == set(p.data_vars)
        for name in p.data_vars:
            assert np.array_equal(s[name].sel(bins=bins), p[name]), name


def test_ranges_and_edges_are_swept_as_text(recorded):
    ranges = [(-1, 1), "global", np.array([-2.0, 2.0]), (-1, 1)]
    s = sweep(recorded, Binned(bins=10), range=ranges)
    assert s["range"].values.tolist() == ["[-1, 1]", "global", "[-2, 2]"]
    assert json.loads(s["range"].attrs["values"])["[-2, 2]"] == [-2, 2]
    for label, given in zip(s["range"].values, ranges, strict=False):
        own = plane(recorded, Binned(bins=10, range=given), diagnostics=False)
        assert np.array_equal(s["xt"].sel(range=label), own["xt"])
    many = np.linspace(-1, 1, 30)
    uneven = np.sign(many) * many**2
    e = sweep(recorded, Binned(), edges=[[-0.5, 0, 0.5], many, uneven])
    assert e["edges"].values.tolist() == [
        "[-0.5, 0, 0.5]",
        "30 values from -1 to 1",
        "30 values from -1 to 1 (2)",
    ]
    own = plane(recorded, Binned(edges=uneven), diagnostics=False)
    assert np.array_equal(e["ty"].isel(edges=2), own["ty"])


def test_nothing_is_a_value_too(recorded):
    s = sweep(recorded, FIXED, correction=[None, "miller-madow"])
    assert s["correction"].values.tolist() == ["None", "miller-madow"]
    assert (s["xt"].sel(correction="miller-madow") > s["xt"].sel(correction="None")).all()


def test_numbers_and_words_make_two_dimensions(recorded):
    s = sweep(recorded, Binned(), bins=[4, 8], range=["global", (-1, 1)], epochs=[6])
    assert s["xt"].dims == ("bins", "range", "epoch", "layer")
    for bins in (4, 8):
        own = plane(recorded, Binned(bins=bins, range=(-1, 1)), epochs=[6], diagnostics=False)
        assert np.array_equal(s["xt"].sel(bins=bins, range="[-1, 1]"), own["xt"])
