"""A network and what ``compile`` gives it: how one step is made, and nothing of loops and data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from torch import Tensor, nn

from glow._arguments import integer
from glow._structure import mapped
from glow.callbacks import History, Record
from glow.layers._keras import KerasModule
from glow.models._building import shapes, weights_of
from glow.models._meters import Meters
from glow.models._modes import evaluating
from glow.models._tensors import is_several, numbers
from glow.models._training import Training
from glow.models._weighting import weighted_loss

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from glow.callbacks._base import Position
    from glow.dynamics import Recording
    from glow.losses import Loss, LossLike
    from glow.metrics import MetricLike
    from glow.models._fabric_engine import Engine
    from glow.models._feed import Batch
    from glow.optimizers import OptimizerLike

    Input: TypeAlias = Any  # a tensor, or a list or dict of tensors
    Output: TypeAlias = Any  # a tensor, or a dict of tensors
    Metrics: TypeAlias = Sequence[MetricLike | Sequence[MetricLike]] | Mapping[str, Any] | None


class Network(KerasModule):
    """The base of `glow.models.Model`: a torch module with a seed, a loss and an optimizer.

    Args:
        seed: Fixes initial weights, validation split, order of the batches and dropout. Drawn from
            PyTorch's generator if None, so that `glow.utils.set_random_seed` fixes it.
        name: A name for messages and summaries.
    """

    #: How many networks answer at once; None for one.
    runs: int | None = None
    #: What makes the steps of `fit` on devices of its choice; None for the model itself.
    _engine: Engine | None = None

    def __init__(self, *, seed: int | None = None, name: str | None = None) -> None:
        super().__init__()
        drawn = int(torch.randint(2**31, ())) if seed is None else seed
        self.seed = integer(type(self).__name__, "seed", drawn, low=0)
        self.name = name or type(self).__name__.lower()
        self._given_name = name
        self.history = History()
        self.stop_training, self.stop_reason = False, ""
        self.run_logs: dict[str, NDArray[Any]] = {}
        self.running_logs: Callable[[], Mapping[str, float]] = dict
        self.position: Position | None = None
        self._example: Input | None = None
        self._training: Training | None = None
        self._record: Record | None = None

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        first = next(self.parameters(), None)
        return torch.device("cpu") if first is None else first.device

    @property
    def loss(self) -> Loss:
        """The loss the model was compiled with; for several outputs the weighted sum of theirs.

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

    @property
    def output_names(self) -> list[str] | None:
        """The names of several outputs returned as a list; None if only the values tell."""
        return None

    def compile(
        self,
        optimizer: OptimizerLike = "rmsprop",
        loss: LossLike | Mapping[str, LossLike] | Sequence[LossLike] = "cross_entropy",
        loss_weights: Mapping[str, float] | Sequence[float] | None = None,
        metrics: Metrics = None,
        weighted_metrics: Metrics = None,
        run_eagerly: bool = False,
        jit_compile: bool = False,
    ) -> None:
        """Choose how to train; a second call starts with a new optimizer.

        Args:
            optimizer: A name, an object of `glow.optimizers`, a torch optimizer or its class.
            loss: A name, an object of `glow.losses`, a torch loss or a function (output, target).
                For several outputs a dict by their names or a list, or one loss for all.
            loss_weights: The factor of each output's loss, as a dict or a list.
            metrics: Names or functions (output, target); ``"accuracy"`` suits the loss. For several
                outputs a dict by name or a list of lists.
            weighted_metrics: Metrics that count each sample by its weight, sum(w m) / sum(w). Those
                of ``metrics`` count all alike, as in Keras.
            run_eagerly: What PyTorch does anyway; it excludes ``jit_compile``.
            jit_compile: Whether `torch.compile` compiles the forward pass, in which case the first
                batch takes longer.

        Raises:
            ValueError: An unknown name.
            TypeError: None of these.
        """
        if run_eagerly and jit_compile:
            raise ValueError(
                "compile: run_eagerly and jit_compile exclude each other, got both. Choose one."
            )
        asked = {"optimizer": optimizer, "loss": loss, "loss_weights": loss_weights}
        measures = {"metrics": metrics, "weighted_metrics": weighted_metrics}
        self._training = Training({**asked, **measures, "jit_compile": bool(jit_compile)})
        self._compiled_call_impl = None
        if jit_compile:
            nn.Module.compile(self)

    def train_step(self, batch: Batch) -> tuple[Output, Tensor]:
        """Make one step on a batch; override it to train in another way.

        Args:
            batch: (x, y), or (x, y, weights) where samples have weights (n,).

        Returns:
            The output, (n, ...), and the mean loss, (); both with a dimension of runs before that
            of samples in an ensemble. Both detached. Several outputs are a dict by name.
        """
        output, loss = self.output_and_loss(*batch)
        self.optimizer.zero_grad()
        (loss if loss.ndim == 0 else loss.sum()).backward()  # type: ignore[no-untyped-call]
        self.apply_gradients()
        return detached(output), loss.detach()

    def output_and_loss(
        self, x: Input, y: Output, weight: Output | None = None
    ) -> tuple[Output, Tensor]:
        """Return the output (n, ...) on a batch and its loss ().

        Args:
            x: Inputs (n, ...); a list or dict of them for several.
            y: Targets (n, ...); by name for several outputs.
            weight: Weights of the samples, (n,). The loss is then sum(w l) / n, as in Keras.
        """
        output, loss = self._named(self(x)), self._compiled.loss
        if weight is None:
            return output, loss(output, y)
        return output, weighted_loss(loss, output, y, weight)

    def apply_gradients(self) -> None:
        """Let the optimizer make its step."""
        compiled = self._compiled
        if compiled.after_backward is not None:
            compiled.after_backward()
        compiled.make_optimizer(self).step()

    def build(self, input_shape: Any, dtype: torch.dtype = torch.float32) -> None:  # noqa: ANN401 - sizes, or a list or dict of them
        """Make the weights of layers that wait for their input's shape, from the seed.

        Args:
            input_shape: Shape of one sample, ``(12,)``; for several inputs a list or dict of them.
            dtype: Type of the input.
        """
        self._sample_output(_zeros(input_shape, dtype))

    def __getstate__(self) -> dict[str, Any]:
        """A copy is the network alone: not its optimizer, its History or who watches it."""
        fresh = {"_training": None, "_record": None, "position": None, "_compiled_call_impl": None}
        return {**self.__dict__, **fresh, "_engine": None, "history": History()}

    @property
    def _compiled(self) -> Training:
        if self._training is None:
            raise RuntimeError(
                f"{self.name}: the model is not compiled, expected compile before fit or evaluate. "
                "Call e.g. model.compile('adam', loss='cross_entropy', metrics=['accuracy'])."
            )
        return self._training

    def _output_activation(self) -> str | Mapping[str, str | None] | None:
        """Name of the last activation, to check it against the loss; None if unknown."""
        return None

    def _new_record(self) -> Record | None:
        """The callback by which this model records itself, if it does."""
        return None

    def _inputs(self, x: Any, quick: bool = False) -> Input:  # noqa: ANN401 - whatever users hand over
        """Return what users hand over as tensors on the device.

        Args:
            x: An array, or a list or dict of arrays.
            quick: Whether to leave out the look at every value.
        """
        if isinstance(x, Mapping):
            return {name: self._tensor(f"x[{name!r}]", part, quick) for name, part in x.items()}
        if is_several(x):
            return [self._tensor(f"x[{index}]", part, quick) for index, part in enumerate(x)]
        return self._tensor("x", x, quick)

    def _tensor(
        self,
        name: str,
        values: Any,  # noqa: ANN401 - whatever users hand over
        quick: bool,
        wanted: torch.dtype | None = None,
    ) -> Tensor:
        """Return one input as a tensor on the device; see `_inputs`.

        Args:
            name: What it is, for messages.
            values: The input.
            quick: As of `_inputs`.
            wanted: Its type; None for float32, or whole numbers where the network has embeddings.
        """
        tensor = torch.as_tensor(values) if quick else numbers(self.name, name, values)
        tensor = tensor.to(self.device)
        if wanted is not None and not wanted.is_floating_point and tensor.is_floating_point():
            if not quick and bool((tensor != tensor.round()).any()):
                raise TypeError(
                    f"{self.name}: {name} must hold whole numbers, as its Input has {wanted}, got "
                    f"fractions. Convert it, e.g. {name}.astype('int64')."
                )
            return tensor.to(wanted)
        keeps = self._embeds if wanted is None else not wanted.is_floating_point
        return tensor if keeps and not tensor.is_floating_point() else tensor.float()

    @property
    def _embeds(self) -> bool:
        """Whether whole numbers are what the network wants, rather than float32."""
        return any(isinstance(module, nn.Embedding) for module in self.modules())

    def _named(self, output: Any) -> Output:  # noqa: ANN401 - whatever forward returns
        """Return several outputs by their names, and one as it is."""
        if isinstance(output, Tensor):
            return output
        if isinstance(output, Mapping):
            return dict(output)
        if not isinstance(output, list | tuple):
            raise TypeError(
                f"{self.name}: forward must return a tensor, or a list or dict of tensors, got "
                f"{type(output).__name__}. Let forward return the tensor that the loss is for."
            )
        names = self.output_names or [f"output_{index}" for index in range(len(output))]
        return dict(zip(names, output, strict=True))

    def _sample_output(self, x: Input) -> Any:  # noqa: ANN401 - shapes as below
        """Return the shape of one sample's output, found by trying: by name for several outputs."""
        first = mapped(lambda tensor: tensor[:1], x)
        self._example = mapped(lambda tensor: tensor.to("meta"), first)
        with evaluating(self), weights_of(self.seed):
            output = self._named(self(first))
        return shapes(output)

    def _meters(self) -> Meters:
        compiled = self._compiled
        return Meters(compiled.metrics, self.runs, self.device, compiled.weighted)


def detached(output: Output) -> Output:
    """Return the output, or several by name, without their gradients."""
    if isinstance(output, Tensor):
        return output.detach()
    return {name: part.detach() for name, part in output.items()}


def _zeros(shape: Any, dtype: torch.dtype) -> Input:  # noqa: ANN401 - sizes, or a list or dict of them
    if isinstance(shape, Mapping):
        return {name: torch.zeros(1, *part, dtype=dtype) for name, part in shape.items()}
    if any(isinstance(part, list | tuple) for part in shape):
        return [torch.zeros(1, *part, dtype=dtype) for part in shape]
    return torch.zeros(1, *shape, dtype=dtype)
