import numpy as np
import pytest
import torch
from torch import nn

from glow.layers import Dense
from glow.models import Ensemble, Input, Model, Sequential

KINDS = ["sequential", "functional", "ensemble"]
N = 12
X = np.random.default_rng(0).normal(size=(N, 4)).astype(np.float32)
Y = np.arange(N) % 2


def _with(array, value):
    changed = array.copy()
    changed.flat[3] = value
    return changed


def _model(kind, loss="cross_entropy", last=None, units=2):
    def build(seed):
        layers = [Dense(3, activation="tanh"), Dense(units, activation=last)]
        return Sequential(layers, input_shape=(4,), seed=seed)

    def graph():
        x = Input((4,))
        return Model(x, Dense(units, activation=last)(Dense(3, activation="tanh")(x)), seed=0)

    kinds = {"ensemble": lambda: Ensemble(build, n=2), "sequential": lambda: build(0)}
    model = {**kinds, "functional": graph}[kind]()
    model.compile("adam", loss=loss, metrics=["accuracy"])
    return model


CASES = {
    "nan": (_with(X, np.nan), Y, ValueError, "x must be finite, got NaN or infinity in 1 of 48"),
    "inf": (_with(X, np.inf), Y, ValueError, "x must be finite"),
    "empty": (X[:0], Y[:0], ValueError, r"x must hold at least one sample, got the shape \(0, 4\)"),
    "scalar": (np.float32(1), Y, ValueError, "x must hold at least one sample"),
    "lengths": (X, Y[:-2], ValueError, "as many samples as each other, got 12 in x and 10 in y"),
    "width": (X[:, :3], Y, ValueError, r"\(N, 4\), got \(N, 3\)"),
    "strings": (X.astype(str), Y, TypeError, "x must hold numbers, got words"),
    "objects": (X, Y.astype(object), TypeError, "y must hold numbers, got an array of object"),
    "complex": (
        torch.zeros(N, 4, dtype=torch.cfloat),
        Y,
        TypeError,
        "real numbers, got torch.complex",
    ),
    "no targets": (X, None, ValueError, "y is missing"),
    "high label": (
        X,
        _with(Y, 2),
        ValueError,
        "from 0 to 1, as .* has 2 outputs, got 0 to 2",
    ),
    "low label": (X, _with(Y, -1), ValueError, "got -1 to 1.*Number the classes from 0"),
    "float labels": (X, Y.astype(float), TypeError, "class numbers as whole numbers, got y of"),
    "one-hot": (X, np.eye(2)[Y].astype(int), ValueError, r"outputs \(N, 2\) and y \(N, 2\)"),
    "neither": (3, Y, TypeError, "expected arrays or tensors x and y, or a Dataset"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["fit", "evaluate"])
@pytest.mark.parametrize("case", CASES)
def test_bad_data_are_refused_before_the_first_step(kind, method, case):
    x, y, error, message = CASES[case]
    model = _model(kind)
    before = [p.detach().clone() for p in model.parameters()]
    with pytest.raises(error, match=message):
        getattr(model, method)(x, y)
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))
    assert model.history.epoch == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("loss", "last", "message"),
    [
        (
            "cross_entropy",
            "softmax",
            r"expects logits and applies a softmax .*ends with softmax",
        ),
        (nn.CrossEntropyLoss(), "sigmoid", r"expects logits"),
        ("binary_cross_entropy_with_logits", "sigmoid", r"expects logits and applies a sigmoid"),
        (
            "sparse_categorical_crossentropy",
            None,
            r"from a softmax.*ends with linear",
        ),
        ("categorical_crossentropy", "sigmoid", "probabilities from a softmax.*ends with sigmoid"),
        ("binary_crossentropy", "softmax", "probabilities from a sigmoid"),
        ("binary_crossentropy", "tanh", "from_logits=True"),
    ],
)
def test_last_activation_and_loss_must_belong_together(kind, loss, last, message):
    with pytest.raises(ValueError, match=message):
        _model(kind, loss, last).fit(X, Y, verbose=0)


