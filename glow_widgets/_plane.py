"""The information plane as a widget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from traitlets import Dict, TraitError, Unicode, validate

from glow_widgets._base import GlowWidget
from glow_widgets._rerun import retire_earlier

if TYPE_CHECKING:
    import xarray as xr

FORMAT = "glow.plane"


class InformationPlane(GlowWidget):
    """Shows trajectories of layers in the information plane, in bits.

    Example::

        view = InformationPlane(plane(recording, Binned()))
        view.update(plane(recording, KDE()))

    A cell that is run again closes the views that its last run made.

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
        self._title = title
        super().__init__(document={} if plane is None else to_document(plane, title), run=run)
        retire_earlier(self)

    def update(self, plane: xr.Dataset | Mapping[str, Any]) -> None:
        """Show another plane in place of the present one."""
        self.publish(document=to_document(plane, self._title))

    @validate("document")
    def _check_document(self, proposal: Mapping[str, Any]) -> dict[str, Any]:
        return check_document(proposal["value"], "InformationPlane")


def to_document(planes: Any, title: str | None = None) -> dict[str, Any]:  # noqa: ANN401 - see below
    """The plane document of ``planes``.

    Args:
        planes: What :func:`glow.dynamics.document` takes, or a document, returned as is.
        title: Heading of a new document.
    """
    if isinstance(planes, Mapping) and "format" in planes:
        return check_document(dict(planes), "document")
    from glow.dynamics import document

    return document(planes, title=title)


def check_document(document: dict[str, Any], owner: str) -> dict[str, Any]:
    """Refuse a dict that is not a plane document (an empty one stands for an empty plane).

    Raises:
        TraitError: If ``format`` or ``recordings`` is missing or wrong.
    """
    if document and document.get("format") != FORMAT:
        raise TraitError(
            f"{owner}: expected a document of format {FORMAT!r}, got {document.get('format')!r}. "
            "Make one with glow.dynamics.document(planes)."
        )
    if document and not document.get("recordings"):
        raise TraitError(f"{owner}: the document holds no recordings; expected at least one.")
    return document
