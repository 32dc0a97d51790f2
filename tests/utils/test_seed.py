import random

import numpy as np
import pytest
import torch

from glow.layers import Dense
from glow.models import Sequential
from glow.utils import derive_seed, generator, set_random_seed


def _draws():
    return random.random(), float(np.random.rand()), float(torch.rand(()))


def test_one_call_seeds_python_numpy_and_torch():
    set_random_seed(3)
    first = _draws()
    set_random_seed(3)
    assert _draws() == first
    set_random_seed(4)
    assert all(a != b for a, b in zip(_draws(), first, strict=True))


def test_it_fixes_models_that_have_no_seed_of_their_own():
    set_random_seed(3)
    first = Sequential([Dense(2)], input_shape=(5,))
    second = Sequential([Dense(2)], input_shape=(5,))
    set_random_seed(3)
    again = Sequential([Dense(2)], input_shape=(5,))
    assert torch.equal(first.layers[0].weight, again.layers[0].weight)
    assert not torch.equal(first.layers[0].weight, second.layers[0].weight)


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(ValueError, match=f"seed must be an integer from 0.*got {seed}"):
        set_random_seed(seed)


def test_purposes_and_epochs_have_unrelated_seeds():
    keys = [(s, p, i) for s in (0, 1) for p in ("order", "split") for i in (0, 1)]
    assert len({derive_seed(*key) for key in keys}) == len(keys)
    first, again = (torch.randperm(9, generator=generator(0, "order", 1)) for _ in range(2))
    assert torch.equal(first, again)
