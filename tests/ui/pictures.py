"""Takes the pictures of README.md and docs/widgets.md anew: run by hand.

    make demo  # trains what the README's picture shows
    python tests/ui/pictures.py [readme] [training] [panel] [explorer]

Look at each afterwards: only a person sees whether it shows what the page says of it.
"""

import io
import re
import shutil
import sys
import tempfile
from pathlib import Path

from conftest import train
from lab import Lab
from lessons import BUILD
from measure import SWITCHES
from pages import LabPage
from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
DEMO = ROOT / "demo" / "recordings"
SIZE = {"width": 1280, "height": 800}
TALL = 2400
NARROW, UP_TO_THE_CHART = 480, 900
SETTLED_MS = 1500
COLOURS = 128  # enough for flat drawings, and a quarter of the bytes
FIT = "history = model.fit(x, y, batch_size=512, epochs={}, validation_split=0.2)"
EXPLORE = """
from glow.dynamics import Recording
from glow.estimators import KDE, Binned
from glow_widgets import EstimatorExplorer

explorer = EstimatorExplorer({{"tanh": Recording.open({path!r})}}, [Binned(range="global"), KDE()])
explorer
"""
DEBATE = f"""
from glow.dynamics import Recording
from glow.estimators import Binned
from glow_widgets import EstimatorExplorer

runs = {{name: Recording.open(f"{DEMO}/{{name}}") for name in ("ReLU", "tanh")}}
explorer = EstimatorExplorer(runs, [Binned(range=(-1, 1)), Binned(range="global")])
explorer
"""
WAIT = "explorer.wait(300)"
NOTHING_UNDER_WAY = "!document.querySelector('.glow-status-line').textContent"
ALL_JUDGED = """() => [...document.querySelectorAll('[data-testid=glow-remarks]')].every(
  remark => !/not estimated|judged/i.test(remark.textContent))"""


def main():
    """Take every picture, or those that are named."""
    asked = sys.argv[1:] or ["readme", "training", "panel", "explorer"]
    home = Path(tempfile.mkdtemp(prefix="glow-pictures-"))
    with Lab(home) as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), headless=True, args=SWITCHES
        )
        page = browser.new_page(viewport=SIZE)
        page.set_default_timeout(300_000)
        tab = LabPage(page, lab)
        if "readme" in asked:
            debate(tab)
        if "training" in asked:
            training(tab)
        if "panel" in asked:
            panel(tab)
        if "explorer" in asked:
            explorer(tab, train(home / "recordings") / "few")
        browser.close()
    shutil.rmtree(home, ignore_errors=True)


def debate(tab):
    """Tanh beside ReLU under the true range, with the ghost of the range [-1, 1]."""
    tab.write_notebook("readme.ipynb", [DEBATE, WAIT])
    tab.open("readme.ipynb")
    tab.run_all()
    tab.wait_until_done(600)
    tab.page.get_by_label("Side by side").check()
    tab.page.wait_for_timeout(SETTLED_MS)
    tab.page.wait_for_function(NOTHING_UNDER_WAY)
    tab.page.get_by_label("Estimator").select_option(label="Binned, global range")
    tab.command("application:toggle-left-area")
    tab.page.wait_for_timeout(SETTLED_MS)
    tab.page.wait_for_function(NOTHING_UNDER_WAY)
    tab.page.wait_for_function(ALL_JUDGED)
    tab.page.wait_for_function(NOTHING_UNDER_WAY)
    picture(tab, "explorer", output=0)
    tab.command("application:toggle-left-area")
    tab.lab.shut_down_kernels()


def training(tab):
    """What fit leaves: progress, curves and the plane, in light."""
    tab.write_notebook("training.ipynb", [BUILD, FIT.format(400)])
    tab.open("training.ipynb")
    tab.run_all()
    tab.wait_until_done(600)
    tab.by_id("glow-plane").wait_for()
    picture(tab, "training", output=1)
    tab.lab.shut_down_kernels()


def panel(tab):
    """JupyterLab's panel and status bar beside a running training, in dark."""
    tab.write_notebook("panel.ipynb", [BUILD, FIT.format(4000)])
    tab.open("panel.ipynb")
    tab.use_theme("JupyterLab Dark")
    tab.command("glow:show-runs")
    tab.run_all()
    run = tab.by_id("glow-runs").get_by_test_id("glow-run")
    run.get_by_text(re.compile(r"^0 – \d{3}$")).wait_for()
    picture(tab, "panel")
    tab.use_theme("JupyterLab Light")
    tab.lab.shut_down_kernels()


def explorer(tab, recording):
    """The explorer with a touched point, in light; the same in a narrow window, in dark."""
    tab.write_notebook("explorer.ipynb", [EXPLORE.format(path=str(recording)), WAIT])
    tab.open("explorer.ipynb")
    tab.run_all()
    tab.wait_until_done(300)
    tab.by_id("glow-slider-bins").press("Home")
    for _ in range(14):
        tab.by_id("glow-slider-bins").press("ArrowRight")
    tab.by_id("glow-plane").focus()
    for key in ("ArrowLeft", "ArrowDown", "ArrowDown", "ArrowDown"):
        tab.page.keyboard.press(key)
    tab.page.get_by_text("Activations of").first.wait_for()
    picture(tab, "explorer-parts", output=0)
    tab.use_theme("JupyterLab Dark")
    tab.command("application:toggle-left-area")
    tab.page.set_viewport_size({"width": NARROW, "height": TALL})
    tab.page.get_by_text("Open marks").wait_for()
    picture(tab, "explorer-narrow", output=0, height=UP_TO_THE_CHART)


def picture(tab, name, output=None, height=None):
    """Keep a picture of the page, or of a cell's output down to a height, in few colours."""
    page = tab.page
    if output is None:
        shown = page
    else:
        page.set_viewport_size({**page.viewport_size, "height": TALL})
        shown = page.locator(".jp-CodeCell").nth(output).locator(".jp-OutputArea")
    page.wait_for_timeout(SETTLED_MS)
    with Image.open(io.BytesIO(shown.screenshot())) as image:
        part = image.convert("RGB").crop((0, 0, image.width, min(height or TALL, image.height)))
        part.quantize(COLOURS).save(IMAGES / f"{name}.png", optimize=True)
    page.set_viewport_size(SIZE)


if __name__ == "__main__":
    main()
