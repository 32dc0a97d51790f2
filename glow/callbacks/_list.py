"""Several callbacks called as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from glow.callbacks._base import Callback

if TYPE_CHECKING:
    from torch import Tensor

    from glow.callbacks._base import Trainee

Hook = Callable[..., None]


class CallbackList:
    """The callbacks of one training.

    Args:
        callbacks: In the order in which they are called.

    Attributes:
        callbacks: The same.
        params: The settings of this training, one dict for all.

    Raises:
        TypeError: One of them is not a `Callback`.
    """

    def __init__(self, callbacks: Iterable[Callback]) -> None:
        self.callbacks = list(callbacks)
        self.params: dict[str, Any] = {}
        for callback in self.callbacks:
            if not isinstance(callback, Callback):
                raise TypeError(
                    f"callbacks must hold glow.callbacks.Callback objects, got {callback!r}. "
                    "Subclass Callback, or use LambdaCallback(on_epoch_end=...)."
                )
        self.wants_batch_logs = any(callback.wants_batch_logs for callback in self.callbacks)
        self._hooks = {name: self._active(name) for name in vars(Callback) if name[:3] == "on_"}

    def attach(self, model: Trainee, params: dict[str, Any]) -> None:
        """Give every callback the model, the settings and the other callbacks."""
        self.params = params
        for callback in self.callbacks:
            callback.set_model(model)
            callback.set_params(params)
            callback.set_companions(self.callbacks)

    def set_data(self, x: Tensor, y: Tensor) -> None:
        """Give every callback the data."""
        for callback in self.callbacks:
            callback.set_data(x, y)

    def extra_logs(self) -> dict[str, float]:
        """Return what the callbacks add to the logs of an epoch."""
        return {
            name: value
            for callback in self.callbacks
            for name, value in callback.extra_logs().items()
        }

    def hooks(self, name: str) -> tuple[Hook, ...]:
        """Return the methods ``name`` that do something.

        A hook that nobody overrides then costs nothing per batch.
        """
        return self._hooks[name]

    def _active(self, name: str) -> tuple[Hook, ...]:
        empty = getattr(Callback, name)
        methods = (getattr(callback, name) for callback in self.callbacks)
        return tuple(m for m in methods if getattr(m, "__func__", None) is not empty)

    def call(self, name: str, *args: object) -> None:
        """Call ``name`` of every callback; the first exception ends it."""
        for hook in self.hooks(name):
            hook(*args)

    def call_all(self, name: str, *args: object) -> list[Exception]:
        """Call ``name`` of every callback, whatever others raise, and return what was raised."""
        errors = []
        for hook in self.hooks(name):
            try:
                hook(*args)
            except Exception as error:
                errors.append(error)
        return errors
