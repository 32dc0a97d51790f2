import pytest

from glow._arguments import integer, integers, number
from glow._registry import lookup

TABLE = {"mean_squared_error": 1, "mse": 2, "Dense": 3}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mean_squared_error", 1),
        ("MeanSquaredError", 1),
        ("MEAN_SQUARED_ERROR", 1),
        ("MSE", 2),
        ("dense", 3),
    ],
)
def test_capitals_and_underscores_do_not_count(name, value):
    assert lookup("loss", name, TABLE) == value


def test_the_name_itself_comes_first():
    assert lookup("x", "a_b", {"ab": 1, "a_b": 2}) == 2


@pytest.mark.parametrize("name", ["mean squared error", "", 3, None])
def test_others_are_refused_with_the_valid_names(name):
    with pytest.raises(ValueError, match=r"Unknown loss .*Valid: Dense, mean_squared_error, mse"):
        lookup("loss", name, TABLE)


def test_integers():
    assert integer("A", "n", 3, low=1) == 3
    assert integers("A", "n", 2, 3) == (2, 2, 2)
    assert integers("A", "n", [1, 2], 2) == (1, 2)
    for wrong in (0, (1, 2, 3), (1, 0), "ab", 1.0, None, True, (True, 1)):
        with pytest.raises(ValueError, match=r"A: n must be an integer of at least 1 or 2 of them"):
            integers("A", "n", wrong, 2)


def test_numbers():
    assert number("A", "p", 1, 0, 1) == 1.0
    for wrong in (-0.1, 1, float("nan"), "0.5", None, True):
        with pytest.raises(
            ValueError, match=r"A: p must be a number of at least 0 and less than 1"
        ):
            number("A", "p", wrong, 0, 1, open=True)
    with pytest.raises(ValueError, match=r"at least 0, got -1\. Choose e\.g\. p=1"):
        number("A", "p", -1, 0)
