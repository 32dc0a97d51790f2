import math

import numpy as np
import pytest
import torch

from glow.estimators import MINE, NWJ, SMILE, InfoNCE
from glow.estimators._neural.critics import Joint, Scores, Separable
from glow.estimators._neural.reading import Reading, in_blocks, standard_error
from glow.estimators._neural.training import Halves, _Adam


def scores(seed=0, b=40, k=7):
    g = torch.Generator().manual_seed(seed)
    joint, product = torch.randn(b, generator=g) + 1, torch.randn(b, k, generator=g)
    return Scores(joint.double(), product.double(), b)


def slow_value(estimator, s):
    """The bounds as the papers write them."""
    joint, product = s.joint.numpy(), s.product.numpy()
    if isinstance(estimator, NWJ):  # the network's output is f - 1
        return (joint + 1).mean() - np.exp(product + 1 - 1).mean()
    if isinstance(estimator, InfoNCE):
        b = 1 + product.shape[1]
        share = np.exp(joint) / (np.exp(joint) + np.exp(product).sum(axis=1))
        return np.log(share).mean() + math.log(b)
    if isinstance(estimator, SMILE):
        product = np.clip(product, -estimator.tau, estimator.tau)
    return joint.mean() - np.log(np.exp(product).mean())


@pytest.mark.parametrize("estimator", [MINE(), NWJ(), InfoNCE(), SMILE(), SMILE(tau=0.5)])
def test_values_are_the_papers_formulas(estimator):
    terms = estimator.contributions(scores())
    assert terms.shape == (40,)
    assert float(terms.mean()) == pytest.approx(slow_value(estimator, scores()), rel=1e-9)


def test_smile_is_trained_with_the_jensen_shannon_objective():
    s = scores()
    p, q = 1 / (1 + np.exp(-s.joint.numpy())), 1 / (1 + np.exp(-s.product.numpy()))
    told = np.log(p).mean() + np.log(1 - q).mean() + 2 * math.log(2)
    assert float(SMILE().objective()(s)) == pytest.approx(told, rel=1e-9)


def test_mine_divides_by_a_moving_average_of_the_partition():
    """The gradient is E_p[f'] - E_q[f' exp f] / m, m = 0.9 m + 0.1 E_q[exp f]."""
    objective = MINE().objective()
    mean = None
    for seed in range(3):
        s = scores(seed)
        product = s.product.clone().requires_grad_()
        objective(Scores(s.joint, product, 40)).backward()
        batch = s.product.exp().mean()
        mean = batch if mean is None else 0.9 * mean + 0.1 * batch
        expected = -(s.product.exp() / mean) / s.product.numel()
        torch.testing.assert_close(product.grad, expected)


def test_the_surrogate_is_not_what_is_reported():
    s = scores()
    objective = MINE().objective()
    objective(scores(1))
    assert abs(float(objective(s)) - float(MINE().contributions(s).mean())) > 0.1


@pytest.mark.parametrize("family", [MINE, NWJ, InfoNCE, SMILE])
def test_huge_scores_do_not_overflow_in_training(family):
    s = scores()
    huge = Scores(s.joint.float() + 80, (s.product.float() + 80).requires_grad_(), 40)
    objective = family().objective()
    objective(huge).backward()
    assert torch.isfinite(huge.product.grad).all()


def test_adam_is_torchs():
    g = torch.Generator().manual_seed(0)
    ours = torch.randn(5, generator=g)
    theirs = torch.nn.Parameter(ours.clone())
    adam, reference = _Adam(ours, 0.01), torch.optim.Adam([theirs], lr=0.01)
    for _ in range(30):
        gradient = torch.randn(5, generator=g)
        theirs.grad = gradient.clone()
        adam.step(gradient)
        reference.step()
    torch.testing.assert_close(ours, theirs.detach())


