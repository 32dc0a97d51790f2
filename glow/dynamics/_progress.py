"""How far a long computation is: told to a callable, or shown as a bar."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Progress = Callable[[int, int], object] | Literal[True] | None


@contextmanager
def told(owner: str, progress: Progress, total: int) -> Iterator[Callable[[int], None]]:
    """Gives a function to call with the number of points that were done since the last call.

    Args:
        owner: the function that works, the bar's title.
        progress: called as ``progress(done, total)``; True for a bar in a terminal or notebook,
            nothing elsewhere; None for nothing.
        total: how many points there are.

    Raises:
        TypeError: if ``progress`` is something else.
    """
    if progress is True:
        with _bar(owner, total) as advance:
            yield advance
        return
    if progress is not None and not callable(progress):
        raise TypeError(
            f"{owner}: progress must be None, True or a callable, got {progress!r}. "
            "Choose progress=True for a bar."
        )
    done = 0

    def count(points: int) -> None:
        nonlocal done
        done += points
        if progress is not None and points:
            progress(done, total)

    yield count


@contextmanager
def _bar(owner: str, total: int) -> Iterator[Callable[[int], None]]:
    from tqdm.auto import tqdm

    # disable=None: no bar where the output is no terminal
    with tqdm(total=total, desc=owner, unit="point", disable=None, leave=False) as bar:
        yield lambda points: bar.update(points) and None
