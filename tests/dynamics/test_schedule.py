from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glow.dynamics._schedule import LIMIT, default_schedule, log_spaced, open_ended


@given(st.integers(1, 2_000_000))
def test_a_known_length_gives_at_most_the_limit_with_both_ends(epochs):
    schedule = log_spaced(epochs)
    assert len(schedule) == min(LIMIT, epochs + 1)
    assert min(schedule) == 0
    assert max(schedule) == epochs


def test_the_schedule_is_dense_first_and_then_even_in_the_logarithm():
    schedule = sorted(log_spaced(8000))
    gaps = np.diff(schedule)
    assert schedule[:30] == list(range(30))
    assert (np.diff(gaps) >= -1).all(), "gaps grow, up to rounding"
    assert gaps[-1] == pytest.approx(8000 * np.log(8000) / 360, rel=0.2)


def test_an_unknown_length_leaves_room_for_the_last_epoch():
    schedule = open_ended()
    assert len(schedule) < LIMIT
    assert {0, 1, 2, 3} <= schedule
    assert default_schedule(None) == schedule
    late = sorted(epoch for epoch in schedule if epoch > 100)
    ratios = np.divide(late[1:], late[:-1])
    assert ratios.max() < 1.06
