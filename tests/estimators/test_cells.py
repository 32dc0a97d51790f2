"""Cells against np.digitize and np.floor, rows against np.unique: equal groups, not close ones."""

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given, settings

from glow.estimators._arrays import as_samples
from glow.estimators._counting.cells import Edges, Levels, Width
from glow.estimators._counting.codes_kernels import edge_codes
from glow.estimators._counting.partition import Partition
from glow.estimators._counting.partition_torch import partition
from glow.estimators._counting.row_codes import row_code

VALUES = st.floats(-4, 4, width=32)
ACTIVATIONS = hnp.arrays(
    np.float32, st.tuples(st.integers(1, 40), st.integers(1, 5)), elements=VALUES
)


def groups(rows):
    """The number of the first equal row of each row."""
    _, first, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    return first[inverse.reshape(-1)]


def same_groups(codes, cells):
    np.testing.assert_array_equal(groups(codes[:, None]), groups(cells))


@settings(deadline=None)
@given(ACTIVATIONS, st.integers(1, 40), st.floats(-3, 1), st.floats(0.01, 4))
def test_equal_cells_are_those_between_linspace_edges(t, bins, low, size):
    inner = np.linspace(low, low + size, bins + 1)[1:-1]
    codes = Edges.equal_width(low, low + size, bins).codes(t)
    same_groups(codes, np.digitize(t, inner))


@settings(deadline=None)
@given(ACTIVATIONS, st.lists(VALUES, min_size=1, max_size=12, unique=True))
def test_given_edges_are_those_of_digitize(t, edges):
    edges = sorted(edges)
    same_groups(Edges.given(tuple(edges)).codes(t), np.digitize(t, edges))


@settings(deadline=None)
@given(ACTIVATIONS, st.sampled_from([0.07, 0.5, 1 / 3, 2.0]))
def test_width_cells_are_those_of_floor(t, width):
    same_groups(Width(width).codes(t), np.floor(t.astype(np.float64) / width))


@pytest.mark.parametrize("bins", [1, 2, 30, 1000])
def test_values_exactly_on_edges_open_the_cell_above(bins):
    edges = np.linspace(-1, 1, bins + 1)
    t = np.concatenate([edges, np.nextafter(edges, -9), np.nextafter(edges, 9)])[:, None]
    same_groups(Edges.equal_width(-1, 1, bins).codes(t), np.digitize(t, edges[1:-1]))


@pytest.mark.parametrize("spread", [0, 3e-8, 1e-6, 1e-4])
@pytest.mark.parametrize("start", [-1.0, 0.0, 1e4])
def test_edges_a_little_off_equal_spacing_are_met_exactly(rng, spread, start):
    edges = start + np.linspace(0, 2, 30) + spread / 15 * rng.uniform(-1, 1, 30)
    near = edges + np.array([-1e-9, -1e-12, 0, 1e-12, 1e-9])[:, None]
    t = np.concatenate([near.ravel(), rng.uniform(start - 1, start + 3, 500)])[:, None]
    for cells in (Edges.given(tuple(edges)), Edges.equal_width(start, start + 2, 29)):
        same_groups(cells.codes(t), np.digitize(t, cells.values))
        wide = np.repeat(t, 40, axis=1)  # the loop for wide layers
        same_groups(cells.codes(wide), np.digitize(wide, cells.values))


def test_published_edges_have_own_cells_outside_and_for_the_last_edge():
    t = np.array([[-1.1], [-1], [0.99], [1], [1.1]], np.float32)
    codes = Edges.given(tuple(np.linspace(-1, 1, 30))).codes(t)
    np.testing.assert_array_equal(codes, [0, 1, 29, 30, 30])


def test_wide_rows_are_hashed_without_losing_or_joining_any(rng):
    t = rng.uniform(-1, 1, size=(2000, 64)).astype(np.float32)
    t[1000:] = t[:1000]
    t[1500:, -1] += 1  # differs in the last unit only
    cells = np.digitize(t, np.linspace(-1, 1, 31)[1:-1])
    same_groups(Edges.equal_width(-1, 1, 30).codes(t), cells)
    same_groups(Width(1 / 15).codes(t), np.floor(t.astype(np.float64) * 15))


def test_rows_are_packed_exactly_while_they_fit():
    t = np.array([[0.5, -0.5], [-0.5, 0.5]], np.float32)
    np.testing.assert_array_equal(Edges.equal_width(-1, 1, 2).codes(t), [2, 1])
    assert 30**12 < 2**63 < 30**13
    assert (Edges.equal_width(0, 1, 30).codes(np.ones((1, 12), np.float32)) == 30**12 - 1).all()
    assert row_code(30, 12).exact
    assert not row_code(30, 13).exact


def test_equal_mass_cells_hold_as_many_distinct_values():
    t = np.array([0, 0, 0, 0, 0, 1, 2, 3, 4, 5], np.float32)[:, None]
    codes = Edges.equal_mass(t, 3).codes(t)
    np.testing.assert_array_equal(codes, [0, 0, 0, 0, 0, 0, 1, 1, 2, 2])


def test_equal_mass_never_has_more_cells_than_values():
    t = np.array([[0.0], [1.0], [0.0]], np.float32)
    np.testing.assert_array_equal(Edges.equal_mass(t, 30).codes(t), [0, 1, 0])


@pytest.mark.parametrize("bins", [1, 30])
def test_a_dead_layer_is_one_cell(bins):
    t = np.full((5, 3), 0.25, np.float32)
    for cells in (Edges.equal_width(0.25, 0.25, bins), Edges.equal_mass(t, bins)):
        assert len(set(cells.codes(t).tolist())) == 1


