"""Which estimator we would use for two given variables, and why."""

from __future__ import annotations

import dataclasses
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ._arrays import as_array, as_samples, is_discrete, same_length
from ._binned import Binned
from ._context import Classes
from ._copulas.moments import InfiniteInformationError
from ._copulas.ranks import normal_scores
from ._gaussian import Gaussian
from ._ksg import KSG
from ._t_copula import TCopula
from ._verdict import AT_CEILING, MISFIT, RELIABLE, SAMPLES, TIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from ._arrays import Array
    from ._base import Estimator
    from ._estimate import Estimate

_FEW = 100  # samples below which the spread of any estimate is worth a warning
_NEIGHBOUR_DIMENSIONS = 4  # units of both variables together up to which neighbours are trusted
_PAIRS = 100  # of units, in which a dependence is looked for that no single one shows
_AGREEMENT = 0.15  # relative difference of two estimates that assume different things
_ASKED = 2000  # samples that suffice to see whether one variable determines the other
_CEILING_SHARE = 0.75  # of log2 N, from which on neighbours cannot tell a value from infinity
_PLUG_IN_BIAS = 0.01  # bits from which on a correction is worth its variance
_GROSS_BIAS = 0.1  # bits from which on no correction can be trusted

_DOUBTS = {
    SAMPLES: " The samples do not settle the value, or cannot tell it from independence.",
    TIES: " But many values are equal, which no density describes.",
}


@dataclass(frozen=True)
class Recommendation:
    """What `recommend` returns.

    Attributes:
        estimator: The estimator with its settings.
        reason: Why this one, in words.
        estimate: What it finds for the variables, with its verdict.
        symbols: Which of "x" and "y" were read as symbols although they hold floating point
            numbers.
    """

    estimator: Estimator
    reason: str
    estimate: Estimate
    symbols: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """Whether the estimate can be trusted, one of `glow.estimators.VERDICTS`."""
        return self.estimate.verdict

    def measure(self, x: Array, y: Array) -> Estimate:
        """The same measurement of other variables of the same kind.

        The verdict is the estimator's own; call `recommend` for what is known beyond it.

        Raises:
            ValueError: As the estimator's ``criterion``.
        """
        return self.estimator.measure(*_read({"x": x, "y": y}, self.symbols))

    def __str__(self) -> str:
        settings = ", ".join(f"{k}={v!r}" for k, v in self.estimator.settings.items())
        return f"{type(self.estimator).__name__}({settings}): {self.estimate}\n{self.reason}"


def recommend(x: Array, y: Array) -> Recommendation:
    """Names the estimator that we would use for two variables, and uses it.

    Two discrete variables get plug-in information, corrected where the bias shows. Between two
    units, and for up to two units beside a label, neighbours (KSG, Ross's form) assume least. In
    many dimensions they fail by a factor (docs/high-dimensions.md): two continuous variables then
    get the t copula, whose fit is tested, and labels Gaussian classes. The choice depends on the
    samples alone: on their kind, number and dimensions, on how neighbours do on Gaussian data like
    them, and on the tests.

    Args:
        x: (N,) or (N, ...) samples. Integers and booleans are symbols; floating point numbers are
            values, unless they repeat so often that no more than sqrt(N) different rows are left.
        y: (N,) or (N, ...) samples, likewise.

    Returns:
        The estimator, the reason in words and the estimate. Its verdict is "reliable" only where
        every test was passed; the estimate of a failed one is the best of those tried.

    Raises:
        TypeError: If an array does not hold real numbers.
        ValueError: If an array is empty or not finite, the lengths differ, there are fewer than 5
            samples, or whole numbers that all differ are given as symbols.

    Example:
        >>> import numpy as np
        >>> x, noise = np.random.default_rng(0).normal(size=(2, 2000, 10))
        >>> found = recommend(x, x + noise)  # 5 bits
        >>> type(found.estimator).__name__, round(found.estimate.value), found.verdict
        ('TCopula', 5, 'reliable')
    """
    arrays = {name: as_array("recommend", name, value) for name, value in (("x", x), ("y", y))}
    same_length("recommend", **arrays)
    for name, array in arrays.items():
        as_samples("recommend", name, array)
    n = len(arrays["x"])
    if n < 5:
        raise ValueError(f"recommend: a choice needs at least 5 samples, got {n}.")
    for name, array in arrays.items():
        if is_discrete(array) and len(Classes.of(array).starts) == n + 1:
            raise ValueError(
                f"recommend: {name} holds whole numbers, which are symbols, but all {n} of them "
                f"differ. Give quantities as floating point numbers: {name}.astype(float)."
            )
    symbols = tuple(name for name, array in arrays.items() if _repeats(array))
    found = _choose(*_read(arrays, symbols))
    notes = [f"{name} repeats few values and is read as symbols." for name in symbols]
    if n < _FEW:
        notes.append(f"{n} samples are few: repeat the measurement on others to see its spread.")
    return dataclasses.replace(found, reason=" ".join((found.reason, *notes)), symbols=symbols)


