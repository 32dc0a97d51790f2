"""Change the estimator, keep the training: the plane behind a drop-down and sliders."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipywidgets import VBox
from traitlets import Bool, Dict, Unicode, validate

from glow_widgets._base import GlowWidget
from glow_widgets._catalogue import catalogue
from glow_widgets._code import plane_code
from glow_widgets._document import check_document
from glow_widgets._engine import Engine
from glow_widgets._histogram import Histograms
from glow_widgets._inquiries import KINDS
from glow_widgets._keeper import TITLE
from glow_widgets._offered import Offered
from glow_widgets._output import KeptOutput
from glow_widgets._presets import labels, with_published
from glow_widgets._rerun import retire_earlier
from glow_widgets.export import save_html

if TYPE_CHECKING:
    import os

    import xarray as xr

    from glow.dynamics import Recording
    from glow.estimators import Estimator


class ExplorerView(GlowWidget):
    """The plane with its drop-downs, sliders and number boxes; drawn and moved in the browser.

    Attributes:
        catalogue: What is offered: recordings, estimators and their sliders. Known at once.
        document: Plane document with the kept curves of every estimator that was selected.
        selection: ``{"recording": name, "estimator": label, "settings": {slider: value},
            "slider": the one moved last or None}``, written by the browser.
        busy: What is being estimated, in words; empty when nothing is.
        exact: Whether the kernel can be asked for values that are not kept.
    """

    _model_name = Unicode("ExplorerModel", read_only=True).tag(sync=True)
    _view_name = Unicode("ExplorerView").tag(sync=True)
    catalogue = Dict().tag(sync=True)
    document = Dict().tag(sync=True)
    selection = Dict().tag(sync=True)
    busy = Unicode("").tag(sync=True)
    exact = Bool(True).tag(sync=True)

    @validate("document")
    def _check_document(self, proposal: Mapping[str, Any]) -> dict[str, Any]:
        return check_document(proposal["value"], "EstimatorExplorer")


class EstimatorExplorer(VBox):  # type: ignore[misc] # ipywidgets publishes no types
    """Shows one training under any estimator and setting, without training again.

    Every estimator is offered at once. The curves over the selected one's sliders are computed in
    the background, every eighth epoch first, and appear as they come; from then on a slider moves
    the whole plane in the browser. Of the others the first epochs are prepared, unless that takes
    more than a minute; the rest follows when one is selected, or with :meth:`compute_all`.

    A slider let go where no curve has a value is estimated there and then, in every layer: the last
    epoch and a few spread ones first, then the rest; another movement, or Cancel, drops what is
    still to come.

    What is left out, and said beside the plane: a curve's finest epochs that would take longer than
    20 minutes, or the whole curve, whose slider is then estimated when it is let go; of an exact
    plane the epochs beyond 20 minutes; and all but 24 epochs, in order, of estimators that learn.

    Planes that are shown are judged as their values come; until then the line under them says that
    they are not. A recording that still grows is shown with the epochs it had when the explorer was
    made; run the cell again for the others.

    A slider's curve runs through the other sliders' first values. Below the plane stand the planes
    at five values of the slider moved last, and how much each layer compresses against it.

    The cell's output holds the plane itself, not only the widget: saved, it is still there, sliders
    included, in a notebook opened without a kernel, and as a picture with a table elsewhere. It is
    kept below 300 kB: at most 60 epochs, 0.001 bit, other estimators' curves as they fit. Once all
    is computed, verdicts follow on what is kept, and known answers at the setting shown; they are
    saved too, so that a reader without a kernel sees which points can be trusted.

    Example::

        explorer = EstimatorExplorer(model.recording)
        explorer                    # in a cell: shows it
        explorer.estimator          # the estimator now selected
        explorer.code               # the line that reproduces its plane

    Args:
        recordings: A recording, or several as ``{name: recording}``.
        estimators: What the drop-down offers, objects or names; every family's variants and the
            estimators of :mod:`glow.estimators.presets` if None.

    Raises:
        TypeError: If something is not a recording, or not an estimator.
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
        rows = [_row(name, recording, chosen) for name, recording in named.items()]
        self._first = rows[0][0]
        self.view = ExplorerView(
            catalogue=catalogue(rows),
            busy=f"Estimating {self._first.label}: 0 %",
            selection={
                "recording": self._first.name,
                "estimator": self._first.label,
                "settings": self._first.own,
                "slider": None,
            },
        )
        self._output = KeptOutput(self.view.model_id)
        self._engine = Engine(rows, self.view, self._output)
        super().__init__(children=[self.view])
        self.view.observe(self._on_selection, "selection")
        self.view.on_msg(self._on_message)
        self._engine.select(self.view.selection)
        self._engine.start()
        retire_earlier(self)

    @property
    def estimator(self) -> Estimator:
        """The estimator now selected, with its sliders' values."""
        return self._selected().at(self._settings())

    @property
    def plane(self) -> xr.Dataset:
        """The plane of :attr:`estimator` over all epochs, in its unit.

        It comes from the kept curve where that is complete (between the nodes of a smooth one by
        a spline, whose error the browser tells); else it is estimated now.
        """
        offered, settings = self._selected(), self._settings()
        kept = offered.kept(settings)
        return offered.exact(settings) if kept is None else kept

    @property
    def code(self) -> str:
        """One line of Python that reproduces :attr:`plane` in a fresh kernel."""
        return plane_code(self._selected().recording, self.estimator)

    def compute_all(self) -> None:
        """Complete the curves of every estimator in the background, however long that takes."""
        self._engine.compute_all()

    def wait(self, timeout: float | None = None, *, judged: bool = False) -> bool:
        """Block until the background is idle; False if that took longer than ``timeout`` s.

        By then the selected estimator's curves are complete and the others are prepared; after
        :meth:`compute_all`, every curve is complete and in ``view.document``.

        Args:
            timeout: In seconds; as long as it takes if None.
            judged: Whether to wait as well until it is said which points cannot be trusted: of what
                is shown and, once the explorer was displayed or saved, of what is kept. A curve is
                judged for up to two minutes, spread values first.
        """
        return self._engine.wait(timeout, judged=judged)

    def save(self, path: str | os.PathLike[str], title: str = TITLE, *, wait: float = 60.0) -> Path:
        """Write what is shown as a file that JupyterLab opens without a kernel, sliders included.

        It holds what the cell's output holds: at most 60 epochs, rounded to 0.001 bit, the selected
        estimator's curves with its verdicts and known answers, and others as they fit; those that
        do not are named.

        Args:
            path: The file, by convention ``*.glow.json``.
            title: Its heading.
            wait: Seconds to wait for what is still being computed or judged. Values that are not
                judged by then show the verdicts of the nearest one that is, and say so.

        Returns:
            The path written.

        Raises:
            RuntimeError: If there is no plane yet, or the explorer is closed.
        """
        document = self._engine.document(title, wait)
        path = Path(path)
        path.write_text(json.dumps(document, allow_nan=False), encoding="utf-8")
        return path

    def save_html(
        self, path: str | os.PathLike[str], title: str = TITLE, *, wait: float = 60.0
    ) -> Path:
        """Write what is shown as one web page that needs no kernel, no network, no installation.

        Args:
            path: The file.
            title: Its heading.
            wait: As in :meth:`save`.

        Returns:
            The path written.

        Raises:
            FileNotFoundError: If the extension has not been built.
            RuntimeError: If there is no plane yet, or the explorer is closed.
        """
        return save_html(self._engine.document(title, wait), path, title)

    def close(self) -> None:
        """Stop computing and remove the widget."""
        if hasattr(self, "_engine"):  # the arguments were good
            self._engine.close()
            self.view.close()
        super().close()

    def _ipython_display_(self) -> None:
        self._output.show(repr(self))
        self._engine.select(self.view.selection)  # there is an output to keep now

    def __repr__(self) -> str:
        return f"EstimatorExplorer({self._selected().label!r})"

    def _selected(self) -> Offered:
        return self._engine.offered(self.view.selection) or self._first

    def _settings(self) -> Mapping[str, Any]:
        settings = self.view.selection.get("settings")
        return settings if isinstance(settings, Mapping) else {}

    def _on_selection(self, change: Mapping[str, Any]) -> None:
        # Runs in the thread that serves the browser, as does the next: note it, nothing more.
        self._engine.select(change["new"])

    def _on_message(self, _: object, content: Mapping[str, Any], __: object) -> None:
        action = content.get("action")
        if isinstance(action, str) and action in KINDS:
            self._engine.ask(action, content)
        elif action == "cancel":
            self._engine.ask("estimate", None)


