"""Which of 64 numbers lie in an interval, as the bits of one integer.

A loop that keeps what passes a test waits for every test; one that visits the set bits of such an
integer waits only for what passes, and the tests themselves are a few vector instructions. Numba
has no words for them, so that they are written as LLVM's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from glow.estimators._compile import kernel

if TYPE_CHECKING:
    from collections.abc import Callable

BITS = 64
_ONE = np.uint64(1)
_LANE = ir.IntType(32)

Word = tuple[Any, "Callable[..., ir.Value]"]


def _word(function: Callable[..., Word | None]) -> Any:  # noqa: ANN401 - numba's is of no use here
    """Makes a function of types, which says what comes back and how, callable from kernels."""
    return intrinsic(function)


@_word
def inside_bits(_: Any, row: Any, start: Any, low: Any, high: Any) -> Word | None:  # noqa: ANN401
    """Bits that say which of ``row[start : start + BITS]`` lie in ``(low, high]``."""
    if row.layout != "C":  # the numbers must lie side by side
        return None

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, given: Any) -> ir.Value:  # noqa: ANN401
        array = context.make_array(signature.args[0])(context, builder, given[0])
        vector = ir.VectorType(context.get_value_type(row.dtype), BITS)
        place = builder.gep(array.data, [given[1]])
        numbers = builder.load(builder.bitcast(place, vector.as_pointer()))
        numbers.align = row.dtype.bitwidth // 8
        above = builder.fcmp_ordered(">", numbers, _repeated(builder, given[2], vector))
        within = builder.fcmp_ordered("<=", numbers, _repeated(builder, given[3], vector))
        return builder.bitcast(builder.and_(above, within), ir.IntType(BITS))

    return types.uint64(row, types.intp, row.dtype, row.dtype), generate


def _repeated(builder: ir.IRBuilder, number: ir.Value, vector: ir.VectorType) -> ir.Value:
    """A vector of one number."""
    nothing = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(nothing, number, ir.Constant(_LANE, 0))
    lanes = ir.Constant(ir.VectorType(_LANE, BITS), [0] * BITS)
    return builder.shuffle_vector(first, nothing, lanes)


@_word
def lowest_bit(_: Any, bits: Any) -> Word:  # noqa: ANN401
    """The place of the lowest set bit, 64 if there is none."""
    none_allowed = ir.Constant(ir.IntType(1), 0)
    return types.int64(types.uint64), lambda _context, builder, _signature, given: builder.cttz(
        given[0], none_allowed
    )


@_word
def count_bits(_: Any, bits: Any) -> Word:  # noqa: ANN401
    """How many bits are set."""
    return types.int64(types.uint64), lambda _context, builder, _signature, given: builder.ctpop(
        given[0]
    )


@kernel
def gather(row: npt.NDArray[Any], low: float, high: float, places: npt.NDArray[np.int64]) -> int:
    """Where the numbers of a row lie in ``(low, high]``.

    Args:
        row: (M,) numbers.
        low: Not within.
        high: Within.
        places: Room for the result, in increasing order; one that is ``BITS`` longer than the
            result always suffices.

    Returns:
        How many there are, or -1 if the room may be too small.
    """
    least, most = row.dtype.type(low), row.dtype.type(high)
    m, whole = 0, len(row) - len(row) % BITS
    for start in range(0, whole, BITS):
        if m + BITS > len(places):
            return -1
        bits = inside_bits(row, start, least, most)
        end = m + count_bits(bits)
        while m < end:  # four at a time, some in vain: how many there are is hard to foresee
            for c in range(4):
                places[m + c] = start + lowest_bit(bits)
                bits &= bits - _ONE
            m += 4
        m = end
    if m + BITS > len(places):
        return -1
    for j in range(whole, len(row)):
        places[m] = j
        m += least < row[j] <= most
    return m
