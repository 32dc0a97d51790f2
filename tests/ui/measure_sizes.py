"""How heavy the extension, the exported page and what stays in notebooks are: prints a table.

    python tests/ui/measure_sizes.py

A real JupyterLab in a real Chromium. The training is of the 12-bit network (12-10-7-5-4-3-2, tanh)
over 60 epochs; the explorer holds every estimator's curves as far as they fit.
"""

import gzip
import json
import shutil
import tempfile
import urllib.parse
from pathlib import Path

from hosts import FIT
from lab import Lab
from lessons import BUILD
from pages import LabPage
from playwright.sync_api import sync_playwright

STATIC = Path(__file__).parents[2] / "glow_widgets" / "labextension" / "static"
EXPLORE = """
from glow.estimators import Binned, KDE
from glow_widgets import EstimatorExplorer
explorer = EstimatorExplorer(model.recording{})
explorer
"""
CASES = {
    "training, no plane": (FIT.format(60) + "\n", "Sequential"),
    "training and its plane": (FIT.format(60) + "\n", "IBSequential"),
    "explorer, Binned and KDE": (EXPLORE.format(", [Binned(), KDE()]"), "IBSequential"),
    "explorer, every estimator": (EXPLORE.format(""), "IBSequential"),
}


def main():
    """Measure everything and print it."""
    home = Path(tempfile.mkdtemp(prefix="glow-sizes-"))
    with Lab(home) as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            headless=True,
            args=["--disable-gpu", "--no-sandbox"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(600_000)
        tab = LabPage(page, lab)
        loaded = set()
        page.on("request", lambda request: loaded.add(request.url))
        tab.open_home()
        page.wait_for_timeout(3000)
        say("extension, at start", *weight(loaded))
        for name, (cell, kind) in CASES.items():
            say(name, growth(tab, cell, kind), "in the notebook")
        say("extension, all used", *weight(loaded))
        browser.close()
    shutil.rmtree(home, ignore_errors=True)


def say(name, size, what):
    """Print one row."""
    print(f"{name:>26}: {size / 1000:6.1f} kB {what}", flush=True)


def weight(urls):
    """Bytes of our scripts among these addresses: compressed, and in words as they are."""
    names = {Path(urllib.parse.urlparse(url).path).name for url in urls if "/glow-widgets/" in url}
    files = [STATIC / name for name in sorted(names) if (STATIC / name).is_file()]
    packed = sum(len(gzip.compress(path.read_bytes())) for path in files)
    plain = sum(path.stat().st_size for path in files)
    return packed, f"compressed, {plain / 1000:.1f} kB plain, {len(files)} files"


def growth(tab, cell, kind):
    """Bytes by which a notebook grows when a cell has run and what it shows is complete."""
    name = "size.ipynb"
    build = "from glow.models import Sequential" + BUILD.replace("IBSequential([", f"{kind}([")
    first = build if "fit" in cell else build + "model.fit(x, y, epochs=60, verbose=0);"
    tab.write_notebook(name, [first, cell, "'explorer' in globals() and explorer.wait(500)"])
    before = (tab.lab.root / name).stat().st_size
    tab.open(name)
    tab.run_all()
    tab.wait_until_done(600)
    tab.page.wait_for_timeout(5000)
    tab.save()
    saved = json.loads((tab.lab.root / name).read_text())
    assert saved["cells"][1]["outputs"]
    tab.lab.shut_down_kernels()
    return (tab.lab.root / name).stat().st_size - before


if __name__ == "__main__":
    main()
