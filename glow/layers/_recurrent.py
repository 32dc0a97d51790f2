"""Layers that read a sequence step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter

from glow import initializers
from glow._arguments import integer
from glow._registry import lookup
from glow.layers._base import Layer, is_shaped
from glow.layers._config import builtin, from_config
from glow.layers._kernel import InitializerLike

__all__ = ["GRU", "LSTM", "Bidirectional"]


class _Recurrent(Layer, LazyModuleMixin, nn.RNNBase):
    """What the recurrent layers share: Keras's arguments and first weights over torch's module."""

    torch_module: ClassVar[type[nn.LSTM] | type[nn.GRU]]
    weight_ih_l0: Tensor
    weight_hh_l0: Tensor
    bias_ih_l0: Tensor
    bias_hh_l0: Tensor

    def __init__(
        self,
        units: int,
        *,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        use_bias: bool = True,
        kernel_initializer: InitializerLike = "glorot_uniform",
        recurrent_initializer: InitializerLike = "orthogonal",
        bias_initializer: InitializerLike = "zeros",
        name: str | None = None,
    ) -> None:
        units = integer(type(self).__name__, "units", units, low=1)
        super().__init__(1, units, bias=use_bias, batch_first=True, device="meta")
        for part in self._flat_weights_names:  # made when the model is, from its seed
            setattr(self, part, UninitializedParameter())
        self.return_sequences, self.return_state = return_sequences, return_state
        self.go_backwards = go_backwards
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.name = name

    @property
    def units(self) -> int:
        """Width of the output."""
        return self.hidden_size

    @property
    def use_bias(self) -> bool:
        """Whether there are biases."""
        return self.bias

    def initialize_parameters(self, x: Tensor, initial_state: object = None) -> None:
        """Give the weights the shapes that torch gives them for such an input."""
        _check_sequence(type(self).__name__, x)
        self.input_size = x.shape[-1]
        twin = self.torch_module(self.input_size, self.units, bias=self.bias, device="meta")
        for part, shaped in twin.named_parameters():
            values = getattr(self, part)
            if isinstance(values, UninitializedParameter):
                values.materialize(shaped.shape)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew, if their shapes are known."""
        if not is_shaped(self):
            return
        self.kernel_initializer(self.weight_ih_l0)
        self.recurrent_initializer(self.weight_hh_l0)
        if self.bias:
            self.bias_initializer(self.bias_ih_l0)
            nn.init.zeros_(self.bias_hh_l0)

    def forward(self, x: Tensor, initial_state: Sequence[Tensor] | None = None) -> Any:  # noqa: ANN401 - with return_state a tuple
        """Read the sequences.

        Args:
            x: (N, steps, width).
            initial_state: One tensor (N, units) for each part of the state; zeros if None.

        Returns:
            (N, units), or (N, steps, units); with ``return_state`` followed by the parts of the
            state after the last step, (N, units) each.
        """
        _check_sequence(type(self).__name__, x)
        start = None if initial_state is None else self._packed([s[None] for s in initial_state])
        outputs, state = super().forward(x.flip(1) if self.go_backwards else x, start)
        output = outputs if self.return_sequences else outputs[:, -1]
        return (output, *(s[0] for s in self._parts(state))) if self.return_state else output

    def _packed(self, parts: list[Tensor]) -> Any:  # noqa: ANN401 - torch's kind of state
        return parts[0]

    def _parts(self, state: Any) -> tuple[Tensor, ...]:  # noqa: ANN401 - torch's kind of state
        return (state,)

    def extra_repr(self) -> str:
        """Say what ``print(layer)`` shows between the brackets."""
        known = "not known yet" if self.has_uninitialized_params() else self.input_size
        return f"units={self.units}, input={known}"


