"""Change the estimator, keep the training: the plane behind a drop-down and sliders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ipywidgets import VBox
from traitlets import Bool, Dict, Unicode, validate

from glow_widgets._base import GlowWidget
from glow_widgets._chart import SensitivityChart
from glow_widgets._code import plane_code
from glow_widgets._curves import KeptCurve
from glow_widgets._engine import Engine
from glow_widgets._plane import check_document

if TYPE_CHECKING:
    import xarray as xr

    from glow.dynamics import Recording
    from glow.estimators import Estimator


class ExplorerView(GlowWidget):
    """The plane with its drop-downs, slider and number box; drawn and moved in the browser.

    Attributes:
        document: Plane document with the kept curves.
        selection: ``{"recording": index, "plane": index, "value": number or None}``, written by
            the browser.
        busy: What is being estimated, in words; empty when nothing is.
        exact: Whether the kernel can be asked for values that are not kept.
    """

    _model_name = Unicode("ExplorerModel", read_only=True).tag(sync=True)
    _view_name = Unicode("ExplorerView").tag(sync=True)
    document = Dict().tag(sync=True)
    selection = Dict().tag(sync=True)
    busy = Unicode("").tag(sync=True)
    exact = Bool(True).tag(sync=True)

    @validate("document")
    def _check_document(self, proposal: Mapping[str, Any]) -> dict[str, Any]:
        return check_document(proposal["value"], "EstimatorExplorer")


class EstimatorExplorer(VBox):  # type: ignore[misc] # ipywidgets publishes no types
    """Shows one training under any estimator and setting, without training again.

    Curves over each slider's range are computed in the background, every eighth epoch first, and
    appear as they come; from then on a slider moves the whole plane in the browser. The chart
    below shows the bits compressed per layer against the slider's setting.

    Example::

        explorer = EstimatorExplorer(model.recording)
        explorer                    # in a cell: shows it
        explorer.estimator          # the estimator now selected
        explorer.code               # the line that reproduces its plane

    Args:
        recordings: A recording, or several as ``{name: recording}``.
        estimators: What the drop-down offers, objects or names; every family's variants if None.

    Raises:
        TypeError: If something is not a recording.
        ValueError: If there are none, or a name is unknown.
    """

    def __init__(
        self,
        recordings: Recording | Mapping[str, Recording],
        estimators: Estimator | str | Sequence[Estimator | str] | None = None,
    ) -> None:
        named = _named(recordings)
        chosen = _chosen(estimators)
        if not named or not chosen:
            what = "recordings" if not named else "estimators"
            raise ValueError(f"EstimatorExplorer: {what} must not be empty, got none.")
        self.view = ExplorerView(busy="Estimating the first curves")
        self.chart = SensitivityChart()
        rows = [[KeptCurve(name, rec, est) for est in chosen] for name, rec in named.items()]
        self._engine = Engine(rows, self.view, self.chart)
        self._first = rows[0][0]
        super().__init__(children=[self.view, self.chart])
        self.view.observe(self._on_selection, "selection")
        self.view.on_msg(self._on_message)
        self._engine.select({"recording": 0, "plane": 0, "value": None})
        self._engine.start()

    @property
    def estimator(self) -> Estimator:
        """The estimator now selected, with the slider's value."""
        return self._selected().at(self.view.selection.get("value"))

    @property
    def plane(self) -> xr.Dataset:
        """The plane of :attr:`estimator`, in bits.

        It comes from the kept curve where that is complete (between the nodes of a smooth one
        within 5e-4 bits); else it is estimated now.
        """
        curve, value = self._selected(), self.view.selection.get("value")
        kept = curve.kept(value)
        return curve.exact(value) if kept is None else kept

    @property
    def code(self) -> str:
        """One line of Python that reproduces :attr:`plane` in a fresh kernel."""
        return plane_code(self._selected().recording, self.estimator)

    def wait(self, timeout: float | None = None) -> bool:
        """Block until every curve is complete; False if that took longer than ``timeout`` s."""
        return self._engine.wait(timeout)

    def close(self) -> None:
        """Stop computing and remove the widget."""
        if hasattr(self, "_engine"):  # the arguments were good
            self._engine.close()
            self.chart.close()
            self.view.close()
        super().close()

    def __repr__(self) -> str:
        return f"EstimatorExplorer({self._selected().estimator.label!r})"

    def _selected(self) -> KeptCurve:
        return self._engine.curve(self.view.selection) or self._first

    def _on_selection(self, change: Mapping[str, Any]) -> None:
        # Runs in the thread that serves the browser, as does the next: note it, nothing more.
        self._engine.select(change["new"])

    def _on_message(self, _: object, content: Mapping[str, Any], __: object) -> None:
        if content.get("action") == "estimate":
            self._engine.estimate(content)
        elif content.get("action") == "cancel":
            self._engine.cancel()


def _named(recordings: Recording | Mapping[str, Recording]) -> dict[str, Recording]:
    from glow.dynamics import Recording

    if not isinstance(recordings, Mapping):
        recordings = {"this training": recordings}
    named = dict(recordings)
    for recording in named.values():
        if not isinstance(recording, Recording):
            raise TypeError(
                "EstimatorExplorer: expected a Recording, or several by name, got "
                f"{type(recording).__name__}. Give model.recording, or Recording.open(path)."
            )
    return named


def _chosen(estimators: Estimator | str | Sequence[Estimator | str] | None) -> list[Estimator]:
    from glow.estimators import Estimator, get

    if estimators is None:
        return _every_variant()
    several = [estimators] if isinstance(estimators, str | Estimator) else list(estimators)
    return [get(one) if isinstance(one, str) else one for one in several]


def _every_variant() -> list[Estimator]:
    from glow import estimators

    return [v for name in estimators.names() for v in type(estimators.get(name)).variants()]
