import numpy as np
import pytest

from glow.estimators import EDGE, Binned, Quantised, SamplePropagation, get, presets
from glow.estimators import names as estimators


def available(name):
    """Whether the estimator is there and has the settings."""
    wanted = presets.about(name)
    if wanted.estimator not in estimators():
        return False
    return set(wanted.settings) <= {p.name for p in get(wanted.estimator).parameters}


AVAILABLE = [name for name in presets.names() if available(name)]


@pytest.mark.parametrize(
    ("name", "estimator"),
    [
        ("shwartz-ziv-tishby-2017", Binned(edges=np.linspace(-1, 1, 30))),
        ("saxe-2018-tanh", Binned(width=0.07)),
        ("saxe-2018-relu", Binned(bins=100, range="global")),
        ("noshad-2019", EDGE(gamma=1, shifts=10, cap=10)),
        ("lorenzen-2022", Quantised(bits=8)),
        ("goldfeld-2019", SamplePropagation(noise=0.005, samples=1000)),
    ],
)
def test_each_paper_has_its_settings(name, estimator):
    found = presets.get(name)
    assert type(found) is type(estimator)
    for key, value in estimator.settings.items():
        assert found.settings[key] == pytest.approx(value)


def test_the_bottleneck_has_the_scaled_normalised_kernel():
    settings = presets.about("ma-2020").settings
    assert (settings["sigma"], settings["epsilon"]) == (5, 1e-5)
    assert settings["scale_sigma"]
    assert settings["normalised"]


@pytest.mark.parametrize("name", AVAILABLE)
def test_each_places_a_layer(name, layer, context):
    assert np.isfinite(presets.get(name).coordinates(layer[1], context)).all()


@pytest.mark.parametrize("name", presets.names())
def test_each_can_be_read(name):
    text = str(presets.about(name))
    assert text.startswith(f"{name}: ")
    for part in ("What: ", "Differs: ", "Alternatives: "):
        assert len(text.split(part)[1].splitlines()[0]) > 10


def test_alternatives_that_are_presets_exist():
    for name in presets.names():
        for other in presets.about(name).alternatives:
            first = other.split(" ")[0].rstrip(",")
            assert "(" in first or "=" in first or first in presets.names()


def test_an_unknown_name_gets_the_closest():
    with pytest.raises(ValueError, match=r"called 'noshad-2018'. Did you mean 'noshad-2019'\?"):
        presets.get("noshad-2018")


def test_settings_cannot_be_changed():
    with pytest.raises(TypeError):
        presets.about("lorenzen-2022").settings["bits"] = 4
