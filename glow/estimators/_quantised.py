"""Exact information in layers whose activations are quantised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._counting.cells import Levels
from ._counting.plug_in import PlugIn
from ._parameter import parameter

if TYPE_CHECKING:
    from ._context import Context
    from ._counting.symbols import Values


class Quantised(PlugIn):
    """Plug-in information of activations rounded to 2**bits + 1 levels of their layer, in bits.

    Lorenzen, Igel and Nielsen, "Information bottleneck: exact analysis of (quantized) neural
    networks" (2022): every activation becomes

        round((t - min) 2**bits / (max - min))

    with the smallest and largest activation of the whole layer, and the levels of all units make
    one symbol. In a network that computes with quantised activations nothing is lost: equally
    spaced activations of up to 2**bits values between min and max keep different levels, so that
    I(X;T) = H(T) and I(T;Y) = H(T) - sum_y p(y) H(T given y) are exact for the distribution of the
    samples. In an ordinary network it is one more way to cut into cells, whose borders move with
    the layer.

    The ends are those of the layer in the one snapshot, as a network that is trained with
    quantisation has at that epoch; ends over the whole recording would merge levels of the network
    early in training. Halves round to even, in float64. Layers that add noise are refused. Symbols
    are exact while (2**bits + 1)**units < 2**63 (8 bits up to 7 units); wider layers are hashed to
    64 bits, as in `Binned`.

    Args:
        bits: The logarithm of the number of steps between the ends. The paper has 8, and 4 and 32
            as controls.

    Raises:
        TypeError: If a setting is of the wrong kind or unknown.
        ValueError: If a setting is out of bounds.

    Example:
        >>> Quantised(bits=2).criterion([0.0, 0.1, 0.9, 1.0], [0, 0, 1, 1])
        1.0
    """

    name = "quantised"

    bits: int = parameter(
        default=8,
        scale="integer",
        low=1,
        high=32,
        slider=(1, 16),
        meaning="logarithm of the number of steps between a layer's ends",
    )

    def _cells(self, t: Values, context: Context | None) -> Levels:
        return Levels(float(t.min()), float(t.max()), self.bits)
