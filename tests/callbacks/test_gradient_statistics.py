import numpy as np
import pytest
import torch

from glow.callbacks import Callback, GradientStatistics
from glow.layers import BatchNormalization, Dense
from glow.models import Ensemble, Sequential
from glow.optimizers import SGD


class Gradients(Callback):
    """Keeps every gradient of the kernels, and the kernels after each epoch: the slow way."""

    def __init__(self):
        self.epochs, self.weights = [], []

    def _kernels(self):
        return [w for name, w in self.model.named_parameters() if name.endswith("weight")]

    def on_epoch_begin(self, epoch, logs=None):
        self.epochs.append([])

    def on_backward_end(self, batch):
        self.epochs[-1].append([w.grad.double().numpy().copy() for w in self._kernels()])

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append([w.detach().double().numpy().copy() for w in self._kernels()])

    def expected(self, axes):
        """Mean, standard deviation and weights, each (epochs, layers, ...)."""
        rows = []
        for batches, weights in zip(self.epochs, self.weights, strict=True):
            row = []
            for layer, weight in enumerate(weights):
                gradients = np.stack([batch[layer] for batch in batches])
                size = np.sqrt((weight**2).sum(axes))
                mean = np.sqrt((gradients.mean(0) ** 2).sum(axes)) / size
                std = np.sqrt(gradients.var(0, ddof=1).sum(axes)) / size
                row.append([mean, std, size])
            rows.append(row)
        return np.moveaxis(np.array(rows), 2, 0)


def _check(statistics, expected):
    for name, values in zip(("mean", "std", "weights"), expected, strict=True):
        np.testing.assert_allclose(statistics[name].values, values, rtol=1e-5)


def test_it_agrees_with_all_gradients_kept(net, fit):
    gradients, slow = GradientStatistics(), Gradients()
    fit(net(), gradients, slow)
    statistics = gradients.statistics
    _check(statistics, slow.expected(None))
    assert statistics.sizes == {"epoch": 3, "layer": 2}
    assert list(statistics["epoch"].values) == [1, 2, 3]
    assert list(statistics["layer"].values) == ["dense", "dense_1"]
    assert all(values.attrs.keys() == {"long_name", "units"} for values in statistics.values())


def test_each_replica_of_an_ensemble_has_its_own(fit):
    def build(seed):
        return Sequential([Dense(6, "tanh"), Dense(2)], input_shape=(4,), seed=seed)

    ensemble = Ensemble(build, 3)
    ensemble.compile(SGD(0.1), loss="cross_entropy")
    gradients, slow = GradientStatistics(), Gradients()
    fit(ensemble, gradients, slow)
    assert gradients.statistics.sizes == {"epoch": 3, "layer": 2, "run": 3}
    _check(gradients.statistics, slow.expected((1, 2)))
    single, alone = build(1), GradientStatistics()
    single.compile(SGD(0.1), loss="cross_entropy")
    fit(single, alone)
    own = gradients.statistics.isel(run=1)
    for name in ("mean", "std", "weights"):
        np.testing.assert_allclose(own[name], alone.statistics[name], rtol=1e-4)


def test_drift_and_diffusion(fit):
    """y = w x with noise: far from the least-squares w the mean prevails, at it the deviation."""
    torch.manual_seed(0)
    x = torch.randn(256, 1)
    model = Sequential([Dense(1)], input_shape=(1,), seed=0)
    model.compile(SGD(0.02), loss="mse")
    gradients = GradientStatistics()
    model.set_weights([np.array([[-8.0]]), np.array([0.0])])
    model.fit(
        x, 5 * x + torch.randn(256, 1), batch_size=16, epochs=40, callbacks=[gradients], verbose=0
    )
    ratio = (gradients.statistics["mean"] / gradients.statistics["std"]).values[:, 0]
    assert ratio[0] > 2
    assert ratio[-10:].mean() < 0.3


def test_a_small_noise_on_a_large_mean_does_not_cancel():
    """Sums of squares in float32 would lose a deviation of 1e-4 on a mean of 1."""
    model = Sequential([Dense(1, use_bias=False)], input_shape=(1,), seed=0)
    model.compile(SGD(0.0), loss="mae")  # its gradient is -x
    model.set_weights([np.array([[1.0]])])
    x = 1 + 1e-4 * torch.linspace(-1, 1, 100)[:, None]
    gradients = GradientStatistics()
    model.fit(x, 100 * torch.ones(100, 1), batch_size=1, callbacks=[gradients], verbose=0)
    statistics = gradients.statistics.squeeze()
    assert float(statistics["mean"]) == pytest.approx(1, rel=1e-6)
    assert float(statistics["std"]) == pytest.approx(float(x.double().std()), rel=1e-3)


def test_one_batch_says_nothing_of_the_deviation(net, fit):
    gradients = GradientStatistics()
    fit(net(), gradients, batch_size=40)
    assert gradients.statistics["std"].isnull().all()
    assert (gradients.statistics["mean"] > 0).all()


def test_vectors_and_what_is_frozen_are_left_out(fit):
    model = Sequential(
        [Dense(3), BatchNormalization(), Dense(4), Dense(2)], input_shape=(4,), seed=0
    )
    model.get_submodule("dense_1").trainable = False
    model.compile("sgd", loss="cross_entropy")
    gradients = GradientStatistics()
    fit(model, gradients)
    assert list(gradients.statistics["layer"].values) == ["dense", "dense_2"]


def test_it_goes_on_over_two_fits_and_begins_anew_with_another_network(net, fit):
    gradients, model = GradientStatistics(), net()
    fit(model, gradients)
    fit(model, gradients)
    assert list(gradients.statistics["epoch"].values) == [1, 2, 3, 4, 5, 6]
    other = Sequential([Dense(2)], input_shape=(4,), seed=0)
    other.compile("sgd", loss="cross_entropy")
    fit(other, gradients, epochs=1)
    assert gradients.statistics.sizes == {"epoch": 1, "layer": 1}


def test_there_is_nothing_before_training():
    with pytest.raises(RuntimeError, match=r"GradientStatistics: there is nothing yet.*Call fit"):
        GradientStatistics().statistics  # noqa: B018 - the property raises
