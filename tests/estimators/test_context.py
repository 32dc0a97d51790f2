import pickle

import numpy as np
import pytest
import torch

from glow.estimators import Context

X = np.zeros((4, 3), np.float32)


@pytest.mark.parametrize(
    "y",
    [
        [0, 1, 1, 5],
        np.array([0, 1, 1, 5], np.uint8),
        np.array([[0.0], [1], [1], [5]], np.float32),
        torch.tensor([-3, 0, 0, 7]),
        np.eye(3, dtype=np.float32)[[2, 1, 1, 0]][:, ::-1],
    ],
)
def test_labels_of_every_form_become_codes(y):
    context = Context(X, y)
    codes = context.classes.labels
    assert codes.dtype == np.int64
    assert codes[1] == codes[2]
    assert sorted(set(codes)) == [0, 1, 2]
    assert context.label_entropy == pytest.approx(1.5, abs=1e-15)
    np.testing.assert_array_equal(context.y, codes)


def test_boolean_targets_are_labels():
    np.testing.assert_array_equal(Context(X, [True, False, False, True]).y, [1, 0, 0, 1])


@pytest.mark.parametrize("y", [[0.1, 0.2, 0.3, 0.4], np.ones((4, 2)), np.full((4, 2), 0.5)])
def test_continuous_targets_stay_as_they_are(y):
    context = Context(X, y)
    assert context.classes is None
    assert context.label_entropy is None
    np.testing.assert_array_equal(context.y, np.reshape(y, (4, -1)))


def test_samples_sorted_by_class_are_slices():
    labels = np.array([2, 0, 1, 0, 2, 2])
    classes = Context(np.zeros((6, 1)), labels).classes
    np.testing.assert_array_equal(classes.starts, [0, 2, 3, 6])
    np.testing.assert_array_equal(classes.order, [1, 3, 2, 0, 4, 5])
    for c in range(3):
        assert set(labels[classes.order[classes.starts[c] : classes.starts[c + 1]]]) == {c}


def test_one_class_has_no_entropy():
    assert str(Context(X, [7, 7, 7, 7]).label_entropy) == "0.0"


def test_the_ceiling_is_that_of_the_samples():
    assert Context(X, [0, 1, 0, 1]).sample_ceiling == 2


def test_a_layer_shares_all_but_its_own():
    context = Context(X, [0, 1, 0, 1], recording_range=(-1, 1))
    layer = context.for_layer(layer_range=(0, 1), noise=0.1, layer="dense")
    assert (layer.layer_range, layer.noise, layer.layer) == ((0, 1), 0.1, "dense")
    assert (context.layer_range, context.noise, context.layer) == (None, None, None)
    assert layer.x is context.x
    assert layer.classes is context.classes
    assert layer.recording_range == (-1, 1)


def test_a_context_is_frozen():
    with pytest.raises(AttributeError, match="noise"):
        Context(X, [0, 1, 0, 1]).noise = 1.0


@pytest.mark.parametrize(
    ("x", "y", "error", "message"),
    [
        (X, [0, 1, 0], ValueError, "x has 4, y has 3"),
        (X * np.nan, [0, 1, 0, 1], ValueError, "x must be finite, got 12 NaN"),
        (X, [0.5, 1, np.inf, 1], ValueError, "y must be finite, got 1 NaN or infinite"),
        (np.zeros((0, 3)), [], ValueError, r"y must hold .+ got shape \(0,\)|x must hold"),
        (X, 3, ValueError, r"y must hold at least one sample .+ got shape \(\)"),
        (X, ["a", "b", "c", "d"], TypeError, "y must hold real numbers, got words"),
        (X + 1j, [0, 1, 0, 1], TypeError, "x must hold real numbers, got ndarray of dtype complex"),
    ],
)
def test_bad_probe_sets_are_refused(x, y, error, message):
    with pytest.raises(error, match=message):
        Context(x, y)


def test_work_on_the_probe_set_is_done_once_for_all_layers(context):
    made = []
    layer = context.for_layer(layer="dense")
    for one in (context, layer, context):
        assert one.memo("key", lambda: made.append(1) or len(made)) == 1
    assert layer.memo("other", lambda: "other") == "other"
    assert pickle.loads(pickle.dumps(context)).memo("key", lambda: 7) == 7  # noqa: S301 - our own bytes


def test_shuffled_labels_are_the_same_labels_in_another_order(context):
    shuffled = context.for_layer(noise=0.1, layer="a").shuffled
    assert (shuffled.y != context.y).any()
    np.testing.assert_array_equal(np.sort(shuffled.y), np.sort(context.y))
    assert np.shares_memory(shuffled.x, context.x)
    assert (shuffled.noise, shuffled.layer) == (0.1, "a")
    assert context.shuffled.y is shuffled.y


def test_a_subset_holds_some_samples(context):
    rows = np.array([5, 3, 200])
    part = context.for_layer(layer="a", layer_range=(0.0, 1.0)).subset(rows)
    np.testing.assert_array_equal(part.x, context.x[rows])
    np.testing.assert_array_equal(part.y, context.y[rows])
    assert (part.samples, part.layer, part.layer_range) == (3, "a", (0.0, 1.0))
