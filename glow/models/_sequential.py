"""A stack of layers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import torch
from torch import Tensor, nn

from glow import activations
from glow.layers import Layer, from_config, to_config
from glow.models._building import Shape, build, show
from glow.models._model import Model
from glow.models._summary import summary

_TORCH_ACTIVATIONS: dict[type[nn.Module], str] = {
    nn.Softmax: "softmax",
    nn.LogSoftmax: "log_softmax",
    nn.Sigmoid: "sigmoid",
    nn.Linear: "linear",
}


class Sequential(Model):
    """Layers one after the other.

    Args:
        layers: Layers of `glow.layers` or any torch modules.
        input_shape: Shape of one sample, ``(12,)``; found from the first batch if None.
        seed: Fixes initial weights, validation split, order of the batches and dropout. Layers that
            come with weights keep them.
        name: A name for messages.

    Raises:
        ValueError: No layer, two layers of one name, or layers that do not fit each other.
        TypeError: Something that is no torch module.

    Example:
        >>> model = Sequential([Dense(10, activation="tanh"), Dense(2)], input_shape=(12,), seed=0)
        >>> model.compile("adam", loss="cross_entropy", metrics=["accuracy"])
    """

    def __init__(
        self,
        layers: Iterable[nn.Module],
        input_shape: Sequence[int] | None = None,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(seed=seed, name=name)
        self._shapes: dict[str, tuple[Shape, Shape]] = {}
        for layer_name, layer in _named(self, layers):
            self.add_module(layer_name, layer)
        if input_shape is not None:
            self.build(input_shape)

    @property
    def layers(self) -> list[nn.Module]:
        """The layers in order."""
        return list(self._modules.values())  # type: ignore[arg-type]  # none of them is None

    @property
    def built(self) -> bool:
        """Whether shapes and weights are there."""
        return bool(self._shapes)

    @property
    def input_shape(self) -> Shape:
        """Shape of one sample.

        Raises:
            RuntimeError: The model is not built.
        """
        return next(iter(self.shapes.values()))[0]

    @property
    def shapes(self) -> dict[str, tuple[Shape, Shape]]:
        """By layer, the shapes of one sample's input and output.

        Raises:
            RuntimeError: The model is not built.
        """
        if not self._shapes:
            raise RuntimeError(
                f"{self.name}: the model has no shapes and weights yet. "
                "Give Sequential(..., input_shape=(12,)), or call build or fit."
            )
        return self._shapes

    def build(self, input_shape: Sequence[int], dtype: torch.dtype = torch.float32) -> None:
        """Find all shapes and make the weights; nothing happens if they are there.

        Args:
            input_shape: Shape of one sample.
            dtype: Type of the input.

        Raises:
            ValueError: A layer cannot take what the layer before it returns.
        """
        if self.built:
            return
        shape = tuple(int(size) for size in input_shape)
        self._shapes = build(self.name, self._steps(), shape, dtype, self.seed)

    def forward(self, x: Tensor) -> Tensor:
        """Return the output for a batch.

        Args:
            x: (N, *input_shape).

        Raises:
            ValueError: x has another shape than a layer was built for.
        """
        if not self._shapes:
            self.build(x.shape[1:], x.dtype)
        for name, layer in self._steps():
            x = self._pass(name, layer, x)
        return x

    def recorded_layers(self) -> dict[str, nn.Module]:
        """Return what a recording sees: every layer with weights, and the module it ends with.

        A layer ends with the last module after it that keeps the shape: its activation,
        normalisation or dropout.

        Returns:
            Modules by the name of the layer, in order, the output last.

        Raises:
            RuntimeError: The model is not built.
        """
        modules = dict(self._steps())
        return {layer: modules[tap] for tap, layer in self._taps().items()}

    def forward_layers(self, x: Tensor) -> dict[str, Tensor]:
        """Return the output of every recorded layer.

        Args:
            x: (N, *input_shape).

        Returns:
            (N, ...) by the name of the layer.
        """
        self.build(x.shape[1:], x.dtype)
        taps, outputs = self._taps(), {}
        for name, layer in self._steps():
            x = self._pass(name, layer, x)
            if name in taps:
                outputs[taps[name]] = x
        return outputs

    def get_config(self) -> dict[str, Any]:
        """Return what `glow.models.model_from_config` needs to build the model, without weights.

        Raises:
            TypeError: A layer cannot be written as JSON.
        """
        return {
            "class_name": type(self).__name__,
            "name": self.name,
            "seed": self.seed,
            "input_shape": list(self.input_shape) if self.built else None,
            "layers": [to_config(layer) for layer in self.layers],
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build a model from what `get_config` returned."""
        return cls(
            [from_config(layer) for layer in config["layers"]],
            input_shape=config["input_shape"],
            seed=config["seed"],
            name=config["name"],
        )

    def summary(self) -> None:
        """Print a table of the layers: output shape, parameters, and whether it is recorded.

        Raises:
            RuntimeError: The model is not built.
        """
        print(summary(self))

    def _taps(self) -> dict[str, str]:
        """By the module a recorded layer ends with, the name of that layer."""
        ends: dict[str, str] = {}
        layer, growing = "", False
        for name, (received, returned) in self.shapes.items():
            if _has_kernel(self._modules[name]):
                layer, growing = name, True
            else:
                growing = growing and received == returned
            if growing:
                ends[layer] = name
        last = list(self._modules)[-1]
        return {end: layer for layer, end in (ends or {last: last}).items()}

    def _output_activation(self) -> str | None:
        last = self.layers[-1]
        if isinstance(last, Layer):
            try:
                return activations.serialize(last.activation)
            except TypeError:
                return None
        return _TORCH_ACTIVATIONS.get(type(last))

    def _sample_output(self, x: Tensor) -> Shape:
        self.build(x.shape[1:], x.dtype)
        return super()._sample_output(x)

    def _steps(self) -> Iterable[tuple[str, nn.Module]]:
        """Names and layers in order; `named_children` would leave out a layer's second use."""
        return self._modules.items()  # type: ignore[return-value]  # none of them is None

    def _pass(self, name: str, layer: nn.Module, x: Tensor) -> Tensor:
        """Return the layer's output, or raise an error that names it."""
        try:
            output: Tensor = layer(x)
        except (RuntimeError, IndexError) as error:
            kind, expected = type(layer).__name__, self._shapes[name][0]
            if tuple(x.shape[1:]) == expected:
                error.add_note(f"In layer {name!r} ({kind}) of {self.name!r}, input of {x.dtype}.")
                raise
            given = tuple(x.shape[1:])
            raise ValueError(
                f"{self.name}: layer {name!r} ({kind}) expects inputs of the shape "
                f"{show(expected)}, got {show(given)}. Give samples of that shape, or build the "
                f"model with input_shape={given}."
            ) from error
        return output


