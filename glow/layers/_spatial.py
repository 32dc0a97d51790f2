"""What convolutions and poolings share: where the channels are, and how borders are filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

from torch import Tensor
from torch.nn import functional

from glow._registry import lookup
from glow.layers._base import Layer

DataFormat: TypeAlias = Literal["channels_first", "channels_last"]
Sizes: TypeAlias = int | Sequence[int]

_AXES = {1: ("steps",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def check_format(owner: str, given: str | None) -> str:
    """Return where the channels are; None means first, as everywhere in torch.

    Raises:
        ValueError: Another word than ``"channels_first"`` and ``"channels_last"``.
    """
    known = {name: name for name in ("channels_first", "channels_last")}
    return lookup(f"data_format of {owner}", given or "channels_first", known)


class Spatial(Layer):
    """Mixin of layers over channels and ``rank`` other dimensions.

    Attributes:
        rank: How many dimensions there are beside samples and channels.
        data_format: ``"channels_first"`` or ``"channels_last"``.
    """

    rank: ClassVar[int]
    data_format: str

    def _first(self, x: Tensor) -> Tensor:
        """Return the input with its channels first.

        Raises:
            ValueError: It has another number of dimensions. Torch would take one fewer for a sample
                without a batch.
        """
        axes: tuple[str, ...] = _AXES[self.rank]
        if x.ndim != self.rank + 2:
            last = self.data_format == "channels_last"
            named = (*axes, "channels") if last else ("channels", *axes)
            one = f"{', '.join(axes)}, 1" if last else f"1, {', '.join(axes)}"
            raise ValueError(
                f"{type(self).__name__}: expected inputs (N, {', '.join(named)}), got "
                f"{tuple(x.shape)}. Reshape them, one channel to (N, {one})."
            )
        return x.movedim(-1, 1) if self.data_format == "channels_last" else x

    def _back(self, x: Tensor) -> Tensor:
        """Return an output with its channels where the user has them."""
        return x.movedim(1, -1) if self.data_format == "channels_last" else x


def padded(
    x: Tensor,
    window: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int] | int = 1,
    fill: float = 0.0,
) -> Tensor:
    """Fill the borders so that there is one window for each stride begun: "same" padding.

    Torch has it for strides of 1 alone. An odd cell goes to the end, as in Keras.

    Args:
        x: (N, channels, ...).
        window: Size of the window by dimension.
        strides: Steps from window to window.
        dilation: Distance of two cells of a window.
        fill: What stands beyond the border.
    """
    gaps = [dilation] * len(window) if isinstance(dilation, int) else dilation
    amounts: list[int] = []
    for size, cells, step, gap in zip(x.shape[2:], window, strides, gaps, strict=True):
        covered = (-(-size // step) - 1) * step + gap * (cells - 1) + 1
        lacking = max(covered - size, 0)
        amounts = [lacking // 2, lacking - lacking // 2, *amounts]  # torch begins with the last
    return functional.pad(x, amounts, value=fill) if any(amounts) else x
