"""How estimators do in many dimensions: bias, spread and time against samplers that know the truth.

    python tests/accuracy/high_dimensions.py --d 10 50 --nats 2 --n 2000 --samples 10

prints one line for each sampler and estimator. docs/high-dimensions.md holds what it printed. More
than the library's estimators is tried here: what lost is kept so that it can be measured again.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Callable, Iterator, Mapping

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import numpy.typing as npt

from glow.datasets import CorrelatedGaussians, Mapped, StudentT, UniformNoise
from glow.datasets._sampler import Sampler
from glow.estimators import KSG, SMILE, Estimate, Gaussian, InfoNCE, TCopula, recommend
from glow.estimators._copulas.fit import distinct, double_ranks, fit_t_copula
from glow.estimators._copulas.ranks import normal_scores

Samples = npt.NDArray[np.float64]
Measure = Callable[[Samples, Samples], float | Estimate]


def samplers(d: int, bits: float) -> Iterator[Sampler]:
    """Dependence that a t copula can describe, and two kinds that it cannot."""
    gaussians = CorrelatedGaussians.with_information(d=d, bits=bits)
    yield gaussians
    yield Mapped(base=gaussians, x="cube_root", y="cube_root")
    least = StudentT(d=d, dof=3).mutual_information  # what the tails alone carry
    tails = StudentT.with_information(d=d, bits=max(bits, least + 0.1), dof=3)
    yield Mapped(base=tails, x="asinh", y="asinh")
    yield UniformNoise.with_information(d=d, bits=bits)
    yield Mapped(base=gaussians, x="spiral")
    yield Mapped(base=gaussians, x="spiral", y="spiral")


def canonical_pairs(x: Samples, y: Samples) -> float:
    """Neighbours in each pair of canonical variables, found on one half and measured on the other.

    Directions are those of the normal scores; both halves take both parts.
    """
    scores = normal_scores(x), normal_scores(y)
    halves = slice(0, len(x), 2), slice(1, len(x), 2)
    return float(np.mean([_canonical(scores, a, b) for a, b in (halves, halves[::-1])]))


def _canonical(scores: tuple[Samples, Samples], fit: slice, held_out: slice) -> float:
    whiten = [np.linalg.inv(np.linalg.cholesky(np.cov(s[fit], rowvar=False))).T for s in scores]
    cross = (scores[0][fit] @ whiten[0]).T @ (scores[1][fit] @ whiten[1])
    left, _, right = np.linalg.svd(cross, full_matrices=False)
    u, v = scores[0] @ whiten[0] @ left, scores[1] @ whiten[1] @ right.T
    return sum(KSG().criterion(u[held_out, i], v[held_out, i]) for i in range(u.shape[1]))


def calibrated_neighbours(x: Samples, y: Samples) -> float:
    """The t copula plus what neighbours find beyond what they find in draws from it."""
    copula = fit_t_copula(distinct(double_ranks(x)), distinct(double_ranks(y)), None)
    drawn = [KSG().criterion(*copula.draw(np.random.default_rng(seed))) for seed in range(3)]
    excess = KSG().criterion(normal_scores(x), normal_scores(y)) - float(np.mean(drawn))
    return copula.information(corrected=True) / math.log(2) + excess


def radial_regression(x: Samples, y: Samples) -> float:
    """Gaussian information of Y and X times polynomials of its length.

    It knows that the relation turns with the length, which no estimator can know of its data.
    """
    scores = normal_scores(x)
    lengths = normal_scores((scores**2).sum(axis=1, keepdims=True))
    powers = np.polynomial.hermite_e.hermevander(lengths[:, 0], 5)
    return Gaussian().criterion(
        np.hstack([scores * powers[:, [m]] for m in range(powers.shape[1])]), normal_scores(y)
    )


MEASURES: Mapping[str, Measure] = {
    "KSG, k = 3": KSG().criterion,
    "KSG on normal scores": lambda x, y: KSG().criterion(normal_scores(x), normal_scores(y)),
    "canonical pairs and KSG": canonical_pairs,
    "Gaussian": Gaussian().criterion,
    "Gaussian copula": Gaussian(marginals="copula").criterion,
    "t copula": TCopula().criterion,
    "t copula and KSG's excess": calibrated_neighbours,
    "t copula and pairs": TCopula(residual="pairs").criterion,
    "radial regression": radial_regression,
    "SMILE": SMILE().criterion,
    "InfoNCE": InfoNCE().criterion,
    "recommend": lambda x, y: recommend(x, y).estimate,
}


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--d", type=int, nargs="+", default=[5, 10, 25, 50])
    parser.add_argument("--nats", type=float, nargs="+", default=[2.0])
    parser.add_argument("--n", type=int, default=2000)
    parser.add_argument("--samples", type=int, default=10)
    parser.add_argument("--samplers", nargs="+", default=[""], help="parts of their names")
    parser.add_argument("--only", nargs="+", choices=list(MEASURES), default=list(MEASURES))
    given = parser.parse_args()
    print("| d | sampler | estimator | truth | mean | bias | sd | seconds | called reliable |")
    print("|---|---|---|---|---|---|---|---|---|")
    for d in given.d:
        for nats in given.nats:
            for sampler in samplers(d, nats / math.log(2)):
                if any(part in sampler.name for part in given.samplers):
                    for name in given.only:
                        print(line(sampler, name, given.n, given.samples), flush=True)


def line(sampler: Sampler, name: str, n: int, samples: int) -> str:
    """One row of the table, in bits; the seconds are the median of one estimate."""
    found, seconds = [], []
    for seed in range(samples):
        pair = sampler.sample(n, seed)
        start = time.perf_counter()
        found.append(MEASURES[name](*pair))
        seconds.append(time.perf_counter() - start)
    values = [float(each) for each in found]
    truth, mean, sd = sampler.mutual_information, np.mean(values), np.std(values, ddof=1)
    verdicts = [each.verdict for each in found if isinstance(each, Estimate)]
    called = f"{verdicts.count('reliable')} of {samples}" if verdicts else ""
    return (
        f"| {sampler.d} | {sampler.name} | {name} | {truth:.2f} | {mean:.2f} "
        f"| {mean - truth:+.2f} | {sd:.2f} | {np.median(seconds):.2f} | {called} |"
    )


if __name__ == "__main__":
    main()
