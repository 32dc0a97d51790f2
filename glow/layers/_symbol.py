"""Symbolic values: what a layer returns when it is called on an `Input` instead of a tensor.

A functional model is written as calls of layers, PyTorch functions and operators on symbolic
values; `glow.models.Model` reads it back from the outputs. A symbolic value has a shape, found on
the meta device, and no numbers.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import resolve_name

from glow._structure import Path, leaves, mapped, paths
from glow.layers._meta import try_on_meta

# Not one: what mistakes the dimension of samples for another one then shows.
_SAMPLES = 7
_numbers = itertools.count()


@dataclass(eq=False)
class Call:
    """One call of a layer or a function on symbolic values.

    Attributes:
        target: What was called; None for an `Input`.
        args: Its arguments, some of them symbolic.
        kwargs: Its arguments by name.
        number: Calls are counted, so that a model can list its layers in the order of writing.
    """

    target: nn.Module | Callable[..., Any] | None
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    number: int = field(default_factory=lambda: next(_numbers))

    @property
    def sources(self) -> list[Symbol]:
        """The symbolic values among the arguments."""
        given = leaves([self.args, self.kwargs])
        return [value for value in given if isinstance(value, Symbol)]


def _operator(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: call_function(function, values, {})


class Symbol:
    """A symbolic value.

    Operators, the methods of tensors and PyTorch's functions make new ones:
    ``x + 1``, ``x.mean(1)``, ``torch.tanh(x)``.

    Args:
        call: What returned it.
        path: Where it stands in what was returned.
        meta: A tensor on the meta device of its shape and type.
        name: The name of an `Input`.
    """

    def __init__(self, call: Call, path: Path, meta: Tensor, name: str | None = None) -> None:
        self.call, self.path, self.meta, self.name = call, path, meta, name

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The shape of a batch; None for the number of samples, as in Keras."""
        return (None, *self.meta.shape[1:])

    @property
    def dtype(self) -> torch.dtype:
        """The type of its numbers."""
        return self.meta.dtype

    @property
    def ndim(self) -> int:
        """The number of dimensions, that of the samples included."""
        return self.meta.ndim

    @classmethod
    def __torch_function__(
        cls,
        function: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - what the function returns
        """Keep the call of a PyTorch function."""
        return call_function(function, args, kwargs or {})

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(Tensor, name, None)
        if name.startswith("_") or name.endswith("_") or not callable(method):
            raise AttributeError(
                f"{self!r} has no {name!r}: it stands for a tensor that is not there yet. Use a "
                "layer, or a method of tensors that returns a new one."
            )
        return lambda *args, **kwargs: call_function(method, (self, *args), kwargs)

    __add__, __radd__ = _operator(Tensor.__add__), _operator(Tensor.__radd__)
    __sub__, __rsub__ = _operator(Tensor.__sub__), _operator(Tensor.__rsub__)
    __mul__, __rmul__ = _operator(Tensor.__mul__), _operator(Tensor.__rmul__)
    __truediv__, __rtruediv__ = _operator(Tensor.__truediv__), _operator(Tensor.__rtruediv__)
    __pow__, __rpow__ = _operator(Tensor.__pow__), _operator(Tensor.__rpow__)
    __matmul__, __rmatmul__ = _operator(Tensor.__matmul__), _operator(Tensor.__rmatmul__)
    __neg__, __abs__ = _operator(torch.neg), _operator(torch.abs)
    __getitem__ = _operator(Tensor.__getitem__)
    __lt__, __le__ = _operator(torch.lt), _operator(torch.le)
    __gt__, __ge__ = _operator(torch.gt), _operator(torch.ge)
    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise _no_values(self)

    def __iter__(self) -> Any:  # noqa: ANN401 - it never returns
        raise _no_values(self)

    def __len__(self) -> int:
        raise _no_values(self)

    def __array__(self, *args: object, **kwargs: object) -> Any:  # noqa: ANN401 - it never returns
        raise _no_values(self)

    def __repr__(self) -> str:
        return f"Symbol(shape={self.shape}, dtype={str(self.dtype).removeprefix('torch.')})"


def Input(  # noqa: N802 - Keras's name
    shape: Sequence[int], dtype: str | torch.dtype = "float32", name: str | None = None
) -> Symbol:
    """Begin a functional model.

    Args:
        shape: Shape of one sample, without the dimension of samples: ``(12,)``.
        dtype: Type of the numbers, ``"float32"``, or ``"int64"`` for what an embedding takes.
        name: The input's name, by which a dict of inputs names it.

    Returns:
        A symbolic value, on which layers are called.

    Raises:
        ValueError: A shape or type that is none.

    Example:
        >>> x = Input(shape=(12,))
        >>> model = Model(x, Dense(2)(Dense(10, activation="tanh")(x)))
    """
    kind = getattr(torch, dtype, None) if isinstance(dtype, str) else dtype
    if not isinstance(kind, torch.dtype):
        raise ValueError(f"Input: unknown dtype {dtype!r}. Choose e.g. 'float32' or 'int64'.")
    try:
        meta = torch.empty(_SAMPLES, *shape, dtype=kind, device="meta")
    except (TypeError, RuntimeError) as error:
        raise ValueError(
            f"Input: shape must be the sizes of one sample, all known, got {shape!r}. "
            "Write e.g. Input(shape=(12,))."
        ) from error
    return Symbol(Call(None), (), meta, name)


def is_symbolic(values: Any) -> bool:  # noqa: ANN401 - whatever a layer is called with
    """Say whether there is a symbolic value in the arguments of a call."""
    if isinstance(values, list | tuple):
        return any(map(is_symbolic, values))
    if isinstance(values, dict):
        return any(map(is_symbolic, values.values()))
    return isinstance(values, Symbol)


def call_layer(layer: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as the layer returns
    """Return what a layer would return, as symbolic values.

    Raises:
        ValueError: The layer cannot take values of such shapes.
        TypeError: It returns something else than tensors.
    """
    try:
        returned = try_on_meta(layer, *_on_meta(args), **_on_meta(kwargs))
    except (RuntimeError, IndexError, ValueError) as error:
        shapes = ", ".join(str(symbol.shape) for symbol in Call(layer, args, kwargs).sources)
        name = getattr(layer, "name", None) or type(layer).__name__
        raise ValueError(
            f"Layer {name!r} ({type(layer).__name__}) cannot take inputs of the shape {shapes}: "
            f"{error} Change the layer or what it is called on."
        ) from error
    return _symbols(Call(layer, args, kwargs), returned)


def call_function(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Any:  # noqa: ANN401 - as the function returns
    """Return what a PyTorch function would return, as symbolic values.

    Raises:
        TypeError: It is called within a torch module, depends on the mode of training, or takes
            a tensor, none of which a graph of functions can keep.
    """
    name = resolve_name(function) or repr(function)
    _refuse_plain_module(name)
    if "training" in kwargs:
        raise TypeError(
            f"{name} on a symbolic value would not know when the model trains. "
            "Use a layer, e.g. glow.layers.Dropout."
        )
    if any(isinstance(value, Tensor) for value in leaves([args, kwargs])):
        raise TypeError(
            f"{name} of a symbolic value and a tensor: the tensor would be neither weight nor "
            "buffer of the model. Put it in a module, or use numbers."
        )
    return _symbols(Call(function, args, kwargs), function(*_on_meta(args), **_on_meta(kwargs)))


def _symbols(call: Call, returned: Any) -> Any:  # noqa: ANN401 - any structure of tensors
    if isinstance(returned, Tensor):
        return Symbol(call, (), returned)
    wrong = [leaf for leaf in leaves(returned) if not isinstance(leaf, Tensor)]
    if wrong:
        raise TypeError(
            f"{call.target!r} returned {wrong[0]!r} for a symbolic value, expected a tensor or a "
            "list, tuple or dict of tensors. A model can only be made of those."
        )
    places = iter([Symbol(call, path, leaf) for path, leaf in paths(returned)])
    return mapped(lambda _: next(places), returned)


def _on_meta(values: Any) -> Any:  # noqa: ANN401 - any structure
    return mapped(lambda value: value.meta if isinstance(value, Symbol) else value, values)


def _refuse_plain_module(name: str) -> None:
    """Raise if a module that does not know symbolic values is being called on one.

    Its forward would run here once, with the weights and the mode it has now.
    """
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code is nn.Module._call_impl.__code__:
            module = frame.f_locals["self"]
            kind = type(module).__name__
            raise TypeError(
                f"The torch module {kind} was called on a symbolic value, where {name} failed. "
                f"Make a layer of it: Model.wrap({kind}(...))(x)."
            )
        frame = frame.f_back  # type: ignore[assignment]  # None ends the loop


def _no_values(symbol: Symbol) -> TypeError:
    return TypeError(
        f"{symbol!r} has no values yet: it cannot be compared, looped over or made an array. "
        "Build a Model from it and call that on data."
    )
