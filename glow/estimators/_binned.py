"""Information from activations cut into cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from ._arrays import as_array, as_samples, is_discrete, same_length
from ._base import Estimator
from ._cells import Edges, Width
from ._context import Classes
from ._parameter import Parameter, parameter
from ._partition import Partition

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from ._arrays import Array, Samples
    from ._context import Context

_ON_RECORDING = {"global": "recording_range", "layer": "layer_range"}
_SPECIAL = {
    "global": "global range",
    "layer": "range of each layer",
    "snapshot": "range of each snapshot",
    "equal-mass": "equal mass",
}


class Binned(Estimator):
    """Plug-in mutual information of variables cut into cells, in bits.

    Every unit is cut into cells; the cells of all units of a sample make one symbol. A layer T
    without noise is a function of X, so I(X;T) = H(T), the entropy of that symbol: what is seen is
    the resolution of the cells, not an information of the network, which would be infinite. It
    never exceeds log2 N. I(T;Y) = H(T) - sum_y p(y) H(T given y), which for fine cells rises to
    H(Y) even for labels that have nothing to do with T: see ``singleton_share`` in `diagnose`.

    Three ways to cut, of which one is in effect: ``bins`` over a ``range``; cells of a ``width``;
    or ``edges``. Symbols are exact while cells ** units < 2**63 (30 bins up to 12 units, 100 up to
    9); wider layers are hashed to 64 bits, where a collision in a plane of 1,800 points and 4096
    samples has a probability below 1e-8.

    Args:
        bins: Equal cells per unit. Values outside the range belong to the end cells.
        range: What the cells span: a pair (low, high); "global", the smallest and largest
            activation of the recording; "layer", those of the layer over the recording;
            "snapshot", those of the layer in the one snapshot; "equal-mass", per snapshot, cells
            with as many distinct values each (Chelombiev et al. 2019).
        width: Cells floor(t / width), as in Saxe et al. (2018), who used 0.07.
        edges: Increasing borders with the semantics of ``np.digitize``: one cell below the first,
            one from the last on. Shwartz-Ziv and Tishby (2017) used ``np.linspace(-1, 1, 30)``.
        correction: "miller-madow" adds (occupied cells - 1) / (2 N) nats to each entropy.

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
        meaning="equal cells per unit over the range",
    )
    range: str | tuple[float, float] = parameter(
        default="global",
        scale="interval",
        choices=tuple(_SPECIAL),
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
        choices=("miller-madow",),
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
        suffix = ", Miller-Madow" if self.correction else ""
        return f"Binned, {self._cut_label()}{suffix}"

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        """The cuts that the published pictures differ in."""
        published = tuple(np.linspace(-1, 1, 30).tolist())
        return cls(), cls(range=(-1, 1)), cls(edges=published), cls(width=0.07)

    def criterion(self, x: Array, y: Array) -> float:
        """Mutual information of two variables, each cut by the same rule.

        Args:
            x: (N,) or (N, ...) samples. Integers and booleans are symbols and not cut.
            y: (N,) or (N, ...) samples, likewise.

        Returns:
            The plug-in estimate in bits.

        Raises:
            ValueError: If the lengths differ, a value is not finite, or ``range`` is that of a
                recording.
        """
        first, second = self._variable("x", x), self._variable("y", y)
        same_length("Binned", x=first.ids, y=second.ids)
        return first.information(second, corrected=self.correction is not None)

    def coordinates(self, t: Array, context: Context) -> tuple[float, float]:
        """H(T), which is I(X;T) for a layer without noise, and I(T;Y), in bits.

        A continuous target is cut by the same rule, over its own range.

        Raises:
            ValueError: If ``t`` is not finite, does not fit the context, or is of a noisy layer.
        """
        _, layer = self._layer(t, context)
        return self._informations(layer, context)

    def diagnose(self, t: Array, context: Context) -> dict[str, float]:
        """Figures that say how far the coordinates can be trusted.

        Returns:
            ``edge_share``, the share of activations in the first or the last cell of their unit: a
            high one says that the range, not the layer, decides the estimate. ``occupied_cells``,
            the number of different symbols. ``singleton_share``, the share of samples that are
            alone with their symbol: near 1, I(X;T) stands at log2 N and I(T;Y) at H(Y) whatever the
            labels are.
        """
        cells, layer = self._layer(t, context)
        return _trust(cells, layer, as_samples("Binned", "t", t))

    def estimate(self, t: Array, context: Context) -> dict[str, float]:
        """`coordinates` and `diagnose` from one partition of the samples.

        Raises:
            ValueError: As `coordinates`.
        """
        cells, layer = self._layer(t, context)
        xt, ty = self._informations(layer, context)
        return {"xt": xt, "ty": ty, **_trust(cells, layer, as_samples("Binned", "t", t))}

    def _informations(self, layer: Partition, context: Context) -> tuple[float, float]:
        if context.classes is None:
            target = self._own_range()._variable("y", context.y)
        else:
            target = Partition.of_classes(context.classes)
        corrected = self.correction is not None
        return layer.entropy(corrected=corrected), layer.information(target, corrected=corrected)

    def _layer(self, t: Array, context: Context) -> tuple[Edges | Width, Partition]:
        if context.noise is not None:
            raise ValueError(
                f"Binned: layer {context.layer or 'T'} adds noise (standard deviation "
                f"{context.noise:g}), but cells need a layer that is a function of its input. "
                "Choose an estimator made for noise, or KDE with the noise's variance."
            )
        samples = as_samples("Binned", "t", t)
        same_length("Binned", t=samples, x=context.x)
        cells = self._cells(samples, context)
        return cells, Partition.of_codes(cells.codes(samples))

    def _variable(self, name: str, value: Array) -> Partition:
        array = as_array("Binned", name, value)
        if is_discrete(array):
            return Partition.of_classes(Classes.of(array))
        samples = as_samples("Binned", name, array)
        return Partition.of_codes(self._cells(samples, None).codes(samples))

    def _cells(self, t: Samples, context: Context | None) -> Edges | Width:
        if self.edges is not None:
            return Edges.given(tuple(self.edges))
        if self.width is not None:
            return Width(self.width)
        if self.range == "equal-mass":
            return Edges.equal_mass(t, self.bins)
        return Edges.equal_width(*self._span(t, context), self.bins)

    def _span(self, t: Samples, context: Context | None) -> tuple[float, float]:
        if isinstance(self.range, tuple):
            return self.range
        if self.range == "snapshot":
            return float(t.min()), float(t.max())
        attribute = _ON_RECORDING[self.range]
        span: tuple[float, float] | None = getattr(context, attribute, None)
        if span is None:
            raise ValueError(
                f"Binned: range={self.range!r} is that of a recording and unknown here. Use "
                f"glow.dynamics.plane, give the Context a {attribute}, or choose range='snapshot' "
                "or range=(low, high)."
            )
        return span

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
        return _SPECIAL[self.range]


def _trust(cells: Edges | Width, layer: Partition, samples: Samples) -> dict[str, float]:
    return {
        "edge_share": cells.edge_share(samples),
        "occupied_cells": float(len(layer.counts)),
        "singleton_share": float((layer.counts == 1).sum() / len(layer.ids)),
    }
