import numpy as np
import pytest
from scipy.spatial import KDTree
from scipy.special import digamma, gammaln

from glow.estimators import KNN, Context


def gaussians(n, d, bits, seed):
    """d pairs of equal correlation, ``bits`` of information in all."""
    rho2 = 1 - 2 ** (-2 * bits / d)
    x, noise = np.random.default_rng(seed).normal(size=(2, n, d))
    return x, np.sqrt(rho2) * x + np.sqrt(1 - rho2) * noise


def entropy(samples, k):
    """Kozachenko and Leonenko's in nats, with the volume of the Euclidean ball, by a tree."""
    n, d = samples.shape
    radii = KDTree(samples).query(samples, k=k + 1)[0][:, k]
    ball = d / 2 * np.log(np.pi) - gammaln(d / 2 + 1)
    return digamma(n) - digamma(k) + ball + d * np.log(radii).mean()


def mean_and_error(values):
    return np.mean(values), np.std(values, ddof=1) / np.sqrt(len(values))


@pytest.mark.parametrize("d", [1, 3])
@pytest.mark.parametrize("k", [1, 3, 8])
def test_a_class_split_is_that_of_a_tree(d, k):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 300)
    t = rng.normal(size=(300, d)) + labels[:, None]
    within = sum((labels == c).mean() * entropy(t[labels == c], k) for c in range(3))
    expected = (entropy(t, k) - within) / np.log(2)
    assert KNN(k=k).criterion(t, labels) == pytest.approx(expected, abs=1e-9)
    assert KNN(k=k).criterion(labels, t) == KNN(k=k).criterion(t, labels)


def test_three_entropies_of_numbers_are_those_of_a_tree():
    """The joint ball of two numbers is a square: its volume is the product of the two lengths."""
    x, y = (v / np.abs(v - v.mean()).mean() for v in gaussians(400, 1, 1.0, 0))
    pair = np.hstack([x, y])
    radii = KDTree(pair).query(pair, k=4, p=np.inf)[0][:, 3]
    joint = digamma(400) - digamma(3) + 2 * np.log(2) + 2 * np.log(radii).mean()
    expected = (entropy(x, 3) + entropy(y, 3) - joint) / np.log(2)
    assert KNN().criterion(x, y) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("d", "bits"), [(1, 0.0), (1, 1.2), (2, 1.4739)])
def test_gaussians_are_estimated_to_a_tenth_of_a_bit(d, bits):
    samples = [gaussians(1000, d, bits, seed) for seed in range(20)]
    mean, error = mean_and_error([KNN().criterion(x, y) for x, y in samples])
    assert abs(mean - bits) < 0.1 + 2 * error


def test_labels_that_say_nothing_have_none_in_the_mean():
    def value(seed):
        rng = np.random.default_rng(seed)
        return KNN().criterion(rng.normal(size=(400, 2)), rng.integers(0, 2, 400))

    mean, error = mean_and_error([value(seed) for seed in range(20)])
    assert abs(mean) < 0.02 + 3 * error


def test_trap_a_class_split_can_exceed_the_entropy_of_the_labels():
    """Far apart, each class is its own neighbourhood: psi(N) - psi(N_y) is more than log C."""
    labels = np.repeat(np.arange(40), 4)
    t = np.random.default_rng(0).normal(size=(160, 2)) + 100 * labels[:, None]
    found = KNN(k=3).measure(t, labels)
    assert found.value == pytest.approx((digamma(160) - digamma(4)) / np.log(2))
    entropy = Context(t, labels).label_entropy
    assert found.value > entropy + 0.05
    assert found.verdict == "above ceiling"


def test_trap_units_that_never_change_are_no_dimensions():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 400)
    t = rng.normal(size=(400, 2)) + 2 * labels[:, None]
    dead = np.hstack([t, np.full((400, 5), 0.7)])
    assert KNN().criterion(dead, labels) == pytest.approx(KNN().criterion(t, labels), abs=1e-9)
    assert KNN().criterion(np.full(400, 0.7), labels) == 0
    assert KNN().criterion(np.full(400, 0.7), t) == 0


def test_trap_repeated_samples_stay_finite_and_are_said():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 400)
    t = np.maximum(rng.normal(size=(400, 1)) + labels[:, None], 0)
    found = KNN().measure(t, labels)
    assert np.isfinite(found.value)
    assert found.diagnostics["tied_share"] > 0.1
    assert found.verdict == "biased by ties"
    atoms = KNN().measure(labels.astype(float), labels)  # each class in one place
    assert np.isfinite(atoms.value)
    assert atoms.verdict in ("biased by ties", "above ceiling")


def test_scale_and_names_of_labels_do_not_matter():
    x, y = gaussians(300, 2, 1.0, 0)
    labels = (y[:, 0] > 0).astype(int)
    assert KNN().criterion(9 * x, y - 5) == pytest.approx(KNN().criterion(x, y), abs=1e-6)
    assert KNN().criterion(9 * x, labels) == pytest.approx(KNN().criterion(x, labels), abs=1e-9)
    named = np.array([8, -3])[labels]
    assert KNN().criterion(x, named) == pytest.approx(KNN().criterion(x, labels), abs=1e-9)


def test_trap_many_dimensions_are_not_called_reliable():
    for d in (5, 20):
        x, y = gaussians(1000, d, 2.0, d)
        assert KNN().measure(x, y).verdict == "too few samples for d"
    assert KNN().measure(*gaussians(2000, 1, 2.0, 1)).verdict == "reliable"


def test_trap_a_negative_information_is_not_called_reliable():
    """Units that saturate: the entropies of the classes err more than their difference is."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 6))
    t = np.tanh(8 * x @ rng.normal(size=(6, 5)))
    labels = (x[:, 0] > 0).astype(int)
    context = Context(x, labels)
    found = KNN().estimate(t, context)
    assert found["ty"] < -0.1
    assert KNN().verdicts(found, context)[1] == "too few samples for d"
    assert KNN().measure(t, labels).verdict == "too few samples for d"


def test_shares_of_ties_are_shares():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 2, (300, 6)).astype(float)  # a lattice
    t = np.maximum(rng.normal(size=(300, 1)), 0)  # and atoms
    figures = KNN().check(x, t)
    assert 0 <= figures["atom_share"] <= figures["tied_share"] <= 1


def test_what_cannot_be_estimated_is_said():
    with pytest.raises(ValueError, match=r"^KNN: k=5 neighbours need more than 5 samples, got N=4"):
        KNN(k=5).criterion(np.ones(4), np.arange(4.0))
    with pytest.raises(ValueError, match=r"^KNN: .* is alone in its class"):
        KNN().criterion(np.arange(9.0), np.arange(9))
