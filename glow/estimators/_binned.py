"""Information from activations cut into cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from ._counting.cells import Edges, Width
from ._counting.plug_in import PlugIn
from ._counting.ranges import RANGES, range_of
from ._parameter import Parameter, parameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from ._context import Context
    from ._counting.symbols import Values

_SUFFIX = {None: "", "miller-madow": ", Miller-Madow", "shuffle": ", shuffled labels subtracted"}


class Binned(PlugIn):
    """Plug-in mutual information of variables cut into cells, in bits.

    Every unit is cut into cells; the cells of all units of a sample make one symbol. A layer T
    without noise is a function of X, so I(X;T) = H(T), the entropy of that symbol: what is seen is
    the resolution of the cells, not an information of the network, which would be infinite. It
    never exceeds log2 N. I(T;Y) = H(T) - sum_y p(y) H(T given y), which for fine cells rises to
    H(Y) even for labels that have nothing to do with T: see ``ty_shuffled`` and ``singleton_share``
    in `diagnose`.

    Three ways to cut, of which one is in effect: ``bins`` over a ``range``; cells of a ``width``;
    or ``edges``. Symbols are exact while cells ** units < 2**63 (30 bins up to 12 units, 100 up to
    9); wider layers are hashed to 64 bits, where a collision in a plane of 1,800 points and 4096
    samples has a probability below 1e-8. Tensors on an accelerator are cut and counted there, in
    float32.

    Args:
        bins: Equal cells per unit. Values outside the range belong to the end cells.
        range: What the cells span: a pair (low, high); "global", the smallest and largest
            activation of the recording; "layer", those of the layer over the recording;
            "snapshot", those of the layer in the one snapshot; "equal-mass", per snapshot, cells
            with as many distinct values each (Chelombiev et al. 2019).
        width: Cells floor(t / width), as in Saxe et al. (2018), who used 0.07.
        edges: Increasing borders with the semantics of ``np.digitize``: one cell below the first,
            one from the last on. Shwartz-Ziv and Tishby (2017) used ``np.linspace(-1, 1, 30)``.
        correction: "miller-madow" adds (occupied cells - 1) / (2 N) nats to each entropy. "shuffle"
            subtracts from I(T;Y) what is found for the same cells and shuffled labels (one fixed
            shuffle); I(X;T) = H(T) has no labels and stays. Where cells are so fine that every
            sample is alone, it leaves 0: nothing can be said there.

    Raises:
        TypeError: If a setting is of the wrong kind or unknown.
        ValueError: If a setting is out of bounds, or has no effect beside another.

    Example:
        >>> Binned(bins=2, range=(0, 1)).criterion([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1])
        1.0
    """

    name = "binned"

    bins: int = parameter(
        default=30,
        scale="integer",
        low=1,
        high=65536,
        slider=(2, 256),
        # An odd number has a cell in the middle of the range. Of the two probabilities of a
        # two-class output on [-1, 1], it cuts one between the cuts of the other: a bit more.
        step=2,
        meaning="equal cells per unit over the range",
    )
    range: str | tuple[float, float] = parameter(
        default="global",
        scale="interval",
        choices=tuple(RANGES),
        example=(-1, 1),
        meaning="what the cells span: a pair (low, high) or a rule",
    )
    width: float | None = parameter(
        default=None,
        scale="log",
        low=1e-9,
        high=1e9,
        slider=(0.005, 2),
        optional=True,
        example=0.07,
        meaning="width of the cells, in units of the activation",
    )
    edges: Sequence[float] | npt.NDArray[np.float64] | None = parameter(
        default=None,
        scale="edges",
        optional=True,
        example=[-0.5, 0, 0.5],
        meaning="borders between the cells",
    )
    correction: str | None = parameter(
        default=None,
        scale="choice",
        choices=("miller-madow", "shuffle"),
        optional=True,
        example="miller-madow",
        meaning="correction of the plug-in bias",
    )

    _CUTS: ClassVar[tuple[tuple[str, ...], ...]] = (("edges",), ("width",), ("bins", "range"))

    def __post_init__(self) -> None:
        super().__post_init__()
        names = {p.name for p in self.active}
        for p in self.parameters:
            value = getattr(self, p.name)
            if p.name not in names and value != p.default:
                cut = self._cut()[0]
                raise ValueError(
                    f"Binned: the cells follow from {cut}, so {p.name}={value!r} would have no "
                    f"effect. Give {cut} or {p.name}, not both."
                )

    @property
    def active(self) -> tuple[Parameter, ...]:
        """The parameters of the cut in effect, and the correction."""
        return tuple(p for p in self.parameters if p.name in (*self._cut(), "correction"))

    @property
    def label(self) -> str:
        """Such as "Binned, range [-1, 1]", "Binned, global range" or "Binned, by width"."""
        return f"Binned, {self._cut_label()}{_SUFFIX[self.correction]}"

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        """The cuts that the published pictures differ in."""
        published = tuple(np.linspace(-1, 1, 30).tolist())
        return cls(), cls(range=(-1, 1)), cls(edges=published), cls(width=0.07)

    @property
    def _correction(self) -> str | None:
        return self.correction

    def _cells(self, t: Values, context: Context | None) -> Edges | Width:
        if self.edges is not None:
            return Edges.given(tuple(self.edges))
        if self.width is not None:
            return Width(self.width)
        if self.range == "equal-mass":
            return Edges.equal_mass(t, self.bins)
        return Edges.equal_width(*self._span(t, context), self.bins)

    def _span(self, t: Values, context: Context | None) -> tuple[float, float]:
        if isinstance(self.range, tuple):
            return self.range
        if self.range == "snapshot":
            return float(t.min()), float(t.max())
        instead = "range='snapshot' or range=(low, high)"
        return range_of("Binned", self.range, context, instead=instead)

    def _own_range(self) -> Self:
        over = "bins" in self._cut() and self.range != "equal-mass"
        return self.replace(range="snapshot") if over else self

    def _cut(self) -> tuple[str, ...]:
        """The settings that decide the cells."""
        return next(cut for cut in self._CUTS if getattr(self, cut[0]) is not None)

    def _cut_label(self) -> str:
        if self.edges is not None:
            return f"{len(self.edges)} edges on [{self.edges[0]:g}, {self.edges[-1]:g}]"
        if self.width is not None:
            return "by width"
        if isinstance(self.range, tuple):
            return f"range [{self.range[0]:g}, {self.range[1]:g}]"
        return RANGES[self.range]
