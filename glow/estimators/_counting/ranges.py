"""Ranges that only a recording knows, and what labels call all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glow.estimators._context import Context

ON_RECORDING = {"global": "recording_range", "layer": "layer_range"}
"""By the word in a setting, the attribute of the context."""
RANGES = {
    "global": "global range",
    "layer": "range of each layer",
    "snapshot": "range of each snapshot",
    "equal-mass": "equal mass",
}
"""By the word in a setting, the words in a label."""


def range_of(
    owner: str, word: str, context: Context | None, *, instead: str
) -> tuple[float, float]:
    """The range that a word of `ON_RECORDING` stands for.

    Args:
        owner: The estimator's class name, which begins the error message.
        word: The setting.
        context: What may know the range.
        instead: What to choose where it is unknown.

    Raises:
        ValueError: If there is no context, or it does not know the range.
    """
    attribute = ON_RECORDING[word]
    span: tuple[float, float] | None = getattr(context, attribute, None)
    if span is None:
        raise ValueError(
            f"{owner}: range={word!r} is that of a recording and unknown here. Use "
            f"glow.dynamics.plane, give the Context a {attribute}, or choose {instead}."
        )
    return span
