"""Each acceptance criterion of the widgets, AC-01 to AC-58, is named by a test that shows it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CRITERIA = [f"AC-{number:02}" for number in range(1, 59)]

#: Those that no test shows, and why.
NOT_SHOWN: dict[str, str] = {}


def named(text):
    """The criteria that a text names: "AC-26, 27 and AC-30" and "AC-36 to AC-38" three each."""
    lists = re.findall(r"AC-(\d\d(?:(?:, | and )\d\d)*)", text)
    ranges = re.findall(r"AC-(\d\d) to AC-(\d\d)", text)
    numbers = {int(number) for found in lists for number in re.findall(r"\d\d", found)}
    numbers.update(*(range(int(first), int(last) + 1) for first, last in ranges))
    return {f"AC-{number:02}" for number in numbers}


def sources():
    """Every test of the repository but this one."""
    python, typescript = (ROOT / "tests").rglob("test_*.py"), (ROOT / "js/tests").rglob("*.test.ts")
    return [path for path in (*python, *typescript) if path != Path(__file__)]


@pytest.fixture(scope="module")
def shown():
    return set().union(*(named(path.read_text()) for path in sources()))


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_criterion_is_shown_by_a_test_or_it_is_said_why_not(shown, criterion):
    assert (criterion in shown) != (criterion in NOT_SHOWN)


def test_nothing_else_is_named(shown):
    assert shown <= set(CRITERIA)
    assert set(NOT_SHOWN) <= set(CRITERIA)
