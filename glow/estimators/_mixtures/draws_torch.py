"""The densities behind `SamplePropagation` for activations that lie on an accelerator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    import numpy.typing as npt

    from .draws import Draws

_BLOCK = 2**22  # pairs held at once


def tensor_log_sums(
    centred: torch.Tensor, draws: Draws, noises: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Logarithms of each draw's density under all samples and under those of its class.

    Args:
        centred: (N, d) float64 samples less their mean.
        draws: Their draws.
        noises: (V,) standard deviations.

    Returns:
        (2, V, m) natural logarithms, in multiples of the density under the draw's own sample.
    """

    def here(array: npt.NDArray[np.generic]) -> torch.Tensor:
        return torch.tensor(array, device=centred.device)

    samples = centred[here(draws.order)]
    norms = samples.square().sum(dim=1)
    label = here(np.repeat(np.arange(len(draws.starts) - 1), np.diff(draws.starts)))
    rows = max(1, _BLOCK // len(samples))
    found = []
    for own, z in zip(
        torch.split(here(draws.centres), rows), torch.split(here(draws.normals), rows), strict=True
    ):
        centres = samples[own]
        squares = (norms[own][:, None] + norms - 2 * (centres @ samples.T)).clamp(min=0)
        slopes = (z * centres).sum(dim=1, keepdim=True) - z @ samples.T
        other = label[own][:, None] != label
        found.append(_log_sums(squares, slopes, own, other, noises))
    return torch.cat(found, dim=2).cpu().numpy()


def _log_sums(
    squares: torch.Tensor,
    slopes: torch.Tensor,
    own: torch.Tensor,
    other: torch.Tensor,
    noises: npt.NDArray[np.float64],
) -> torch.Tensor:
    """(2, V, R) of one block of draws; ``other`` marks the samples of other classes."""
    for pairs in (squares, slopes):
        pairs.scatter_(1, own[:, None], 0.0)  # what the products leave there is rounding
    sums = []
    for noise in noises.tolist():
        exponents = -(squares / (2 * noise**2) + slopes / noise)
        inside = exponents.masked_fill(other, -torch.inf).logsumexp(dim=1)
        sums.append(torch.stack((exponents.logsumexp(dim=1), inside)))
    return torch.stack(sums, dim=1)
