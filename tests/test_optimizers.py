import json

import pytest
import torch
from torch import nn

from glow import optimizers

CLASSES = sorted(optimizers._BY_NAME)


@pytest.mark.parametrize("name", CLASSES)
def test_names_give_torch_optimizers_that_step(name):
    chosen = optimizers.get(name)
    weight = nn.Parameter(torch.ones(3))
    built = chosen.build([weight])
    weight.sum().backward()
    built.step()
    assert type(built).__name__ == type(chosen).__name__
    assert (weight < 1).all()


@pytest.mark.parametrize("name", CLASSES)
def test_configurations_are_json(name):
    config = json.loads(json.dumps(optimizers.get(name).get_config()))
    assert type(optimizers.get(name))(**config["config"]) == optimizers.get(name)


def test_keras_arguments_reach_torch():
    adam = optimizers.Adam(learning_rate=4e-4, beta_1=0.5, epsilon=1e-7, amsgrad=True)
    defaults = adam.build([nn.Parameter(torch.ones(1))]).defaults
    assert defaults["lr"] == 4e-4
    assert defaults["betas"] == (0.5, 0.999)
    assert defaults["eps"] == 1e-7
    assert defaults["amsgrad"]
    assert defaults["fused"]
    sgd = optimizers.SGD(momentum=0.9, nesterov=True).build([nn.Parameter(torch.ones(1))])
    assert (sgd.defaults["momentum"], sgd.defaults["nesterov"]) == (0.9, True)
    rms = optimizers.RMSprop(rho=0.5).build([nn.Parameter(torch.ones(1))])
    assert rms.defaults["alpha"] == 0.5


def test_errors():
    with pytest.raises(ValueError, match=r"Unknown optimizer 'adm'. Did you mean 'adam'"):
        optimizers.get("adm")
    with pytest.raises(TypeError, match=r"optimizer must be a name.*got 3"):
        optimizers.get(3)
    for rate in (-1, float("nan")):
        with pytest.raises(ValueError, match=r"Adam: learning_rate must be a number of at least 0"):
            optimizers.Adam(learning_rate=rate)