@pytest.mark.parametrize("size", [1e-45, 1e-300, 5e-324])
def test_a_range_of_almost_nothing_is_cut_all_the_same(size):
    t = np.array([[0.0], [size]])
    codes = Edges.equal_width(0.0, size, 2).codes(t)
    same_groups(codes, np.digitize(t, np.linspace(0, size, 3)[1:-1]))


def test_huge_values_belong_to_the_end_cells():
    t = np.array([[-3e38], [3e38], [0]], np.float32)
    np.testing.assert_array_equal(Edges.equal_width(-1, 1, 30).codes(t), [0, 29, 15])


def test_a_width_that_cannot_tell_values_apart_is_refused():
    with pytest.raises(ValueError, match="width=1e-09 is too small for values as large as 1e"):
        Width(1e-9).codes(np.array([[1e10]]))


def test_activations_of_one_type_are_compiled_for_once(rng):
    """Whether they can be written to, as those of a memory-mapped snapshot cannot, and all cuts."""
    t = rng.normal(size=(20, 3)).astype(np.float32)
    fixed = t.copy()
    fixed.setflags(write=False)
    before = set(edge_codes.signatures)
    for given_t in (t, fixed):
        samples = as_samples("Test", "t", given_t)
        for cells in (Edges.equal_width(0, 1, 3), Edges.given((0.0, 1.0)), Edges.equal_mass(t, 4)):
            cells.codes(samples)
    assert len(set(edge_codes.signatures) - before) <= 1


def test_edge_share_counts_values_in_the_end_cells():
    t = np.array([[-2.0, -1], [0, 0.5], [1, 3]])
    assert Edges.given((-1.0, 0.0, 1.0)).edge_share(t) == 3 / 6
    assert Edges.equal_width(-1, 1, 4).edge_share(t) == 5 / 6
    assert Edges.equal_width(-1, 1, 1).edge_share(t) == 1
    assert Width(0.5).edge_share(t) == 0


def test_outside_share_counts_values_strictly_beyond_the_range():
    t = np.array([[-2.0, -1], [0, 0.5], [1, 3]])
    assert Edges.given((-1.0, 0.0, 1.0)).outside_share(t) == 2 / 6
    assert Edges.equal_width(-1, 1, 4).outside_share(t) == 2 / 6
    assert Edges.equal_width(-2, 3, 4).outside_share(t) == 0
    assert Edges.given((0.0,)).outside_share(t) == 0
    assert Edges.equal_mass(t, 3).outside_share(t) == 0
    assert Width(0.5).outside_share(t) == 0


def test_levels_are_rounded_between_the_ends():
    t = np.array([[0.0], [0.124], [0.126], [0.375], [1.0]])
    codes = Levels(0.0, 1.0, 2).codes(t)  # halves to even: 0.375 is level 1.5
    np.testing.assert_array_equal(codes, [0, 0, 1, 2, 4])
    assert Levels(0.0, 1.0, 2).edge_share(t) == 3 / 5
    assert Levels(0.0, 1.0, 2).outside_share(t) == 0
    np.testing.assert_array_equal(Levels(0.3, 0.3, 8).codes(np.full((3, 2), 0.3)), [0, 0, 0])


def test_codes_of_wide_layers_do_not_overflow_into_each_other(rng):
    """65536 cells in 1000 units are far beyond 64 bits; equal rows and only those share a code."""
    t = rng.uniform(0, 1, size=(500, 1000)).astype(np.float32)
    t[250:] = t[:250]
    t[499, 700] = 1 - t[499, 700]
    for cells in (Edges.equal_width(0, 1, 65536), Width(1e-9), Levels(0.0, 1.0, 32)):
        same = groups(cells.codes(t)[:, None])
        np.testing.assert_array_equal(same[:250], np.arange(250))
        np.testing.assert_array_equal(same[250:499], np.arange(249))
        assert same[499] == 499


@pytest.mark.parametrize("step", [1, 2, 2**15])
def test_a_hash_tells_rows_apart_whose_cells_are_multiples_of_a_power_of_two(rng, step):
    cells = rng.integers(0, 2, size=(4000, 64)) * step
    code = row_code(65536, 64)
    assert not code.exact
    part = cells.astype(np.uint64) * code.multipliers
    codes = (part ^ (part >> code.shift)).sum(axis=1)
    assert len(np.unique(codes)) == len(np.unique(cells, axis=0)) == 4000


@pytest.mark.parametrize("d", [3, 40])
def test_tensors_are_cut_into_the_cells_of_arrays(rng, d):
    t = np.maximum(rng.normal(size=(300, d)), -0.5).astype(np.float32)
    t[:3] = 0.25  # on an edge of some
    for cells in (
        Edges.equal_width(-1, 1, 16),
        Edges.equal_width(-1, 1, 30),
        Edges.given((-0.5, 0.1, 0.25)),
        Edges.equal_mass(t, 5),
        Width(0.07),
        Levels(float(t.min()), float(t.max()), 4),
    ):
        tensor = torch.from_numpy(t)
        here, there = Partition.of_codes(cells.codes(t)), partition(cells, tensor)
        np.testing.assert_array_equal(groups(here.ids[:, None]), groups(there.ids.numpy()[:, None]))
        assert cells.edge_share(tensor) == pytest.approx(cells.edge_share(t), abs=1e-7)
        assert cells.outside_share(tensor) == pytest.approx(cells.outside_share(t), abs=1e-7)
    assert Edges.equal_mass(tensor, 5).values.tolist() == Edges.equal_mass(t, 5).values.tolist()