@pytest.mark.parametrize("n", [8, 9, 10, 11, 101])
def test_the_parts_are_disjoint_and_cover_the_samples(n):
    rows = torch.arange(n, dtype=torch.float32)[:, None]
    halves = Halves.split(rows, rows, seed=3)
    train, first, second = ({*halves.x[part].flatten().tolist()} for part in halves.read)
    trained = {*halves.x[: halves.trained].flatten().tolist()}
    assert train <= trained
    assert len(trained) == n - n // 2
    assert len(first) == len(second) == halves.quarter >= 2
    assert len(trained | first | second) == n - (n // 2) % 2  # two equal quarters
    assert len(trained) + len(first) + len(second) == len(trained | first | second)


def test_so_many_samples_say_enough():
    halves = Halves.split(torch.zeros(40_000, 1), torch.zeros(40_000, 1), seed=0)
    assert {part.stop - part.start for part in halves.read} == {4096}


@pytest.mark.parametrize(("n", "size"), [(12, 4), (13, 4), (4, 4), (7, 4)])
def test_blocks_cover_every_sample(n, size):
    critic = Joint(1, 1, (3,), every_pair=False)
    weights = critic.initial(torch.Generator().manual_seed(0)) + 0.1
    x = torch.arange(n, dtype=torch.float32)[:, None]
    found = in_blocks(critic, weights, x, x, size)
    assert len(found.joint) == -(-n // size) * size
    alone = critic.scores(weights, x, x).joint
    covered = {round(score, 4) for score in found.joint.tolist()}
    assert covered == {round(score, 4) for score in alone.tolist()}


def reading(first, second, train=(0, 0, 0)):
    values = np.column_stack([train, first, second]).astype(float)
    return Reading(np.array([0, 50, 100]), values, np.full((3, 3), 0.3), values)


def test_each_part_is_read_where_the_other_is_best():
    """So that the best of many noisy readings is no reading of the estimate."""
    found = reading(first=[0, 5, 1], second=[0, 1, 6], train=[0, 2, 4])
    assert found.chosen == (2, 1)
    assert found.estimate == (1 + 1) / 2
    assert found.gap == 4 - 1
    assert found.standard_error == pytest.approx(0.3 / math.sqrt(2))
    assert found.rising == pytest.approx((3.5 - 3.0) * 0.4)


def test_choosing_the_best_step_does_not_raise_pure_noise():
    rng = np.random.default_rng(0)
    found = [reading(*rng.normal(size=(2, 3))).estimate for _ in range(4000)]
    assert abs(np.mean(found)) < 4 * np.std(found) / math.sqrt(len(found))
    naive = [rng.normal(size=(2, 3)).max(axis=1).mean() for _ in range(4000)]
    assert np.mean(naive) > 0.5  # what the same choice on the same part would read


@pytest.mark.parametrize("family", [MINE, NWJ, InfoNCE, SMILE])
@pytest.mark.parametrize("kind", [Joint, Separable])
@pytest.mark.parametrize("scale", [0.3, 1.0])
def test_the_reported_error_is_the_spread_over_samples(family, kind, scale):
    """For a critic that stays as it is, over fresh samples of a correlated Gaussian."""
    critic = kind(1, 1, (16,), every_pair=family is InfoNCE)
    weights = critic.initial(torch.Generator().manual_seed(0))
    last = critic.shapes[-1][0] + math.prod(critic.shapes[-2])
    noise = torch.randn(last, generator=torch.Generator().manual_seed(1))
    weights[-last:] = scale * noise / 4
    values, errors = [], []
    for seed in range(150):
        g = torch.Generator().manual_seed(seed)
        x = torch.randn(320, 1, generator=g)
        y = 0.8 * x + 0.6 * torch.randn(320, 1, generator=g)
        found = in_blocks(critic, weights, x, y, 32)
        values.append(float(family().contributions(found).mean()))
        errors.append(standard_error(family(), found))
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.25)  # 6 % by chance alone
