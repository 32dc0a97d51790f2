import numpy as np
import pytest
import torch

from glow.estimators import HSIC
from glow.models._hsic_objective import LayerObjectives, NormalisedHSIC

RNG = np.random.default_rng(0)
LABELS = np.arange(100) % 10
X = RNG.normal(size=(100, 7)).astype(np.float32)
Z = (X[:, :3] + LABELS[:, None] / 5).astype(np.float32)


def _value(measure, z, others):
    return measure.between(torch.as_tensor(z), torch.stack(others))


@pytest.mark.parametrize("samples", [50, 250])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_closed_forms_on_one_hot_labels(samples, dtype):
    """H1: nHSIC(Y, Y) = (C - 1) r**2, and no layer has more than (C - 1) r with Y."""
    classes, epsilon, sigma = 10, 1e-5, 5.0
    a = 1 - np.exp(-1 / (classes * sigma**2))
    r = a / (a + epsilon * classes)
    y = torch.arange(samples) % classes
    rows = torch.eye(classes, dtype=dtype)[y]
    measure = NormalisedHSIC((sigma,), epsilon)
    fixed = [measure.of_classes(y, classes, dtype)]
    found = float(_value(measure, rows, fixed))
    assert found == pytest.approx((classes - 1) * r**2, abs=1e-4)
    assert found == pytest.approx(8.5655, abs=1e-4)
    far_apart = float(_value(measure, 1e6 * rows, fixed))
    assert far_apart < (classes - 1) * r < 8.7802
    # Classes far apart come as near to that bound as the layer's own ridge lets them.
    own = (classes - 1) * r / (1 + epsilon * classes)
    assert far_apart == pytest.approx(own, abs=1e-4 if dtype is torch.float64 else 5e-3)


@pytest.mark.parametrize(("sigma", "atol"), [(5.0, 1e-3), (1.0, 1e-3), (None, 5e-3)])
def test_it_is_the_estimator(sigma, atol):
    settings = {"sigma": "median"} if sigma is None else {"sigma": sigma, "scale_sigma": True}
    estimator = HSIC(normalised=True, labels="one-hot", epsilon=1e-4, **settings)
    measure = NormalisedHSIC(None if sigma is None else (sigma,), 1e-4)
    # The median of an even number of distances is the lower one here, the middle there.
    fixed = [measure.of_samples(torch.from_numpy(X)), measure.of_classes(torch.tensor(LABELS), 10)]
    found = _value(measure, Z, fixed)
    expected = [estimator.criterion(X, Z), estimator.criterion(Z, LABELS)]
    np.testing.assert_allclose(found, expected, rtol=atol)


def test_labels_are_one_hot_rows():
    y = torch.tensor(LABELS)
    for sigmas in ((5.0,), None):
        measure = NormalisedHSIC(sigmas, 1e-5)
        rows = measure.of_samples(torch.eye(10)[y])
        assert torch.allclose(measure.of_classes(y, 10), rows, atol=1e-4)


@pytest.mark.parametrize("sigmas", [(2.0,), (1.0, 5.0, 10.0), None])
def test_the_closed_form_of_the_gradient_is_that_of_autograd(sigmas):
    measure = NormalisedHSIC(sigmas, 1e-3)
    x, z = (torch.from_numpy(part[:20]).double() for part in (X, Z))
    y = torch.eye(10, dtype=torch.float64)[LABELS[:20]]
    fixed = torch.stack([measure.of_samples(x), measure.of_samples(y)])
    factors = torch.tensor([1.0, -50.0], dtype=torch.float64)
    z.requires_grad_()
    (found,) = torch.autograd.grad(measure.between(z, fixed) @ factors, z)
    (expected,) = torch.autograd.grad(_slowly(measure, z, fixed) @ factors, z)
    assert torch.allclose(found, expected, rtol=1e-8, atol=1e-10)


def _slowly(measure, z, fixed):
    """The definition, word by word."""
    m, d = z.shape
    distances = (z[:, None] - z).square().sum(2)
    exponents = measure._exponents(distances.detach(), d)
    kernel = torch.stack([torch.exp(-e * distances) for e in exponents]).mean(0)
    identity = torch.eye(m, dtype=z.dtype)
    centring = identity - 1 / m
    centred = centring @ kernel @ centring
    ridged = centred @ torch.linalg.inv(centred + measure.epsilon * m * identity)
    return torch.stack([torch.trace(ridged @ other) for other in fixed])


def test_single_precision_is_enough():
    measure = NormalisedHSIC((5.0,), 1e-5)
    y = torch.tensor(LABELS)
    values = []
    for kind in (torch.float32, torch.float64):
        x, z = (torch.from_numpy(part).to(kind) for part in (X, Z))
        fixed = torch.stack([measure.of_samples(x + 1000), measure.of_classes(y, 10).to(kind)])
        values.append(measure.between(z, fixed).double())
    assert torch.allclose(*values, rtol=2e-3)


def test_values_that_are_no_numbers_stay_visible():
    measure = NormalisedHSIC((5.0,), 1e-5)
    z = torch.full((10, 3), torch.nan)
    assert measure.between(z, torch.eye(10)[None]).isnan().all()


def test_samples_that_do_not_differ_share_nothing():
    measure = NormalisedHSIC(None, 1e-5)
    assert float(measure.between(torch.ones(10, 3), torch.eye(10)[None])) == pytest.approx(0)


def test_there_is_no_loss_of_outputs_alone():
    with pytest.raises(TypeError, match=r"trained on its own dependence on the inputs too\. Call"):
        LayerObjectives()(torch.zeros(2, 2), torch.zeros(2))
