"""A number with everything that is known about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True)
class Estimate:
    """What `Estimator.measure` returns; ``float(estimate)`` is the number alone.

    Attributes:
        value: The raw estimate, as `Estimator.criterion` gives it.
        unit: Its unit, "bits" for information.
        form: Which form of the estimator was used where it chooses by itself, such as "Ross 2014,
            discrete Y"; else empty.
        diagnostics: Figures that say how far it can be trusted.
        verdict: The same in one phrase, "reliable" at best; see `glow.estimators.VERDICTS`.
        curves: By name, series that came with the number, such as the learning curve of a neural
            estimator.
    """

    value: float
    unit: str
    form: str
    diagnostics: Mapping[str, float]
    verdict: str
    curves: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict, repr=False)

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        form = f" ({self.form})" if self.form else ""
        return f"{self.value:.4g}{unit}{form}: {self.verdict}"
