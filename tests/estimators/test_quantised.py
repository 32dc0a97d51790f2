import numpy as np
import pytest

from glow.estimators import Context, Quantised


def slow_point(t, y, bits):
    """Plug-in H(T) and H(T) - H(T given y) of rounded levels, in bits."""
    t = t.astype(np.float64)
    levels = np.round((t - t.min()) * 2**bits / (t.max() - t.min()))

    def entropy(rows):
        _, counts = np.unique(rows, axis=0, return_counts=True)
        share = counts / counts.sum()
        return -(share * np.log2(share)).sum()

    given_y = sum((y == c).mean() * entropy(levels[y == c]) for c in np.unique(y))
    return entropy(levels), entropy(levels) - given_y


@pytest.mark.parametrize("bits", [1, 3, 8, 32])
def test_a_point_is_that_of_the_slow_twin(layer, context, bits):
    _, t, y = layer
    found = Quantised(bits=bits).coordinates(t, context)
    np.testing.assert_allclose(found, slow_point(t, y, bits), atol=1e-12)


@pytest.mark.parametrize("values", [2, 16, 255, 256])
@pytest.mark.parametrize(("low", "high"), [(0.0, 6.0), (-1.0, 1.0), (-0.31, 17.7)])
def test_a_quantised_layer_loses_nothing(rng, values, low, high):
    """Every one of up to 2**bits equally spaced activations keeps its own level."""
    grid = np.linspace(low, high, values).astype(np.float32)
    symbols = rng.integers(0, values, size=(3000, 2))
    symbols[:values] = np.arange(values)[:, None]
    t, label = grid[symbols], symbols[:, 0] * values + symbols[:, 1]
    exact = Quantised().criterion(label, label)
    found, _ = Quantised(bits=8).coordinates(t, Context(t, label % 2))
    assert found == pytest.approx(exact, abs=1e-12)


def test_too_few_bits_lose_something(rng):
    t = np.linspace(0, 1, 256, dtype=np.float32)[:, None]
    context = Context(t, np.arange(256) % 2)
    assert Quantised(bits=8).coordinates(t, context)[0] == 8
    assert Quantised(bits=4).coordinates(t, context)[0] < 4.1


def test_the_ends_are_those_of_the_snapshot(layer, context):
    _, t, _ = layer
    moved = context.for_layer(recording_range=(-50.0, 50.0), layer_range=(-9.0, 9.0))
    assert Quantised().coordinates(t, moved) == Quantised().coordinates(t, context)
    scaled = Quantised().coordinates(t * 4 + 1, context)  # exact in float32 but for roundings
    assert scaled == pytest.approx(Quantised().coordinates(t, context), abs=0.01)


def test_a_noisy_layer_is_refused_by_name(layer, context):
    noisy = context.for_layer(noise=0.1, layer="gaussian_1")
    with pytest.raises(ValueError, match=r"Quantised: layer gaussian_1 adds noise"):
        Quantised().coordinates(layer[1], noisy)


def test_its_diagnosis_counts_the_end_levels(layer, context):
    found = Quantised(bits=1).diagnose(layer[1], context)
    t = layer[1]
    level = np.round((t - t.min()) * 2 / (t.max() - t.min()))
    assert found["edge_share"] == pytest.approx((level != 1).mean(), abs=0.01)
    assert found["outside_share"] == 0
    assert found["occupied_cells"] == len(np.unique(level, axis=0))
