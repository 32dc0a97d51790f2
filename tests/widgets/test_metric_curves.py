import math

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances

from glow_widgets._metric_curves import MetricCurves, even_ticks
from glow_widgets._metric_history import MetricHistory


@pytest.fixture
def history():
    history = MetricHistory()
    for epoch in range(1, 11):
        values = {"loss": 1 / epoch, "accuracy": 0.5, "mae": 2.0}
        history.note(epoch, {**values, "val_loss": math.nan if epoch == 4 else 2 / epoch})
    return history


def test_the_loss_and_one_metric_have_curves_for_both_kinds_of_data(history):
    curves = MetricCurves()
    curves.show(history)
    assert len(curves.children) == 2
    training, validation = curves.children[0].marks
    np.testing.assert_allclose(training.y, [1 / epoch for epoch in range(1, 11)])
    np.testing.assert_allclose(validation.x, range(1, 11))
    assert np.isnan(validation.y[3])
    assert [mark.line_style for mark in (training, validation)] == ["solid", "dashed"]


def test_a_constant_metric_and_a_single_epoch_have_axes():
    history, curves = MetricHistory(), MetricCurves()
    history.note(1, {"loss": 0.0})
    curves.show(history)
    scales = curves.children[0].marks[0].scales
    assert scales["x"].min < scales["x"].max
    assert scales["y"].min < scales["y"].max


def test_all_values_missing_are_no_reason_to_fail():
    history, curves = MetricHistory(), MetricCurves()
    history.note(1, {"loss": math.nan})
    history.note(2, {"loss": math.inf})
    curves.show(history)
    assert curves.children[0].marks[0].scales["y"].max == 1


def test_closing_leaves_no_widget_behind(history):
    before = set(_instances)
    curves = MetricCurves()
    curves.show(history)
    curves.close()
    assert set(_instances) == before


def test_a_long_history_is_thinned_to_few_epochs_and_the_last_one():
    history = MetricHistory()
    for epoch in range(1, 10_001):
        history.note(epoch, {"loss": float(epoch)})
    epochs, values = history.thinned()
    assert 128 < len(epochs) <= 257
    assert (epochs[0], epochs[-1]) == (1, 10_000)
    assert values["loss"] == epochs
    kept = epochs[:-1]
    history.note(10_001, {"loss": 1.0})
    assert history.thinned()[0][: len(kept)] == kept  # the curve does not flicker


def test_a_metric_that_comes_late_or_goes_is_missing_there():
    history = MetricHistory()
    history.note(1, {"loss": 1.0})
    history.note(2, {"accuracy": 0.25})
    saved = history.saved()
    assert saved == {"epochs": [1, 2], "values": {"loss": [1.0, None], "accuracy": [None, 0.25]}}


@pytest.mark.parametrize("ends", [(0.0, 1.0), (0.691, 0.693), (-3, 40), (5.0, 5.0), (1e-9, 2e-9)])
def test_ticks_are_few_and_around_the_values(ends):
    ticks = even_ticks(np.array(ends))
    assert 2 <= len(ticks) <= 7
    assert ticks[0] <= ends[0] <= ends[1] <= ticks[-1]
