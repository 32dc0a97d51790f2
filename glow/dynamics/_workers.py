"""Work on many things at once, through joblib: threads here, or a cluster if it is told so."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import torch

from ._relay import Relay, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

K = TypeVar("K")
T = TypeVar("T")


def spread(
    work: Callable[[K], T], items: Sequence[K], n_jobs: int | None
) -> Generator[tuple[K, T], None, None]:
    """Yields (item, what ``work`` made of it), in the order in which they are ready.

    Args:
        work: what to do with an item; kernels in it release the interpreter's lock.
        items: the items, epochs for example.
        n_jobs: how many at once; None follows joblib's configuration, or takes every core.
    """
    jobs = _jobs(n_jobs, len(items))
    if jobs == 1:
        for item in items:
            yield item, work(item)
        return
    with _running(work, items, jobs) as results:
        for result in results:  # noqa: UP028 - `yield from` would close them on its own
            yield result


def follow(
    walk: Callable[[K], Iterator[T]], items: Sequence[K], n_jobs: int | None
) -> Generator[tuple[int, tuple[K, list[T]] | None], None, None]:
    """Follows several walks of many steps each.

    Args:
        walk: yields the steps of an item.
        items: the items.
        n_jobs: as in `spread`.

    Yields:
        How many steps were made since the last yield, and (item, its steps) where one has ended.
        Steps made in another process are told all at once.
    """
    jobs = _jobs(n_jobs, len(items))
    if jobs == 1:
        for item in items:
            steps = []
            for step in walk(item):
                steps.append(step)
                yield 1, None
            yield 0, (item, steps)
        return
    relay = Relay()
    with _running(Task(walk, relay), items, jobs) as results:
        try:
            for _ in items:
                for _ in relay.steps():
                    yield 1, None
                item, steps = next(results)
                yield len(steps) if relay.travelled else 0, (item, steps)
        finally:
            relay.stop()  # before joblib waits for what is under way


def _jobs(n_jobs: int | None, items: int) -> int:
    from joblib import cpu_count, effective_n_jobs

    if items == 1:
        return 1
    if n_jobs is None:
        return int(cpu_count() if effective_n_jobs() == 1 else effective_n_jobs())
    return int(effective_n_jobs(n_jobs))


@contextmanager
def _running(
    work: Callable[[K], T], items: Sequence[K], n_jobs: int
) -> Iterator[Generator[tuple[K, T], None, None]]:
    """Starts the work; leaving the block stops what has not begun."""
    from joblib import Parallel, delayed

    run = Parallel(n_jobs, prefer="threads", return_as="generator_unordered", batch_size=1)
    with _one_torch_thread():
        results = run(delayed(_labelled)(work, item) for item in items)
        try:
            yield results
        finally:
            _close(results)


def _close(results: Generator[object, None, None]) -> None:
    """Stops what has not begun, without joblib's warning that some results were not wanted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        results.close()


def _labelled(work: Callable[[K], T], item: K) -> tuple[K, T]:
    return item, work(item)


@contextmanager
def _one_torch_thread() -> Iterator[None]:
    """Keeps torch from starting its own threads in every one of ours."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
