"""Clocks of the displays: when to send, and how long a training still takes."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]

_SLOWEST = 3  # stretches that do not count: they loaded and compiled what is shown


class Throttle:
    """Says when enough time has passed to send again.

    The browser shows late what it receives too fast and never drops it, so the kernel holds back.
    Where sending is slow, on a machine that does other work too, it holds back more.

    Args:
        interval: Seconds between two sends at the least.
        share: Largest share of the elapsed time that sending may take: after a send that cost
            ``c`` seconds, at least ``c / share`` seconds pass. The first send is not counted: it
            loads and compiles, which is not typical.
        clock: Seconds, monotonic.
    """

    def __init__(self, interval: float, share: float, clock: Clock = time.monotonic) -> None:
        self._interval = interval
        self._share = share
        self._clock = clock
        self._due = -float("inf")
        self._first = True

    def ready(self) -> bool:
        """Whether the next send is due."""
        return self._clock() >= self._due

    def sent(self, cost: float) -> None:
        """Note a send that took ``cost`` seconds and ended now."""
        counted, self._first = 0.0 if self._first else cost, False
        self._due = self._clock() + max(self._interval, counted / self._share)


class Stopwatch:
    """Elapsed time without the pauses, and the time still to come.

    Args:
        clock: Seconds, monotonic.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._start = clock()
        self._paused_at: float | None = None
        self._last: tuple[float, float] | None = None  # steps done, seconds elapsed
        self._steps = self._seconds = 0.0
        # Seconds a step, steps and seconds of the stretches between calls that do not count.
        self._slowest: list[tuple[float, float, float]] = []

    @property
    def elapsed(self) -> float:
        """Seconds since the start, pauses excluded."""
        now = self._clock() if self._paused_at is None else self._paused_at
        return now - self._start

    def pause(self) -> None:
        """Stop counting."""
        if self._paused_at is None:
            self._paused_at = self._clock()

    def resume(self) -> None:
        """Count again, as if no time had passed since :meth:`pause`."""
        if self._paused_at is not None:
            self._start += self._clock() - self._paused_at
            self._paused_at = None

    def remaining(self, done: float, total: float) -> float | None:
        """Seconds to come after ``done`` of ``total`` steps, or None while unknown.

        From the mean rate after the first call, without the three slowest stretches between calls:
        a first step is not typical, nor are those that load and compile what is shown. The fifth
        call can be the first with an answer.
        """
        now = self.elapsed
        if self._last is None or done > self._last[0]:
            if self._last is not None:
                self._count(done - self._last[0], now - self._last[1])
            self._last = (done, now) if done > 0 else None
        return (total - done) * self._seconds / self._steps if self._steps else None

    def _count(self, steps: float, seconds: float) -> None:
        """Add a stretch; of four, the fastest counts and the others wait to be found slow."""
        self._slowest = sorted([*self._slowest, (seconds / steps, steps, seconds)])
        if len(self._slowest) > _SLOWEST:
            _, steps, seconds = self._slowest.pop(0)
            self._steps += steps
            self._seconds += seconds
