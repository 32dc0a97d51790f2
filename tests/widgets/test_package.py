import subprocess
import sys

import pytest

import glow_widgets


def test_importing_the_package_for_the_extension_loads_nothing_heavy():
    heavy = "{'ipywidgets', 'bqplot', 'torch', 'numpy', 'IPython'}"
    code = f"import sys, glow_widgets; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", glow_widgets.__all__)
def test_every_public_name_is_found_and_documented(name):
    assert getattr(glow_widgets, name).__doc__


def test_an_unknown_name_lists_the_valid_ones():
    with pytest.raises(AttributeError, match="Valid: EstimatorExplorer, InformationPlane"):
        glow_widgets.Planes  # noqa: B018


def test_jupyter_finds_the_extension_under_its_npm_name():
    assert glow_widgets._jupyter_labextension_paths() == [
        {"src": "labextension", "dest": "glow-widgets"}
    ]
