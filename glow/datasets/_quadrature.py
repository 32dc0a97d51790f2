"""Mutual information of a label and a Gaussian mixture, by quadrature."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

_REACH = 10.0  # standard deviations around a mean: what lies outside weighs less than 1e-22
_STEPS = {1: 100, 2: 16}  # per standard deviation, by the number of axes
_MOST_VALUES = 20_000_000  # densities held at once, 160 MB

Floats = npt.NDArray[np.float64]


def mixture_information(means: Floats, scales: Floats, weights: Floats) -> float:
    """I(X;Y) in bits, where X given class y is normal around a mean with a spherical scale.

    The mean over the classes of their divergences from the mixture, each by the trapezoidal rule,
    which for smooth integrands that vanish at both ends converges faster than any power of the step
    (Trefethen and Weideman, "The exponentially convergent trapezoidal rule", 2014).

    Args:
        means: (C, r), r = 1 or 2.
        scales: (C,) standard deviations.
        weights: (C,) probabilities.

    Raises:
        ValueError: If the scales differ so much that the grid would be too large.
    """
    total = 0.0
    for mean, scale, weight in zip(means, scales, weights, strict=True):
        grid, probability = _grid(means.shape[1], float(scale / scales.min()), len(means))
        points = mean + scale * grid  # (P, r)
        here = _log_density(points, mean[None], np.array([scale]))[:, 0]
        mixed = np.log(weights) + _log_density(points, means, scales)  # (P, C)
        total += weight * float(probability @ (here - np.logaddexp.reduce(mixed, axis=1)))
    return float(total / math.log(2))


def _grid(axes: int, finest: float, classes: int) -> tuple[Floats, Floats]:
    """Points (P, r) around a standard normal and their probabilities (P,).

    ``finest`` is this class's scale in units of the smallest one, whose shape the grid must show.
    """
    steps = math.ceil(_REACH * _STEPS[axes] * max(finest, 1.0))
    if (2 * steps + 1) ** axes * classes > _MOST_VALUES:
        raise ValueError(
            f"GaussianMixtureLabel: scales that differ by a factor of {finest:g} need too fine a "
            "grid. Choose scales nearer to each other, or means along one axis."
        )
    line = np.linspace(-_REACH, _REACH, 2 * steps + 1)
    points = np.stack(np.meshgrid(*[line] * axes, indexing="ij"), axis=-1).reshape(-1, axes)
    weight = np.exp(-(points**2).sum(axis=1) / 2)
    return points, weight / weight.sum()


def _log_density(points: Floats, means: Floats, scales: Floats) -> Floats:
    """(P, C) of points (P, r), without the constant that all classes share."""
    squares = ((points[:, None] - means) ** 2).sum(axis=2)  # (P, C)
    logs: Floats = -squares / (2 * scales**2) - means.shape[1] * np.log(scales)
    return logs
