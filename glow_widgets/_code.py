"""Python that reproduces what is on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glow.dynamics import Recording
    from glow.estimators import Estimator


def estimator_code(estimator: Estimator) -> str:
    """The constructor call of ``estimator``, without the arguments left at their defaults."""
    defaults = {parameter.name: parameter.default for parameter in estimator.parameters}
    settings = {k: v for k, v in estimator.settings.items() if defaults.get(k) != v}
    arguments = ", ".join(f"{name}={value!r}" for name, value in settings.items())
    return f"{type(estimator).__name__}({arguments})"


def plane_code(recording: Recording, estimator: Estimator) -> str:
    """One line that opens ``recording`` and estimates its plane with ``estimator``."""
    return (
        "from glow.dynamics import Recording, plane; "
        f"from glow.estimators import {type(estimator).__name__}; "
        f"p = plane(Recording.open({str(recording.path.resolve())!r}), {estimator_code(estimator)})"
    )
