"""How much an estimator may hold at once."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNITS = {"": 1, "b": 1, "kib": 2**10, "mib": 2**20, "gib": 2**30, "kb": 10**3, "mb": 10**6}
_UNITS |= {"gb": 10**9}
_VARIABLE = "GLOW_MEMORY_CEILING"
_DEFAULT = 2**30

_ceiling: int | None = None


def memory_ceiling() -> int:
    """The bytes that an estimator may hold beside its input, and a sweep as its result.

    1 GiB unless `set_memory_ceiling` or the environment variable ``GLOW_MEMORY_CEILING`` says
    otherwise. What would be larger is computed in blocks, or again where it is needed; a sweep that
    cannot be made smaller is refused before it begins.
    """
    if _ceiling is not None:
        return _ceiling
    given = os.environ.get(_VARIABLE)
    return _DEFAULT if given is None else _bytes(_VARIABLE, given)


def set_memory_ceiling(size: int | str | None) -> None:
    """Sets what `memory_ceiling` returns, for this process.

    Args:
        size: Bytes, or text such as ``"500 MiB"`` or ``"2 GB"``; None returns to the default.

    Raises:
        TypeError: If it is neither a whole number nor text.
        ValueError: If it is not positive or cannot be read.
    """
    global _ceiling
    _ceiling = None if size is None else _bytes("memory ceiling", size)


@contextmanager
def limited_memory(size: int | str) -> Iterator[None]:
    """Another memory ceiling inside a ``with`` block, for this process."""
    global _ceiling
    before = _ceiling
    set_memory_ceiling(size)
    try:
        yield
    finally:
        _ceiling = before


def _bytes(name: str, size: int | str) -> int:
    advice = "Give bytes as a whole number, or text such as '500 MiB'."
    if isinstance(size, str):
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", size)
        if not found or found[2].lower() not in _UNITS:
            raise ValueError(f"{name} must be a size in bytes, got {size!r}. {advice}")
        size = int(float(found[1]) * _UNITS[found[2].lower()])
    if isinstance(size, bool) or not isinstance(size, int):
        raise TypeError(f"{name} must be a size in bytes, got {size!r}. {advice}")
    if size <= 0:
        raise ValueError(f"{name} must be positive, got {size!r}. {advice}")
    return size
