"""How the numerical kernels are compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba

if TYPE_CHECKING:
    from collections.abc import Callable

Function = TypeVar("Function", bound="Callable[..., Any]")

# Sums may be taken in any order and a * b + c may be fused, so that loops become vector
# instructions; NaN and infinity keep their meaning.
_REORDER = {"reassoc", "contract", "nsz"}


def kernel(function: Function) -> Function:
    """Compiles a serial kernel at its first call; the result is kept on disk.

    Kernels release the global interpreter lock: many points run side by side in threads, and each
    gives the same bits however many there are.
    """
    return _compile(function, fastmath=set())


def vector_kernel(function: Function) -> Function:
    """Compiles a kernel, like `kernel`, whose sums may be reordered by the compiler."""
    return _compile(function, fastmath=_REORDER)


def _compile(function: Function, fastmath: set[str]) -> Function:
    try:
        compiled = numba.njit(nogil=True, cache=True, fastmath=fastmath)(function)
    except RuntimeError:  # neither the package nor the home folder can be written: compile anew
        compiled = numba.njit(nogil=True, fastmath=fastmath)(function)
    return cast("Function", compiled)
