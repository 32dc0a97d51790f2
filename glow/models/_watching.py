"""Who watches a training or a test, and from which epoch to which it goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from glow._arguments import integer
from glow.callbacks import Callback, CallbackList, History, Record
from glow.models._modes import evaluating

if TYPE_CHECKING:
    from glow.models._feed import Feed
    from glow.models._meters import Meters
    from glow.models._model import Model
    from glow.models._network import Network
    from glow.models._plan import Plan


def span(history: History, initial_epoch: int | None, epochs: int) -> tuple[int, int]:
    """Return the first epoch of a training and the one before which it ends.

    Args:
        history: What was trained before.
        initial_epoch: The first epoch; where the last training ended if None.
        epochs: How many epochs to train; with ``initial_epoch``, the number to end before.

    Raises:
        ValueError: One of them is no number of epochs.
    """
    count = integer("fit", "epochs", epochs, low=0)
    if initial_epoch is not None:
        return integer("fit", "initial_epoch", initial_epoch, low=0), count
    first = history.epoch[-1] + 1 if history.epoch else 0
    return first, first + count


def watch(
    network: Model,
    plan: Plan,
    given: Sequence[Callback],
    shown: Sequence[Callback],
    first: int,
    last: int,
) -> CallbackList:
    """Put the callbacks in order: the History and the recording first, displays last.

    Args:
        network: The network that is trained.
        plan: What ``fit`` will do.
        given: The caller's callbacks.
        shown: The displays.
        first: Number of the first epoch.
        last: Number of the epoch before which to stop.
    """
    given = sorted(given, key=lambda each: getattr(each, "order", 0))  # no Callback: refused below
    own = _own_record(network, given)
    network._record = next((c for c in (*own, *given) if isinstance(c, Record)), None)
    everyone: Sequence[Callback] = [network.history, *own, *given, *shown]
    if network._engine is not None:
        everyone = network._engine.callbacks(everyone)
    watchers = CallbackList(everyone)
    network.history.validation_indices = plan.validation_indices
    settings = {"epochs": last, "initial_epoch": first, "seed": network.seed, **plan.settings}
    watchers.attach(network, {**settings, **network._compiled.settings()})
    if plan.data is not None:
        watchers.set_data(*plan.data)
    return watchers


def test(network: Network, feed: Feed, meters: Meters, watchers: CallbackList) -> None:
    """Add up the loss and the metrics on data, in eval mode.

    Args:
        network: The compiled network.
        feed: The data.
        meters: What adds up, from the beginning.
        watchers: Who watches.
    """
    begin, end = watchers.hooks("on_test_batch_begin"), watchers.hooks("on_test_batch_end")
    meters.reset()
    with evaluating(network):
        watchers.call("on_test_begin", {})
        for index, batch in enumerate(feed.batches(0)):
            for hook in begin:
                hook(index, {})
            meters.add(*network.output_and_loss(*batch), *batch[1:])
            for hook in end:
                hook(index, {})
        watchers.call("on_test_end", {})


def _own_record(network: Network, given: Sequence[Callback]) -> list[Record]:
    """Go on with the recording of the last fit, unless the caller records."""
    new = network._new_record()
    if new is None or any(isinstance(callback, Record) for callback in given):
        return []
    return [network._record or new]
