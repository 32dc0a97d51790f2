"""From what users hand over, whole or in batches, to tensors that fit the network and its loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from glow._structure import mapped
from glow.models._several import by_name
from glow.models._targets import align, match
from glow.models._tensors import samples_of, targets
from glow.models._weighting import class_weights

if TYPE_CHECKING:
    from glow.models._feed import Batch
    from glow.models._network import Network

    ClassWeights = Mapping[int, float] | None


class Reader:
    """Makes batches for a network.

    Args:
        network: The compiled network.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._output: Any = None  # shapes of one sample's output

    def arrays(self, x: Any, y: Any, sample_weight: Any, weights: ClassWeights) -> Batch:  # noqa: ANN401 - checked here
        """Return all samples, every value of them checked.

        Returns:
            (x, y), or (x, y, weights) where samples have weights.

        Raises:
            ValueError: Data that do not fit the network or the loss.
            TypeError: Data of the wrong kind.
        """
        network = self._network
        if y is None:
            raise ValueError(
                f"{network.name}: y is missing, expected targets for the array x. Give fit(x, y)."
            )
        inputs = network._inputs(x)
        samples = samples_of(network.name, inputs)
        goals = self._targets(inputs, y, samples)
        weight = self._weights(sample_weight, samples)
        return self._batch(inputs, goals, weight, weights)

    def begin(self, item: Any) -> None:  # noqa: ANN401 - whatever the iterable yields
        """Check the first batch of an iterable as thoroughly as arrays."""
        x, y, weight = self._parts(item)
        self.arrays(x, y, weight, None)

    def batch(self, item: Any, weights: ClassWeights) -> Batch:  # noqa: ANN401 - likewise
        """Return a batch of an iterable, of which only the shapes are checked."""
        network, (x, y, weight) = self._network, self._parts(item)
        inputs = network._inputs(x, quick=True)
        if network._compiled.names:
            y = by_name(f"{network.name}: y", y, network._compiled.names)
        goals = align(network.name, network.loss, self._output, mapped(self._quick_target, y))
        if weight is not None:
            weight = mapped(lambda part: torch.as_tensor(part).to(network.device).float(), weight)
        return self._batch(inputs, goals, weight, weights)

    def _targets(self, inputs: Any, y: Any, samples: int) -> Any:  # noqa: ANN401 - by name for several outputs
        network = self._network
        device = network.device
        self._output = network._sample_output(inputs)
        network._compiled.bind(self._output)
        names = network._compiled.names
        if not names:
            goals: Any = targets(network.name, "y", y, device, samples)
        else:
            given = by_name(f"{network.name}: y", y, names)
            goals = {
                n: targets(network.name, f"y[{n!r}]", v, device, samples) for n, v in given.items()
            }
        return match(network.name, network.loss, self._output, goals)

    def _weights(self, weight: Any, samples: int) -> Any:  # noqa: ANN401 - by name for several outputs
        if weight is None:
            return None
        network = self._network
        if isinstance(weight, Mapping):
            weight = by_name(f"{network.name}: sample_weight", weight, network._compiled.names)
            return {name: self._weights(part, samples) for name, part in weight.items()}
        values = targets(network.name, "sample_weight", weight, network.device, samples).float()
        if values.ndim != 1 or bool((values < 0).any()):
            raise ValueError(
                f"{network.name}: sample_weight must be one number of at least 0 per sample, got "
                f"the shape {tuple(values.shape)} and {float(values.min()):g} as the least. "
                "Give an array (N,)."
            )
        return values

    def _batch(self, x: Any, y: Any, weight: Any, weights: ClassWeights) -> Batch:  # noqa: ANN401 - tensors or structures of them
        if weights is not None:
            of_class = class_weights(self._network.name, weights, y)
            weight = of_class if weight is None else of_class * weight
        return (x, y) if weight is None else (x, y, weight)

    def _parts(self, item: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401 - whatever the iterable yields
        if not isinstance(item, tuple | list) or len(item) not in (2, 3):
            raise ValueError(
                f"fit: every batch must be a pair (x, y) or a triple (x, y, weights), got "
                f"{type(item).__name__}. Yield e.g. (torch.zeros(32, 12), torch.zeros(32, "
                "dtype=torch.long))."
            )
        x, y, *rest = item
        return x, y, rest[0] if rest else None

    def _quick_target(self, y: Any) -> Tensor:  # noqa: ANN401 - an array or tensor
        tensor = torch.as_tensor(y).to(self._network.device)
        return tensor.float() if tensor.is_floating_point() else tensor.long()
