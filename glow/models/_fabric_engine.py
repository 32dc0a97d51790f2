"""What one of several processes does to train one network with the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from glow._structure import leaves, mapped
from glow.callbacks import BackupAndRestore, Callback
from glow.models._network import detached
from glow.utils import derive_seed

if TYPE_CHECKING:
    from lightning_fabric import Fabric
    from torch.distributed import ProcessGroup

    from glow.models._feed import Batch, Feed
    from glow.models._meters import Meters
    from glow.models._model import Model
    from glow.models._plan import Plan


class Engine:
    """Makes the steps of ``fit`` in place of the model.

    Every process reads the same batches and keeps its share of each. The gradient is that of the
    whole batch, the sums of the meters are added up at the end of an epoch, and callbacks run in
    the first process alone, which the others follow (`Together`).

    Args:
        fabric: The launched Fabric.
        model: The model, on the Fabric's device.
    """

    def __init__(self, fabric: Fabric, model: Model) -> None:
        self._fabric, self._model = fabric, model
        self._shares: Share | None = None
        self._group: ProcessGroup | None = None  # that of all processes
        model.seed = fabric.broadcast(model.seed)

    def begin(self, plan: Plan) -> Plan:
        """Set up the built model and its optimizer, and return this process's part of the plan.

        Raises:
            ValueError: Batches that cannot be shared.
        """
        model, fabric = self._model, self._fabric
        optimizer = model.optimizer
        optimizer.load_state_dict(optimizer.state_dict())  # moves it to where the weights are
        self._objective, self._optimizer = fabric.setup(_Objective(model), optimizer)
        settings = {
            "accelerator": fabric.device.type,
            "devices": fabric.world_size,
            "precision": fabric.strategy.precision.precision,
        }
        plan = replace(plan, settings=plan.settings | settings)
        if fabric.world_size == 1:
            return plan
        self._shares = Share(plan.train, fabric, model.seed)
        held = None if plan.validation is None else Share(plan.validation, fabric)
        return replace(plan, train=self._shares, validation=held)

    def callbacks(self, given: Sequence[Callback]) -> list[Callback]:
        """Return who watches in this process; the first of those given is the History.

        Raises:
            ValueError: A callback that cannot work in several processes.
        """
        if self._fabric.world_size == 1:
            return list(given)
        if any(isinstance(callback, BackupAndRestore) for callback in given):
            raise ValueError(
                f"BackupAndRestore: expected one process, got {self._fabric.world_size}: the "
                "others would not go on from the backup. Use ModelCheckpoint instead."
            )
        mine = given if self._fabric.is_global_zero else given[:1]
        # Numbers are compared on the CPU: there they do not wait for the GPU.
        if torch.distributed.get_backend() != "gloo":
            self._group = torch.distributed.new_group(backend="gloo")
        return [*mine, Together(self._group)]

    def step(self, batch: Batch) -> tuple[Any, Tensor]:
        """Make one step on this process's share of a batch; see `Network.train_step`."""
        output, loss = self._objective(*batch)
        self._optimizer.zero_grad()
        # Processes' gradients are averaged, but their shares may differ by a sample.
        weight = 1.0 if self._shares is None else self._shares.weight
        self._fabric.backward(loss * weight)
        look = self._model._compiled.after_backward
        if look is not None:
            # In 16-mixed gradients are scaled up until then; it is not done twice.
            self._fabric.strategy.precision.unscale_gradients(self._model.optimizer)
            look()
        self._optimizer.step()
        return detached(output), loss.detach()

    def stops(self) -> bool:
        """Return what the first process decides; what changes its mind later counts next time."""
        model = self._model
        if self._fabric.world_size == 1:
            return model.stop_training
        stop = torch.tensor(float(model.stop_training))
        torch.distributed.broadcast(stop, 0, group=self._group)
        if stop:
            model.stop_training = True
            model.stop_reason = self._fabric.broadcast(model.stop_reason)
        return bool(stop)

    def total(self, meters: Meters) -> None:
        """Add up the sums of all processes."""
        if self._fabric.world_size > 1:
            meters.gather(_summed)


