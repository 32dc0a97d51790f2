"""The explorer's documents: what the browser draws now, and what stays without a kernel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glow_widgets._small import few_epochs, small_document

if TYPE_CHECKING:
    import xarray as xr

    from glow_widgets._offered import Offered

    Rows = list[list[Offered]]
    Selection = Mapping[str, Any]

KEPT_EXTRAS = ("presets", "sources")
TITLE = "Information plane"


class Keeper:
    """Makes plane documents of what is offered, and knows what is in them.

    Args:
        rows: What is offered, by recording, then by estimator.

    Attributes:
        shown: What the browser has curves of.
        kept: What the last small document holds, the selected estimator first.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.shown: set[Offered] = set()
        self.kept: list[Offered] = []

    def whole(self) -> dict[str, Any]:
        """All curves of what is shown."""
        from glow.dynamics import document

        planes: dict[str, list[xr.Dataset]] = {}
        for row in self._rows:
            shown = [p for offered in row if offered in self.shown for p in offered.published()]
            if shown:
                planes[row[0].name] = shown
        return document(planes, title=TITLE)

    def small(
        self, selected: Offered, selection: Selection, extras: Mapping[str, Any], title: str = TITLE
    ) -> dict[str, Any]:
        """What fits into a notebook of all that is ready, the selected estimator first.

        Beside the planes, under ``explorer``, it holds what else is seen: the selection, papers'
        settings, where recordings lie, histograms of activations, known answers, and what there was
        no room for.

        Args:
            selected: The estimator that is shown.
            selection: With which settings, and what else the reader chose.
            extras: What the catalogue knows of papers and sources.
            title: Heading of the document.
        """
        settings = settings_in(selection)
        every = [o for row in self._rows for o in row if o.ready and not o.problem]
        every.sort(
            key=lambda o: (o.label != selected.label, o is not selected, o.name != selected.name)
        )
        # What the sliders are set for: on every recording, as they lie side by side.
        chosen = {o for o in every if o.label == selected.label}
        groups = [(o.name, o.keepable.planes(settings if o in chosen else None)) for o in every]
        kept, count = small_document(groups, title)
        self.kept = every[:count]
        known = [o.keepable.known(settings if o in chosen else o.own) for o in self.kept]
        firsts = [row[0] for row in self._rows if any(o in self.kept for o in row)]
        kept["explorer"] = {
            **{name: extras[name] for name in KEPT_EXTRAS},
            "selection": dict(selection),
            "histograms": {o.name: o.histograms.table(few_epochs(kept, o.name)) for o in firsts},
            "known": [answers for answers in known if answers is not None],
            "left_out": self._names(every[count:]),
        }
        return kept

    def _names(self, some: list[Offered]) -> list[str]:
        """Estimators in words, with the recording where there are several."""
        return [o.label if len(self._rows) == 1 else f"{o.label} on {o.name}" for o in some]


def settings_in(selection: Selection) -> dict[str, Any]:
    """Where the sliders of a selection stand: numbers and words, of whatever a browser sent."""
    settings = selection.get("settings")
    named = settings.items() if isinstance(settings, Mapping) else ()
    return {name: v for name, v in named if v is None or isinstance(v, int | float | str)}
