"""Wording shared by the error messages of every part."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def closest(name: object, valid: Iterable[str]) -> str:
    """Says which valid name an unknown one resembles, and lists them all.

    Args:
        name: What was given; anything that is not a string resembles nothing.
        valid: The names that would have been understood.

    Returns:
        ``"Did you mean 'kde'? Valid: binned, kde."``, without the question where nothing is close.
    """
    names = sorted(valid)
    lowered = {candidate.lower(): candidate for candidate in names}
    given = name.lower() if isinstance(name, str) else ""
    matches = difflib.get_close_matches(given, lowered, n=1, cutoff=0.5)
    question = f"Did you mean {lowered[matches[0]]!r}? " if matches else ""
    return f"{question}Valid: {', '.join(names) or 'none'}."
