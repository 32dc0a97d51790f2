"""The information plane as a widget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from traitlets import Dict, Unicode, validate

from glow_widgets._base import GlowWidget
from glow_widgets._document import check_document, keepable, to_document
from glow_widgets._output import KeptOutput
from glow_widgets._rerun import retire_earlier

if TYPE_CHECKING:
    import xarray as xr


class InformationPlane(GlowWidget):
    """Shows trajectories of layers in the information plane, in bits.

    Example::

        view = InformationPlane(plane(recording, Binned()))
        view.update(plane(recording, KDE()))

    A cell that is run again closes the views that its last run made. The cell's output holds the
    plane too, at most 60 epochs: saved, it is still there in a notebook opened without a kernel.

    Args:
        plane: A plane, a sweep over one parameter, ``{recording name: plane}``, or a plane
            document; None for an empty plane.
        title: Heading; kept by later updates.
        run: The ``model_id`` of the :class:`TrainingProgress` whose training it follows, if any:
            JupyterLab's panel shows both together.
    """

    _model_name = Unicode("PlaneModel", read_only=True).tag(sync=True)
    _view_name = Unicode("PlaneView").tag(sync=True)
    document = Dict().tag(sync=True)
    run = Unicode().tag(sync=True)

    def __init__(
        self,
        plane: xr.Dataset | Mapping[str, Any] | None = None,
        *,
        title: str | None = None,
        run: str = "",
    ) -> None:
        self._planes, self._title = plane, title
        super().__init__(document={} if plane is None else to_document(plane, title), run=run)
        self._output = KeptOutput(self.model_id)
        retire_earlier(self)

    def update(self, plane: xr.Dataset | Mapping[str, Any]) -> None:
        """Show another plane in place of the present one."""
        self._planes = plane
        self.publish(document=to_document(plane, self._title))
        if self._output.shown:
            self._output.keep_later(self._keep)

    def _ipython_display_(self) -> None:
        self._output.show(repr(self))
        self._keep()

    def _keep(self) -> None:
        if self._planes is not None:
            self._output.keep(*keepable(self._planes, self._title))

    @validate("document")
    def _check_document(self, proposal: Mapping[str, Any]) -> dict[str, Any]:
        return check_document(proposal["value"], "InformationPlane")
