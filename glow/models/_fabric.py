"""Training on chosen devices, several at once and in mixed precision, by Lightning Fabric.

`launch` starts the processes; in each of them the same ``fit`` runs, and an `Engine` sees to it
that they train one network together.
"""

from __future__ import annotations

import logging
import math
import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

import torch
from torch.multiprocessing.spawn import ProcessRaisedException
from torch.nn.parameter import is_lazy

from glow._arguments import integer
from glow._errors import closest
from glow.models._fabric_engine import Engine
from glow.models._fabric_return import bring, take
from glow.models._hsic_objective import LayerObjectives
from glow.models._interrupt import in_kernel, interrupts
from glow.models._network import Network

if TYPE_CHECKING:
    from lightning_fabric import Fabric

    from glow.callbacks import Callback, History
    from glow.models._model import Model

    Fit: TypeAlias = Callable[..., History]
    Precision: TypeAlias = Literal["32-true", "bf16-mixed", "16-mixed"]

_ACCELERATORS = ("cpu", "gpu", "cuda", "mps", "auto")
_UNUSED = "_find_unused_parameters_true"
_STRATEGIES = ("auto", "ddp", "ddp_fork", f"ddp{_UNUSED}", f"ddp_fork{_UNUSED}")
# Weights stay in single precision, so that recordings and predictions do.
_PRECISIONS = ("32-true", "bf16-mixed", "16-mixed")


@dataclass(frozen=True)
class Devices:
    """Where and how ``fit`` is asked to train; None for what is described in `Model.fit`."""

    accelerator: str | None = None
    devices: int | Sequence[int] | None = None
    strategy: str | None = None
    precision: str | None = None

    def fabric(self, model: Model, kind: type[Fabric]) -> Fabric:
        """Return the Fabric for it.

        Args:
            model: What is trained.
            kind: Fabric's class.

        Raises:
            ValueError: A name that is not known, or devices that are not there.
        """
        own = model.device.type
        accelerator = _found(_known("accelerator", self.accelerator, own, _ACCELERATORS))
        precision = _known("precision", self.precision, "32-true", _PRECISIONS)
        if (accelerator, precision) == ("cpu", "16-mixed"):
            raise ValueError(
                "fit: precision='16-mixed' needs a GPU, got accelerator='cpu'. Choose 'bf16-mixed'."
            )
        devices = _devices(accelerator, self.devices)
        strategy = self._strategy(devices if isinstance(devices, int) else len(devices))
        return kind(
            accelerator=accelerator,
            devices=devices,
            strategy=strategy,
            precision=cast("Precision", precision),
        )

    def _strategy(self, count: int) -> str:
        name = _known("strategy", self.strategy, "auto", _STRATEGIES)
        if count == 1 or not in_kernel() or "fork" in name:
            return name
        if name != "auto":
            raise ValueError(
                f"fit: strategy={name!r} starts the script anew for every device, which a notebook "
                "is not, expected 'ddp_fork'. Choose that, or leave strategy out."
            )
        return "ddp_fork"


def launch(model: Model, asked: Devices, fit: Fit, callbacks: Sequence[Callback]) -> History:
    """Train in as many processes as were asked for; all of them end with what the first one has.

    Args:
        model: The compiled model.
        asked: Where and how.
        fit: The rest of ``fit``.
        callbacks: The caller's callbacks, which get what the first process's learned.

    Raises:
        ImportError: Lightning Fabric is not installed.
        ValueError: What was asked for is not there, or not for this model.
        RuntimeError: A process failed.
    """
    _check_model(model)
    kind = _fabric_class()
    with _quiet(), TemporaryDirectory(prefix="glow-") as folder:
        fabric, result = asked.fabric(model, kind), Path(folder) / "result.safetensors"
        launcher = fabric.strategy.launcher
        if launcher is not None and launcher.is_interactive_compatible:
            _check_built(model)
            _fork(fabric, lambda fabric: _train_in_copy(fabric, model, fit, callbacks, result))
            take(result, model, callbacks)
        else:
            fabric.launch(lambda fabric: _train(fabric, model, fit, callbacks, result))
            first = fabric.broadcast(result)
            if not fabric.is_global_zero:
                take(first, model, callbacks)
            fabric.barrier()  # then the file may go
    if model.history.interrupted and not in_kernel():
        raise KeyboardInterrupt
    return model.history


def _fork(fabric: Fabric, train: Callable[[Fabric], None]) -> None:
    """Train in copies of this process."""
    try:
        with interrupts(lambda: None):  # the copies get Ctrl-C too, and end at a batch edge
            fabric.launch(train)
    except ProcessRaisedException as error:
        said = str(error).strip().splitlines()[-1]
        raise RuntimeError(f"fit: a process failed: {said}") from error


