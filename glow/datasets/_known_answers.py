"""One of each sampler that knows its mutual information."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glow._arguments import integer

from ._continuous import CorrelatedGaussians, StudentT, UniformNoise
from ._discrete import DiscreteChannel
from ._maps import MAPS, Mapped
from ._mixture import GaussianMixtureLabel
from ._probit import ProbitLabel

if TYPE_CHECKING:
    from ._sampler import Sampler


def known_answers(d: int = 2) -> tuple[Sampler, ...]:
    """Samplers of every kind, to check an estimator against.

    Args:
        d: Columns of each continuous variable.

    Returns:
        Pairs of values, plain and through every map that ``d`` allows; pairs of symbols; labels
        with layers. Their names differ.

    Raises:
        ValueError: If ``d`` is no positive integer.

    Example:
        >>> for sampler in known_answers()[:2]:
        ...     print(f"{sampler.name}: {sampler.mutual_information:.3f} bits")
        correlated Gaussians: 1.474 bits
        uniform noise: 4.932 bits
    """
    d = integer("known_answers", "d", d, low=1)
    return (*_values(d), *_symbols(), *_labels(d))


def _values(d: int) -> tuple[Sampler, ...]:
    gaussians, uniform = CorrelatedGaussians(d=d, rho=0.8), UniformNoise(d=d, noise=0.1)
    tails = StudentT(d=d, rho=0.5, dof=3)
    fitting = [name for name in MAPS if d > 1 or name != "spiral"]
    return (
        gaussians,
        uniform,
        tails,
        StudentT(d=d, rho=0, dof=2),
        *(Mapped(base=gaussians, x=name, y=name) for name in fitting),
        Mapped(base=gaussians, x="cube_root", y="wiggly"),
        Mapped(base=uniform, x="wiggly", y="wiggly"),
        Mapped(base=tails, x="asinh", y="asinh"),
    )


def _symbols() -> tuple[Sampler, ...]:
    return (
        DiscreteChannel(matrix=[[0.9, 0.1], [0.1, 0.9]]),
        DiscreteChannel(matrix=[[0.7, 0.3, 0], [0, 0.3, 0.7]], p=[0.4, 0.6]),
    )


def _labels(d: int) -> tuple[Sampler, ...]:
    plane = [] if d < 2 else [[0.0, 0.0], [3.0, 0.0], [0.0, 3.0]]
    two = GaussianMixtureLabel(means=[-1, 1], d=d)
    return (
        two,
        Mapped(base=two, x="cube_root"),
        GaussianMixtureLabel(means=[-2, 0, 2], scales=[0.5, 1, 2], weights=[0.5, 0.3, 0.2], d=d),
        GaussianMixtureLabel(means=[2.0 * c for c in range(10)], d=d),
        ProbitLabel(weights=[0.3, 0.3, 0.4], rho=0.9, d=d),
        *([GaussianMixtureLabel(means=plane, d=d)] if plane else []),
    )