def _row(name: str, recording: Recording, chosen: Mapping[str, Estimator]) -> list[Offered]:
    # Recorded epochs may follow; what is sent to the browser must fit what it has.
    histograms, epochs = Histograms(recording), list(recording.epochs)
    return [
        Offered(name, recording, estimator, label, histograms, epochs)
        for label, estimator in chosen.items()
    ]


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


def _chosen(
    estimators: Estimator | str | Sequence[Estimator | str] | None,
) -> dict[str, Estimator]:
    """Estimators by the label under which they are offered."""
    from glow.estimators import Estimator, get

    if estimators is None:
        every = _every_variant()
        return with_published(dict(zip(labels(every), every, strict=True)))
    several = [estimators] if isinstance(estimators, str | Estimator) else list(estimators)
    objects = [get(one) if isinstance(one, str) else one for one in several]
    for one in objects:
        if not isinstance(one, Estimator):
            raise TypeError(
                f"EstimatorExplorer: estimators must be Estimators or names of them, got {one!r}. "
                "Choose e.g. [Binned(), 'ksg']."
            )
    return dict(zip(labels(objects), objects, strict=True))


def _every_variant() -> list[Estimator]:
    from glow import estimators

    return [v for name in estimators.names() for v in type(estimators.get(name)).variants()]