def _train_in_copy(
    fabric: Fabric, model: Model, fit: Fit, callbacks: Sequence[Callback], result: Path
) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    torch.set_num_threads(1)  # OpenMP's threads do not survive the fork, and wait for ever
    # Widgets are drawn by the kernel's process alone.
    _train(fabric, model, partial(fit, display=None), callbacks, result)


def _train(
    fabric: Fabric, model: Model, fit: Fit, callbacks: Sequence[Callback], result: Path
) -> None:
    """Train as one of the processes; the first of several writes what training changed."""
    model.to(fabric.device)
    model._engine = Engine(fabric, model)
    try:
        # The others stop when the first one does, not by themselves.
        with nullcontext() if fabric.is_global_zero else interrupts(lambda: None):
            fit()
    except KeyboardInterrupt:
        model.history.interrupted = True  # raised again when all processes have ended
    finally:
        model._engine = None
    if fabric.world_size > 1 and fabric.is_global_zero:
        bring(result, model, callbacks)


@contextmanager
def _quiet() -> Iterator[None]:
    """Let Fabric say what is wrong, and nothing else."""
    logger = logging.getLogger("lightning_fabric")
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)


def _fabric_class() -> type[Fabric]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the packages that it imports
            from lightning_fabric import Fabric
    except ImportError as error:
        raise ImportError(
            "fit: accelerator, devices, strategy and precision need Lightning Fabric, which is not "
            f"installed ({error}). Install it: pip install 'pyglow[fabric]'. One GPU needs none of "
            "them: model.to('cuda')."
        ) from error
    return Fabric


def _known(name: str, value: object, default: str, valid: Sequence[str]) -> str:
    if value is None:
        return default
    if isinstance(value, str) and value in valid:
        return value
    raise ValueError(f"fit: unknown {name} {value!r}. {closest(value, valid)}")


def _devices(accelerator: str, wanted: int | Sequence[int] | None) -> int | list[int]:
    """Return how many devices, or which: none that is not there."""
    several = isinstance(wanted, Sequence) and not isinstance(wanted, str)
    if several and (accelerator == "cpu" or not wanted):
        raise ValueError(
            f"fit: devices={wanted!r} lists devices, expected a number of them for "
            f"accelerator={accelerator!r}. Give e.g. devices=2."
        )
    numbers = list(wanted) if isinstance(wanted, Sequence) and several else []
    listed = [integer("fit", "devices", each, low=0) for each in numbers]
    count = len(listed) or integer("fit", "devices", 1 if wanted is None else wanted, low=1)
    there = _there(accelerator)
    if count > there or max(listed, default=0) >= there:
        raise ValueError(
            f"fit: devices={wanted!r} is more than PyTorch sees here, expected at most {there} for "
            f"accelerator={accelerator!r}. Choose fewer, or accelerator='cpu', which takes any "
            "number of processes."
        )
    return listed or count


def _there(accelerator: str) -> float:
    """Return how many devices there are; processes on the CPU are not limited."""
    if accelerator == "cpu":
        return math.inf
    gpus = torch.cuda.device_count()
    return gpus if accelerator == "cuda" else int(torch.backends.mps.is_available())


def _found(accelerator: str) -> str:
    """Return "cuda", "mps" or "cpu" for the names that leave it open."""
    if accelerator not in ("auto", "gpu"):
        return accelerator
    if torch.backends.mps.is_available():
        return "mps"
    return "cuda" if accelerator == "gpu" or torch.cuda.device_count() else "cpu"


def _check_model(model: Model) -> None:
    """Refuse what would not learn what it learns alone."""
    kind = type(model)
    if model.runs is not None or isinstance(model.loss, LayerObjectives):
        reason = "its loss is no mean over samples, which a part of a batch could give"
        if model.runs is not None:
            reason = "its replicas have batches of their own"
    elif (kind.train_step, kind.apply_gradients) != (Network.train_step, Network.apply_gradients):
        reason = "it has its own train_step or apply_gradients"
    else:
        return
    raise ValueError(
        f"{model.name}: fit cannot take accelerator, devices, strategy or precision for a "
        f"{kind.__name__}, because {reason}. Leave them out; model.to('cuda') trains it on a GPU."
    )


def _check_built(model: Model) -> None:
    weights = list(model.parameters())
    if not weights or not getattr(model, "built", True) or any(map(is_lazy, weights)):
        raise ValueError(
            f"{model.name}: the model has no weights yet, expected them before its process is "
            "copied. Give input_shape=, or call model.build(input_shape) before fit."
        )
