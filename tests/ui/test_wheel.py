"""The wheel in an environment of its own, without Node: JupyterLab, Notebook 7 and Voilà."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hosts import (
    ENDLESS,
    EXPLORE,
    FIT,
    ON_A_CLICK,
    move_the_slider,
    press_every_button,
    train_on_a_click,
)
from lab import Lab
from lessons import BUILD
from pages import READY, WAIT_MS, LabPage
from playwright.sync_api import expect

ROOT = Path(__file__).parents[2]
MOST_BYTES = 400_000
MOST_EXPORTED_BYTES = 300_000
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
    """A Python that has the wheel, what it asks for, and the two other hosts of widgets."""
    venv = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    python = venv / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet"]
    constraints = ["--constraint", str(ROOT / "constraints.txt")]
    subprocess.run([*pip, *constraints, str(wheel), "notebook>=7.2", "voila>=0.5"], check=True)
    return python


@pytest.fixture(scope="module")
def lab(python, tmp_path_factory):
    """One server that offers all three: the other two are extensions of it."""
    assert shutil.which("node", path=python.parent) is None
    with Lab(tmp_path_factory.mktemp("wheel-lab"), python, path=python.parent) as server:
        yield server


def test_the_wheel_holds_both_halves_once(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert sum(name.endswith("labextensions/glow-widgets/package.json") for name in names) == 1
    assert "glow_widgets/static/standalone.js" in names
    assert "glow/py.typed" in names
    assert "glow/datasets/digits.npz" in names
    strangers = [n for n in names if n.split("/")[0] not in ("glow", "glow_widgets")]
    assert all(name.startswith("pyglow-0.2.0.") for name in strangers)


def test_the_extension_stays_light(wheel):
    """Bytes that a browser may have to load: of the extension, and of the exported page's code."""
    folder = "labextensions/glow-widgets/static/"
    sizes = {i.filename: i.file_size for i in zipfile.ZipFile(wheel).infolist()}
    scripts = {name: size for name, size in sizes.items() if folder in name and ".js" in name}
    exported = sum(size for name, size in scripts.items() if name.endswith("standalone.js"))
    assert 0 < exported < MOST_EXPORTED_BYTES
    assert sum(scripts.values()) - exported < MOST_BYTES


def ours(tab):
    """What names us, or comes from or through a file of ours.

    The rest is the hosts' own, and there with our extension blocked: Notebook 7 and Voilà complain
    of menus, fonts, versions and a schema.
    """
    return [text for text in tab.complaints if "glow" in text.lower()]


def test_it_trains_and_draws_in_jupyterlab(python, lab, context):
    tab = LabPage(context.new_page(), lab)
    tab.write_notebook("wheel.ipynb", [BUILD, FIT.format(60), "import glow; print(glow.__file__)"])
    tab.open("wheel.ipynb")
    tab.run_all()
    tab.wait_until_done()
    assert str(python.parents[1]) in tab.text_of_output(2)
    tab.by_id("glow-canvas").wait_for()
    tab.command("glow:show-runs")
    tab.by_id("glow-runs").get_by_text("Training 1").wait_for()
    tab.shot_of_output(1, "wheel")
    assert tab.complaints == []
    lab.shut_down_kernels()


@pytest.mark.long
def test_notebook_7_trains_stops_and_explores(lab, context):
    """Pause and Stop while the cell runs, the panel, and a slider that moves the plane."""
    tab = LabPage(context.new_page(), lab)
    tab.write_notebook("seven.ipynb", [BUILD, FIT.format(ENDLESS), EXPLORE])
    tab.page.goto(f"{lab.url}/notebooks/seven.ipynb?token={lab.token}")
    tab.page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.context?.isReady")
    tab.page.evaluate(READY)
    tab.run_all()
    tab.by_id("glow-canvas").wait_for()
    tab.command("glow:show-runs")
    tab.by_id("glow-runs").get_by_text("Training 1").wait_for()
    tab.shot("wheel-notebook-7")
    press_every_button(tab)
    tab.wait_until_done()
    move_the_slider(tab)
    tab.shot_of_output(2, "wheel-notebook-7-explorer")
    assert ours(tab) == []
    lab.shut_down_kernels()


@pytest.mark.long
def test_voila_trains_stops_and_explores(lab, context):
    """A training in a cell is shown when it has ended; one that a click starts, all the time."""
    tab = LabPage(context.new_page(), lab)
    tab.write_notebook("voila.ipynb", [BUILD, FIT.format(20), EXPLORE, ON_A_CLICK])
    tab.page.goto(f"{lab.url}/voila/render/voila.ipynb?token={lab.token}")
    expect(tab.by_id("glow-status")).to_have_text("Done", timeout=WAIT_MS)
    move_the_slider(tab)
    train_on_a_click(tab)
    tab.page.set_viewport_size({"width": 1280, "height": 3000})
    tab.shot("wheel-voila")
    assert ours(tab) == []
    lab.shut_down_kernels()
