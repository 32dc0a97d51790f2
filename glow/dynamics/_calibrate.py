"""How far off an estimator is on problems of known information that look like a recording."""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from glow._arguments import integer
from glow.datasets import ProbitLabel
from glow.estimators import Context

from ._calibrate_problem import Look, chosen_rows, matched
from ._calibration import Calibration, Row
from ._measures import Sweep, as_estimator, needs_ranges
from ._plane import _choose
from ._recording import Recording
from ._workers import spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from glow.estimators import Estimator

    from ._calibrate_problem import Problem

_ASKED_ROWS = 256  # enough to see whether an estimate of I(X;T) depends on X
_MOST = 0.98  # of H(Y): a label graded without any noise has no exact answer


def calibrate(
    estimator: Estimator | str,
    recording: Recording,
    *,
    epoch: int | None = None,
    layers: Iterable[str] | None = None,
    run: int = 0,
    levels: Sequence[float] = (0.0, 0.25, 0.5, 0.75),
    repeats: int = 10,
    seed: int = 0,
    progress: Callable[[int, int], object] | None = None,
    n_jobs: int | None = None,
) -> Calibration:
    """Estimates problems of known mutual information that look like the layers of a recording.

    For each layer, level and repeat a sample is drawn that has the layer's N, its d, the marginal
    distribution of each of its units and their correlations (a Gaussian copula), and the class
    proportions of Y; X is stood for by as many standard normal columns as it has. How much X and Y
    know of that layer is set, exactly, and the estimator is asked as it is for a plane. The
    difference is its bias here, with these settings.

    Some estimators do not look at X: `Binned`, `KDE` and `Quantised` take I(X;T) for the entropy of
    T at their own resolution, since a layer without noise is a function of X. There T shows one of
    K of its own rows, picked by X with equal probability, so that I(X;T) = log2 K; the bias then is
    what the resolution merges, and what N samples miss. The report says which it was.

    What it tells: whether an estimator can find dependence of this strength in a layer of this N,
    d, shape and correlation. What it does not tell: how it does where X and Y depend on the layer
    in another way than these samples do (along the few directions in which the layer moves most),
    or where the layer's own dependence is not that of a Gaussian copula. Equal values in a unit
    (ReLU's zeros, saturated tanh) are spread over at most 1e-4 of its range to keep the answer
    exact, so what ties do to an estimator is not part of the bias; ``tied`` says how many there
    are. `Sliced` and `Renyi` measure other quantities and are compared with Shannon's information
    all the same. A bias is no correction to subtract from a plane.

    Args:
        estimator: the estimator under test, with its settings, or its name.
        recording: the recording.
        epoch: the recorded epoch to look like; the last by default.
        layers: which layers; all by default.
        run: which of several networks recorded together.
        levels: the true values, as shares from 0 to below 1 of what the coordinate can reach:
            log2 N for I(X;T) and for a continuous Y, 0.98 H(Y) for labels.
        repeats: samples at each level, at least 2.
        seed: fixes the samples.
        progress: called as ``progress(samples done, samples in all)`` from this thread.
        n_jobs: as in `plane`.

    Returns:
        For each layer, coordinate and level the true value, bias, its standard error and the
        standard deviation of single estimates, in bits; printing it gives a table.

    Raises:
        TypeError: if an argument is of the wrong kind.
        ValueError: if an epoch, layer, run, level or number of repeats is unusable, if the
            estimator does not measure bits, or if a layer is constant or not finite.

    Example:
        >>> print(calibrate(Binned(bins=30), recording))  # doctest: +SKIP
    """
    chosen = _as_bits(as_estimator("calibrate", estimator))
    if not isinstance(recording, Recording):
        raise TypeError(
            f"calibrate: recording must be a Recording, got {type(recording).__name__}. "
            "Open one: Recording.open(path)."
        )
    repeats, seed = (
        integer("calibrate", "repeats", repeats, 2),
        integer("calibrate", "seed", seed, 0),
    )
    (at,) = _choose("calibrate", "epoch", recording.epochs, _last(recording, epoch))
    names = _choose("calibrate", "layer", recording.layers, layers)
    (of_run,) = _choose("calibrate", "run", tuple(range(recording.runs or 1)), (run,))
    plan = _Plan(recording, chosen, at, of_run, _levels(levels), repeats, seed)
    rows: list[Row] = []
    total = len(names) * len(plan.samples)
    for index, name in enumerate(names):
        before = index * len(plan.samples)
        report = None if progress is None else _counted(progress, before, total)
        rows += plan.rows(name, report, n_jobs)
    return Calibration(
        rows=tuple(rows), label=chosen.label, epoch=at, samples=recording.samples, repeats=repeats
    )


