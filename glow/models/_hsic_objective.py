"""The normalised HSIC of a layer with the inputs and the labels of a batch, to train on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from glow.losses import Loss

_SAME = 1e-6
"""Squared distances up to this share of the largest are between samples that do not differ."""


@dataclass(frozen=True)
class NormalisedHSIC:
    """nHSIC = tr(K~ L~) with K~ = Kc (Kc + epsilon m I)^-1 of m samples, dimensionless.

    Ma, Lewis and Kleijn (2020), equation 6. Kc is the centred kernel exp(-r**2 / (2 sigma**2 d)) of
    samples of the width d, or the mean of such kernels. It is `glow.estimators.HSIC` with
    ``normalised=True, scale_sigma=True, labels="one-hot"``, made to be differentiated.

    Args:
        sigmas: Bandwidths; None for the median distance of the samples that differ.
        epsilon: The ridge per sample.
    """

    sigmas: tuple[float, ...] | None
    epsilon: float

    def of_samples(self, x: Tensor) -> Tensor:
        """Return K~ (m, m) of samples (m, ...)."""
        flat = _flat(x)
        return self._ridged(_squared_distances(flat), flat.shape[1])

    def of_classes(self, y: Tensor, classes: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Return K~ (m, m) of the one-hot rows of class numbers (m,)."""
        return self._ridged(2 * (y[:, None] != y).to(dtype), classes)

    def between(self, z: Tensor, fixed: Tensor) -> Tensor:
        """Return the nHSIC of a layer with each of several variables, differentiable in the layer.

        Args:
            z: The layer's output, (m, ...).
            fixed: What `of_samples` and `of_classes` returned, (variables, m, m).

        Returns:
            (variables,); NaN if the output holds NaN.
        """
        values: Tensor = _NormalisedHSIC.apply(_flat(z), fixed, self)  # type: ignore[no-untyped-call]  # torch's
        return values

    def _ridged(self, distances: Tensor, width: int) -> Tensor:
        ridge = self.epsilon * len(distances)
        inverse, _ = _inverse(distances, self._exponents(distances, width), ridge)
        inverse *= -ridge
        inverse.diagonal().add_(1)
        return inverse

    def _exponents(self, distances: Tensor, width: int) -> list[float]:
        """The factor of the squared distance in each kernel's exponent."""
        if self.sigmas is not None:
            return [0.5 / (sigma**2 * width) for sigma in self.sigmas]
        apart = distances[distances > _SAME * distances.max()]
        return [0.5 / float(apart.median()) if len(apart) else 1.0]


class _NormalisedHSIC(torch.autograd.Function):
    """Values and gradient from one factorisation of the layer's kernel.

    With the ridge r and P = (Kc + r I)^-1, K~ = I - r P. So nHSIC(Z, .) = tr(L~) - r tr(P L~) for
    every L~ that is fixed, and d nHSIC / d Kc = r P L~ P, which is centred as L~ is.
    """

    @staticmethod
    def forward(ctx: Any, z: Tensor, fixed: Tensor, measure: NormalisedHSIC) -> Tensor:  # noqa: ANN401 - torch's
        """Return the values, (variables,)."""
        ridge = measure.epsilon * len(z)
        distances = _squared_distances(z)
        inverse, slope = _inverse(distances, measure._exponents(distances, z.shape[1]), ridge)
        ctx.save_for_backward(z, fixed, inverse, slope)
        ctx.ridge = ridge
        traces = fixed.diagonal(dim1=1, dim2=2).sum(1)
        return traces - ridge * (fixed.flatten(1) @ inverse.flatten())

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:  # noqa: ANN401 - torch's
        """Return the gradient of z; those of the rest are not asked for."""
        z, fixed, inverse, slope = ctx.saved_tensors
        of_kernel = inverse @ torch.tensordot(gradient, fixed, 1) @ inverse
        pulls = of_kernel.mul_(slope).mul_(4 * ctx.ridge)  # d / d (squared distance), four times
        return torch.addmm(pulls.sum(1, keepdim=True) * z, pulls, z, alpha=-1), None, None


class LayerObjectives(Loss):
    """Stands where other models have a loss: every layer has an objective of its own."""

    target = "labels"
    accuracy = "sparse_categorical_accuracy"

    def __call__(self, output: Tensor, target: Tensor) -> Tensor:
        """Refuse: the objectives need the inputs as well.

        Raises:
            TypeError: Always.
        """
        raise TypeError(
            "HSICSequential: there is no loss of outputs and targets alone, as every layer is "
            "trained on its own dependence on the inputs too. Call evaluate, or output_and_loss."
        )

    per_run = __call__


def _flat(x: Tensor) -> Tensor:
    """(m, ...) to (m, d), of at least single precision, which the ridge needs."""
    return x.flatten(1).to(torch.promote_types(x.dtype, torch.float32))


def _squared_distances(x: Tensor) -> Tensor:
    """(m, d) to (m, m). Samples are centred first, as large means would cost all digits."""
    x = x - x.mean(0)
    squares = x.square().sum(1)
    distances = torch.addmm(squares[:, None] + squares, x, x.T, alpha=-2)
    return distances.clamp_(min=0).fill_diagonal_(0)


def _gaussian(distances: Tensor, exponent: float) -> tuple[Tensor, Tensor]:
    """The kernel less 1, and its derivative by the squared distances; both (m, m)."""
    less_one = (distances * -exponent).expm1_()
    return less_one, (less_one + 1).mul_(-exponent)


def _inverse(distances: Tensor, exponents: Sequence[float], ridge: float) -> tuple[Tensor, Tensor]:
    """P = (Kc + ridge I)^-1, and the derivative of K by the squared distances; both (m, m).

    The kernel less 1 has the same centred form and keeps its digits where sigma is large.
    """
    kernel, slope = _gaussian(distances, exponents[0])
    for exponent in exponents[1:]:
        for total, part in zip((kernel, slope), _gaussian(distances, exponent), strict=True):
            total += part
    if len(exponents) > 1:
        kernel /= len(exponents)
        slope /= len(exponents)
    means = kernel.mean(0)
    kernel -= means
    kernel -= (means - means.mean())[:, None]
    kernel.diagonal().add_(ridge)
    factor, failed = torch.linalg.cholesky_ex(kernel)
    inverse = torch.cholesky_inverse(factor)
    return inverse.masked_fill_(failed > 0, torch.nan), slope
