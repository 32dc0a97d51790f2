"""What the neural estimators share: settings, the plane, diagnostics and verdicts."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from glow.estimators._arrays import as_array, device_of, is_discrete, same_length
from glow.estimators._base import Estimator
from glow.estimators._context import Context
from glow.estimators._errors import UnsuitableError
from glow.estimators._estimate import Estimate
from glow.estimators._memory import memory_ceiling
from glow.estimators._parameter import parameter
from glow.estimators._verdict import AT_CEILING, RELIABLE, SAMPLES, UNFINISHED, verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import torch

    from glow.estimators._arrays import Array

    from .critics import Scores
    from .reading import Bound, Reading

    Point = tuple[list[Reading], list[Reading]]
    Weights = tuple[torch.Tensor | None, torch.Tensor | None]

_BIT = math.log(2)  # nats
_NEAR_CEILING = 1.0  # bits below a ceiling where a bound already bends towards it
_GAP, _GAP_SHARE = 0.3, 0.2  # bits, or this share of the estimate
_RISING, _RISING_SHARE = 0.05, 0.05


class Neural(Estimator):
    """A lower bound on mutual information, or an estimate near one, learned by a critic.

    A critic f(x, y), a small network, is trained to tell samples of the joint distribution from
    samples of the product of its marginals; how well it does so bounds I(X;Y) from below. A family
    says which objective it raises and which value it reports.

    **The number is held out.** Half of the samples, by ``seed``, train the critic. The other half
    is read in two quarters (4096 samples of each at most), each at the step that the other quarter
    finds best. A critic that learned its samples by heart therefore reads no higher, and an
    independent pair reads 0 or little below: no shuffled baseline is trained, which would double
    the price. Where the training samples read much higher in the end (``gap``) or the held-out
    curve still rises (``rising``) the verdict says so. Identical rows in both halves are the
    exception: they are not held out. A lower bound it remains: what the critic cannot generalise
    from one half of the inputs to the other is missing, however much information it is.

    **Inputs** are standardised, column by column. Integers and booleans are symbols and enter
    one-hot, at most 1024 of them.

    **On a plane** each epoch begins from the critic of the one before and takes ``warm_steps``
    steps; `coordinates` alone begins anew. I(X;T) of a deterministic layer is infinite, or H(X) if
    X is discrete: what is read there is how much this critic finds in so many steps, and it grows
    with the critic. It means something only for a layer with noise. The noise that a layer declares
    is therefore added to its activations, once and the same for a seed, and ``noise`` adds some of
    ours to any layer.

    Everything runs where the data is, on the CPU or an accelerator, with generators of its own; the
    same seed gives the same number on the same machine.

    Args:
        critic: "joint", one network of both variables, scored with two strangers a sample; or
            "separable", the inner product of a network for each, scored with the whole batch.
        hidden: Units of each hidden layer of the critic.
        steps: Training steps.
        warm_steps: Training steps of an epoch that goes on from the one before.
        batch_size: Samples in a step.
        learning_rate: Step size of Adam.
        noise: Standard deviation of Gaussian noise added to a layer, beside its own.
        seed: Of the halves, the initial critic, the batches and the noise.

    Raises:
        TypeError: If a setting is of the wrong kind or unknown.
        ValueError: If a setting is out of bounds.
    """

    capped: ClassVar[bool] = False
    ordered: ClassVar[bool] = True

    critic: str = parameter(
        default="joint",
        scale="choice",
        choices=("joint", "separable"),
        meaning="one network of both variables, or the inner product of one for each",
    )
    hidden: tuple[int, ...] = parameter(
        default=(256, 256),
        scale="sizes",
        low=1,
        high=8192,
        meaning="units of each hidden layer of the critic",
    )
    steps: int = parameter(
        default=500, scale="integer", low=1, high=10**7, slider=False, meaning="training steps"
    )
    warm_steps: int = parameter(
        default=100,
        scale="integer",
        low=1,
        high=10**7,
        slider=False,
        meaning="training steps of an epoch whose predecessor's critic is known",
    )
    batch_size: int = parameter(
        default=256,
        scale="integer",
        low=2,
        high=4096,
        slider=False,
        meaning="samples in a training step",
    )
    learning_rate: float = parameter(
        default=5e-4, scale="log", low=1e-7, high=1, slider=False, meaning="step size of Adam"
    )
    noise: float = parameter(
        default=0.0,
        scale="linear",
        low=0,
        high=1e9,
        slider=False,
        meaning="standard deviation of the noise added to a layer, beside its own",
    )
    seed: int = parameter(
        default=0,
        scale="integer",
        low=0,
        high=2**31 - 1,
        slider=False,
        meaning="of the halves, the initial critic, the batches and the noise",
    )

    @abstractmethod
    def objective(self) -> Callable[[Scores], torch.Tensor]:
        """A function of a batch's scores for training to raise; a new one for each training."""

    @abstractmethod
    def contributions(self, scores: Scores) -> torch.Tensor:
        """(B,) terms in nats whose mean is the value that scores give."""

    def quality(self, scores: Scores) -> torch.Tensor:
        """What the best step has most of; by default the value itself."""
        return self.contributions(scores).mean()

    @property
    def every_pair(self) -> bool:
        """Whether the objective needs all pairs of a batch."""
        return False

    def ceiling(self, samples: int) -> float:
        """What no estimate from so many samples can exceed, in bits."""
        return math.inf

    def criterion(self, x: Array, y: Array) -> float:
        """The held-out value of a critic trained on half of the samples.

        Args:
            x: (N,) or (N, ...) samples. Integers and booleans are symbols.
            y: (N,) or (N, ...) samples, likewise.

        Returns:
            The estimate in bits; below 0 where chance has it.

        Raises:
            TypeError: If an array does not hold real numbers.
            ValueError: If the lengths differ, a value is not finite, there are fewer than 8 samples
                or more than 1024 symbols, or ``noise`` is set, which means that of a layer.
        """
        return self._pair(x, y).estimate / _BIT

    def check(self, x: Array, y: Array) -> dict[str, float]:
        """What training says of the estimate, in bits; it is trained anew.

        Returns:
            ``standard_error`` of the held-out value, for the critic as it is; ``gap``, by how much
            the training samples read higher in the end; ``rising``, by how much the held-out curve
            rose over the last fifth of the steps; ``step``, where it was read; and the ``ceiling``
            of the bound, if it has one.
        """
        reading = self._pair(x, y)
        return self._figures(reading, len(as_array(type(self).__name__, "x", x)))

    def measure(self, x: Array, y: Array) -> Estimate:
        """`criterion` with its diagnostics, its verdict and the learning curves.

        Returns:
            The estimate; ``curves`` holds ``step`` (C,) and, in bits, ``train`` and ``held_out``.

        Raises:
            ValueError: As `criterion`.
        """
        reading = self._pair(x, y)
        arrays = [as_array(type(self).__name__, "x", a) for a in (x, y)]
        entropies = [Context(a, a).label_entropy for a in arrays if is_discrete(a)]
        entropy = min((e for e in entropies if e is not None), default=None)
        figures = self._figures(reading, len(arrays[0]))
        value = reading.estimate / _BIT
        return Estimate(
            value=value,
            unit=self.unit,
            form="",
            diagnostics=figures,
            verdict=self._verdict(value, figures, entropy),
            curves={
                "step": reading.steps.astype(float),
                "train": reading.values[:, 0] / _BIT,
                "held_out": reading.held_out / _BIT,
            },
        )

    def coordinates(self, t: Array, context: Context) -> tuple[float, float]:
        """I(X;T) and I(T;Y) in bits, each with a critic that begins anew.

        Raises:
            ValueError: If ``t`` is not finite or does not fit the context.
        """
        (xt, *_), (ty, *_) = self._point(t, context, [self])[0]
        return xt.estimate / _BIT, ty.estimate / _BIT

    def diagnose(self, t: Array, context: Context) -> dict[str, float]:
        """The figures of `check` for both coordinates, under ``xt_`` and ``ty_``."""
        found = self.estimate(t, context)
        return {name: figure for name, figure in found.items() if name not in ("xt", "ty")}

    def estimate(self, t: Array, context: Context) -> dict[str, float]:
        """Both coordinates and what training says of them, from one training of each critic."""
        return self._described(self._point(t, context, [self])[0], context)

    def trajectory(
        self, activations: Iterable[Array], context: Context, *, diagnostics: bool = True
    ) -> Iterator[dict[str, float]]:
        """Estimates one layer's epochs in order, each from the critic that was best for the last.

        Args:
            activations: The layer's (N, ...) activations, epoch by epoch, of one width.
            context: What is fixed while the layer changes.
            diagnostics: Whether to add them.

        Yields:
            For each epoch ``xt`` and ``ty`` in bits, and the figures of `diagnose` if wanted.
        """
        weights: Weights = None, None
        for t in activations:
            point, weights = self._point(t, context, [self], weights)
            found = self._described(point, context)
            yield found if diagnostics else {axis: found[axis] for axis in ("xt", "ty")}

    def verdicts(self, estimate: dict[str, float], context: Context) -> tuple[str, str]:
        """Whether the two coordinates of a point can be trusted, each in one phrase."""

        def about(axis: str) -> dict[str, float]:
            prefix = f"{axis}_"
            return {k.removeprefix(prefix): v for k, v in estimate.items() if k.startswith(prefix)}

        return (
            self._verdict(estimate["xt"], about("xt"), None),
            self._verdict(estimate["ty"], about("ty"), context.label_entropy),
        )

    def _verdict(self, value: float, figures: dict[str, float], entropy: float | None) -> str:
        phrase = verdict(value, figures, entropy=entropy)
        reasons = {
            AT_CEILING: value > figures.get("ceiling", math.inf) - _NEAR_CEILING,
            SAMPLES: figures["gap"] > max(_GAP, _GAP_SHARE * value),
            UNFINISHED: figures["rising"] > max(_RISING, _RISING_SHARE * value),
        }
        learned = next((reason for reason, applies in reasons.items() if applies), RELIABLE)
        return learned if phrase == RELIABLE else phrase

    def _figures(self, reading: Reading, samples: int) -> dict[str, float]:
        figures = {
            "standard_error": reading.standard_error / _BIT,
            "gap": reading.gap / _BIT,
            "rising": reading.rising / _BIT,
            "step": float(reading.steps[list(reading.chosen)].mean()),
        }
        ceiling = self.ceiling(samples)
        return figures if math.isinf(ceiling) else {**figures, "ceiling": ceiling}

    def _described(self, point: Point, context: Context) -> dict[str, float]:
        readings = {"xt": point[0][0], "ty": point[1][0]}
        values = {axis: reading.estimate / _BIT for axis, reading in readings.items()}
        return values | {
            f"{axis}_{name}": figure
            for axis, reading in readings.items()
            for name, figure in self._figures(reading, context.samples).items()
        }

    def _pair(self, x: Array, y: Array) -> Reading:
        from .training import ordinary_mode
        from .variables import standardised

        owner = type(self).__name__
        if self.noise:
            raise ValueError(
                f"{owner}: noise is that of a layer on a recording, and criterion knows no layer, "
                f"got noise={self.noise:g}. Add the noise to x or y and leave the setting 0."
            )
        device = device_of(x, y)
        with ordinary_mode(device):
            first = standardised(owner, "x", x, device)
            second = standardised(owner, "y", y, device)
            same_length(owner, x=first, y=second)
            readings, _ = self._learn(first, second, [self], None)
        return readings[0]

    def _point(
        self, t: Array, context: Context, bounds: Sequence[Bound], start: Weights = (None, None)
    ) -> tuple[Point, Weights]:
        """Readings of each bound for both coordinates, and the critics to go on with."""
        from .training import ordinary_mode
        from .variables import noisy, standardised

        owner, device = type(self).__name__, device_of(t)
        deviation = math.hypot(context.noise or 0.0, self.noise)
        with ordinary_mode(device):
            layer = standardised(owner, "t", noisy(owner, t, deviation, self.seed), device)
            x = standardised(owner, "x", context.x, device)
            y = standardised(owner, "y", context.y, device)
            same_length(owner, t=layer, x=x)
            xt, x_weights = self._learn(x, layer, bounds, start[0])
            ty, y_weights = self._learn(layer, y, bounds, start[1])
        return (xt, ty), (x_weights, y_weights)

    def _learn(
        self,
        x: torch.Tensor,
        y: torch.Tensor,
        bounds: Sequence[Bound],
        start: torch.Tensor | None,
    ) -> tuple[list[Reading], torch.Tensor]:
        from .critics import CRITICS
        from .training import SMALLEST, Halves, Training

        if len(x) < SMALLEST:
            raise UnsuitableError(
                f"{type(self).__name__}: x and y must hold at least {SMALLEST} samples, half of "
                f"them to train the critic, got {len(x)}. Record a larger probe set."
            )
        widths = x.shape[1], y.shape[1]
        critic = CRITICS[self.critic](*widths, self.hidden, every_pair=self.every_pair)
        self._require_room(critic.size(min(self.batch_size, len(x))))
        training = Training(
            owner=type(self).__name__,
            critic=critic,
            objective=self.objective,
            steps=self.steps if start is None else self.warm_steps,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            seed=self.seed,
        )
        return training.run(Halves.split(x, y, self.seed), bounds, start)

    def _require_room(self, size: int) -> None:
        if size > memory_ceiling():
            raise ValueError(
                f"{type(self).__name__}: a training step must fit in the memory ceiling of "
                f"{memory_ceiling() / 2**20:.0f} MiB, but with batch_size={self.batch_size}, "
                f"hidden={self.hidden} and critic={self.critic!r} it takes about "
                f"{size / 2**20:.0f} MiB. Choose smaller ones, or see set_memory_ceiling."
            )
