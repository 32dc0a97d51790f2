"""Do output, targets and loss fit each other? Asked once per fit, before the first step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from torch import Tensor

from glow.models._several import Several

if TYPE_CHECKING:
    from glow.losses import Loss


def match(owner: str, loss: Loss, output: Any, y: Any) -> Any:  # noqa: ANN401 - by name for several outputs
    """Return the targets in the shape that the loss wants, after a look at every value.

    Args:
        owner: Who asks, for messages.
        loss: The loss.
        output: Shape of one sample's output, without the dimension of samples; by name for several.
        y: (N, ...); by name for several outputs.

    Returns:
        Class numbers (N,), or values (N, *output). (N, 1) and (N,) are turned into each other where
        the output leaves no doubt; nothing is ever broadcast.

    Raises:
        ValueError: Shapes that do not fit, or class numbers outside the output's width.
        TypeError: Class numbers that are not whole numbers.
    """
    if isinstance(loss, Several):
        parts = loss.parts.items()
        return {n: match(f"{owner}, output {n!r}", each, output[n], y[n]) for n, each in parts}
    y = align(owner, loss, output, y)
    if loss.target == "labels":
        _check_range(owner, output, y)
    return y


def align(owner: str, loss: Loss, output: Any, y: Any) -> Any:  # noqa: ANN401 - as `match`
    """Return the targets in the shape that the loss wants, without a look at their values.

    Arguments and errors are those of `match`.
    """
    if isinstance(loss, Several):
        return {
            name: align(owner, each, output[name], y[name]) for name, each in loss.parts.items()
        }
    if loss.target == "labels":
        return _labels(owner, loss, output, y)
    return _values(owner, loss, output, y) if loss.target == "values" else y


def check_activation(owner: str, loss: Loss, activation: Any) -> None:  # noqa: ANN401 - by name for several outputs
    """Raise if the last activation and the loss do not belong together.

    Args:
        owner: Who asks, for messages.
        loss: The loss.
        activation: Name of the last activation, None if it is not known; by name for several
            outputs.

    Raises:
        ValueError: A softmax or sigmoid before a loss on logits, or none before one on
            probabilities.
    """
    if isinstance(loss, Several) and isinstance(activation, Mapping):
        for name, part in loss.parts.items():
            check_activation(f"{owner}, output {name!r}", part, activation.get(name))
        return
    if activation is None or loss.accepts in ("any", activation):
        return
    if loss.accepts == "logits":
        if activation in ("softmax", "sigmoid"):
            raise ValueError(
                f"{owner}: the loss {loss!r} expects logits and applies a {loss.output_activation} "
                f"itself, but the last layer already ends with {activation}. Remove that "
                "activation, or use a loss on probabilities such as "
                "'sparse_categorical_crossentropy'."
            )
        return
    raise ValueError(
        f"{owner}: the loss {loss!r} expects probabilities from a {loss.accepts}, but the last "
        f"layer ends with {activation}. Give the last layer activation={loss.accepts!r}, or "
        "use the loss with from_logits=True."
    )


def _labels(owner: str, loss: Loss, output: tuple[int, ...], y: Tensor) -> Tensor:
    if y.is_floating_point():
        raise TypeError(
            f"{owner}: the loss {loss!r} expects class numbers as whole numbers, got y of "
            f"{y.dtype}. Convert it, e.g. y.astype('int64'); for one-hot rows use the loss "
            "'categorical_crossentropy'."
        )
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1 or len(output) != 1:
        raise ValueError(
            f"{owner}: the loss {loss!r} expects outputs (N, classes) and y (N,), got outputs "
            f"{_shape(output)} and y {_shape(y.shape[1:])}. For one-hot rows use the loss "
            "'categorical_crossentropy' with float y."
        )
    return y


def _check_range(owner: str, output: tuple[int, ...], y: Tensor) -> None:
    low, high = int(y.min()), int(y.max())
    if low < 0 or high >= output[0]:
        raise ValueError(
            f"{owner}: class numbers in y must be from 0 to {output[0] - 1}, as the last layer has "
            f"{output[0]} outputs, got {low} to {high}. Number the classes from 0, or give the "
            f"last layer {high + 1} units."
        )


def _values(owner: str, loss: Loss, output: tuple[int, ...], y: Tensor) -> Tensor:
    y = y.float()
    if tuple(y.shape[1:]) == output:
        return y
    if (*y.shape[1:], 1) == output or tuple(y.shape[1:]) == (*output, 1):
        return y.reshape(len(y), *output)
    raise ValueError(
        f"{owner}: the loss {loss!r} expects y of the output's shape {_shape(output)}, got "
        f"{_shape(y.shape[1:])}. Change the last layer or reshape y; shapes are not broadcast."
    )


def _shape(sample: tuple[int, ...]) -> str:
    return f"(N{''.join(f', {size}' for size in sample)}{'' if sample else ','})"