class _Objective(nn.Module):
    """The model and its loss as one module, so that all that has gradients happens within it."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, *batch: Any) -> tuple[Any, Tensor]:  # noqa: ANN401 - as `Network.output_and_loss`
        """Return the output and the loss."""
        return self.model.output_and_loss(*batch)


class Share:
    """This process's part of every batch.

    Args:
        feed: The batches, the same in all processes.
        fabric: The processes.
        seed: Fixes, with the epoch and the process, what dropout draws; None for validation.

    Attributes:
        weight: Samples in the last share, relative to the mean share.
    """

    def __init__(self, feed: Feed, fabric: Fabric, seed: int | None = None) -> None:
        self._feed, self._fabric, self._seed = feed, fabric, seed
        self.steps, self.samples = feed.steps, feed.samples
        self.weight = 1.0
        if _read_once(feed):
            raise ValueError(
                "fit: a generator can be read in one process only, expected batches that all "
                f"{fabric.world_size} can read alike. Give arrays, a Dataset or a DataLoader."
            )

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield the parts of an epoch's batches.

        Raises:
            ValueError: A batch with fewer samples than processes, or processes that read different
                batches.
        """
        for index, batch in enumerate(self._feed.batches(epoch)):
            if index == 0:
                self._check_alike(batch)
                self._seed_noise(epoch)
            begin, end = self._rows(len(leaves(batch)[0]))
            if begin < end:
                yield mapped(itemgetter(slice(begin, end)), batch)

    def _rows(self, samples: int) -> tuple[int, int]:
        """Return the first row of the share and the one before which it ends."""
        processes, rank = self._fabric.world_size, self._fabric.global_rank
        if samples < processes and self._seed is not None:
            raise ValueError(
                f"fit: a batch of {samples} samples cannot be shared by {processes} processes, "
                "expected at least one sample for each. Choose a batch_size that leaves no such "
                "rest."
            )
        begin, end = (samples * each // processes for each in (rank, rank + 1))
        self.weight = (end - begin) * processes / samples
        return begin, end

    def _check_alike(self, batch: Batch) -> None:
        """Data that a script draws without a seed differ, and would be mixed without a word."""
        figures = torch.stack([part.detach().double().sum() for part in leaves(batch)])
        theirs = [torch.empty_like(figures) for _ in range(self._fabric.world_size)]
        torch.distributed.all_gather(theirs, figures)
        if not all(torch.equal(each.nan_to_num(), figures.nan_to_num()) for each in theirs):
            raise ValueError(
                "fit: the processes read different batches, expected the same data in the same "
                "order in all of them. Fix what is drawn, e.g. by glow.utils.set_random_seed(0) "
                "at the script's begin."
            )

    def _seed_noise(self, epoch: int) -> None:
        """Let dropout draw anew for each share: `Run` seeds all processes alike."""
        if self._seed is None:
            return
        seed = derive_seed(self._seed, f"noise {self._fabric.global_rank}", epoch)
        torch.default_generator.manual_seed(seed)
        if self._fabric.device.type == "cuda":
            torch.cuda.manual_seed(seed)


class Together(Callback):
    """Lets all processes follow the first one, where the other callbacks are; the last of them.

    They take over its weights and its optimizer's settings at the beginning of every epoch, and the
    settings before every step.

    Args:
        group: The processes.
    """

    def __init__(self, group: ProcessGroup | None) -> None:
        self._group = group

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        """Take over what callbacks changed between epochs."""
        self._follow_weights()
        self._follow_settings()

    def on_train_batch_begin(self, batch: int, logs: object = None) -> None:
        """Take over what callbacks changed between steps."""
        self._follow_settings()

    def _follow_weights(self) -> None:
        for tensor in self.model.state_dict().values():
            torch.distributed.broadcast(tensor, 0)

    def _follow_settings(self) -> None:
        numbers = [
            (group, name)
            for group in self.model.optimizer.param_groups
            for name, value in sorted(group.items())
            if isinstance(value, int | float) and not isinstance(value, bool)
        ]
        own = torch.tensor([float(group[name]) for group, name in numbers], dtype=torch.float64)
        theirs = own.clone()
        torch.distributed.broadcast(theirs, 0, group=self._group)
        for (group, name), mine, value in zip(numbers, own, theirs, strict=True):
            if mine != value:
                group[name] = float(value)


def _summed(tensor: Tensor) -> Tensor:
    total = tensor.clone()
    torch.distributed.all_reduce(total)
    return total


def _read_once(feed: Any) -> bool:  # noqa: ANN401 - a Feed
    return bool(getattr(feed, "once", False))
