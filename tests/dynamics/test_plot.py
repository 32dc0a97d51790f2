from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glow.dynamics import load, plane, plot, save, sweep
from glow.dynamics._labels import label_offsets, spread_labels
from glow.dynamics._plot import _colours
from glow.estimators import KDE, Binned, Gaussian

EDGES = Binned(edges=np.linspace(-1, 1, 30))


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_the_picture_says_everything_it_shows(recorded_runs, tmp_path):
    axes = plot(plane(recorded_runs, EDGES))
    assert axes.get_xlabel() == "I(X;T) [bits]"
    assert axes.get_ylabel() == "I(T;Y) [bits]"
    said = texts(axes)
    for layer in recorded_runs.layers:
        assert any(text.endswith(f" {layer}") for text in said)
    assert any(text == "log2 N = 6" for text in said)
    assert any(text.startswith("H(Y) = ") for text in said)
    caption = said[-1]
    for part in ("binned (edges=30 values from -1 to 1", "N = 64", "mean of 3 runs", "PyGlow 0."):
        assert part in caption
    assert [a.get_ylabel() for a in axes.figure.axes] == ["I(T;Y) [bits]", "epochs completed"]
    for name in ("p.png", "p.svg"):
        axes.figure.savefig(tmp_path / name)
        assert (tmp_path / name).stat().st_size > 10_000


def test_a_measure_without_a_ceiling_has_no_line_for_it(recorded):
    said = texts(plot(plane(recorded, Gaussian(noise=0.1), diagnostics=False)))
    assert not any("log2 N" in text for text in said)
    assert any(text.startswith("H(Y) = ") for text in said)


def test_trajectories_are_where_the_plane_says(recorded_runs):
    from matplotlib.collections import LineCollection

    p = plane(recorded_runs, EDGES)
    paths = [c for c in plot(p).collections if isinstance(c, LineCollection)]
    for path, layer in zip(paths, recorded_runs.layers, strict=True):
        pieces = np.array(path.get_segments())  # (epochs - 1, 2 ends, 2 coordinates)
        mean = p.mean("run").sel(layer=layer)
        drawn = np.concatenate([pieces[:1, 0], pieces[:, 1]])
        assert np.array_equal(drawn[:, 0], mean["xt"])
        assert np.array_equal(drawn[:, 1], mean["ty"])
        assert np.array_equal(path.get_array(), p["epoch"][1:])


def test_lightness_rises_with_the_epoch_and_stands_out_from_white():
    red, green, blue, _ = _colours()(np.linspace(0, 1, 50)).T
    assert (np.diff(0.2126 * red + 0.7152 * green + 0.0722 * blue) > 0).all()
    linear = [
        np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) for c in (red, green, blue)
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert (1.05 / (luminance + 0.05) >= 3).all()  # contrast, WCAG 2.2


def test_nothing_global_is_touched(recorded):
    before = "matplotlib.pyplot" in sys.modules
    plot(plane(recorded, EDGES))
    assert ("matplotlib.pyplot" in sys.modules) == before


def test_it_draws_on_given_axes(recorded):
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    assert plot(plane(recorded, EDGES), axes) is axes


def test_other_planes_are_drawn_too(recorded, tmp_path):
    two = plane(recorded, x=KDE(variance=0.1), y=EDGES, epochs=[0])
    two.attrs["y_ceiling"] = float("nan")
    plot(two).figure.savefig(tmp_path / "two.png")
    save(plane(recorded, EDGES), tmp_path / "p.glow.json")
    (loaded,) = load(tmp_path / "p.glow.json")["recorded"]
    plot(loaded).figure.savefig(tmp_path / "loaded.png")


def test_a_sweep_needs_a_setting(recorded):
    s = sweep(recorded, Binned(range=(-1, 1)), bins=[4, 8])
    with pytest.raises(ValueError, match=r"sel\(bins=4\)"):
        plot(s)
    plot(s.sel(bins=4))


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=20), st.floats(-1e4, 1e4))
def test_labels_keep_their_order_their_distance_and_below_the_top(heights, top):
    wanted = np.array(heights)
    placed = spread_labels(wanted, 10, top)
    order = np.argsort(wanted, kind="stable")
    assert (np.diff(placed[order]) > 10 - 1e-6).all()
    assert placed.max() <= top
    free = spread_labels(wanted, 10, top=1e6)
    assert free.mean() == pytest.approx(wanted.mean(), abs=1e-6)
    assert (placed <= free).all()


def test_labels_that_have_room_stay():
    ends = np.array([[0.0, 0.0], [10.0, 1.0], [500.0, 0.5]])
    offsets = label_offsets(ends, line=12, near=70, top=100)
    assert offsets[2] == 0
    assert np.allclose(ends[:2, 1] + offsets[:2], [-5.5, 6.5])