def _choose(x: npt.NDArray[Any], y: npt.NDArray[Any]) -> Recommendation:
    if is_discrete(x) and is_discrete(y):
        return _for_symbols(x, y)
    if is_discrete(x) or is_discrete(y):
        return _for_labels(x, y)
    return _for_values(x, y)


def _for_symbols(x: npt.NDArray[Any], y: npt.NDArray[Any]) -> Recommendation:
    cells = [len(Classes.of(each).starts) - 1 for each in (x, y)]
    bias = (cells[0] - 1) * (cells[1] - 1) / (2 * len(x) * math.log(2))
    corrected = bias > _PLUG_IN_BIAS
    estimator = Binned(correction="miller-madow") if corrected else Binned()
    reason = (
        f"Both variables are discrete, with {cells[0]} and {cells[1]} symbols. The plug-in "
        f"estimate is about {bias:.2g} bits too high for {len(x)} samples"
        + (": Miller and Madow's correction." if corrected else ", which does not matter.")
    )
    estimate = estimator.measure(x, y)
    if bias > max(_GROSS_BIAS, _GROSS_BIAS * estimate.value):
        return Recommendation(estimator, reason, _doubted(estimate, SAMPLES))
    return Recommendation(estimator, reason, estimate)


def _for_labels(x: npt.NDArray[Any], y: npt.NDArray[Any]) -> Recommendation:
    d = _units(x if is_discrete(y) else y)
    if any(is_discrete(each) and len(Classes.of(each).starts) == 2 for each in (x, y)):
        reason = "One of the variables never changes, so neither tells of the other."
        return Recommendation(Gaussian(), reason, Gaussian().measure(x, y))
    near = KSG().measure(x, y)
    about = f"A label against {d} continuous {'unit' if d == 1 else 'units'}"
    if d <= _NEIGHBOUR_DIMENSIONS // 2 and near.verdict == RELIABLE:
        return Recommendation(KSG(), f"{about}: few dimensions, so neighbours in the class.", near)
    tried = _measured([Gaussian(), Gaussian(marginals="copula")], x, y)
    if not tried:
        reason = f"{about}, but too few samples of a class for its covariance: neighbours."
        return Recommendation(KSG(), reason, _doubted(near, SAMPLES))
    # each is H(Y) less a cross-entropy, a lower bound but for sampling: the larger one is nearer
    estimator, estimate = max(tried, key=lambda pair: pair[1].value)
    if near.value > max(estimate.value, 0) * 1.1 + 0.05:
        reason = f"{about}: neighbours see more than Gaussian classes ({estimate.value:.2g} bits)."
        return Recommendation(KSG(), reason, near)
    reason = f"{about}: too many for neighbours, so each class is taken to be Gaussian."
    part = _largest_part(x, y)
    if part > max(estimate.value, 0) * 1.1 + 0.05:
        reason += f" It is not: one or two units alone, or the length, tell {part:.2g} bits."
        return Recommendation(estimator, reason, _doubted(estimate, MISFIT))
    return Recommendation(estimator, reason, estimate)


def _largest_part(x: npt.NDArray[Any], y: npt.NDArray[Any]) -> float:
    """What neighbours find in single units, pairs of units and the length of all, in bits.

    No part of a variable knows more than the whole: an estimate of the whole below it is too low.
    """
    values, labels = (y, x) if is_discrete(x) else (x, y)
    units = normal_scores(as_samples("recommend", "x", values.reshape(len(values), -1)))
    length = np.linalg.norm(units, axis=1)
    pairs = itertools.islice(itertools.combinations(units.T, 2), _PAIRS)
    parts = [length, *units.T, *(np.stack(pair, axis=1) for pair in pairs)]
    return max(KSG().criterion(part, labels) for part in parts)


def _for_values(x: npt.NDArray[Any], y: npt.NDArray[Any]) -> Recommendation:
    d = _units(x) + _units(y)
    if _determined(x, y):
        reason = (
            "One variable looks like a function of the other, whose information is infinite, or "
            f"the noise is finer than {len(x)} samples can resolve: add noise, or say which cells "
            "matter (Binned)."
        )
        return Recommendation(KSG(), reason, _doubted(KSG().measure(x, y), AT_CEILING))
    if d == 2:
        near = KSG().measure(x, y)
        if near.verdict == RELIABLE:
            reason = "One unit against another: neighbours assume least."
            return Recommendation(KSG(), reason, near)
    return _for_many_values(x, y, d)


