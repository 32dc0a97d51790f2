"""One way for every part to turn a name into the thing it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from glow._errors import closest

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")


def lookup(kind: str, name: str, table: Mapping[str, T]) -> T:
    """Return ``table[name]``, or raise an error that lists the valid names and the closest one.

    As in Keras, ``"MeanSquaredError"`` is ``"mean_squared_error"``: where the name itself is not in
    the table, capitals and underscores do not count.

    Args:
        kind: What the table holds, for the message: ``"activation"``.
        name: The name asked for.
        table: The known names, no two of which differ in capitals and underscores alone, unless
            they stand for the same.

    Raises:
        ValueError: The name is unknown.
    """
    if name in table:
        return table[name]
    for known, value in table.items():
        if _fold(known) == _fold(name):
            return value
    raise ValueError(f"Unknown {kind} {name!r}. {closest(name, table)}")


def _fold(name: object) -> str:
    return str(name).lower().replace("_", "")
