"""Live Jupyter widgets for PyGlow: training progress, information plane, estimator explorer.

Names are imported when first used: Jupyter imports this package only to find its extension.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glow_widgets._display import TrainingDisplay as TrainingDisplay
    from glow_widgets._explorer import EstimatorExplorer as EstimatorExplorer
    from glow_widgets._plane import InformationPlane as InformationPlane
    from glow_widgets._progress import TrainingProgress as TrainingProgress
    from glow_widgets.export import save_html as save_html

_HOMES = {
    "EstimatorExplorer": "_explorer",
    "InformationPlane": "_plane",
    "TrainingDisplay": "_display",
    "TrainingProgress": "_progress",
    "save_html": "export",
}

__all__ = [
    "EstimatorExplorer",
    "InformationPlane",
    "TrainingDisplay",
    "TrainingProgress",
    "save_html",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a class or a function, by name
    if name in _HOMES:
        return getattr(importlib.import_module(f"glow_widgets.{_HOMES[name]}"), name)
    raise AttributeError(
        f"module 'glow_widgets' has no attribute {name!r}. Valid: {', '.join(__all__)}."
    )


def __dir__() -> list[str]:
    return sorted(__all__)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where JupyterLab finds the built extension (read by ``jupyter-builder develop``)."""
    return [{"src": "labextension", "dest": "glow-widgets"}]
