"""What a callback may do, and what it may ask of the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    import os

    from numpy.typing import ArrayLike, NDArray
    from torch import Tensor
    from torch.nn import Parameter
    from torch.optim import Optimizer

    from glow.losses import Loss

    Logs = Mapping[str, float] | None


class Position(Protocol):
    """Where a training stands, so that another process can go on from there."""

    def state_dict(self) -> dict[str, Any]:
        """Return it as JSON values and tensors, at the edge of a batch or an epoch."""

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from there, called in ``on_train_begin``: ``params`` then say what is left."""


class Trainee(Protocol):
    """What a callback sees of the model that is trained.

    Attributes:
        seed: Fixes weights, validation split and order.
        runs: How many networks an ensemble trains at once; None for one.
        position: Where ``fit`` stands; None outside of it.
        stop_training: Set it to True to stop at the next batch edge.
        stop_reason: Why, in words, for the History and for displays.
        run_logs: The logs of the epoch that ended, with one value per replica in an ensemble.
        running_logs: Call it for the means over the epoch so far, e.g. a few times a second: it
            costs what ``wants_batch_logs`` costs a batch.
    """

    seed: int
    runs: int | None
    position: Position | None
    stop_training: bool
    stop_reason: str
    run_logs: dict[str, NDArray[Any]]
    running_logs: Callable[[], Mapping[str, float]]

    @property
    def loss(self) -> Loss:
        """The loss the model was compiled with."""

    @property
    def optimizer(self) -> Optimizer:
        """The torch optimizer of the weights."""

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Yield the weights by name, as of any torch module."""

    def state_dict(self) -> dict[str, Any]:
        """Return weights and buffers, as of any torch module."""

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> object:
        """Take weights and buffers, as any torch module."""

    def get_weights(self) -> list[NDArray[Any]]:
        """Return copies of the weights."""

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Take weights as `get_weights` returns them."""

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to one file."""

    def save_weights(self, path: str | os.PathLike[str]) -> None:
        """Write the weights to one file."""


class Callback:
    """Base of all callbacks: every method may be overridden and does nothing here.

    Epochs and batches count from 0. ``logs`` maps names to plain floats: at the end of an epoch the
    means over its samples, with the prefix ``val_`` for the validation data. At the end of a batch
    it is empty, unless some callback has ``wants_batch_logs``: then it holds the means over the
    epoch so far.

    An exception in a callback ends the training: it reaches the caller of ``fit`` after every
    callback got `on_exception` and `on_train_end`.

    Attributes:
        wants_batch_logs: Whether the logs at the end of a batch are needed; each costs some 20
            microseconds per metric, and on a GPU a synchronisation.
        order: Its place among the callbacks given to ``fit``: those with a smaller number are
            called before, those with the same one in the order in which they were given.
        model: The model, set before training begins.
        companions: All callbacks of this training, in the order in which they are called.
        params: ``epochs`` (where training ends), ``initial_epoch``, ``steps`` (batches in an epoch,
            None if unknown), ``batch_size``, ``samples`` and the settings of ``fit`` and
            ``compile``, all JSON values.
    """

    wants_batch_logs: bool = False
    order: ClassVar[int] = 0

    model: Trainee
    companions: Sequence[Callback]
    params: dict[str, Any]

    def set_model(self, model: Trainee) -> None:
        """Take the model."""
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Take the settings of this training."""
        self.params = params

    def set_companions(self, companions: Sequence[Callback]) -> None:
        """Take all callbacks of this training."""
        self.companions = companions

    def set_data(self, x: Tensor, y: Tensor) -> None:
        """Take the data given to ``fit``, before the validation split; not called for iterables.

        Args:
            x: (N, ...).
            y: (N,) class numbers or (N, ...) values.
        """

    def extra_logs(self) -> Mapping[str, float]:
        """Return what to add to the logs of an epoch; asked for before `on_epoch_end`."""
        return {}

    def state_dict(self) -> dict[str, Any]:
        """Return what must outlive the process for a training to go on as if undisturbed.

        Returns:
            JSON values and tensors, nested in dicts with string keys and lists.
        """
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take what `state_dict` returned; called after every ``on_train_begin``."""

    def on_train_begin(self, logs: Logs = None) -> None:
        """Training begins."""

    def on_train_end(self, logs: Logs = None) -> None:
        """Training ends, for whatever reason; always called once `on_train_begin` was."""

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """An epoch begins."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """A whole epoch ended, validation included; not called for one cut short."""

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """A training step begins."""

    def on_backward_end(self, batch: int) -> None:
        """The gradients are there, the weights not yet changed."""

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """A training step ended; to block here is to pause."""

    def on_test_begin(self, logs: Logs = None) -> None:
        """Validation or ``evaluate`` begins."""

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """A batch of validation or ``evaluate`` begins."""

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """A batch of validation or ``evaluate`` ended."""

    def on_test_end(self, logs: Logs = None) -> None:
        """Validation or ``evaluate`` ended."""

    def on_predict_begin(self, logs: Logs = None) -> None:
        """``predict`` begins."""

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """A batch of ``predict`` begins."""

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """A batch of ``predict`` ended."""

    def on_predict_end(self, logs: Logs = None) -> None:
        """``predict`` ended."""

    def on_exception(self, error: BaseException) -> None:
        """Training failed; `on_train_end` follows."""
