"""A callback from plain functions."""

from __future__ import annotations

from collections.abc import Callable

from glow._registry import lookup
from glow.callbacks._base import Callback

_HOOKS = {name: name for name in vars(Callback) if name.startswith("on_")}


class LambdaCallback(Callback):
    """Call functions at the moments their keywords name.

    Args:
        **hooks: Functions by the name of a `Callback` method, each with that method's arguments;
            None for nothing.

    Raises:
        ValueError: No such method.

    Example:
        >>> callback = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"]))
    """

    def __init__(self, **hooks: Callable[..., None] | None) -> None:
        for name, function in hooks.items():
            method = lookup("moment for LambdaCallback", name, _HOOKS)
            if function is not None:
                setattr(self, method, function)