@builtin
class LSTM(_Recurrent, nn.LSTM):  # type: ignore[misc]  # it returns what Keras's does
    """Long short-term memory (Hochreiter and Schmidhuber 1997), in torch's kernels.

    The gates' activations are sigmoid and tanh, which these kernels are made for. There is no
    dropout inside; put `Dropout` between layers. As in PyTorch there are two biases, of which the
    second starts at 0.

    Args:
        units: Width of the output.
        return_sequences: Whether the output of every step is returned instead of the last one's.
        return_state: Whether the state after the last step is returned too; not in a `Sequential`.
        go_backwards: Whether the sequence is read from its end; outputs come in that order.
        use_bias: Whether there are biases.
        unit_forget_bias: Whether the forget gate's bias starts at 1 (Jozefowicz et al. 2015).
        kernel_initializer: Fills what the input is multiplied with.
        recurrent_initializer: Fills what the last output is multiplied with.
        bias_initializer: Fills the first bias.
        name: Name within a model, without dots.

    Shape:
        (N, steps, width) to (N, units), or (N, steps, units) with return_sequences.

    Raises:
        ValueError: units is not positive, or a name is unknown.
    """

    torch_module = nn.LSTM

    def __init__(
        self,
        units: int,
        *,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        use_bias: bool = True,
        unit_forget_bias: bool = True,
        kernel_initializer: InitializerLike = "glorot_uniform",
        recurrent_initializer: InitializerLike = "orthogonal",
        bias_initializer: InitializerLike = "zeros",
        name: str | None = None,
    ) -> None:
        super().__init__(
            units,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            name=name,
        )
        self.unit_forget_bias = unit_forget_bias

    def reset_parameters(self) -> None:
        """Draw the weights anew, if their shapes are known."""
        super().reset_parameters()
        if is_shaped(self) and self.bias and self.unit_forget_bias:
            _, forget, _, _ = self.bias_ih_l0.detach().chunk(4)  # torch's order of the gates
            forget.fill_(1)

    def _packed(self, parts: list[Tensor]) -> tuple[Tensor, ...]:
        return tuple(parts)

    def _parts(self, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return state


@builtin
class GRU(_Recurrent, nn.GRU):  # type: ignore[misc]  # it returns what Keras's does
    """Gated recurrent unit (Cho et al. 2014), in torch's kernels.

    As in Keras by default, the reset gate acts after the matrix product. There is no dropout
    inside; put `Dropout` between layers.

    Args:
        units: Width of the output.
        return_sequences: Whether the output of every step is returned instead of the last one's.
        return_state: Whether the state after the last step is returned too; not in a `Sequential`.
        go_backwards: Whether the sequence is read from its end; outputs come in that order.
        use_bias: Whether there are biases.
        kernel_initializer: Fills what the input is multiplied with.
        recurrent_initializer: Fills what the last output is multiplied with.
        bias_initializer: Fills the first bias.
        name: Name within a model, without dots.

    Shape:
        (N, steps, width) to (N, units), or (N, steps, units) with return_sequences.

    Raises:
        ValueError: units is not positive, or a name is unknown.
    """

    torch_module = nn.GRU


_MERGES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "concat": lambda a, b: torch.cat((a, b), dim=-1),
    "sum": torch.add,
    "mul": torch.mul,
    "ave": lambda a, b: (a + b) / 2,
}


@builtin
class Bidirectional(Layer, nn.Module):
    """A recurrent layer and its mirror image, which reads the sequence from its end.

    Args:
        layer: An `LSTM` or a `GRU` without weights yet; its twin gets the same arguments.
        merge_mode: How the two outputs become one: ``"concat"``, ``"sum"``, ``"mul"`` or ``"ave"``.
        name: Name within a model, without dots.

    Shape:
        (N, steps, width) to (N, 2 * units), or (N, steps, 2 * units) if the layer returns
        sequences; without the 2 unless concatenated.

    Raises:
        TypeError: The layer is not recurrent.
        ValueError: The layer returns its state, or the merge mode is unknown.
    """

    def __init__(
        self,
        layer: nn.Module,
        merge_mode: Literal["concat", "sum", "mul", "ave"] = "concat",
        name: str | None = None,
    ) -> None:
        super().__init__()
        if not isinstance(layer, _Recurrent):
            raise TypeError(
                f"Bidirectional: layer must be an LSTM or a GRU, got {layer!r}. "
                "Write e.g. Bidirectional(LSTM(64))."
            )
        if layer.return_state:
            raise ValueError(
                f"Bidirectional: the layer must return its outputs alone, got {layer!r} with "
                "return_state=True. Leave that out."
            )
        lookup("merge_mode of Bidirectional", merge_mode, _MERGES)
        config = layer.get_config()
        self.layer = layer
        self.mirror = type(layer).from_config({**config, "go_backwards": not layer.go_backwards})
        self.merge_mode = merge_mode
        self.name = name

    def forward(self, x: Tensor) -> Tensor:
        """Read the sequences in both directions."""
        there, back = self.layer(x), self.mirror(x)
        if self.layer.return_sequences:
            back = back.flip(1)  # in the order of the steps
        return _MERGES[self.merge_mode](there, back)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build a layer from what `get_config` returned."""
        return cls(**{**config, "layer": from_config(config["layer"])})


def _check_sequence(owner: str, x: Tensor) -> None:
    if x.ndim != 3:  # torch would take two dimensions for one sequence without a batch
        raise ValueError(
            f"{owner}: expected inputs (N, steps, width), got {tuple(x.shape)}. Reshape them, e.g. "
            "with Reshape((-1, 1)), or let the layer before return sequences."
        )
