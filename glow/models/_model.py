"""The model: a torch module that Keras's verbs train, evaluate and ask."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from glow._arguments import integer
from glow.callbacks import Callback, CallbackList, History, Record
from glow.models import _weights
from glow.models._display import displays
from glow.models._feed import ArrayFeed, Batch, Feed, SplittableFeed
from glow.models._meters import Meters, floats
from glow.models._modes import evaluating
from glow.models._plan import Plan, plan_fit, plan_test
from glow.models._run import Run
from glow.models._tensors import inputs
from glow.models._threads import suited_threads
from glow.models._training import Training

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from glow.dynamics import Recording
    from glow.losses import Loss, LossLike
    from glow.metrics import MetricLike
    from glow.optimizers import OptimizerLike


class Model(nn.Module):
    """A network with compile, fit, evaluate and predict.

    Subclass it and write ``forward``, as for any torch module, or use `Sequential`. It stays a
    plain torch module: any other training loop can use it.

    Args:
        seed: Fixes initial weights, validation split, order of the batches and dropout. Drawn from
            PyTorch's generator if None, so that `glow.utils.set_random_seed` fixes it.
        name: A name for messages and summaries.

    Attributes:
        seed: The seed.
        name: The name.
        history: What every epoch so far brought.
        stop_training: Set it to True to stop `fit` at the next batch edge.
        stop_reason: Why, in words.
        run_logs: Loss and metrics of the last epoch; per replica, (runs,), in an ensemble.
        running_logs: Call it during `fit` for the means over the epoch so far; empty otherwise.
    """

    #: How many networks answer at once; None for one.
    runs: int | None = None

    def __init__(self, *, seed: int | None = None, name: str | None = None) -> None:
        super().__init__()
        drawn = int(torch.randint(2**31, ())) if seed is None else seed
        self.seed = integer(type(self).__name__, "seed", drawn, low=0)
        self.name = name or type(self).__name__.lower()
        self.history = History()
        self.stop_training, self.stop_reason = False, ""
        self.run_logs: dict[str, NDArray[Any]] = {}
        self.running_logs: Callable[[], Mapping[str, float]] = dict
        self._training: Training | None = None
        self._record: Record | None = None

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        first = next(self.parameters(), None)
        return torch.device("cpu") if first is None else first.device

    @property
    def loss(self) -> Loss:
        """The loss the model was compiled with.

        Raises:
            RuntimeError: The model is not compiled.
        """
        return self._compiled.loss

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        """The torch optimizer of the weights.

        Raises:
            RuntimeError: The model is not compiled.
        """
        return self._compiled.make_optimizer(self)

    @property
    def recording(self) -> Recording | None:
        """The recording made by the last `fit`; None if no callback recorded it."""
        return None if self._record is None else self._record.recording

    def compile(
        self,
        optimizer: OptimizerLike = "rmsprop",
        loss: LossLike = "cross_entropy",
        metrics: Sequence[MetricLike] = (),
    ) -> None:
        """Choose how to train; a second call starts with a new optimizer.

        Args:
            optimizer: A name, an object of `glow.optimizers`, a torch optimizer or its class.
            loss: A name, an object of `glow.losses`, a torch loss or a function (output, target).
            metrics: Names or functions (output, target); ``"accuracy"`` suits the loss.

        Raises:
            ValueError: An unknown name.
            TypeError: None of these.
        """
        self._training = Training.compile(optimizer, loss, metrics)

    def fit(
        self,
        x: ArrayLike | Tensor | Iterable[Any],
        y: ArrayLike | Tensor | None = None,
        batch_size: int = 32,
        epochs: int = 1,
        verbose: int | Literal["auto"] = "auto",
        callbacks: Sequence[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: tuple[Any, Any] | Iterable[Any] | None = None,
        shuffle: bool = True,
        validation_shuffle: bool = True,
        initial_epoch: int | None = None,
        display: Literal["auto"] | None = "auto",
    ) -> History:
        """Train.

        The first call begins at epoch 0. A later call goes on where the last one ended, with the
        same optimizer state and History, for ``epochs`` more. Networks of a few thousand weights
        are trained on one thread of the CPU, where more only wait for one another.

        Args:
            x: Inputs (N, ...); or a ``Dataset``, a ``DataLoader`` or any iterable of batches (x,
                y).
            y: Targets (N, ...); None if x yields them.
            batch_size: Samples per step; ignored for iterables of batches.
            epochs: How many epochs to train; with ``initial_epoch``, the number to end before.
            verbose: 0 for silence, 1 for a redrawn line, 2 for a line per epoch, "auto" for 1
                in a terminal and 2 elsewhere.
            callbacks: Who watches and acts.
            validation_split: Part of x and y to validate on after every epoch. Unlike in Keras the
                rows are drawn at random, by the seed; History keeps them.
            validation_data: (x, y) or an iterable to validate on, instead of a part.
            shuffle: Whether each epoch has a new order, fixed by the seed. False means the order of
                x in every epoch.
            validation_shuffle: False to hold back the last rows, as for time series.
            initial_epoch: Number of the first epoch; by default where the last fit ended.
            display: "auto" for widgets in a notebook, None for text.

        Returns:
            The History, also if training was stopped. After Ctrl-C it is returned in a notebook; in
            a script KeyboardInterrupt is raised again, and ``model.history`` has it.

        Raises:
            RuntimeError: The model is not compiled.
            ValueError: Data that do not fit the model or the loss; see the message.
            TypeError: Data of the wrong kind.
        """
        plan = plan_fit(
            self, x, y, batch_size, shuffle, validation_split, validation_shuffle, validation_data
        )
        first = self._first_epoch(initial_epoch)
        last = integer("fit", "epochs", epochs, low=0) + (first if initial_epoch is None else 0)
        watchers = self._watch(plan, callbacks or (), displays(verbose, display), first, last)
        run = Run(self, plan.train, plan.validation, watchers, first, last)
        with suited_threads(self, batch_size), run:
            for epoch in run.epochs():
                for batch in run.batches(epoch):
                    run.tally(*self.train_step(batch), batch)
                run.validate()
        return self.history

    def train_step(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Make one step on a batch; override it to train in another way.

        Returns:
            The output, (n, ...), and the mean loss, (); both with a dimension of runs before that
            of samples in an ensemble. Both detached.
        """
        output, loss = self.output_and_loss(*batch)
        self.optimizer.zero_grad()
        (loss if loss.ndim == 0 else loss.sum()).backward()  # type: ignore[no-untyped-call]
        self.apply_gradients()
        return output.detach(), loss.detach()

    def output_and_loss(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return the output (n, ...) on a batch and its mean loss ()."""
        output: Tensor = self(x)
        return output, self._compiled.loss(output, y)

    def apply_gradients(self) -> None:
        """Let the optimizer make its step."""
        compiled = self._compiled
        if compiled.after_backward is not None:
            compiled.after_backward()
        compiled.make_optimizer(self).step()

    def train_on_batch(
        self, x: ArrayLike | Tensor, y: ArrayLike | Tensor, return_dict: bool = False
    ) -> float | list[float] | dict[str, float]:
        """Make one step on one batch.

        Args:
            x: Inputs (n, ...).
            y: Targets (n, ...).
            return_dict: Whether to return a dict by name.

        Returns:
            The loss, followed by the metrics if there are any, before the step.

        Raises:
            ValueError: As `fit`.
            TypeError: As `fit`.
        """
        feed, meters = plan_test(self, x, y, batch_size=None), self._meters()
        self.train()
        for batch in feed.batches(0):
            meters.add(*self.train_step(batch), batch[1])
        return _as_keras(floats(meters.result()), return_dict)

    def evaluate(
        self,
        x: ArrayLike | Tensor | Iterable[Any],
        y: ArrayLike | Tensor | None = None,
        batch_size: int = 32,
        callbacks: Sequence[Callback] | None = None,
        return_dict: bool = False,
    ) -> float | list[float] | dict[str, float]:
        """Return the loss and the metrics on data, in eval mode.

        Args:
            x: Inputs (N, ...), or an iterable as in `fit`.
            y: Targets (N, ...).
            batch_size: Samples per forward pass.
            callbacks: Who watches.
            return_dict: Whether to return a dict by name.

        Returns:
            The loss, followed by the metrics if there are any; means over replicas in an ensemble.

        Raises:
            RuntimeError: The model is not compiled.
            ValueError: As `fit`.
            TypeError: As `fit`.
        """
        feed, meters = plan_test(self, x, y, batch_size), self._meters()
        watchers = CallbackList(callbacks or ())
        watchers.attach(self, {"steps": feed.steps})
        self._test(feed, meters, watchers)
        return _as_keras(floats(meters.result()), return_dict)

    def predict(
        self,
        x: ArrayLike | Tensor,
        batch_size: int = 32,
        callbacks: Sequence[Callback] | None = None,
    ) -> NDArray[Any]:
        """Return the output for every sample, in eval mode.

        Args:
            x: Inputs (N, ...).
            batch_size: Samples per forward pass.
            callbacks: Who watches.

        Returns:
            (N, ...), or (runs, N, ...) for an ensemble.

        Raises:
            ValueError: Data that do not fit the model.
            TypeError: Data of the wrong kind.
        """
        tensor = self._inputs(x)
        parts = torch.split(tensor, integer("predict", "batch_size", batch_size, low=1))
        watchers = CallbackList(callbacks or ())
        watchers.attach(self, {"steps": len(parts)})
        outputs = []
        with evaluating(self):
            watchers.call("on_predict_begin", {})
            for index, part in enumerate(parts):
                watchers.call("on_predict_batch_begin", index, {})
                outputs.append(self(part))
                watchers.call("on_predict_batch_end", index, {})
            watchers.call("on_predict_end", {})
        joined = torch.cat(outputs, dim=0 if self.runs is None else 1)
        return np.asarray(joined.cpu().numpy())

    def save_weights(self, path: str | os.PathLike[str]) -> None:
        """Write weights and buffers to one safetensors file, replacing it whole.

        Raises:
            RuntimeError: The model is not built.
        """
        _weights.save(self, path)

    def load_weights(self, path: str | os.PathLike[str]) -> None:
        """Read what `save_weights` wrote.

        Raises:
            ValueError: The file is damaged, or holds the weights of another model.
            RuntimeError: The model is not built.
        """
        _weights.load(self, path)

    def __getstate__(self) -> dict[str, Any]:
        """A copy is the network alone: not its optimizer, its History or who watches it."""
        fresh = {"_training": None, "_record": None, "history": History()}
        return {**self.__dict__, **fresh}

    @property
    def _compiled(self) -> Training:
        if self._training is None:
            raise RuntimeError(
                f"{self.name}: the model is not compiled, expected compile before fit or evaluate. "
                "Call e.g. model.compile('adam', loss='cross_entropy', metrics=['accuracy'])."
            )
        return self._training

    def _output_activation(self) -> str | None:
        """Name of the last activation, to check it against the loss; None if unknown."""
        return None

    def _new_record(self) -> Record | None:
        """The callback by which this model records itself, if it does."""
        return None

    def _inputs(self, x: ArrayLike | Tensor) -> Tensor:
        embeds = any(isinstance(module, nn.Embedding) for module in self.modules())
        return inputs(self.name, x, self.device, integers=embeds)

    def _feed(self, x: Tensor, y: Tensor, batch_size: int, shuffle: bool) -> SplittableFeed:
        return ArrayFeed(x, y, batch_size, self.seed, shuffle)

    def _sample_output(self, x: Tensor) -> tuple[int, ...]:
        """Shape of one sample's output, found by trying; x (n, ...)."""
        with evaluating(self):
            return tuple(self(x[:1]).shape[1:])

    def _meters(self) -> Meters:
        return Meters(self._compiled.metrics, self.runs, self.device)

    def _first_epoch(self, initial_epoch: int | None) -> int:
        if initial_epoch is not None:
            return integer("fit", "initial_epoch", initial_epoch, low=0)
        return self.history.epoch[-1] + 1 if self.history.epoch else 0

    def _watch(
        self,
        plan: Plan,
        given: Sequence[Callback],
        shown: Sequence[Callback],
        first: int,
        last: int,
    ) -> CallbackList:
        """Put the callbacks in order: the History and the recording first, displays last."""
        own = self._own_record(given)
        self._record = next((c for c in (*own, *given) if isinstance(c, Record)), None)
        watchers = CallbackList([self.history, *own, *given, *shown])
        self.history.validation_indices = plan.validation_indices
        settings = {"epochs": last, "initial_epoch": first, "seed": self.seed, **plan.settings}
        watchers.attach(self, {**settings, **self._compiled.settings()})
        if plan.data is not None:
            watchers.set_data(*plan.data)
        return watchers

    def _own_record(self, given: Sequence[Callback]) -> list[Record]:
        """Go on with the recording of the last fit, unless the caller records."""
        new = self._new_record()
        if new is None or any(isinstance(callback, Record) for callback in given):
            return []
        return [self._record or new]

    def _test(self, feed: Feed, meters: Meters, watchers: CallbackList) -> None:
        begin, end = watchers.hooks("on_test_batch_begin"), watchers.hooks("on_test_batch_end")
        meters.reset()
        with evaluating(self):
            watchers.call("on_test_begin", {})
            for index, batch in enumerate(feed.batches(0)):
                for hook in begin:
                    hook(index, {})
                meters.add(*self.output_and_loss(*batch), batch[1])
                for hook in end:
                    hook(index, {})
            watchers.call("on_test_end", {})


def _as_keras(logs: dict[str, float], return_dict: bool) -> float | list[float] | dict[str, float]:
    if return_dict:
        return logs
    return logs["loss"] if len(logs) == 1 else list(logs.values())
