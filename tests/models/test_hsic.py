import json

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

from glow.callbacks import Record
from glow.dynamics import Recording, plane
from glow.estimators import HSIC
from glow.layers import Activation, BatchNormalization, Conv2D, Dense, Flatten, Reshape
from glow.models import HSICSequential, load_model, model_from_config
from glow.optimizers import SGD

X, Y = load_digits(return_X_y=True)
X, Y = (X / 16).astype(np.float32), Y.astype(np.int64)
FEW = slice(0, 300)
QUIET = {"verbose": 0, "display": None}


def _block(units, activation="relu"):
    scaled = BatchNormalization(center=False, scale=False, momentum=0.9)
    return [Dense(units), scaled, Activation(activation)]


def _model(widths=(64, 64, 10), seed=0, **settings):
    layers = [layer for units in widths for layer in _block(units)]
    model = HSICSequential(layers, (64,), seed, **{"sigma": 6.0, "lambda_": 200.0, **settings})
    model.compile(SGD(learning_rate=1e-3, momentum=0.9), metrics=["accuracy"])
    return model


@pytest.fixture(scope="module")
def trained():
    model = _model()
    settings = {"batch_size": 128, "validation_split": 0.25, "epochs": 10, **QUIET}
    model.fit(X, Y, **settings)
    return model


def test_it_learns_without_back_propagation(trained):
    found = trained.history.history
    assert found["val_accuracy"][-1] > 0.87
    names = ["dense", "dense_1", "dense_2"]
    for name in names:
        objective = np.array(found[f"{name}_objective"])
        assert objective[-1] < objective[0], name
        pair = np.array(found[f"{name}_nhsic_x"]), np.array(found[f"{name}_nhsic_y"])
        np.testing.assert_allclose(objective, pair[0] - 200 * pair[1], rtol=1e-5)
    total = sum(np.array(found[f"{name}_objective"]) for name in names)
    np.testing.assert_allclose(found["loss"], total, rtol=1e-5)


def test_the_read_out_is_that_of_predict_and_evaluate(trained):
    answers = trained.predict(X)
    accuracy = (answers.argmax(1) == Y).mean()
    logs = trained.evaluate(X, Y, batch_size=256, return_dict=True)
    assert logs["accuracy"] == pytest.approx(accuracy)
    trained.eval()
    with torch.no_grad():
        raw = trained.representation(torch.from_numpy(X)).numpy()
    assert np.array_equal(raw[:, trained.permutation.numpy()], answers)
    assert sorted(trained.permutation.tolist()) == list(range(10))
    # It is what class means over all samples give.
    means = np.stack([answers[c == Y].mean(0) for c in range(10)])
    assert (means.argmax(1) == np.arange(10)).sum() >= 9


def test_formatting_trains_one_layer_on_frozen_ones(trained):
    before = [weights.copy() for weights in trained.get_weights()]
    formatted = trained.format()
    history = formatted.fit(X, Y, epochs=30, batch_size=32, **QUIET).history
    trained.trainable = True
    after = trained.get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert history["accuracy"][-1] > 0.85
    assert formatted.layers[:-1] == trained.layers
    probabilities = formatted.predict(X[FEW])
    np.testing.assert_allclose(probabilities.sum(1), 1, atol=1e-5)


@pytest.mark.parametrize("block", ["dense", "dense_1", "dense_2"])
def test_no_gradient_crosses_a_layer(block):
    """H6: by hooks, a layer's weights get the gradient of its own objective, exactly."""
    model = _model()
    x, y = torch.from_numpy(X[FEW]), torch.from_numpy(Y[FEW])
    weights = {name: list(part.parameters()) for name, part in _parts(model).items()}
    _, figures = model.objectives(x, y)
    seen = {}
    for name, own in weights.items():
        for index, weight in enumerate(own):
            weight.register_hook(lambda grad, key=(name, index): seen.__setitem__(key, grad))
    figures[block][-1].backward(retain_graph=True)
    assert {name for name, _ in seen} == {block}
    alone = dict(seen)
    seen.clear()
    sum(figure[-1] for figure in figures.values()).backward()
    assert {name for name, _ in seen} == set(weights)
    for key, gradient in alone.items():
        assert torch.equal(seen[key], gradient)
        assert gradient.abs().sum() > 0 or key[1] == 1  # a bias is normalised away


