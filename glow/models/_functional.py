"""A graph of layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from torch import Tensor

from glow._errors import closest
from glow._structure import leaves, paths
from glow.layers import from_config, to_config
from glow.layers._config import builtin
from glow.layers._symbol import Input, Symbol
from glow.models import _graph
from glow.models._building import weights_of
from glow.models._graph import Ref
from glow.models._graph_config import decode, encode, replay, step_to_config
from glow.models._layered import Layered, Names, activation_of, fail
from glow.models._places import Place
from glow.models._tensors import is_several


@builtin
class Functional(Layered):
    """What ``Model(inputs, outputs)`` makes: a network as a graph of layers.

    Layers may be shared, be called on several values and return several. Those that are not built
    yet get their weights now, from the seed, in the order in which they were called.

    Args:
        inputs: An `Input`, or a list or dict of them.
        outputs: What layers returned for them: one, or a list or dict.
        seed: As of `Model`.
        name: As of `Model`.

    Attributes:
        input_names: The names of the inputs, by which a dict of arrays names them.

    Raises:
        ValueError: An output that does not follow from the inputs, or layers that do not fit each
            other.
        TypeError: Inputs or outputs that are not symbolic.
    """

    def __init__(
        self,
        inputs: Any,  # noqa: ANN401 - one, a list or a dict
        outputs: Any,  # noqa: ANN401 - likewise
        *,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(seed=seed, name=name)
        inputs, outputs = _alone("inputs", inputs), _alone("outputs", outputs)
        symbols = leaves(inputs)
        self.input_names = _input_names(inputs)
        self._steps, self._outputs, layers = _graph.trace(self.name, Names(self), symbols, outputs)
        for layer_name, layer in layers.items():
            self.add_module(layer_name, layer)
        self._metas = {n: s.meta for n, s in zip(self.input_names, symbols, strict=True)}
        with weights_of(self.seed):
            self._built, values = _graph.build(self.name, self._steps, layers, self._metas)
        self._check_samples(_graph.fill(self._outputs, values))

    @property
    def built(self) -> bool:
        """True: shapes and weights are there from the beginning."""
        return True

    @property
    def input_shape(self) -> Any:  # noqa: ANN401 - a shape, or a dict of them
        """Shape of one sample; by the name of the input for several."""
        own = {name: tuple(meta.shape[1:]) for name, meta in self._metas.items()}
        return own if len(own) > 1 else next(iter(own.values()))

    @property
    def output_shape(self) -> Any:  # noqa: ANN401 - a shape, or a dict of them
        """Shape of one sample's output; by the name of the output for several."""
        returned = [meta.shape[1:] for meta in self._metas.values()]
        values = [*map(tuple, returned), *(place.returned for place in self._places())]
        own = {name: _at(values, ref) for name, ref in self._output_refs().items()}
        return own if self.output_names else next(iter(own.values()))

    @property
    def output_names(self) -> list[str] | None:
        """The names of several outputs; None for one.

        They are those of the layers that return them, or the keys of a dict. Losses, metrics and
        the History go by them.
        """
        return None if isinstance(self._outputs, Ref) else list(self._output_refs())

    def forward(self, x: Any) -> Any:  # noqa: ANN401 - a tensor, or a list or dict of tensors
        """Return the output for a batch.

        Args:
            x: A tensor; for several inputs a list in their order or a dict by name.

        Raises:
            ValueError: x has another shape than a layer was built for.
        """
        return _graph.fill(self._outputs, self._run(x))

    def forward_layers(self, x: Any) -> dict[str, Tensor]:  # noqa: ANN401 - likewise
        """Return the output of every recorded layer.

        Args:
            x: As for `forward`.

        Returns:
            (N, ...) by the name of the layer.
        """
        values = self._run(x)[len(self._metas) :]
        outputs = {step.name: value for step, value in zip(self._steps, values, strict=True)}
        return {layer: outputs[tap] for tap, layer in self._taps().items()}

    def get_config(self) -> dict[str, Any]:
        """Return what `glow.models.model_from_config` needs to build the model, without weights.

        Raises:
            TypeError: A layer cannot be written as JSON.
        """
        inputs = [
            {"name": name, "shape": list(meta.shape[1:]), "dtype": str(meta.dtype)[6:]}
            for name, meta in self._metas.items()
        ]
        return {
            "class_name": type(self).__name__,
            "name": self._given_name,
            "seed": self.seed,
            "inputs": inputs,
            "layers": {name: to_config(layer) for name, layer in self.named_children()},
            "steps": [step_to_config(step) for step in self._steps],
            "outputs": encode(self._outputs),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build a model from what `get_config` returned."""
        inputs = [Input(**each) for each in config["inputs"]]
        layers = {name: from_config(layer) for name, layer in config["layers"].items()}
        values: list[Any] = list(inputs)
        for step in config["steps"]:
            values.append(replay(step, layers, values))
        outputs = decode(config["outputs"], values)
        return cls(inputs, outputs, seed=config["seed"], name=config["name"])

    def _run(self, x: Any) -> list[Any]:  # noqa: ANN401 - as `forward`
        """All values of a forward pass: the inputs, then what every step returned."""
        values = self._arranged(x)
        for index, step in enumerate(self._steps):
            target = step.function or self._modules[step.layer]
            try:
                values.append(step.run(target, values))  # type: ignore[arg-type]  # no layer is None
            except (RuntimeError, IndexError) as error:
                args = [_graph.fill(step.args, values), _graph.fill(step.kwargs, values)]
                fail(self.name, self._built[index], args, error)
        return values

    def _arranged(self, x: Any) -> list[Any]:  # noqa: ANN401 - one, or several in a list or dict
        """The inputs in order."""
        names = self.input_names
        if isinstance(x, Mapping):
            unknown = next((name for name in x if name not in names), None)
            if unknown is not None or len(x) < len(names):
                wrong = "" if unknown is None else f" {closest(unknown, names)}"
                raise ValueError(
                    f"{self.name}: expected the inputs {', '.join(names)}, got {', '.join(x)}."
                    f"{wrong} Give a value for each."
                )
            return [x[name] for name in names]
        if len(names) == 1:
            return list(x) if is_several(x) and len(x) == 1 else [x]
        if not isinstance(x, list | tuple) or len(x) != len(names):
            got = f"{len(x)}" if isinstance(x, list | tuple) else type(x).__name__
            raise ValueError(
                f"{self.name}: expected {len(names)} inputs ({', '.join(names)}), got {got}. "
                "Give a list in this order, or a dict by these names."
            )
        return list(x)

    def _inputs(self, x: Any, quick: bool = False) -> Any:  # noqa: ANN401 - a tensor or a list
        kinds = [meta.dtype for meta in self._metas.values()]
        names = ["x"] if len(kinds) == 1 else [f"x[{name!r}]" for name in self.input_names]
        tensors = [
            self._tensor(name, values, quick, kind)
            for name, values, kind in zip(names, self._arranged(x), kinds, strict=True)
        ]
        return tensors[0] if len(tensors) == 1 else tensors

    def _places(self) -> list[Place]:
        return self._built

    def _output_refs(self) -> dict[str, Ref]:
        """By the name of the output, the value that it is."""
        producers = [*self.input_names, *(step.name for step in self._steps)]
        if isinstance(self._outputs, Mapping):
            return {".".join(map(str, path)): ref for path, ref in paths(self._outputs)}
        refs: dict[str, Ref] = {}
        for ref in leaves(self._outputs):
            name = producers[ref.index]
            refs[f"{name}_{len(refs)}" if name in refs else name] = ref
        return refs

    def _output_places(self) -> dict[str, str]:
        producers = ["", *[""] * (len(self._metas) - 1), *(step.name for step in self._steps)]
        own = {name: producers[ref.index] for name, ref in self._output_refs().items()}
        return {name: place for name, place in own.items() if place}

    def _output_activation(self) -> str | dict[str, str | None] | None:
        layers = {place.name: place.layer for place in self._places()}
        ends = {n: activation_of(layers[place]) for n, place in self._output_places().items()}
        return ends if self.output_names else next(iter(ends.values()), None)

    def _check_samples(self, outputs: Any) -> None:  # noqa: ANN401 - a structure of meta tensors
        samples = next(iter(self._metas.values())).shape[0]
        for output in leaves(outputs):
            if not output.ndim or output.shape[0] != samples:
                raise ValueError(
                    f"{self.name}: an output has lost the dimension of samples, expected "
                    f"({samples}, ...) for {samples} samples, got {tuple(output.shape)}. Leave the "
                    "first dimension as it is: reshape(-1, ...), mean(1)."
                )


def _alone(what: str, symbols: Any) -> Any:  # noqa: ANN401 - a structure of symbols
    """A list of one is that one."""
    wrong = [leaf for leaf in leaves(symbols) if not isinstance(leaf, Symbol)]
    if wrong or not leaves(symbols):
        raise TypeError(
            f"Model: {what} must be symbolic values, got {wrong[0] if wrong else symbols!r}. "
            "Begin with x = Input(shape=(12,)) and call layers on it."
        )
    alone = isinstance(symbols, list | tuple) and len(symbols) == 1
    return symbols[0] if alone else symbols


def _input_names(inputs: Any) -> list[str]:  # noqa: ANN401 - a structure of symbols
    names: list[str] = []
    for path, symbol in paths(inputs):
        key = path[-1] if path and isinstance(path[-1], str) else symbol.name
        number = sum(1 for name in names if name.partition("_")[0] == "input")
        names.append(str(key or (f"input_{number}" if number else "input")))
    if len(set(names)) < len(names):
        raise ValueError(f"Model: two inputs have one name, got {names}. Give Input another name=.")
    return names


def _at(values: list[Any], ref: Ref) -> Any:  # noqa: ANN401 - a shape
    value = values[ref.index]
    for key in ref.path:
        value = value[key]
    return value
