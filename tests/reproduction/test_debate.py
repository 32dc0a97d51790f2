"""The claims that began the debate, on the means over 8 seeds, in a short form.

Shwartz-Ziv and Tishby (2017) saw tanh networks fit and then compress; Saxe et al. (2018) saw no
compression in ReLU networks, and that bins over the wrong range make it up. 2000 of the published
8000 epochs: compression is under way, but not over, so the bounds are lower than the published
figures. Over 8 seeds the standard error of a loss in bits is about 0.4.
"""

import numpy as np
import pytest

from glow.dynamics import compression, plane
from glow.estimators import Binned

FIXED = Binned(edges=np.linspace(-1, 1, 30))
TRUE = Binned(bins=30, range="global")

pytestmark = pytest.mark.slow


def lost(recording, estimator):
    """Bits lost since the peak, by layer, mean over the seeds."""
    return compression(plane(recording, estimator, diagnostics=False)).mean("run").values


def test_tanh_fits_and_then_compresses(recordings):
    p = plane(recordings["tanh"], FIXED, diagnostics=False).isel(layer=-2)
    mean = p.mean("run")
    peak = int(mean["epoch"][mean["xt"].values.argmax()])
    assert peak < 100
    rise = mean["xt"].max() - mean["xt"].isel(epoch=0)
    assert rise > 0.5
    assert mean["ty"].isel(epoch=0) < 0.3
    assert mean["ty"].isel(epoch=-1) > 0.93
    assert lost(recordings["tanh"], FIXED)[-2] > 2


def test_deeper_layers_compress_more(recordings):
    *_, third, fourth, fifth, _ = lost(recordings["tanh"], FIXED)
    assert third < fourth < fifth


def test_relu_does_not_compress_and_the_wrong_bins_make_it_up(recordings):
    true = lost(recordings["ReLU"], TRUE)[-2]
    wrong = lost(recordings["ReLU"], FIXED)[-2]
    assert true < 0.5
    assert wrong - true > 1.5