def _parts(model):
    return {name: nn.ModuleList(layers) for name, layers in model.blocks().items()}


def test_a_step_moves_each_layer_by_its_own_objective():
    model, twin = _model(), _model()
    batch = torch.from_numpy(X[FEW]), torch.from_numpy(Y[FEW])
    model.train()
    twin.train()
    _, figures = twin.objectives(*batch)
    for name, layers in _parts(twin).items():
        own = list(layers.parameters())
        optimizer = torch.optim.SGD(own, lr=1e-3, momentum=0.9)
        gradients = torch.autograd.grad(figures[name][-1], own)
        for weight, gradient in zip(own, gradients, strict=True):
            weight.grad = gradient
        optimizer.step()
    model.train_step(batch)
    for one, other in zip(model.parameters(), twin.parameters(), strict=True):
        assert torch.equal(one, other), "one optimizer does what one for each layer would"


def test_the_values_are_those_of_the_estimator():
    model = _model(epsilon=1e-4)
    x, y = X[FEW], Y[FEW]
    _, figures = model.objectives(torch.from_numpy(x), torch.from_numpy(y))
    layers = model.forward_layers(torch.from_numpy(x))
    assert list(figures) == list(layers)
    estimator = HSIC(sigma=6.0, scale_sigma=True, labels="one-hot", normalised=True, epsilon=1e-4)
    for name, output in layers.items():
        z = output.detach().numpy()
        expected = [estimator.criterion(x, z), estimator.criterion(z, y)]
        np.testing.assert_allclose(figures[name][:2].detach(), expected, rtol=2e-3)


def test_the_same_seed_is_the_same_run():
    one, again, other = _model(), _model(), _model(seed=1)
    for model in (one, again, other):
        model.fit(X[FEW], Y[FEW], batch_size=100, epochs=2, **QUIET)
    assert one.history.history == again.history.history
    assert np.array_equal(one.predict(X), again.predict(X))
    assert one.history.history != other.history.history


def test_save_and_load_go_on_as_if_nothing_was(tmp_path):
    model = _model(sigma=(1.0, 5.0), classes=10, widths=(32, 24))
    model.fit(X[FEW], Y[FEW], batch_size=100, **QUIET)
    model.save(tmp_path / "model.glow")
    again = load_model(tmp_path / "model.glow")
    assert isinstance(again, HSICSequential)
    assert np.array_equal(again.predict(X), model.predict(X))
    assert again.get_config() == json.loads(json.dumps(model.get_config()))
    for each in (model, again):
        each.fit(X[FEW], Y[FEW], batch_size=100, **QUIET)
    assert again.history.history == model.history.history
    assert again.history.epoch == [0, 1]


def test_a_wider_last_layer_is_read_at_one_unit_for_each_class():
    model = _model(widths=(32, 24), classes=10)
    model.fit(X, Y, batch_size=128, epochs=4, **QUIET)
    assert model.predict(X).shape == (len(X), 10)
    assert len(set(model.permutation.tolist())) == 10
    assert model.history.history["accuracy"][-1] > 0.3


def test_it_stands_on_the_plane(tmp_path):
    model = _model()
    model.fit(X[FEW], Y[FEW], 100, 2, callbacks=[Record(path=tmp_path / "r")], **QUIET)
    recording = Recording.open(tmp_path / "r")
    assert tuple(recording.layers) == ("dense", "dense_1", "dense_2")
    assert tuple(recording.epochs) == (0, 1, 2)
    model.eval()
    with torch.no_grad():
        expected = model.representation(torch.from_numpy(X[FEW]))
    np.testing.assert_allclose(recording.activations(2)["dense_2"], expected, atol=1e-5)
    found = plane(recording, "binned")
    assert bool(found["xt"].notnull().all())
    assert bool(found["ty"].notnull().all())


