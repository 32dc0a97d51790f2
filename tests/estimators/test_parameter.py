import re

import numpy as np
import pytest

from glow.estimators import KDE, Binned, Parameter


def declare(scale, **bounds):
    return Parameter(name="p", default=2, scale=scale, meaning="", **bounds)


INTEGER = declare("integer", low=1, high=9)
NUMBER = declare("log", low=0.5, high=8)
CHOICE = declare("choice", choices=("a", "b"))
INTERVAL = declare("interval", choices=("whole",), example=(0, 1))
EDGES = declare("edges", example=[0, 1])
SIZES = declare("sizes", low=1, high=9, example=(4, 4))


@pytest.mark.parametrize(
    ("parameter", "given", "kept"),
    [
        (INTEGER, 3, 3),
        (INTEGER, np.int64(9), 9),
        (NUMBER, 1, 1.0),
        (NUMBER, np.float32(0.5), 0.5),
        (CHOICE, "b", "b"),
        (INTERVAL, "whole", "whole"),
        (INTERVAL, [-1, 1], (-1.0, 1.0)),
        (EDGES, np.array([1.0, 2.5]), (1.0, 2.5)),
        (EDGES, (0,), (0.0,)),
        (SIZES, [4, np.int64(9)], (4, 9)),
        (SIZES, np.array([3]), (3,)),
    ],
)
def test_legal_values_are_normalised(parameter, given, kept):
    checked = parameter.check("Owner", given)
    assert checked == kept
    assert type(checked) is type(kept)


@pytest.mark.parametrize(
    ("parameter", "given", "error"),
    [
        (INTEGER, 0, ValueError),
        (INTEGER, 10, ValueError),
        (INTEGER, 2.5, TypeError),
        (INTEGER, True, TypeError),
        (INTEGER, "3", TypeError),
        (INTEGER, None, TypeError),
        (NUMBER, 0, ValueError),
        (NUMBER, float("nan"), ValueError),
        (NUMBER, float("inf"), ValueError),
        (NUMBER, np.True_, TypeError),
        (NUMBER, 1j, TypeError),
        (CHOICE, "c", ValueError),
        (CHOICE, 1, TypeError),
        (INTERVAL, "part", ValueError),
        (INTERVAL, (1, -1), ValueError),
        (INTERVAL, (1, 1), ValueError),
        (INTERVAL, (0, 1, 2), ValueError),
        (INTERVAL, (0, float("inf")), ValueError),
        (INTERVAL, (0, "1"), TypeError),
        (INTERVAL, 3, TypeError),
        (SIZES, [], ValueError),
        (SIZES, [4, 0], ValueError),
        (SIZES, [10], ValueError),
        (SIZES, [4, float("inf")], ValueError),
        (SIZES, [4, 1.5], TypeError),
        (SIZES, [True], TypeError),
        (SIZES, 4, TypeError),
        (SIZES, "44", TypeError),
        (EDGES, [], ValueError),
        (EDGES, [1, 1], ValueError),
        (EDGES, [0, float("nan")], ValueError),
        (EDGES, "01", TypeError),
        (EDGES, [False, True], TypeError),
    ],
)
def test_other_values_say_who_what_and_what_instead(parameter, given, error):
    with pytest.raises(error, match=r"^Owner: p must be .+, got .+\. Choose e\.g\. p=.+\.$"):
        parameter.check("Owner", given)


def test_the_message_in_full():
    with pytest.raises(ValueError, match="bins") as caught:
        Binned(bins=0)
    assert str(caught.value) == (
        "Binned: bins must be an integer from 1 to 65536, got 0. Choose e.g. bins=30."
    )
    with pytest.raises(ValueError, match=re.escape("from 1e-09 to 1e+09, got 0.")):
        KDE(variance=0)


def test_none_is_legal_only_where_optional():
    assert declare("log", low=1, high=2, optional=True).check("Owner", None) is None


def test_a_smooth_parameter_visits_so_many_nodes_an_octave():
    nodes = KDE().sliders[0].grid()
    assert len(nodes) == 151
    assert (nodes[0], nodes[-1]) == (2**-16, 2**14)
    np.testing.assert_allclose(np.diff(np.log2(nodes)), 1 / 5, rtol=1e-12)


@pytest.mark.parametrize(
    ("estimator", "start"), [(Binned(), 30), (Binned(bins=50), 50), (Binned(width=0.07), 0.07)]
)
def test_other_sliders_visit_about_24_values_with_the_present_one(estimator, start):
    (slider,) = estimator.sliders
    values = slider.grid()
    assert slider.default == start
    assert start in values
    assert 20 <= len(values) <= 26
    assert (values[0], values[-1]) == slider.slider
    assert (np.diff(values) > 0).all()
    assert values.dtype == (np.int64 if slider.scale == "integer" else np.float64)


@pytest.mark.parametrize("bins", [30, 31, 33])
def test_a_slider_keeps_numbers_of_bins_that_are_all_even_or_all_odd(bins):
    values = Binned(bins=bins).sliders[0].grid()
    assert set(values % 2) == {bins % 2}
    assert values[0] >= 2
    assert values[-1] <= 256


def test_a_linear_grid_is_evenly_spread():
    np.testing.assert_allclose(declare("linear", low=0, high=46).grid(), np.arange(0, 47, 2))


def test_a_choice_has_no_grid():
    with pytest.raises(TypeError, match="p is not a number"):
        CHOICE.grid()
