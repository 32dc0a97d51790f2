"""One call of ``fit``: the iterators that make its loop read as prose."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch

from glow.callbacks import CallbackList, History
from glow.models._interrupt import in_kernel, interrupts
from glow.models._meters import floats
from glow.models._watching import test
from glow.utils import derive_seed

if TYPE_CHECKING:
    from types import TracebackType

    from torch import Tensor

    from glow.models._feed import Batch, Feed
    from glow.models._model import Model


class Run:
    """A training from one epoch to another, as a context manager.

    Where it begins and ends stands in the settings that its callbacks share, since one of them may
    go on from a backup. Whatever ends it, every callback gets ``on_train_end``, the model's mode
    and PyTorch's generators are put back, and the History says how it ended.

    Args:
        model: The compiled model.
        train: What to train on.
        validation: What to validate on after every epoch, or None.
        callbacks: Who watches.
        due: Whether to validate after an epoch.
    """

    def __init__(
        self,
        model: Model,
        train: Feed,
        validation: Feed | None,
        callbacks: CallbackList,
        due: Callable[[int], bool],
    ) -> None:
        self._model, self._train, self._validation = model, train, validation
        self._callbacks, self._params = callbacks, callbacks.params
        self._began = self._params["initial_epoch"]
        self._resumed: Mapping[str, Any] | None = None
        self._meters = model._meters()
        self._validation_meters = model._meters()
        self._due = due
        self._validated = self._cut = self._ended = False
        self._epoch = self._batch = 0
        self._exit = ExitStack()

    @property
    def history(self) -> History:
        """What every epoch brought."""
        return self._model.history

    def __enter__(self) -> Self:
        model = self._model
        model.stop_training, model.stop_reason = False, ""
        model.running_logs = lambda: floats(self._meters.result())
        self._exit.callback(setattr, model, "running_logs", dict)
        model.position = self
        self._exit.callback(setattr, model, "position", None)
        self._exit.enter_context(interrupts(self._interrupt))
        self._exit.enter_context(torch.random.fork_rng(_gpus(model)))
        self._exit.callback(model.train, model.training)
        if self._callbacks.hooks("on_backward_end"):
            model._compiled.after_backward = self._after_backward
        model.train()  # once: validation puts the mode back
        try:
            self._callbacks.call("on_train_begin", {})
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def epochs(self) -> Iterator[int]:
        """Yield the number of each epoch, and tell the callbacks when it began and ended."""
        model = self._model
        for epoch in range(self._params["initial_epoch"], self._params["epochs"]):
            self._epoch, self._validated, self._ended = epoch, False, False
            _seed_noise(model, epoch)
            self._meters.reset()
            self._callbacks.call("on_epoch_begin", epoch, {})
            yield epoch
            if not self._cut:
                self._end_epoch(epoch)
            if self._stops():
                return

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield the batches of an epoch until one of them is to be the last."""
        begin = self._callbacks.hooks("on_train_batch_begin")
        end = self._callbacks.hooks("on_train_batch_end")
        numbered = enumerate(self._train.batches(epoch))
        if self._resumed is not None:
            self._skip(numbered, self._resumed)
        for index, batch in numbered:
            self._batch = index
            for hook in begin:
                hook(index, {})
            yield batch
            if end:
                logs = floats(self._meters.result()) if self._callbacks.wants_batch_logs else {}
                for hook in end:
                    hook(index, logs)
            if self._stops():
                self._cut = index + 1 != self._train.steps
                return

    def tally(self, output: Any, loss: Tensor, batch: Batch) -> None:  # noqa: ANN401 - by name for several outputs
        """Add a batch's loss and metrics to the epoch's means."""
        self._meters.add(output, loss, *batch[1:])

    def validate(self) -> None:
        """Validate if it is due, unless the epoch was cut short."""
        self._validated = self._validation is not None and self._due(self._epoch) and not self._cut
        if self._validation is not None and self._validated:
            test(self._model, self._validation, self._validation_meters, self._callbacks)

    def state_dict(self) -> dict[str, Any]:
        """Return where the training stands; see `glow.callbacks.Position`."""
        if self._ended:
            return {"began": self._began, "epoch": self._epoch + 1, "batch": 0}
        state = {"began": self._began, "epoch": self._epoch, "batch": self._batch + 1}
        return {**state, "meters": self._meters.state_dict(), "noise": _noise(self._model)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from there, to where the interrupted training would have ended."""
        params, self._began = self._params, state["began"]
        epochs = params["epochs"] - params["initial_epoch"]
        params["initial_epoch"] = state["epoch"]
        params["epochs"] = max(self._began + epochs, state["epoch"])
        self._resumed = state if state["batch"] else None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Tell the callbacks; swallow an interrupt, which `finish` raises again in a script."""
        self._model._compiled.after_backward = None
        if isinstance(error, KeyboardInterrupt):
            self._interrupt()
            error = None
            kind = KeyboardInterrupt
        with self._exit:
            self._say_how_it_ended(error)
            self._tell_callbacks(error)
        if error is None and self.history.interrupted and not in_kernel():
            raise KeyboardInterrupt
        return kind is KeyboardInterrupt

    def _stops(self) -> bool:
        """Whether to stop here: asked once at each edge, where several processes have to agree."""
        model = self._model
        return model.stop_training if model._engine is None else model._engine.stops()

    def _interrupt(self) -> None:
        self._model.stop_training = True
        self._model.stop_reason = "interrupted"
        self.history.interrupted = True

    def _skip(self, batches: Iterator[tuple[int, Batch]], state: Mapping[str, Any]) -> None:
        """Leave out the batches that were done before the training was interrupted."""
        self._resumed, self._batch = None, state["batch"] - 1
        deque(islice(batches, state["batch"]), maxlen=0)
        self._meters.load_state_dict(state["meters"])
        _set_noise(self._model, state["noise"])

    def _end_epoch(self, epoch: int) -> None:
        model, self._ended = self._model, True
        if model._engine is not None:
            model._engine.total(self._meters)
            if self._validated:
                model._engine.total(self._validation_meters)
        model.run_logs = self._meters.result()
        if self._validated:
            model.run_logs |= self._validation_meters.result("val_")
        extra = self._callbacks.extra_logs().items()
        model.run_logs |= {name: np.asarray(value) for name, value in extra}
        self._callbacks.call("on_epoch_end", epoch, floats(model.run_logs))

    def _after_backward(self) -> None:
        self._callbacks.call("on_backward_end", self._batch)

    def _say_how_it_ended(self, error: BaseException | None) -> None:
        history, done = self.history, self.history.epoch
        first, last = self._params["initial_epoch"], self._params["epochs"]
        finished = last <= first or (bool(done) and done[-1] == last - 1)
        history.stopped = not finished
        history.reason = self._model.stop_reason
        if error is not None:
            history.reason = f"{type(error).__name__}: {error}"
        elif history.stopped and not history.reason:
            history.reason = "stop_training was set"

    def _tell_callbacks(self, error: BaseException | None) -> None:
        errors = []
        if error is not None:
            errors += self._callbacks.call_all("on_exception", error)
        errors += self._callbacks.call_all("on_train_end", floats(self._model.run_logs))
        if error is None and errors:
            error, *errors = errors
            _note(error, errors)
            raise error
        if error is not None:
            _note(error, errors)


def _note(error: BaseException, others: list[Exception]) -> None:
    for other in others:
        error.add_note(f"A callback failed after that: {type(other).__name__}: {other}")


def _gpus(model: Model) -> list[Any]:
    return [model.device] if model.device.type == "cuda" else []


def _noise(model: Model) -> list[Tensor]:
    """The state of what dropout and the like draw from."""
    states = [torch.default_generator.get_state()]
    return states + [torch.cuda.get_rng_state(device) for device in _gpus(model)]


def _set_noise(model: Model, states: list[Tensor]) -> None:
    torch.default_generator.set_state(states[0])
    for device, state in zip(_gpus(model), states[1:], strict=False):
        torch.cuda.set_rng_state(state, device)


def _seed_noise(model: Model, epoch: int) -> None:
    """Make dropout and the like depend on the seed and the epoch alone, so that runs can resume."""
    seed = derive_seed(model.seed, "noise", epoch)
    torch.default_generator.manual_seed(seed)  # torch.manual_seed takes 0.2 ms, for all devices
    if model.device.type == "cuda":
        torch.cuda.manual_seed(seed)
