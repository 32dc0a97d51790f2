"""The wheel in an environment of its own, without Node: training and widgets in JupyterLab."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from lab import Lab
from lessons import BUILD, WATCH, fit
from pages import LabPage

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(ROOT)], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """A Python that has the wheel and what it asks for, and nothing else."""
    venv = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    python = venv / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet"]
    constraints = ["--constraint", str(ROOT / "constraints.txt")]
    subprocess.run([*pip, *constraints, str(wheel)], check=True)
    return python


def test_the_wheel_holds_both_halves_once(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert sum(name.endswith("labextensions/glow-widgets/package.json") for name in names) == 1
    assert "glow_widgets/static/standalone.js" in names
    assert "glow/py.typed" in names
    strangers = [n for n in names if n.split("/")[0] not in ("glow", "glow_widgets")]
    assert all(name.startswith("pyglow-0.2.0.") for name in strangers)


def test_it_trains_and_draws_without_node(python, context, tmp_path):
    assert shutil.which("node", path=python.parent) is None
    with Lab(tmp_path, python, path=python.parent) as lab:
        tab = LabPage(context.new_page(), lab)
        tab.write_notebook(
            "wheel.ipynb", [BUILD + WATCH, fit(60), "import glow; print(glow.__file__)"]
        )
        tab.open("wheel.ipynb")
        tab.run_all()
        tab.wait_until_done(120)
        assert str(python.parents[1]) in tab.text_of_output(2)
        tab.by_id("glow-canvas").wait_for()
        tab.shot_of_output(1, "wheel")
        assert tab.complaints == []
