"""Loss and gradients of several small networks, compiled; activations are (units, samples).

One network after the other, in blocks of samples whose activations stay in the processor's nearest
cache. Numbers are float32, as PyTorch's, and agree with it to rounding.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from glow.estimators._compile import vector_kernel

Floats: TypeAlias = NDArray[np.float32]
Integers: TypeAlias = NDArray[np.int64]
Number: TypeAlias = np.float32

#: Samples whose activations are computed at a time.
BLOCK = 128
#: Activations by code.
LINEAR, RELU, TANH, SIGMOID = range(4)

_MUCH = 1e200
_ZERO, _HALF, _ONE, _TWO = (np.float32(value) for value in (0, 0.5, 1, 2))
_END = np.float32(7.90531110763549805)  # from here on tanh is 1 but for the last bit
# tanh(x) = x p(x^2) / q(x^2): the fraction that Eigen uses, to a few units of the last place.
_P0, _P1, _P2, _P3, _P4, _P5, _P6 = (
    np.float32(value)
    for value in (
        4.89352455891786e-03, 6.37261928875436e-04, 1.48572235717979e-05, 5.12229709037114e-08,
        -8.60467152213735e-11, 2.00018790482477e-13, -2.76076847742355e-16,
    )
)  # fmt: skip
_Q0, _Q1, _Q2, _Q3 = (
    np.float32(value)
    for value in (
        4.89352518554385e-03, 2.26843463243900e-03, 1.18534705686654e-04, 1.19825839466702e-06,
    )
)  # fmt: skip
_LOWEST = np.float32(-87)  # below it e^x is less than the smallest normal number
_LOG2_E, _LN2_HIGH, _LN2_LOW = (
    np.float32(value) for value in (1.44269504088896341, 0.693359375, -2.12194440e-4)
)
_E3, _E4, _E5, _E6, _E7, _E8 = (
    np.float32(value)
    for value in (
        5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2,
        8.3334519073e-3, 1.3981999507e-3, 1.9875691500e-4,
    )
)  # fmt: skip


@vector_kernel
def _tanh(x: Number) -> Number:
    x = _END if x > _END else x  # in this order NaN stays NaN
    x = -_END if x < -_END else x
    s = x * x
    p = _P0 + s * (_P1 + s * (_P2 + s * (_P3 + s * (_P4 + s * (_P5 + s * _P6)))))
    # `/` would look for a zero at every number, which keeps the loop from becoming vectors.
    quotient: Number = np.divide(x * p, _Q0 + s * (_Q1 + s * (_Q2 + s * _Q3)))
    return quotient


@vector_kernel
def _exp(x: Number) -> Number:
    """e^x for x up to 0, by Cephes's polynomial around the nearest power of 2."""
    x = _LOWEST if x < _LOWEST else x
    power = np.floor(x * _LOG2_E + _HALF)
    r = x - power * _LN2_HIGH - power * _LN2_LOW
    p = _E3 + r * (_E4 + r * (_E5 + r * (_E6 + r * (_E7 + r * _E8))))
    scale = np.int32((np.int32(power) + np.int32(127)) << np.int32(23)).view(np.float32)
    value: Number = (_ONE + r + r * r * p) * scale
    return value


@vector_kernel
def _activate(code: int, row: Floats) -> None:
    """Apply an activation to one unit's samples, in place."""
    if code == RELU:
        for s in range(row.size):
            row[s] = _ZERO if row[s] < _ZERO else row[s]
    elif code == TANH:
        for s in range(row.size):
            row[s] = _tanh(row[s])
    elif code == SIGMOID:
        for s in range(row.size):
            row[s] = _HALF + _HALF * _tanh(_HALF * row[s])


@vector_kernel
def _deactivate(code: int, row: Floats, slope: Floats) -> None:
    """Multiply the loss's slope by an activation's, given the activation's value."""
    if code == RELU:
        for s in range(slope.size):
            slope[s] = _ZERO if row[s] <= _ZERO else slope[s]
    elif code == TANH:
        for s in range(slope.size):
            slope[s] *= _ONE - row[s] * row[s]
    elif code == SIGMOID:
        for s in range(slope.size):
            slope[s] *= row[s] * (_ONE - row[s])


@vector_kernel
def _mix(out: Floats, factors: Floats, table: Floats, at: int) -> None:
    """Do out += sum_k factors[k] * table[at + k], four rows at a time."""
    full = len(factors) // 4 * 4
    for k in range(0, full, 4):
        w0, w1, w2, w3 = factors[k], factors[k + 1], factors[k + 2], factors[k + 3]
        r0, r1, r2, r3 = table[at + k], table[at + k + 1], table[at + k + 2], table[at + k + 3]
        for s in range(out.size):
            out[s] += w0 * r0[s] + w1 * r1[s] + w2 * r2[s] + w3 * r3[s]
    for k in range(full, len(factors)):
        w, r = factors[k], table[at + k]
        for s in range(out.size):
            out[s] += w * r[s]


@vector_kernel
def _project(out: Floats, slope: Floats, table: Floats, at: int) -> None:
    """Do out[k] += sum_s slope[s] * table[at + k, s], four rows at a time."""
    full = len(out) // 4 * 4
    for k in range(0, full, 4):
        r0, r1, r2, r3 = table[at + k], table[at + k + 1], table[at + k + 2], table[at + k + 3]
        a0 = a1 = a2 = a3 = _ZERO
        for s in range(slope.size):
            a0 += slope[s] * r0[s]
            a1 += slope[s] * r1[s]
            a2 += slope[s] * r2[s]
            a3 += slope[s] * r3[s]
        out[k] += a0
        out[k + 1] += a1
        out[k + 2] += a2
        out[k + 3] += a3
    for k in range(full, len(out)):
        r, a = table[at + k], _ZERO
        for s in range(slope.size):
            a += slope[s] * r[s]
        out[k] += a