def _for_many_values(x: npt.NDArray[Any], y: npt.NDArray[Any], d: int) -> Recommendation:
    about = f"{d} continuous units together, {len(x)} samples:"
    tried = _measured([TCopula()], x, y) or _measured([Gaussian()], x, y)
    if not tried:
        reason = f"{about} too few for a joint covariance, and for neighbours."
        return Recommendation(KSG(), reason, _doubted(KSG().measure(x, y), SAMPLES))
    estimator, estimate = tried[0]
    if not isinstance(estimator, TCopula):
        reason = f"{about} some units follow from others of the same variable, so covariances."
        return Recommendation(estimator, reason, _doubted(estimate, MISFIT))
    if estimate.verdict != MISFIT:
        reason = f"{about} the t copula passes the tests of its fit, and neighbours err more."
        reason += _DOUBTS.get(estimate.verdict, "")
        return Recommendation(estimator, reason, estimate)
    return _without_model(x, y, d, (estimator, estimate))


def _without_model(
    x: npt.NDArray[Any], y: npt.NDArray[Any], d: int, failed: tuple[Estimator, Estimate]
) -> Recommendation:
    """Where the dependence is not that of a t copula."""
    pairs, near = _measured([TCopula(residual="pairs"), KSG()], x, y)
    about = f"{d} continuous units together, whose dependence is not that of a t copula"
    apart = abs(pairs[1].value - near[1].value)
    agree = near[1].verdict == RELIABLE and apart <= _AGREEMENT * near[1].value
    if d <= _NEIGHBOUR_DIMENSIONS and agree:
        reason = f"{about}: neighbours, with which the sum over pairs of units agrees."
        return Recommendation(near[0], reason, near[1])
    estimator, estimate = max([failed, pairs, near], key=lambda tried: tried[1].value)
    reason = f"{about}: the largest of the estimates tried, probably still too low."
    return Recommendation(estimator, reason, _doubted(estimate, MISFIT))


def _determined(x: npt.NDArray[Any], y: npt.NDArray[Any]) -> bool:
    """Whether neighbours in one variable are neighbours in the other, or covariances singular."""
    n = len(x)
    try:
        Gaussian().criterion(x, y)
    except InfiniteInformationError:
        return True
    except ValueError:  # too few samples to say so
        pass
    rows = np.random.default_rng(0).permutation(n)[:_ASKED]
    parts = [each.reshape(n, -1)[rows] for each in (x, y)]
    # where one of them repeats values (a clipped unit), the rest can still follow from the other
    single = np.logical_and(*(_unrepeated(part) for part in parts))
    if single.sum() > _FEW // 2:
        parts = [part[single] for part in parts]
    scores = [normal_scores(part) for part in parts]
    return KSG().criterion(*scores) > _CEILING_SHARE * math.log2(len(scores[0]))


def _unrepeated(samples: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """(N,) whether each sample's value occurs once."""
    _, codes, counts = np.unique(samples, axis=0, return_inverse=True, return_counts=True)
    once: npt.NDArray[np.bool_] = counts[codes.reshape(-1)] == 1
    return once


def _measured(
    estimators: list[Estimator], x: npt.NDArray[Any], y: npt.NDArray[Any]
) -> list[tuple[Estimator, Estimate]]:
    """Those that can be applied to the variables, with what they find."""
    found = []
    for estimator in estimators:
        try:
            found.append((estimator, estimator.measure(x, y)))
        except ValueError:  # refused by name: too few samples, or no density
            continue
    return found


def _doubted(estimate: Estimate, verdict: str) -> Estimate:
    return dataclasses.replace(estimate, verdict=verdict)


def _units(array: npt.NDArray[Any]) -> int:
    return int(array[0].size)


def _repeats(array: npt.NDArray[Any]) -> bool:
    if is_discrete(array):
        return False
    rows = array.reshape(len(array), -1)
    # most variables differ in their first samples already, which is quick to see
    head = rows[: 2 * math.isqrt(len(rows)) + 1]
    few = math.isqrt(len(rows))
    return len(np.unique(head, axis=0)) <= few and len(np.unique(rows, axis=0)) <= few


def _read(arrays: Mapping[str, Array], symbols: tuple[str, ...]) -> list[npt.NDArray[Any]]:
    """The variables, those named as int64 codes of their rows."""
    given = {name: as_array("recommend", name, value) for name, value in arrays.items()}
    return [Classes.of(a).labels if name in symbols else a for name, a in given.items()]