def test_convolutions_and_layers_without_weights_are_blocks_too():
    layers = [Reshape((1, 8, 8)), Conv2D(4, 3), Activation("relu"), Flatten(), *_block(10)]
    model = HSICSequential(layers, seed=0)
    model.compile("sgd", metrics=["accuracy"])
    history = model.fit(X[FEW], Y[FEW], batch_size=100, **QUIET).history
    assert {f"{name}_objective" for name in model.blocks()} < set(history)
    assert [len(block) for block in model.blocks().values()] == [4, 3]


def test_without_the_labels_and_with_median_distances():
    model = _model(lambda_=0.0, sigma=None)
    logs = model.train_on_batch(X[FEW], Y[FEW], return_dict=True)
    assert logs["dense_objective"] == logs["dense_nhsic_x"] > 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"lambda_": -1.0}, r"HSICSequential: lambda_ must be a number of at least 0, got -1"),
        ({"epsilon": 1e-9}, r"epsilon must be a number of at least 1e-06, got 1e-09"),
        ({"sigma": 0.0}, r"sigma must be positive, several positive numbers or None, got 0.0"),
        ({"sigma": ()}, r"sigma must be positive, several positive numbers or None, got \(\)"),
        ({"sigma": float("nan")}, r"sigma must be a number of at least 0, got nan"),
        ({"classes": 1}, r"classes must be an integer of at least 2, got 1"),
        ({"classes": 11}, r"expected \(N, 11\) or wider, got \(N, 10\). Let it be e.g. Dense\(11"),
    ],
)
def test_settings_out_of_bounds(settings, message):
    with pytest.raises(ValueError, match=message):
        _model(**settings)


@pytest.mark.parametrize(
    ("rows", "message"),
    [(slice(0, 1), "got 1 samples of class 0"), ([0, 10, 20], "got 3 samples of class 0")],
)
def test_a_batch_of_one_class_is_refused(rows, message):
    with pytest.raises(ValueError, match=f"at least two classes in every batch, {message}"):
        _model().fit(X[rows], Y[rows], **QUIET)


def test_a_single_sample_left_over_is_refused():
    with pytest.raises(ValueError, match=r"Choose a batch_size that leaves no few samples over"):
        _model().fit(X[:33], Y[:33], batch_size=32, **QUIET)


@pytest.mark.parametrize(
    ("x", "y", "error", "message"),
    [
        (X[FEW], Y[FEW] / 2, TypeError, "expects class numbers as whole numbers"),
        (X[FEW], Y[FEW] + 1, ValueError, "class numbers in y must be from 0 to 9"),
        (X[FEW] * np.nan, Y[FEW], ValueError, "x must be finite, got NaN"),
    ],
)
def test_data_that_do_not_fit(x, y, error, message):
    with pytest.raises(error, match=message):
        _model().fit(x, y, **QUIET)


def test_weights_of_samples_and_classes_are_refused():
    for weights in ({"sample_weight": np.ones(300)}, {"class_weight": {0: 2.0}}):
        with pytest.raises(ValueError, match=r"expected no weights of samples or classes"):
            _model().fit(X[FEW], Y[FEW], **weights, **QUIET)


@pytest.mark.parametrize("given", [("sgd", "mse"), ("sgd",)])
def test_there_is_no_loss_to_choose(given):
    settings = {} if len(given) == 2 else {"loss": "mse"}
    with pytest.raises(ValueError, match=r"expected no loss, got 'mse'\. Leave it out"):
        _model().compile(*given, **settings)


def test_numbers_that_are_none_show_in_the_loss():
    model = _model()
    with torch.no_grad():
        next(model.parameters()).fill_(torch.nan)
    logs = model.train_on_batch(X[FEW], Y[FEW], return_dict=True)
    assert np.isnan(logs["loss"])


def test_json_round_trip():
    model = _model(sigma=None)
    again = model_from_config(json.loads(json.dumps(model.get_config())))
    assert again.get_config() == model.get_config()
    pairs = zip(again.parameters(), model.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)
