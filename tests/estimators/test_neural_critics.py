import pytest
import torch
from torch import nn

from glow.estimators._neural.critics import CRITICS, Joint, Separable


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def some_weights(critic):
    """Weights without the zeros of the last layer."""
    start = critic.initial(generator())
    return start + 0.3 * torch.randn(len(start), generator=generator(1))


def network(parts):
    """The same layers as modules of torch."""
    layers = []
    for matrix, bias in zip(parts[::2], parts[1::2], strict=True):
        linear = nn.Linear(matrix.shape[1], matrix.shape[0])
        linear.weight, linear.bias = nn.Parameter(matrix), nn.Parameter(bias)
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def slow_score(critic, weights, x, y):
    """The score of one pair by plain modules, without factored layers or matrices of pairs."""
    parts = critic.unpack(weights)
    if isinstance(critic, Joint):
        return network(parts)(torch.cat([x, y])).squeeze()
    half = len(parts) // 2
    return network(parts[:half])(x) @ network(parts[half:])(y)


@pytest.mark.parametrize("kind", CRITICS)
@pytest.mark.parametrize("every_pair", [False, True])
@pytest.mark.parametrize("hidden", [(8,), (7, 5), (6, 5, 4)])
def test_scores_are_those_of_the_slow_twin(kind, every_pair, hidden):
    critic = CRITICS[kind](3, 2, hidden, every_pair=every_pair)
    weights = some_weights(critic)
    x, y = torch.randn(6, 3, generator=generator(2)), torch.randn(6, 2, generator=generator(3))
    found = critic.scores(weights, x, y)
    for i in range(6):
        own = slow_score(critic, weights, x[i], y[i])
        torch.testing.assert_close(found.joint[i], own, rtol=1e-5, atol=1e-6)
        reach = 5 if every_pair or kind == "separable" else 2
        others = [slow_score(critic, weights, x[i], y[(i + s) % 6]) for s in range(1, reach + 1)]
        torch.testing.assert_close(found.product[i], torch.stack(others), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", CRITICS)
def test_a_new_critic_scores_nothing_and_can_learn(kind):
    critic = CRITICS[kind](3, 2, (8,), every_pair=False)
    weights = critic.initial(generator()).requires_grad_()
    x, y = torch.randn(6, 3, generator=generator(2)), torch.randn(6, 2, generator=generator(3))
    scores = critic.scores(weights, x, y)
    assert (scores.joint == 0).all()
    assert (scores.product == 0).all()
    (gradient,) = torch.autograd.grad(scores.joint.square().sum() + scores.joint.sum(), weights)
    assert (gradient != 0).any()


def test_initial_weights_are_the_generators_alone():
    before = torch.random.get_rng_state()
    critic = Separable(3, 2, (8,), every_pair=False)
    first, second = critic.initial(generator(5)), critic.initial(generator(5))
    assert torch.equal(first, second)
    assert not torch.equal(first, critic.initial(generator(6)))
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize("kind", CRITICS)
def test_two_samples_are_each_others_partner(kind):
    critic = CRITICS[kind](1, 1, (4,), every_pair=False)
    weights = some_weights(critic)
    x, y = torch.tensor([[0.0], [1.0]]), torch.tensor([[2.0], [3.0]])
    found = critic.scores(weights, x, y).product
    expected = [slow_score(critic, weights, x[i], y[1 - i]) for i in range(2)]
    torch.testing.assert_close(found.squeeze(1), torch.stack(expected))
