"""The sums of `sums` in torch, wherever the samples lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from glow.estimators._memory import memory_ceiling

if TYPE_CHECKING:
    from glow.estimators._context import Classes

_COPIES = 8
"""Arrays of a block's size that are alive at once, with some to spare."""


def tensor_sums(
    samples: torch.Tensor,
    scales: npt.NDArray[np.float64],
    *,
    classes: Classes | None = None,
    other: torch.Tensor | None = None,
    ratio: float = 1.0,
    rooted: bool = False,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Sums of exp(-scale distance) - 1 over pairs of samples, on their device.

    Args:
        samples: (N, d) activations.
        scales: (V,) in any order.
        classes: Without it, all samples are one class.
        other: (N, k) another variable, for the product of both kernels.
        ratio: Its scale over that of the samples.
        rooted: Whether the exponent holds the distance instead of its square.

    Returns:
        For each scale and sample the sum over all samples (V, N) and over those of its class
        (V, N), and the sum over all pairs of the product of both kernels (V,); float64.
    """
    n, device = len(samples), samples.device
    labels = torch.zeros(n, dtype=torch.int64) if classes is None else torch.tensor(classes.labels)
    labels = labels.to(device)
    total = torch.zeros((len(scales), n), dtype=torch.float64, device=device)
    within, joint = torch.zeros_like(total), total.new_zeros(len(scales))
    rows = max(1, memory_ceiling() // (_COPIES * 4 * n))
    for first in range(0, n, rows):
        block = slice(first, min(first + rows, n))
        own = _distances(samples, block, rooted=rooted)
        both = None if other is None else own + ratio * _distances(other, block, rooted=rooted)
        same = labels[block, None] == labels
        for v, scale in enumerate(scales.tolist()):
            kernel = torch.expm1(-scale * own)
            total[v, block] = kernel.sum(dim=1, dtype=torch.float64)
            within[v, block] = (kernel * same).sum(dim=1, dtype=torch.float64)
            if both is not None:
                joint[v] += torch.expm1(-scale * both).sum(dtype=torch.float64)
    return total, within, joint


def _distances(samples: torch.Tensor, rows: slice, *, rooted: bool) -> torch.Tensor:
    """(rows, N) distances of some samples to all, by differences so that equal ones have 0."""
    found = torch.cdist(samples[rows], samples, compute_mode="donot_use_mm_for_euclid_dist")
    return found if rooted else found.square()
