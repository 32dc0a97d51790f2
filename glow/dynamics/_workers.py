"""Work on many epochs at once, through joblib: threads here, or a cluster if it is told so."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

T = TypeVar("T")


def spread(
    work: Callable[[int], T], epochs: Sequence[int], n_jobs: int | None
) -> Generator[tuple[int, T], None, None]:
    """Yields (epoch, what ``work`` made of it), in the order in which they are ready.

    Args:
        work: what to do with an epoch; kernels in it release the interpreter's lock.
        epochs: the epochs.
        n_jobs: how many at once; None follows joblib's configuration, or takes every core.
    """
    from joblib import Parallel, cpu_count, delayed, effective_n_jobs

    if n_jobs is None:
        n_jobs = cpu_count() if effective_n_jobs() == 1 else effective_n_jobs()
    if n_jobs == 1 or len(epochs) == 1:
        for epoch in epochs:
            yield epoch, work(epoch)
        return
    run = Parallel(n_jobs, prefer="threads", return_as="generator_unordered")
    with _one_torch_thread():
        results = run(delayed(_labelled)(work, epoch) for epoch in epochs)
        try:
            for result in results:  # noqa: UP028 - `yield from` would close them on its own
                yield result
        finally:
            _close(results)


def _close(results: Generator[object, None, None]) -> None:
    """Stops what has not begun, without joblib's warning that some results were not wanted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        results.close()


def _labelled(work: Callable[[int], T], epoch: int) -> tuple[int, T]:
    return epoch, work(epoch)


@contextmanager
def _one_torch_thread() -> Iterator[None]:
    """Keeps torch from starting its own threads in every one of ours."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
