import numpy as np
import pytest
import torch

from glow.estimators import CKA, HSIC, KDE, Context
from glow.estimators._context import Classes
from glow.estimators._kernels import sums
from glow.estimators._kernels.sums import Distances, kernel_sums
from glow.estimators._kernels.torch_sums import tensor_sums


@pytest.mark.parametrize("rooted", [False, True])
@pytest.mark.parametrize("d", [3, 50])
def test_torch_sums_are_those_of_the_tiles(rng, rooted, d):
    t, x = rng.normal(size=(2, 90, d)).astype(np.float32)
    classes, scales = Classes.of(rng.integers(0, 3, 90)), np.array([0.01, 0.3, 2.0])
    wanted = kernel_sums(
        "Test", t, scales, classes=classes, other=Distances("Test", x), ratio=0.5, rooted=rooted
    )
    total, within, joint = tensor_sums(
        torch.tensor(t), scales, classes=classes, other=torch.tensor(x), ratio=0.5, rooted=rooted
    )
    np.testing.assert_allclose(total.numpy()[:, wanted.order], wanted.total, rtol=2e-5)
    np.testing.assert_allclose(within.numpy()[:, wanted.order], wanted.within, rtol=2e-5)
    np.testing.assert_allclose(joint.numpy(), wanted.joint, rtol=2e-5)


@pytest.mark.parametrize("estimator", [KDE(variance=0.1), HSIC(sigma=1), CKA(), HSIC()])
def test_estimators_are_the_same_by_way_of_torch(estimator, layer, context, monkeypatch):
    _, t, _ = layer
    wanted = estimator.coordinates(t, context)
    monkeypatch.setattr(sums, "device_of", lambda *values: torch.device("cpu"))
    fresh = Context(context.x, context.y)
    np.testing.assert_allclose(
        estimator.coordinates(torch.tensor(t), fresh), wanted, rtol=1e-4, atol=1e-6
    )