def test_a_torch_softmax_is_seen_too():
    model = Sequential([Dense(2), nn.Softmax(dim=1)], input_shape=(4,), seed=0)
    model.compile("adam", loss="cross_entropy")
    with pytest.raises(ValueError, match=r"already ends with softmax"):
        model.fit(X, Y)


@pytest.mark.parametrize("kind", KINDS)
def test_shapes_of_values_are_aligned_only_without_doubt(kind):
    values = X.sum(1)
    for y in (values, values[:, None]):
        one = _model(kind, "mse", units=1)
        assert np.isfinite(one.fit(X, y, verbose=0).history["loss"]).all()
    with pytest.raises(ValueError, match=r"expects y of the output's shape \(N, 2\), got \(N,\)"):
        _model(kind, "mse").fit(X, values)
    with pytest.raises(ValueError, match=r"output's shape \(N, 1\), got \(N, 2\).*not broadcast"):
        _model(kind, "mse", units=1).fit(X, X[:, :2])


def test_labels_in_a_column_are_labels():
    column, flat = _model("sequential"), _model("sequential")
    column.fit(X, Y[:, None], verbose=0)
    flat.fit(X, Y, verbose=0)
    assert column.history.history == flat.history.history


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"batch_size": 0}, ValueError, "batch_size must be an integer of at least 1, got 0"),
        ({"batch_size": 2.5}, ValueError, "batch_size must be an integer"),
        ({"epochs": -1}, ValueError, "epochs must be an integer of at least 0, got -1"),
        ({"initial_epoch": -1}, ValueError, "initial_epoch must be"),
        ({"validation_split": 1.0}, ValueError, r"at least 0 and less than 1, got 1\.0"),
        ({"validation_split": 0.99}, ValueError, "leaves 0 of 12 samples to train on"),
        ({"validation_split": 0.5, "validation_data": (X, Y)}, ValueError, "either"),
        ({"validation_data": (X[:, :2], Y)}, ValueError, r"got \(N, 2\)"),
        ({"verbose": 3}, ValueError, "verbose must be"),
        ({"display": "html"}, ValueError, "display 'auto' or None"),
        ({"callbacks": [print]}, TypeError, "must hold glow.callbacks.Callback objects"),
    ],
)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        _model("sequential").fit(X, Y, **arguments)


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        ([], ValueError, "yields nothing, expected batches"),
        ([(X, Y, X, Y)], ValueError, r"every batch must be a pair \(x, y\) or a triple"),
        ([torch.zeros(3, 4)], ValueError, r"must be a pair \(x, y\) or .*, got Tensor"),
    ],
)
def test_bad_iterables(x, error, message):
    with pytest.raises(error, match=message):
        _model("sequential").fit(x)


def test_an_iterable_needs_no_split_and_no_targets():
    batches = [(torch.from_numpy(X), torch.from_numpy(Y))]
    with pytest.raises(ValueError, match=r"needs arrays"):
        _model("sequential").fit(batches, validation_split=0.2)
    with pytest.raises(TypeError, match=r"Give one or the other"):
        _model("sequential").fit(iter(batches), Y)


@pytest.mark.parametrize(
    ("compiled", "message"),
    [
        ({"optimizer": "adm"}, "Unknown optimizer 'adm'"),
        ({"loss": "cross"}, "Unknown loss 'cross'"),
        ({"metrics": ["acc", "f1"]}, "Unknown metric 'f1'"),
    ],
)
def test_unknown_names(compiled, message):
    with pytest.raises(ValueError, match=message):
        Sequential([Dense(2)]).compile(**compiled)


def test_metrics_are_a_list():
    model = Sequential([Dense(2)], input_shape=(4,), seed=0)
    with pytest.raises(TypeError, match=r"metrics must be a list.*metrics=\['accuracy'\]"):
        model.compile("sgd", loss="cross_entropy", metrics="accuracy")