@vector_kernel
def _cross_entropy(
    h: Floats, at: int, units: int, labels: Integers, share: Number, slope: Floats
) -> float:
    """Sum of the samples' losses in nats; the slope of ``share`` times it is written.

    Args:
        h: Activations; the logits are its rows from ``at``, as many as there are units.
        at: See h.
        units: See h.
        labels: (m,).
        share: Factor of the slope.
        slope: (at least units + 2, at least m), written; its last two rows are room to work in.
    """
    m, top, inverse = labels.size, slope[len(slope) - 2], slope[len(slope) - 1]
    for s in range(m):
        top[s], inverse[s] = h[at, s], _ZERO
    for u in range(1, units):
        row = h[at + u]
        for s in range(m):
            top[s] = row[s] if row[s] > top[s] else top[s]
    for u in range(units):
        row, own = h[at + u], slope[u]
        for s in range(m):
            own[s] = _exp(row[s] - top[s])
            inverse[s] += own[s]
    # The logarithm of a product of many is that of all of them, for the price of one.
    total, product = 0.0, 1.0
    for s in range(m):
        product *= inverse[s]
        if not product < _MUCH:
            total, product = total + math.log(product), 1.0
        inverse[s] = np.divide(share, inverse[s])
    total += math.log(product)
    for u in range(units):
        row, own = h[at + u], slope[u]
        for s in range(m):
            right = u == labels[s]
            own[s] = own[s] * inverse[s] - (share if right else _ZERO)
            total -= float(row[s] - top[s]) if right else 0.0
    return total


@vector_kernel
def _squared_error(
    h: Floats, at: int, units: int, values: Floats, share: Number, slope: Floats
) -> float:
    """Sum of the squared differences; arguments as above, but for values (m, units)."""
    total = 0.0
    for u in range(units):
        row, own = h[at + u], slope[u]
        for s in range(len(values)):
            difference = row[s] - values[s, u]
            total += float(difference * difference)
            own[s] = _TWO * share * difference
    return total


@vector_kernel
def _forward(run: int, m: int, layers: Integers, weights: Floats, h: Floats) -> int:
    """Compute the activations of m samples above the inputs in h; return where the last begin."""
    at = 0
    for layer in range(len(layers)):
        width, units, w, b, code = layers[layer]
        below, at = at, at + width
        for u in range(units):
            row, o = h[at + u, :m], run * units + u
            row[:] = _ZERO if b < 0 else weights[b + o]
            _mix(row, weights[w + o * width : w + (o + 1) * width], h, below)
            _activate(code, row)
    return at


@vector_kernel
def _backward(
    run: int,
    m: int,
    at: int,
    layers: Integers,
    weights: Floats,
    h: Floats,
    slopes: Floats,
    grads: Floats,
) -> None:
    """Add the gradients of m samples, given the loss's slopes at the outputs, which begin there."""
    for back in range(len(layers)):
        layer = len(layers) - 1 - back
        width, units, w, b, code = layers[layer]
        above, at = at, at - width
        slope, down = slopes[back % 2], slopes[(back + 1) % 2]
        for u in range(units):
            row, o = slope[u, :m], run * units + u
            _deactivate(code, h[above + u], row)
            _project(grads[w + o * width : w + (o + 1) * width], row, h, at)
            if b >= 0:
                grads[b + o] += row.sum()
        begin = w + run * units * width
        for k in range(width if layer > 0 else 0):
            row = down[k, :m]
            row[:] = _ZERO
            _mix(row, weights[begin + k : begin + units * width : width], slope, 0)


@vector_kernel
def gradients(
    first: int,
    last: int,
    x: Floats,
    labels: Integers,
    values: Floats,
    layers: Integers,
    weights: Floats,
    grads: Floats,
    output: Floats,
    losses: Floats,
) -> None:
    """Compute outputs, mean losses and gradients of some networks, each on its own batch.

    Args:
        first: The first network.
        last: The one after the last.
        x: (features, runs, n).
        labels: (runs, n) class numbers for the cross-entropy; (0, 0) for the squared error.
        values: (runs, n, units) for the squared error; anything of three dimensions otherwise.
        layers: (layers, 5): width, units, where its weights and its biases begin (-1 without
            biases), code of its activation.
        weights: All weights; each (runs, units, width), then (runs, units).
        grads: Where the gradients are added, laid out alike.
        output: Where the outputs go, (runs, units, n).
        losses: Where the losses go, (runs,).
    """
    features, _, n = x.shape
    ends = output.shape[1]
    h = np.empty((features + layers[:, 1].sum(), BLOCK), np.float32)
    slopes = np.empty((2, max(features, layers[:, 1].max()) + 2, BLOCK), np.float32)
    by_label = labels.size > 0
    share = np.float32(1.0 / n if by_label else 1.0 / (n * ends))
    for run in range(first, last):
        total = 0.0
        for start in range(0, n, BLOCK):
            stop = min(start + BLOCK, n)
            m = stop - start
            for f in range(features):
                h[f, :m] = x[f, run, start:stop]
            at = _forward(run, m, layers, weights, h)
            for u in range(ends):
                output[run, u, start:stop] = h[at + u, :m]
            if by_label:
                total += _cross_entropy(h, at, ends, labels[run, start:stop], share, slopes[0])
            else:
                total += _squared_error(h, at, ends, values[run, start:stop], share, slopes[0])
            _backward(run, m, at, layers, weights, h, slopes, grads)
        losses[run] = total * share
