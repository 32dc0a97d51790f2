import pytest

from glow._errors import closest


@pytest.mark.parametrize("name", ["bined", "BINNED", "Binned2"])
def test_the_closest_name_is_suggested_before_the_list(name):
    assert closest(name, ["kde", "binned"]) == "Did you mean 'binned'? Valid: binned, kde."


@pytest.mark.parametrize("name", ["quantum", "", 7, None])
def test_a_name_like_none_gets_only_the_list(name):
    assert closest(name, ["kde", "binned"]) == "Valid: binned, kde."


def test_nothing_valid_is_said():
    assert closest("x", []) == "Valid: none."
