"""Several networks trained at once as one batched model."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import torch
from torch import Tensor, nn

from glow._arguments import integer
from glow._registry import lookup
from glow.layers._config import builtin
from glow.models._batched import Batched, batch
from glow.models._building import show
from glow.models._ensemble_feed import EnsembleFeed
from glow.models._ensemble_step import CompiledStep, compilable
from glow.models._ib import IBSequential
from glow.models._model import Model
from glow.models._modes import evaluating
from glow.models._sequential import Sequential
from glow.models._threads import spare_threads

if TYPE_CHECKING:
    from glow.callbacks import Record
    from glow.models._feed import Batch, SplittableFeed
    from glow.models._network import Output
    from glow.models._training import Training

_NETWORKS: dict[str, type[Sequential]] = {"IBSequential": IBSequential, "Sequential": Sequential}


@builtin
class Ensemble(Model):
    """The same network from n seeds, trained at once.

    Each replica has the weights, the validation split and the order of batches of its own seed, as
    if it was trained alone; only the arithmetic is shared. It is compiled, fitted, evaluated and
    recorded like one model: logs are means over replicas, ``history.runs`` has each replica's
    values, and recordings get the dimension ``run``. If the networks record by default
    (`IBSequential`), so does the ensemble.

    On a CPU the step of narrow `Dense` layers (up to 32 units, linear, relu, tanh or sigmoid) under
    the cross-entropy of logits or the squared error is compiled once and kept on disk; everything
    else is trained by batched operations of PyTorch. Both give the same weights but for rounding.

    Args:
        build: From a seed to a `Sequential` of `Dense`, `Activation` and `Quantise` layers
            with that seed.
        n: How many; ``build`` is called with 0 to n - 1.

    Attributes:
        runs: How many.
        seeds: The seed of each replica.

    Raises:
        TypeError: ``build`` does not return a `Sequential`, or a layer cannot be batched.
        ValueError: ``build`` ignores its seed, or the networks differ in more than their weights.

    Example:
        >>> def build(seed):
        ...     return Sequential([Dense(3, "tanh"), Dense(2)], input_shape=(12,), seed=seed)
        >>> model = Ensemble(build, n=8)
    """

    runs: int

    def __init__(self, build: Callable[[int], Sequential], n: int = 8) -> None:
        if isinstance(build, nn.Module) or not callable(build):
            raise TypeError(
                f"Ensemble: build must be a function from a seed to a network, got "
                f"{type(build).__name__}. Write e.g. "
                "Ensemble(lambda seed: Sequential([...], seed=seed), n=8)."
            )
        networks = [build(seed) for seed in range(integer("Ensemble", "n", n, low=1))]
        _check_networks(networks)
        super().__init__(seed=networks[0].seed)
        self.runs = n
        self._step: tuple[Training, CompiledStep | None] | None = None
        self.seeds = [network.seed for network in networks]
        # A tuple, because the networks must not become submodules: their weights move to ours.
        self._networks = tuple(networks)
        if networks[0].built:
            self._stack()

    @property
    def built(self) -> bool:
        """Whether shapes and weights are there."""
        return bool(self._modules)

    def build(self, input_shape: Sequence[int], dtype: torch.dtype = torch.float32) -> None:
        """Build every network and batch them; nothing happens if that is done.

        Args:
            input_shape: Shape of one sample, (features,).
            dtype: Type of the input.

        Raises:
            TypeError: A layer cannot be batched.
            ValueError: A layer cannot take its input.
        """
        if not self.built:
            for network in self._networks:
                network.build(input_shape, dtype)
            self._stack()

    def replica(self, index: int) -> Sequential:
        """Return one network with its present weights, apart from the ensemble.

        Args:
            index: From 0 to runs - 1.

        Raises:
            IndexError: No such replica.
        """
        if not 0 <= index < self.runs:
            raise IndexError(
                f"Ensemble: replica must be from 0 to {self.runs - 1}, got {index}. "
                "Choose one of these."
            )
        network = copy.deepcopy(self._networks[index])
        if self.built:
            network.to_empty(device=self.device)
            for name, layer in self._batched():
                network.get_submodule(name).load_state_dict(layer.state_of(index))
        return network

    def forward(self, x: Tensor) -> Tensor:
        """Return every replica's output for the same batch.

        Args:
            x: (N, features).

        Returns:
            (runs, N, units).
        """
        self.build(x.shape[1:], x.dtype)
        return self._through(self._shared(x)).transpose(1, 2)

    def train_step(self, batch: Batch) -> tuple[Output, Tensor]:
        """Make one step of every replica; see `Model.train_step`.

        Losses and gradients are computed by a compiled loop where there is one for the layers and
        the loss (`compilable`), by batched operations of PyTorch otherwise.
        """
        step, (x, y, *weights) = self._compiled_step(), batch
        if step is None or weights or not step.takes(x, y):
            return super().train_step(batch)
        output, losses = step(x, y, spare_threads())
        self.apply_gradients()
        return output, losses

    def output_and_loss(
        self, x: Tensor, y: Tensor, weight: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return outputs and losses of every replica on its own batch.

        Args:
            x: (runs, features, n).
            y: (runs, n, ...).
            weight: None; weights of samples are refused before training.

        Returns:
            Outputs (runs, n, units) and mean losses (runs,).
        """
        output = self._through(x).transpose(1, 2)
        return output, self._compiled.loss.per_run(output, y)

    def forward_layers(self, x: Tensor) -> dict[str, Tensor]:
        """Return the output of every recorded layer (`Sequential.recorded_layers`).

        Args:
            x: (N, features).

        Returns:
            (runs, N, units) by the name of the layer.
        """
        self.build(x.shape[1:], x.dtype)
        taps, outputs, h = self._networks[0]._taps(), {}, self._shared(x)
        for name, layer in self._batched():
            h = layer(h)
            if name in taps:
                outputs[taps[name]] = h.transpose(1, 2)
        return outputs

    def get_config(self) -> dict[str, Any]:
        """Return what `glow.models.model_from_config` needs to build the ensemble, without weights.

        Raises:
            TypeError: A layer cannot be written as JSON.
        """
        network = self._networks[0].get_config()
        return {"class_name": "Ensemble", "network": network, "seeds": self.seeds}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build an ensemble from what `get_config` returned."""
        network, seeds = config["network"], config["seeds"]
        made = lookup("network", network["class_name"], _NETWORKS).from_config
        return cls(lambda index: made({**network, "seed": seeds[index]}), n=len(seeds))

    def __getstate__(self) -> dict[str, Any]:
        """A copy makes its own compiled step."""
        return {**super().__getstate__(), "_step": None}

    def _compiled_step(self) -> CompiledStep | None:
        """The compiled step for what the ensemble was compiled with, if there is one."""
        training = self._compiled
        if self._step is None or self._step[0] is not training:
            own = type(self).output_and_loss is Ensemble.output_and_loss
            step = compilable(self._modules.values(), training.loss) if own else None  # type: ignore[arg-type]  # none is None
            self._step = training, step
        return self._step[1]

    def _stack(self) -> None:
        layers = [dict(network._steps()) for network in self._networks]
        if len(set(layers[0].values())) < len(layers[0]):
            raise TypeError(
                "Ensemble: a layer stands in the network twice, expected each once: the batched "
                "copies would not share weights. Fit the networks one after the other instead."
            )
        for name in layers[0]:
            self.add_module(name, batch(name, [own[name] for own in layers]))
        for network in self._networks:
            network.to("meta")  # the form is kept for `replica`, the weights are ours now

    def _batched(self) -> Iterable[tuple[str, Batched]]:
        return self._modules.items()  # type: ignore[return-value]  # only `_stack` adds modules

    def _shared(self, x: Tensor) -> Tensor:
        """(N, features) to (runs, features, N), without copies."""
        self._check_width(x)
        return x.T.expand(self.runs, *x.T.shape)

    def _through(self, h: Tensor) -> Tensor:
        for layer in self._modules.values():
            h = layer(h)  # type: ignore[misc]  # none of them is None
        return h

    def _check_width(self, x: Tensor) -> None:
        expected, given = self._networks[0].input_shape, tuple(x.shape[1:])
        if given != expected:
            raise ValueError(
                f"Ensemble: expected inputs of the shape {show(expected)}, got {show(given)}. "
                f"Give samples of that shape, or build the networks with input_shape={given}."
            )

    def _output_activation(self) -> str | None:
        return self._networks[0]._output_activation()

    def _new_record(self) -> Record | None:
        return self._networks[0]._new_record()

    def _inputs(self, x: Any, quick: bool = False) -> Tensor:  # noqa: ANN401 - whatever users hand over
        return self._tensor("x", x, quick)

    def _feed(self, data: Batch, batch_size: int, shuffle: bool) -> SplittableFeed:
        if len(data) > 2:
            raise ValueError(
                "Ensemble: expected no weights of samples or classes, which replicas cannot have, "
                "got some. Fit the networks one after the other instead."
            )
        x, y = data
        return EnsembleFeed(x.T.contiguous(), y, batch_size, self.seeds, shuffle)

    def _sample_output(self, x: Tensor) -> tuple[int, ...]:
        with evaluating(self):
            return tuple(self(x[:1]).shape[2:])


def _check_networks(networks: Sequence[nn.Module]) -> None:
    strangers = [network for network in networks if not isinstance(network, Sequential)]
    if strangers:
        raise TypeError(
            f"Ensemble: build must return a Sequential, got {type(strangers[0]).__name__}. "
            "Write e.g. build = lambda seed: Sequential([...], seed=seed)."
        )
    kind: Any = type(networks[0])
    if kind.output_and_loss is not Sequential.output_and_loss:
        raise TypeError(
            f"Ensemble: build must return networks that are trained by a loss, got "
            f"{kind.__name__}, which trains in its own way. Fit the networks one after the other "
            "instead."
        )
    seeds = [getattr(network, "seed", None) for network in networks]
    if len(set(seeds)) < len(seeds):
        raise ValueError(
            f"Ensemble: every network needs its own seed, got {seeds}. "
            "Let build(seed) return Sequential(..., seed=seed)."
        )
