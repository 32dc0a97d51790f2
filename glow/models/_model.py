"""The model: a torch module that Keras's verbs train, evaluate and ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Self

from torch import nn

from glow._arguments import integer
from glow.callbacks import Callback, CallbackList, History
from glow.layers._symbol import is_symbolic
from glow.models._answers import Answers, answers_of, as_keras, frequency, report
from glow.models._display import displays
from glow.models._fabric import Devices, launch
from glow.models._feed import ArrayFeed, Batch, SplittableFeed
from glow.models._meters import floats
from glow.models._network import Network
from glow.models._plan import Data, Validation, plan_fit, plan_test
from glow.models._run import Run
from glow.models._storable import Storable
from glow.models._tensors import samples_of
from glow.models._threads import suited_threads
from glow.models._watching import span, test, watch

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    Logs = float | list[float] | dict[str, float]
    Verbose = int | Literal["auto"]
    ClassWeights = Mapping[int, float] | None


class Model(Storable):
    """A network with compile, fit, evaluate and predict.

    There are three ways to make one, beside `Sequential`. It stays a plain torch module in each:
    any other training loop can use it.

    * ``Model(inputs, outputs)`` from symbolic values: a graph of layers (`Functional`).
    * ``Model(module)`` from any torch module (`Wrapped`).
    * A subclass with ``forward``, as for any torch module.

    Args:
        inputs: An `Input`, or a list or dict of them; or a torch module.
        outputs: What layers returned for them: one, or a list or dict.
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

    Example:
        >>> x = Input(shape=(12,))
        >>> hidden = Dense(10, activation="tanh")(x)
        >>> model = Model(x, Dense(2)(hidden) + Dense(2)(x))
    """

    def __new__(cls, *args: object, **kwargs: object) -> Self:
        """Choose the kind of model by what is given."""
        from glow.models import _functional, _wrapped  # they are models themselves

        if cls is Model and (args or kwargs.keys() & {"inputs", "outputs", "module"}):
            plain = "module" in kwargs or (args and isinstance(args[0], nn.Module))
            kind: Any = _wrapped.Wrapped if plain else _functional.Functional
            return super().__new__(kind)  # type: ignore[no-any-return]  # a kind of Model
        if cls.__init__ is Network.__init__ and is_symbolic([args, kwargs]):
            raise TypeError(
                f"{cls.__name__}: only a functional model takes symbolic values. Let "
                f"{cls.__name__} inherit glow.models.Functional instead of Model."
            )
        return super().__new__(cls)

    @staticmethod
    def wrap(module: nn.Module, *, seed: int | None = None, name: str | None = None) -> Model:
        """Give any torch module Keras's verbs; the same as ``Model(module)``.

        It can be called on symbolic values too: ``Model.wrap(nn.Linear(12, 3))(x)``.
        """
        return Model(module, seed=seed, name=name)

    def fit(
        self,
        x: Any,  # noqa: ANN401 - see below
        y: Any = None,  # noqa: ANN401 - likewise
        batch_size: int = 32,
        epochs: int = 1,
        verbose: Verbose = "auto",
        callbacks: Sequence[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: tuple[Any, ...] | Iterable[Any] | None = None,
        shuffle: bool = True,
        class_weight: ClassWeights = None,
        sample_weight: Any = None,  # noqa: ANN401 - likewise
        initial_epoch: int | None = None,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Sequence[int] = 1,
        validation_shuffle: bool = True,
        display: Literal["auto"] | None = "auto",
        accelerator: str | None = None,
        devices: int | Sequence[int] | None = None,
        strategy: str | None = None,
        precision: str | None = None,
    ) -> History:
        """Train.

        The first call begins at epoch 0. A later call goes on where the last one ended, with the
        same optimizer state and History, for ``epochs`` more. Networks of a few thousand weights
        are trained on one thread of the CPU, where more only wait for one another.

        The seed and the number of the epoch fix the order of arrays and of a ``Dataset``, and what
        dropout draws, whatever else draws random numbers. They also seed PyTorch's own generator
        during ``fit``, from which a shuffling ``DataLoader`` takes its order, unless it was given a
        generator; then that one decides.

        Args:
            x: Inputs (N, ...) as an array, tensor, table or list, or a list or dict of those for
                several inputs; or a ``Dataset``, a ``DataLoader`` or any iterable of batches (x, y)
                or (x, y, weights).
            y: Targets (N, ...), a list or dict for several outputs; None if x yields them.
            batch_size: Samples per step; ignored for iterables of batches.
            epochs: How many epochs to train; with ``initial_epoch``, the number to end before.
            verbose: 0 for silence, 1 for a redrawn line, 2 for a line per epoch, "auto" for 1
                in a terminal and 2 elsewhere.
            callbacks: Who watches and acts.
            validation_split: Part of x and y to validate on after every epoch. Unlike in Keras the
                rows are drawn at random, by the seed; History keeps them.
            validation_data: (x, y), (x, y, weights) or an iterable to validate on, instead of a
                part.
            shuffle: Whether each epoch has a new order, fixed by the seed. False means the order of
                x in every epoch.
            class_weight: Weights of the samples by class number, 1 for classes without one.
            sample_weight: Weights of the samples (N,), by name for several outputs. The loss of a
                batch is then sum(w l) / n, as in Keras, and only ``weighted_metrics`` are weighted.
            initial_epoch: Number of the first epoch; by default where the last fit ended.
            steps_per_epoch: Batches in an epoch, the next of which goes on from there; for
                generators without end. By default all there are.
            validation_steps: Batches of the validation data to use; all by default.
            validation_batch_size: Samples per step of validation; ``batch_size`` by default.
            validation_freq: Validate after every so many epochs, or after those listed, counted
                from 1 as in Keras.
            validation_shuffle: False to hold back the last rows, as for time series.
            display: "auto" for widgets in a notebook, None for text.
            accelerator: "cpu", "gpu", "mps" or "auto"; where the weights are if None. This and the
                following need the extra ``fabric``; see docs/devices.md.
            devices: How many devices, or the numbers of those to use; 1 if None. Each batch is
                shared by as many processes, which train one network together.
            strategy: How the processes come about: "ddp" starts the script once for each,
                "ddp_fork" copies this one, as notebooks need. Chosen by where it runs if None.
            precision: "32-true", "bf16-mixed" or "16-mixed"; single if None. Weights, validation
                and recordings stay in single precision.

        Returns:
            The History, also if training was stopped. After Ctrl-C it is returned in a notebook; in
            a script KeyboardInterrupt is raised again, and ``model.history`` has it.

        Raises:
            RuntimeError: The model is not compiled.
            ValueError: Data that do not fit the model or the loss; see the message.
            TypeError: Data of the wrong kind.
            ImportError: A device is chosen and Lightning Fabric is not installed.
        """
        asked = Devices(accelerator, devices, strategy, precision)
        if asked != Devices():
            again = partial(
                self.fit, x, y, batch_size, epochs, verbose, callbacks, validation_split,
                validation_data, shuffle, class_weight, sample_weight, initial_epoch,
                steps_per_epoch, validation_steps, validation_batch_size, validation_freq,
                validation_shuffle, display=display,
            )  # fmt: skip
            return launch(self, asked, again, callbacks or ())
        data = Data(x, y, sample_weight, class_weight)
        size = batch_size if validation_batch_size is None else validation_batch_size
        validation = Validation(validation_data, size, validation_steps)
        plan = plan_fit(
            self, data, batch_size, shuffle, steps_per_epoch,
            validation_split, validation_shuffle, validation,
        )  # fmt: skip
        step, engine = self.train_step, self._engine
        if engine is not None:
            step, plan = engine.step, engine.begin(plan)
        first, last = span(self.history, initial_epoch, epochs)
        watchers = watch(self, plan, callbacks or (), displays(verbose, display), first, last)
        due = frequency(validation_freq)
        run = Run(self, plan.train, plan.validation, watchers, due)
        with suited_threads(self, batch_size), run:
            for epoch in run.epochs():
                for batch in run.batches(epoch):
                    run.tally(*step(batch), batch)
                run.validate()
        return self.history

    def train_on_batch(
        self,
        x: Any,  # noqa: ANN401 - as for fit
        y: Any,  # noqa: ANN401 - as for fit
        sample_weight: ArrayLike | None = None,
        class_weight: ClassWeights = None,
        return_dict: bool = False,
    ) -> Logs:
        """Make one step on one batch.

        Args:
            x: Inputs (n, ...), as for `fit`.
            y: Targets (n, ...).
            sample_weight: Weights of the samples, (n,).
            class_weight: Weights by class number.
            return_dict: Whether to return a dict by name.

        Returns:
            The loss, followed by the metrics if there are any, before the step.

        Raises:
            ValueError: As `fit`.
            TypeError: As `fit`.
        """
        data = Data(x, y, sample_weight, class_weight)
        feed, meters = plan_test(self, data, batch_size=None), self._meters()
        self.train()
        for batch in feed.batches(0):
            meters.add(*self.train_step(batch), *batch[1:])
        return as_keras(floats(meters.result()), return_dict)

    def test_on_batch(
        self,
        x: Any,  # noqa: ANN401 - as for fit
        y: Any,  # noqa: ANN401 - as for fit
        sample_weight: ArrayLike | None = None,
        return_dict: bool = False,
    ) -> Logs:
        """Return the loss and the metrics on one batch; arguments and values as of `evaluate`."""
        size = samples_of(self.name, self._inputs(x))
        return self.evaluate(x, y, size, sample_weight=sample_weight, return_dict=return_dict)

    def predict_on_batch(self, x: Any) -> Answers:  # noqa: ANN401 - as for fit
        """Return the output for one batch, in eval mode."""
        return self.predict(x, samples_of(self.name, self._inputs(x)))

    def evaluate(
        self,
        x: Any,  # noqa: ANN401 - as for fit
        y: Any = None,  # noqa: ANN401 - as for fit
        batch_size: int = 32,
        verbose: Verbose = "auto",
        sample_weight: Any = None,  # noqa: ANN401 - as for fit
        steps: int | None = None,
        callbacks: Sequence[Callback] | None = None,
        return_dict: bool = False,
    ) -> Logs:
        """Return the loss and the metrics on data, in eval mode.

        Args:
            x: Inputs (N, ...), or an iterable as in `fit`.
            y: Targets (N, ...).
            batch_size: Samples per forward pass.
            verbose: 1 or 2 to print the values; "auto" and 0 for silence.
            sample_weight: Weights of the samples, (N,).
            steps: Batches to use; all by default.
            callbacks: Who watches.
            return_dict: Whether to return a dict by name.

        Returns:
            The loss, followed by the metrics if there are any; means over replicas in an ensemble.

        Raises:
            RuntimeError: The model is not compiled.
            ValueError: As `fit`.
            TypeError: As `fit`.
        """
        feed = plan_test(self, Data(x, y, sample_weight), batch_size, steps)
        meters, watchers = self._meters(), CallbackList(callbacks or ())
        watchers.attach(self, {"steps": feed.steps})
        test(self, feed, meters, watchers)
        logs = floats(meters.result())
        report(verbose, logs)
        return as_keras(logs, return_dict)

    def predict(
        self,
        x: Any,  # noqa: ANN401 - as for fit
        batch_size: int = 32,
        verbose: Verbose = "auto",
        steps: int | None = None,
        callbacks: Sequence[Callback] | None = None,
    ) -> Answers:
        """Return the output for every sample, in eval mode.

        Args:
            x: Inputs (N, ...), as for `fit`; or a ``Dataset``, a ``DataLoader`` or another iterable
                of batches x, or (x, ...) of which the rest is left out.
            batch_size: Samples per forward pass.
            verbose: As Keras takes it; nothing is printed.
            steps: Batches to use; all by default.
            callbacks: Who watches.

        Returns:
            (N, ...), or (runs, N, ...) for an ensemble; a list or dict of them if that is what
            ``forward`` returns.

        Raises:
            ValueError: Data that do not fit the model.
            TypeError: Data of the wrong kind.
        """
        return answers_of(
            self,
            x,
            integer("predict", "batch_size", batch_size, low=1),
            steps,
            CallbackList(callbacks or ()),
        )

    def _feed(self, data: Batch, batch_size: int, shuffle: bool) -> SplittableFeed:
        return ArrayFeed(data, batch_size, self.seed, shuffle)
