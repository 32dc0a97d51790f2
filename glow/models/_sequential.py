"""A stack of layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn, Self

import torch
from torch import Tensor, nn

from glow.layers import from_config, to_config
from glow.layers._config import builtin
from glow.layers._symbol import Symbol
from glow.models._building import Shape, build_layer, weights_of
from glow.models._layered import Layered, Names, activation_of, fail, given_name, snake
from glow.models._places import Place


@builtin
class Sequential(Layered):
    """Layers one after the other.

    Args:
        layers: Layers of `glow.layers` or any torch modules; an `Input` may stand first.
        input_shape: Shape of one sample, ``(12,)``; found from the first batch if None.
        seed: Fixes initial weights, validation split, order of the batches and dropout. Layers that
            come with weights keep them.
        name: A name for messages.

    Raises:
        ValueError: Two layers of one name, or layers that do not fit each other.
        TypeError: Something that is no torch module.

    Example:
        >>> model = Sequential([Dense(10, activation="tanh"), Dense(2)], input_shape=(12,), seed=0)
        >>> model.compile("adam", loss="cross_entropy", metrics=["accuracy"])
    """

    def __init__(
        self,
        layers: Iterable[nn.Module | Symbol] = (),
        input_shape: Sequence[int] | None = None,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(seed=seed, name=name)
        self._names, self._builds = Names(self), 0
        self._shapes: dict[str, tuple[Shape, Shape]] = {}
        self._input: tuple[Shape, torch.dtype] | None = None
        for layer in layers:
            self._append(layer)
        if input_shape is not None:
            self.build(input_shape)
        elif self._modules:
            self._build_if_known()

    def add(self, layer: nn.Module | Symbol) -> None:
        """Put a layer at the end; an `Input` may stand before the first.

        The model is built when it is compiled, or by the first batch if there is no `Input`.

        Raises:
            ValueError: Its name is taken.
            TypeError: It is no torch module.
        """
        self._append(layer)
        # Else the new layer would begin with the very numbers that the first one began with.
        self._builds += bool(self._shapes)
        self._shapes = {}

    def compile(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - those of the base
        """Choose how to train: see `Model.compile`."""
        self._build_if_known()
        super().compile(*args, **kwargs)

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
        return self._places()[0].received  # type: ignore[return-value]  # a stack has one input

    @property
    def output_shape(self) -> Shape:
        """Shape of one sample's output.

        Raises:
            RuntimeError: The model is not built.
        """
        shape: Shape = self._places()[-1].returned
        return shape

    def build(self, input_shape: Sequence[int], dtype: torch.dtype = torch.float32) -> None:
        """Find all shapes and make the weights; nothing happens if they are there.

        Args:
            input_shape: Shape of one sample.
            dtype: Type of the input.

        Raises:
            ValueError: A layer cannot take what the layer before it returns, or there is no layer.
        """
        if self.built:
            return
        if not self._modules:
            raise ValueError(
                f"{self.name}: expected at least one layer, got none. Give e.g. [Dense(2)]."
            )
        declared = (tuple(map(int, input_shape)), dtype) if self._input is None else self._input
        x = torch.empty(1, *declared[0], dtype=declared[1], device="meta")
        shapes = {}
        with weights_of(self.seed, self._builds):
            for name, layer in self._steps():
                received = tuple(x.shape[1:])
                x = build_layer(self.name, name, layer, (x,))
                shapes[name] = (received, tuple(x.shape[1:]))
        self._shapes, self._input = shapes, declared

    def forward(self, x: Tensor) -> Tensor:
        """Return the output for a batch.

        Args:
            x: (N, *input_shape).

        Raises:
            ValueError: x has another shape than a layer was built for.
        """
        if not self._shapes:
            self.build(x.shape[1:], x.dtype)
        for name, layer in self._modules.items():
            try:
                x = layer(x)  # type: ignore[misc]  # none of them is None
            except (RuntimeError, IndexError) as error:
                self._fail(name, x, error)
        return x

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
            try:
                x = layer(x)
            except (RuntimeError, IndexError) as error:
                self._fail(name, x, error)
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
            "name": self._given_name,
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

    def _append(self, layer: nn.Module | Symbol) -> None:
        if isinstance(layer, Symbol) and not self._modules:
            self._input = (tuple(layer.meta.shape[1:]), layer.dtype)
            return
        if not isinstance(layer, nn.Module):
            raise TypeError(
                f"{self.name}: layers must be torch modules, got {layer!r}. "
                "Use glow.layers, e.g. Dense(10, activation='tanh')."
            )
        name = self._names.give(snake(type(layer).__name__), given_name(layer))
        self.add_module(name, layer)

    def _places(self) -> list[Place]:
        self._build_if_known()
        if not self._shapes:
            raise RuntimeError(
                f"{self.name}: the model has no shapes and weights yet. "
                "Give Sequential(..., input_shape=(12,)), or call build or fit."
            )
        names = ["", *self._shapes]
        return [
            Place(name, layer, [before], *self._shapes[name])
            for before, (name, layer) in zip(names, self._steps(), strict=False)
        ]

    def _output_places(self) -> dict[str, str]:
        last = next(reversed(self._modules))
        return {last: last}

    def _output_activation(self) -> str | None:
        return activation_of(self.layers[-1]) if self._modules else None

    def _inputs(self, x: Any, quick: bool = False) -> Tensor:  # noqa: ANN401 - whatever users hand over
        return self._tensor("x", x, quick)

    def _sample_output(self, x: Tensor) -> Any:  # noqa: ANN401 - a shape
        self.build(x.shape[1:], x.dtype)
        return super()._sample_output(x)

    def _steps(self) -> Iterable[tuple[str, nn.Module]]:
        """Names and layers in order; `named_children` would leave out a layer's second use."""
        return self._modules.items()  # type: ignore[return-value]  # none of them is None

    def _fail(self, name: str, x: Tensor, error: Exception) -> NoReturn:
        place = next(place for place in self._places() if place.name == name)
        fail(self.name, place, [x], error)

    def _build_if_known(self) -> None:
        if self._input is not None:
            self.build(*self._input)

    def _weights(self) -> list[Tensor]:
        self._build_if_known()
        return super()._weights()
