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


def inlined_kernel(function: Function) -> Function:
    """A part of a `kernel`, compiled with it alone instead of once by itself and once again there.

    For what takes many arrays and is called in one or two places.
    """
    return _compile(function, fastmath=set(), inline="always")


def vector_kernel(function: Function) -> Function:
    """Compiles a kernel, like `kernel`, whose sums may be reordered by the compiler."""
    return _compile(function, fastmath=_REORDER)


def _compile(function: Function, fastmath: set[str], inline: str = "never") -> Function:
    # nothing calls the kernels from C, so wrappers for that would be compiled in vain
    options: dict[str, Any] = {
        "nogil": True,
        "fastmath": fastmath,
        "inline": inline,
        "no_cfunc_wrapper": True,
    }
    try:
        compiled = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # neither the package nor the home folder can be written: compile anew
        compiled = numba.njit(**options)(function)
    return cast("Function", compiled)