def _has_kernel(layer: nn.Module | None) -> bool:
    # The weights of normalisation layers have one dimension: they belong to the layer before.
    return layer is not None and any(p.ndim > 1 for p in layer.parameters())


def _named(model: Sequential, layers: Iterable[nn.Module]) -> Iterable[tuple[str, nn.Module]]:
    """Name the layers as Keras does: dense, dense_1, ..."""
    counts: Counter[str] = Counter()
    names: set[str] = set()
    for layer in layers:
        if not isinstance(layer, nn.Module):
            raise TypeError(
                f"{model.name}: layers must be torch modules, got {layer!r}. "
                "Use glow.layers, e.g. Dense(10, activation='tanh')."
            )
        given = getattr(layer, "name", None)
        name = given or _number(_snake(type(layer).__name__), counts)
        if name in names or "." in name or hasattr(type(model), name) or name in vars(model):
            raise ValueError(
                f"{model.name}: the layer name {name!r} is taken, has a dot or is an attribute of "
                "the model, expected a free name. Choose another name=."
            )
        names.add(name)
        yield name, layer
    if not names:
        raise ValueError(
            f"{model.name}: expected at least one layer, got none. Give e.g. [Dense(2)]."
        )


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _number(kind: str, counts: Counter[str]) -> str:
    counts[kind] += 1
    return kind if counts[kind] == 1 else f"{kind}_{counts[kind] - 1}"
