"""How large the gradient is against its noise: the drift and diffusion phases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from glow.callbacks._base import Callback

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray
    from torch.nn import Parameter

    from glow.callbacks._base import Logs


class GradientStatistics(Callback):
    """Mean and standard deviation of each layer's gradient over the batches of every epoch.

    With g_b the gradient of batch b with respect to the weights W of a layer, before any clipping,
    and mean and standard deviation taken over the batches for each weight on its own, it gives

        mean = |mean_b g_b| / |W|,    std = |std_b g_b| / |W|

    with Euclidean norms, and W as it is at the end of the epoch. Where the mean is larger training
    drifts, where the standard deviation is larger it diffuses: figure 4 of Shwartz-Ziv and Tishby,
    "Opening the black box of deep neural networks via information" (2017, arXiv:1703.00810).

    The sums are updated by Welford's method (Technometrics 4, 1962), which does not cancel where
    the mean is much larger; they stay on the device, and a few numbers are copied per epoch. The
    result goes on over several ``fit``. In an `Ensemble` each replica has its own.

    W is the kernel of a layer: biases and the vectors of normalisation are left out.

    Example:
        >>> gradients = GradientStatistics()
    """

    def __init__(self) -> None:
        self._epochs: list[int] = []
        self._rows: list[NDArray[Any]] = []  # of each epoch (3, layers), or (3, layers, runs)
        self._layers: list[str] = []
        self._kernels: dict[str, list[Parameter]] = {}
        self._means: list[Tensor]
        self._squares: list[Tensor]
        self._forget()

    @property
    def statistics(self) -> xr.Dataset:
        """The result so far.

        Returns:
            Variables ``mean`` and ``std`` as above and ``weights``, the norm of W, with the
            dimensions ``epoch`` (epochs trained, from 1, as on the information plane), ``layer``
            and, for an ensemble, ``run``. ``std`` is NaN for epochs of one batch.

        Raises:
            RuntimeError: No epoch has ended yet.
        """
        import xarray as xr  # costs too much for `import glow`

        if not self._rows:
            raise RuntimeError(
                "GradientStatistics: there is nothing yet, expected at least one epoch. "
                "Call fit with callbacks=[gradients] first."
            )
        values = np.stack(self._rows, axis=1)  # (3, epoch, layer[, run])
        names = ("epoch", "layer", "run")[: values.ndim - 1]
        attributes = {
            "mean": {"long_name": "norm of the mean gradient / norm of the weights"},
            "std": {"long_name": "norm of the gradient's standard deviation / norm of the weights"},
            "weights": {"long_name": "norm of the weights"},
        }
        units = {"mean": "loss", "std": "loss", "weights": "1"}
        return xr.Dataset(
            {
                name: (names, own, {**attributes[name], "units": units[name]})
                for name, own in zip(attributes, values, strict=True)
            },
            coords={
                "epoch": ("epoch", np.asarray(self._epochs), {"long_name": "epochs trained"}),
                "layer": self._layers,
            },
        )

    def on_train_begin(self, logs: Logs = None) -> None:
        """Find the weights; another network's results are forgotten."""
        self._forget()
        self._kernels = _kernels(self.model.named_parameters(), self.model.runs)
        if list(self._kernels) != self._layers:
            self._epochs, self._rows, self._layers = [], [], list(self._kernels)

    @torch.no_grad()
    def on_backward_end(self, batch: int) -> None:
        """Add the gradient of a batch."""
        weights = [weight for each in self._kernels.values() for weight in each]
        if not self._count:
            self._means = [torch.zeros_like(weight) for weight in weights]
            self._squares = [torch.zeros_like(weight) for weight in weights]
        self._count += 1
        for weight, mean, square in zip(weights, self._means, self._squares, strict=True):
            gradient = torch.zeros_like(weight) if weight.grad is None else weight.grad
            change = gradient - mean
            mean.add_(change, alpha=1 / self._count)
            square.addcmul_(change, gradient - mean)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Keep the epoch's norms."""
        if self._count:
            self._epochs.append(epoch + 1)
            self._rows.append(self._norms())
        self._forget()

    def state_dict(self) -> dict[str, Any]:
        """Return the result and the sums of the present epoch."""
        return {
            "epochs": self._epochs,
            "rows": [torch.as_tensor(row) for row in self._rows],
            "layers": self._layers,
            "count": self._count,
            "means": self._means,
            "squares": self._squares,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        self._epochs, self._layers = state["epochs"], state["layers"]
        self._rows = [row.numpy() for row in state["rows"]]
        self._count = state["count"]
        weights = [weight for each in self._kernels.values() for weight in each]
        for name in ("means", "squares"):
            own = [t.to(w.device) for t, w in zip(state[name], weights, strict=False)]
            setattr(self, f"_{name}", own)

    def _forget(self) -> None:
        self._count, self._means, self._squares = 0, [], []

    @torch.no_grad()
    def _norms(self) -> NDArray[Any]:
        """Mean, standard deviation and weights of each layer: (3, layers) or (3, layers, runs)."""
        rows, begin = [], 0
        for weights in self._kernels.values():
            part = slice(begin, begin := begin + len(weights))
            weight = self._total([w.square() for w in weights]).sqrt()
            mean = self._total([m.square() for m in self._means[part]]).sqrt()
            square = self._total(self._squares[part])
            std = (square / (self._count - 1)).sqrt() if self._count > 1 else square * torch.nan
            rows.append(torch.stack([mean / weight, std / weight, weight]))
        return torch.stack(rows, dim=1).cpu().double().numpy()

    def _total(self, tensors: list[Tensor]) -> Tensor:
        """The sum over all numbers, (), or over those of each replica, (runs,)."""
        kept = 0 if self.model.runs is None else 1
        return torch.stack([tensor.flatten(kept).sum(-1) for tensor in tensors]).sum(0)


def _kernels(
    parameters: Any,  # noqa: ANN401 - an iterator of names and weights
    runs: int | None,
) -> dict[str, list[Parameter]]:
    """Trained weights that are no vectors, by the name of their layer.

    Raises:
        ValueError: There are none.
    """
    dimensions = 2 if runs is None else 3
    kernels: dict[str, list[Parameter]] = {}
    for name, weight in parameters:
        layer, _, own = name.rpartition(".")
        if weight.requires_grad and weight.ndim >= dimensions and "bias" not in own:
            kernels.setdefault(layer or own, []).append(weight)
    if not kernels:
        raise ValueError(
            "GradientStatistics: expected a model with a kernel that is trained, got none. "
            "Set trainable = True on a layer."
        )
    return kernels
