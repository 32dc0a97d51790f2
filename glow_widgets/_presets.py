"""The settings of published planes, matched with the estimators that an explorer offers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from glow.estimators import Estimator
    from glow.estimators.presets import Preset

    Named = dict[str, Estimator]


def labels(estimators: Iterable[Estimator]) -> list[str]:
    """A label for each, numbered where two would be called the same."""
    seen: Counter[str] = Counter()
    found = []
    for estimator in estimators:
        seen[estimator.label] += 1
        number = seen[estimator.label]
        found.append(estimator.label if number == 1 else f"{estimator.label} ({number})")
    return found


def with_published(offered: Named) -> Named:
    """What is offered and, at the end, the estimators of papers that sliders do not reach."""
    every = dict(offered)
    for preset, estimator in _presets():
        if not any(_alike(one, estimator) for one in every.values()):
            taken = estimator.label in every
            every[f"{estimator.label} ({preset.name})" if taken else estimator.label] = estimator
    return every


def presets_of(offered: Named) -> list[dict[str, Any]]:
    """The papers whose estimator is offered: with its label and where its sliders stand."""
    found = []
    for preset, estimator in _presets():
        label = next((name for name, one in offered.items() if _alike(one, estimator)), None)
        if label is not None:
            found.append(
                {
                    "name": preset.name,
                    "paper": preset.paper,
                    "differs": preset.differs,
                    "estimator": label,
                    "settings": {s.name: estimator.settings[s.name] for s in estimator.sliders},
                }
            )
    return found


def _presets() -> list[tuple[Preset, Estimator]]:
    from glow.estimators import presets

    return [(presets.about(name), presets.get(name)) for name in presets.names()]


def _alike(one: Estimator, other: Estimator) -> bool:
    """Whether only sliders tell two estimators apart."""
    if type(one) is not type(other):
        return False
    mine, theirs = _fixed(one), _fixed(other)
    return mine.keys() == theirs.keys() and all(_equal(mine[k], theirs[k]) for k in mine)


def _fixed(estimator: Estimator) -> dict[str, Any]:
    moving = {slider.name for slider in estimator.sliders}
    return {name: value for name, value in estimator.settings.items() if name not in moving}


def _equal(one: object, other: object) -> bool:
    both = (one, other)
    if all(isinstance(value, Sequence) and not isinstance(value, str) for value in both):
        # Edges on [-1, 1] are the same however they were computed.
        return np.shape(both[0]) == np.shape(both[1]) and bool(np.allclose(one, other))  # type: ignore[arg-type, call-overload]
    return one == other