@dataclass(frozen=True)
class _Plan:
    """What is asked of every layer."""

    recording: Recording
    estimator: Estimator
    epoch: int
    run: int
    levels: tuple[float, ...]
    repeats: int
    seed: int

    @property
    def samples(self) -> list[tuple[int, int]]:
        """(level, repeat) of each sample."""
        return [(i, r) for i in range(len(self.levels)) for r in range(self.repeats)]

    def rows(
        self, layer: str, report: Callable[[int], object] | None, n_jobs: int | None
    ) -> list[Row]:
        """Estimates every sample that looks like a layer."""
        try:
            trial = self._trial(layer)
            found = {}
            with closing(spread(trial.estimate, self.samples, n_jobs)) as estimated:
                for sample, pairs in estimated:
                    found[sample] = pairs
                    if report is not None:
                        report(len(found))
        except ValueError as cause:
            raise ValueError(f"calibrate: layer {layer!r}, epoch {self.epoch}: {cause}") from cause
        table = np.array([found[sample] for sample in self.samples])  # (L * R, coordinate, 2)
        table = table.reshape(len(self.levels), self.repeats, 2, 2)
        return [
            Row.of(layer, axis, trial.look, kind, truth=level[0, i, 0], estimates=level[:, i, 1])
            for i, (axis, kind) in enumerate(trial.kinds.items())
            for level in table
        ]

    def _trial(self, layer: str) -> _Trial:
        activations = self.recording.activations(self.epoch)[layer]
        own = activations if self.recording.runs is None else activations[self.run]
        context = Context(self.recording.x, self.recording.y)
        look = Look.of(own)
        ranged = needs_ranges(Sweep(self.estimator, {}))
        dressed = context.for_layer(
            recording_range=self.recording.range(run=self.run) if ranged else None,
            layer_range=self.recording.range(layer, run=self.run) if ranged else None,
            noise=self.recording.noise(layer),
            layer=layer,
        )
        self.estimator.admit(dressed)
        return _Trial(self.estimator, look, dressed, self.levels, self.seed)


class _Trial:
    """One layer's problems."""

    def __init__(
        self,
        estimator: Estimator,
        look: Look,
        context: Context,
        levels: tuple[float, ...],
        seed: int,
    ) -> None:
        self.look = look
        self._estimator, self._context, self._seed = estimator, context, seed
        self._x_bits = [level * context.sample_ceiling for level in levels]
        self._targets = [_target(context, level) for level in levels]
        self._reads_x = self._asks_about_x()

    @property
    def kinds(self) -> dict[str, str]:
        """By coordinate, what its true value is the information of."""
        x = "normal X" if self._reads_x else "choice of own rows"
        return {"xt": x, "ty": "graded labels" if self._context.classes else "normal Y"}

    def estimate(self, sample: tuple[int, int]) -> tuple[tuple[float, float], tuple[float, float]]:
        """(truth, estimate) of both coordinates for one (level, repeat)."""
        level, _ = sample
        rng = np.random.default_rng((self._seed, *sample))
        target = self._targets[level]
        problem = self._matched(level, rng)
        xt, ty = self._coordinates(problem)
        told = target[1] if isinstance(target, tuple) else target.mutual_information
        x_bits = self._x_bits[level]
        if not self._reads_x:
            problem, x_bits = chosen_rows(self.look, x_bits, rng)
            xt, _ = self._coordinates(problem)
        return (x_bits, xt), (told, ty)

    def _matched(self, level: int, rng: np.random.Generator) -> Problem:
        columns = self._context.x.shape[1]
        return matched(self.look, columns, self._x_bits[level], self._targets[level], rng)

    def _coordinates(self, problem: Problem) -> tuple[float, float]:
        return self._estimator.coordinates(problem.t, self._in_context(problem))

    def _in_context(self, problem: Problem) -> Context:
        """The layer's ranges and noise around other samples."""
        real = self._context
        return Context(problem.x, problem.y).for_layer(
            recording_range=real.recording_range,
            layer_range=real.layer_range,
            noise=real.noise,
            layer=real.layer,
        )

    def _asks_about_x(self) -> bool:
        """Whether the estimate of I(X;T) changes when X is given in another order."""
        problem = self._matched(len(self._x_bits) - 1, np.random.default_rng(self._seed))
        context = self._in_context(problem).subset(np.arange(min(_ASKED_ROWS, len(problem.t))))
        t = problem.t[: context.samples]
        reversed_x = Context(context.x[::-1], context.y)
        other = reversed_x.for_layer(
            recording_range=context.recording_range,
            layer_range=context.layer_range,
            noise=context.noise,
            layer=context.layer,
        )
        here, there = (self._estimator.coordinates(t, c)[0] for c in (context, other))
        return not math.isclose(here, there, rel_tol=1e-6, abs_tol=1e-9)


def _target(context: Context, level: float) -> ProbitLabel | tuple[int, float]:
    """What knows this share of what can be known of the layer."""
    classes = context.classes
    if classes is None:
        return context.y.shape[1] if context.y.ndim > 1 else 1, level * context.sample_ceiling
    weights = np.diff(classes.starts) / context.samples
    if level == 0 or len(weights) == 1:
        return ProbitLabel(weights=weights, rho=0.0)
    return ProbitLabel.with_information(1, level * _MOST * classes.entropy, weights)


def _as_bits(estimator: Estimator) -> Estimator:
    if estimator.unit != "bits":
        raise ValueError(
            f"calibrate: {estimator.label} does not measure bits, so there is no true value to "
            "compare it with. Choose e.g. KSG(k=3)."
        )
    return estimator


def _last(recording: Recording, epoch: int | None) -> list[int] | tuple[int, ...]:
    return recording.epochs[-1:] if epoch is None else [epoch]


def _levels(levels: Sequence[float]) -> tuple[float, ...]:
    if np.ndim(levels) != 1 or not len(levels) or not all(0 <= level < 1 for level in levels):
        raise ValueError(
            f"calibrate: levels must be numbers from 0 to below 1, got {levels!r}. "
            "Choose e.g. levels=(0, 0.5)."
        )
    return tuple(float(level) for level in levels)


def _counted(
    progress: Callable[[int, int], object], before: int, total: int
) -> Callable[[int], object]:
    return lambda done: progress(before + done, total)
