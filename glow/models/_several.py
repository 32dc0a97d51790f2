"""Several outputs: a loss and metrics for each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from glow._errors import closest
from glow.losses import Loss
from glow.metrics import Metric


class Several(Loss):
    """The weighted sum of one loss per output.

    Args:
        parts: By the name of the output, its loss.
        weights: By the name of the output, the factor of its loss; 1 where there is none.
    """

    target = "any"

    def __init__(self, parts: Mapping[str, Loss], weights: Mapping[str, float]) -> None:
        self.parts = dict(parts)
        self.weights = {name: float(weights.get(name, 1.0)) for name in parts}

    def __call__(self, output: Any, target: Any) -> Tensor:  # noqa: ANN401 - dicts of tensors
        """Return the mean loss of a batch, from outputs and targets by name."""
        parts = self.parts.items()
        terms = [self.weights[name] * loss(output[name], target[name]) for name, loss in parts]
        return torch.stack(terms).sum()

    def per_run(self, output: Any, target: Any) -> Tensor:  # noqa: ANN401 - dicts of tensors
        """Return the mean loss of each of several models."""
        parts = self.parts.items()
        terms = [self.weights[n] * loss.per_run(output[n], target[n]) for n, loss in parts]
        return torch.stack(terms).sum(0)

    def __repr__(self) -> str:
        each = ", ".join(
            f"{name!r}: {self.weights[name]:g} * {loss!r}" for name, loss in self.parts.items()
        )
        return f"Several({{{each}}})"


class OfOutput(Metric):
    """A metric of one of several outputs.

    Args:
        output: The output's name, which its key in the History begins with.
        metric: The metric.

    Attributes:
        output: The output's name.
    """

    def __init__(self, output: str, metric: Metric) -> None:
        super().__init__(f"{output}_{metric.name}", metric)
        self.output = output

    def __call__(self, output: Any, target: Any) -> Tensor:  # noqa: ANN401 - dicts of tensors
        """Return values whose mean over the batch is the metric."""
        return self._function(output[self.output], target[self.output])


def by_name(what: str, given: Any, names: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401 - a dict, a list or one for all
    """Return what was given for several outputs, by their names.

    Args:
        what: What it is, for messages: ``"y"``.
        given: A dict by name, or a list in the order of the names.
        names: The names of the outputs.

    Raises:
        ValueError: Neither; an unknown name, or another number of entries.
    """
    if isinstance(given, Mapping):
        for name in given:
            if name not in names:
                raise ValueError(
                    f"{what}: the model has no output {name!r}. {closest(name, names)}"
                )
        return dict(given)
    if not isinstance(given, list | tuple) or len(given) != len(names):
        number = f"{len(given)} of them" if isinstance(given, list | tuple) else repr(given)
        raise ValueError(
            f"{what}: the model has {len(names)} outputs ({', '.join(names)}), expected one entry "
            f"for each, as a dict by name or a list, got {number}."
        )
    return dict(zip(names, given, strict=True))
