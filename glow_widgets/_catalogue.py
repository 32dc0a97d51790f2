"""What the explorer offers, told to the browser before there is anything to draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from glow_widgets._curves import is_number
from glow_widgets._presets import presets_of

if TYPE_CHECKING:
    from glow.estimators import Parameter
    from glow_widgets._offered import Offered


def catalogue(rows: Sequence[Sequence[Offered]]) -> dict[str, Any]:
    """Recordings, where they lie, estimators with every slider's declaration, and presets.

    Args:
        rows: By recording, then by estimator; every recording has the same estimators.
    """
    return {
        "recordings": [row[0].name for row in rows],
        "estimators": [_offer(offered) for offered in rows[0]],
        "presets": presets_of({offered.label: offered.estimator for offered in rows[0]}),
        "sources": {row[0].name: str(row[0].recording.path.resolve()) for row in rows},
        "problems": {
            row[0].name: {offered.label: offered.problem for offered in row if offered.problem}
            for row in rows
        },
    }


def _offer(offered: Offered) -> dict[str, Any]:
    return {
        "label": offered.label,
        "ordered": offered.estimator.ordered,
        "settings": offered.own,
        "sliders": [_slider(parameter, offered) for parameter in offered.sliders],
    }


def _slider(parameter: Parameter, offered: Offered) -> dict[str, Any]:
    curve = next((c for c in offered.curves if c.slider is parameter), None)
    values = curve.values if curve else parameter.grid().tolist()
    own = offered.own[parameter.name]
    # A word has no place on the slider: its handle then rests in the middle.
    place = own if is_number(own) else values[len(values) // 2]
    return {
        "name": parameter.name,
        "unit": parameter.unit,
        "scale": parameter.scale,
        "default": min(max(place, values[0]), values[-1]),
        "meaning": parameter.meaning,
        "smooth": parameter.smooth,
        "values": values,
    }
