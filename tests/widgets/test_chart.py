import numpy as np
import pytest
import xarray as xr

from glow_widgets import SensitivityChart
from glow_widgets._chart import _even_ticks, _spread, _ticks


def sweep_of(xt, bins):
    """A sweep with coordinates xt (bins, epoch, layer)."""
    xt = np.asarray(xt, dtype=float)
    names = [f"layer {index}" for index in range(xt.shape[2])]
    return xr.Dataset(
        {"xt": (("bins", "epoch", "layer"), xt, {"units": "bits"})},
        {"bins": bins, "epoch": np.arange(xt.shape[1]), "layer": names},
    )


@pytest.fixture
def sweep():
    peak_then_less = [[[1.0, 4.0], [3.0, 5.0], [2.5, 1.0]], [[1.0, 4.0], [6.0, 5.0], [2.0, 5.0]]]
    return sweep_of(peak_then_less, [10, 20])


def test_lines_are_the_bits_lost_from_the_peak(sweep):
    chart = SensitivityChart()
    chart.show(sweep, "bins")
    np.testing.assert_allclose(chart._lines.y, [[0.5, 4.0], [4.0, 0.0]])
    assert (chart._x.min, chart._x.max) == (10, 20)
    assert chart._y.max > 4.0
    assert list(chart._names.text) == ["● layer 0", "■ layer 1"]


def test_values_are_drawn_in_order_and_once(sweep):
    chart = SensitivityChart()
    chart.show(sweep.isel(bins=[1, 0, 1]), "bins")
    np.testing.assert_allclose(chart._lines.x, [10, 20])
    np.testing.assert_allclose(chart._lines.y, [[0.5, 4.0], [4.0, 0.0]])


def test_the_axis_names_what_is_no_information(sweep):
    chart = SensitivityChart()
    chart.show(sweep, "bins")
    assert chart._y_axis.label == "bits compressed"
    sweep.xt.attrs.update(units="", long_name="HSIC(X;T)")
    chart.show(sweep, "bins")
    assert chart._y_axis.label == "loss from the peak"


def test_a_cleared_chart_shows_nothing_of_the_one_before(sweep):
    chart = SensitivityChart()
    chart.show(sweep, "bins")
    chart.clear("not computed yet")
    assert (chart._x_axis.label, chart._y_axis.label) == ("not computed yet", "")
    assert chart._x_axis.num_ticks == chart._y_axis.num_ticks == 0
    chart.show(sweep, "bins")
    assert chart._x_axis.num_ticks is chart._y_axis.num_ticks is None
    assert chart._y_axis.label == "bits compressed"


def test_small_numbers_of_another_measure_fill_the_chart(sweep):
    chart = SensitivityChart()
    sweep = sweep.copy(data={"xt": sweep.xt.values / 1e4})
    sweep.xt.attrs.update(units="")
    chart.show(sweep, "bins")
    assert 4e-4 < chart._y.max < 5e-4


def test_epochs_still_to_come_are_left_out(sweep):
    chart = SensitivityChart()
    chart.show(sweep.reindex(epoch=range(10)), "bins")
    np.testing.assert_allclose(chart._lines.y, [[0.5, 4.0], [4.0, 0.0]])


@pytest.mark.parametrize("bins", [[10, 20], [30]])
def test_a_constant_series_and_a_single_value_have_axes(bins):
    chart = SensitivityChart()
    chart.show(sweep_of(np.full((len(bins), 3, 2), 12.0), bins), "bins")
    chart.mark(bins[0])
    assert chart._x.min < chart._x.max
    assert chart._y.max > 0
    assert np.all(np.isfinite(chart._cursor.y))


def test_the_mark_follows_and_vanishes(sweep):
    chart = SensitivityChart()
    chart.show(sweep, "bins")
    chart.mark(15)
    assert list(chart._cursor.x) == [15, 15]
    chart.mark(None)
    assert len(chart._cursor.x) == 0


def test_an_estimator_without_settings_empties_the_chart(sweep):
    chart = SensitivityChart()
    chart.show(sweep, "bins")
    chart.clear()
    assert len(chart._lines.x) == len(chart._names.x) == 0
    assert "no setting" in repr(chart)


def test_a_show_is_few_messages(sweep, monkeypatch):
    chart, sent = SensitivityChart(), []
    for part in (chart._lines, chart._names, chart._x, chart._y, chart._x_axis):
        monkeypatch.setattr(part, "_send", lambda message, buffers=None: sent.append(message))
    chart.show(sweep, "bins")
    assert len(sent) <= 5


@pytest.mark.parametrize(("low", "high"), [(2, 256), (2**-16, 2**14), (0.01, 1), (30, 31)])
def test_ticks_are_few_and_inside(low, high):
    ticks = _ticks(low, high)
    assert 1 <= len(ticks) <= 8
    assert all(low <= tick <= high for tick in ticks)


@pytest.mark.parametrize("top", [0.1, 0.99, 1.0, 2.3, 5.5, 9.99, 12.0, 100.0])
def test_even_ticks_are_few_and_round(top):
    ticks = _even_ticks(top)
    assert 3 <= len(ticks) <= 7
    assert ticks[0] == 0
    assert 0.7 * top < ticks[-1] <= top
    assert all(len(f"{tick:.6g}") <= 4 for tick in ticks)


def test_names_keep_their_order_and_their_distance():
    placed = _spread([0.5, 0.0, 0.01, 3.0], 0.1)
    np.testing.assert_allclose(placed, [0.5, 0.0, 0.1, 3.0])
