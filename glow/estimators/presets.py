"""The estimators of published information planes, by the name of the paper.

Example:
    >>> from glow.estimators import presets
    >>> presets.get("saxe-2018-tanh")
    Binned(bins=30, range='global', width=0.07, edges=None, correction=None)
    >>> presets.about("saxe-2018-tanh").paper
    'Saxe et al., On the information bottleneck theory of deep learning'
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from glow._errors import closest

from . import _registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._base import Estimator


@dataclass(frozen=True)
class Preset:
    """An estimator with the settings of a paper, and what to know before comparing with it.

    Attributes:
        name: What `get` calls it.
        paper: Authors and title.
        what: What exactly is estimated, with which settings.
        differs: What our estimate does otherwise than the paper or its code.
        alternatives: Other estimators for the same question, as one would write them.
        estimator: The registered name of the estimator.
        settings: Its settings.
    """

    name: str
    paper: str
    what: str
    differs: str
    alternatives: tuple[str, ...]
    estimator: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def build(self) -> Estimator:
        """The estimator itself.

        Raises:
            ValueError: If no estimator of that name is installed.
        """
        return _registry.get(self.estimator, **self.settings)

    def __str__(self) -> str:
        other = "; ".join(self.alternatives)
        return (
            f"{self.name}: {self.paper}.\n"
            f"What: {self.what}\nDiffers: {self.differs}\nAlternatives: {other}"
        )


_EDGES = tuple(-1 + 2 * i / 29 for i in range(30))

_PRESETS = (
    Preset(
        name="shwartz-ziv-tishby-2017",
        paper="Shwartz-Ziv and Tishby, Opening the black box of deep neural networks via "
        "information",
        what="Plug-in information of tanh units cut at 30 edges, equally spaced on [-1, 1]: 29 "
        "inner cells and one for exactly 1. I(X;T) = H(T) over all 4096 patterns.",
        differs="Nothing in the estimate: the same cells, no correction. Values beyond the edges "
        "share two cells, so that on ReLU layers it shows a compression that is not there: see "
        "outside_share.",
        alternatives=("saxe-2018-relu for units without bounds", "KDE(variance=1e-3)"),
        estimator="binned",
        settings=MappingProxyType({"edges": _EDGES}),
    ),
    Preset(
        name="saxe-2018-tanh",
        paper="Saxe et al., On the information bottleneck theory of deep learning",
        what="Plug-in information of cells floor(t / 0.07), the released code's width for the "
        "12-bit problem. For MNIST it has 0.5.",
        differs="Nothing in the estimate. The code shows KDE bounds beside it, see alternatives.",
        alternatives=(
            "KDE(variance=1e-3, bound='upper') and bound='lower'; variance=0.1 for MNIST",
            "shwartz-ziv-tishby-2017",
        ),
        estimator="binned",
        settings=MappingProxyType({"width": 0.07}),
    ),
    Preset(
        name="saxe-2018-relu",
        paper="Saxe et al., On the information bottleneck theory of deep learning",
        what="Plug-in information of 100 equal cells from the smallest to the largest activation "
        "of the training, so that units without bounds stay inside.",
        differs="The range is that of all layers of the recording at its recorded epochs. The "
        "released code has no cells with a range, only floor(t / width).",
        alternatives=("saxe-2018-tanh", "KDE(variance=1e-3, bound='upper')", "Binned(bins=30)"),
        estimator="binned",
        settings=MappingProxyType({"bins": 100, "range": "global"}),
    ),
    Preset(
        name="noshad-2019",
        paper="Noshad, Zeng and Hero, Scalable mutual information estimation using dependence "
        "graphs",
        what="EDGE with the code's cap of 10 bits on the logarithm of an edge's weight, ten grids "
        "and width factor 1.",
        differs="The mean over ten shifted grids of one width instead of the median over ten "
        "widths; the same width factor for all layers, where the published MNIST plane has one "
        "set by hand for each layer and coordinate (0.4 to 1.8); no second pass that changes the "
        "width by the first estimate.",
        alternatives=(
            "EDGE(gamma=1.0) without the cap",
            "EDGE(range='layer'), one width for all epochs",
            "KSG()",
            "Binned(bins=30)",
        ),
        estimator="edge",
        settings=MappingProxyType({"gamma": 1.0, "shifts": 10, "cap": 10.0}),
    ),
    Preset(
        name="ma-2020",
        paper="Ma, Lewis and Kleijn, The HSIC bottleneck: deep learning without back-propagation",
        what="Normalised HSIC of a layer with X and with Y: Gaussian kernels of width 5 times the "
        "root of the number of units, epsilon 1e-5. Without unit, not in bits.",
        differs="Over all samples of the probe set at once, where training has batches of 256: the "
        "value depends on the number of samples.",
        alternatives=("HSIC(sigma='median')", "CKA()", "sigma=1 and 10, of the sigma network"),
        estimator="hsic",
        settings=MappingProxyType(
            {
                "sigma": 5.0,
                "scale_sigma": True,
                "labels": "one-hot",
                "normalised": True,
                "epsilon": 1e-5,
            }
        ),
    ),
    Preset(
        name="lorenzen-2022",
        paper="Lorenzen, Igel and Nielsen, Information bottleneck: exact analysis of (quantized) "
        "neural networks",
        what="Plug-in information of activations rounded to 8 bits between the smallest and the "
        "largest of their layer and epoch: exact for networks quantised in this way.",
        differs="Nothing in the estimate. It is exact only if the network itself was trained with "
        "quantised activations, as with glow.layers.Quantise; for others it is one more choice of "
        "cells.",
        alternatives=("Quantised(bits=4), the paper's control", "Binned(bins=256)"),
        estimator="quantised",
        settings=MappingProxyType({"bits": 8}),
    ),
    Preset(
        name="goldfeld-2019",
        paper="Goldfeld et al., Estimating information flow in deep neural networks",
        what="Sample propagation in layers that add Gaussian noise: the noise that they declare, "
        "or 0.005, that of the saved run on the 12-bit problem.",
        differs="1000 draws in all, where the paper has 1000 for each sample; they say how "
        "precise they are (xt_error). Not clipped at 0. In deeper noisy layers the recorded mean "
        "stands for what the paper draws anew through the layers before.",
        alternatives=("SamplePropagation(noise=0.1)", "KDE(variance=0.005**2), its two bounds"),
        estimator="sample-propagation",
        settings=MappingProxyType({"noise": 0.005, "samples": 1000}),
    ),
)
_BY_NAME = {preset.name: preset for preset in _PRESETS}


def names() -> tuple[str, ...]:
    """The names that `get` understands, in alphabetical order."""
    return tuple(sorted(_BY_NAME))


def about(name: str) -> Preset:
    """What to know of a preset; ``print`` it to read.

    Raises:
        ValueError: If the name is unknown; the closest name is suggested.
    """
    if name not in _BY_NAME:
        raise ValueError(f"No preset is called {name!r}. {closest(name, _BY_NAME)}")
    return _BY_NAME[name]


def get(name: str) -> Estimator:
    """The estimator of a published plane.

    Args:
        name: One of `names`.

    Raises:
        ValueError: If the name is unknown; the closest name is suggested.
    """
    return about(name).build()
