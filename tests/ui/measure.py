"""What the display of a training costs, and how fast it answers: run by hand, prints a table.

    python tests/ui/measure.py [EPOCHS]

A real JupyterLab in a real Chromium. The network is the 12-bit one (12-10-7-5-4-3-2, tanh, Adam,
batches of 512, a fifth held back); the heap is measured over a training of EPOCHS (10 000) epochs
of one batch. Figures depend on the machine; those of a loaded one are upper bounds.
"""

import re
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from lab import Lab
from lessons import BUILD
from pages import LabPage
from playwright.sync_api import sync_playwright
from watching import CLICK, WATCH_OUTPUT, seen

CLICKS = 12
NAMES = ("first paint", "feedback", "stop")
SWITCHES = [
    "--disable-gpu",
    "--no-sandbox",
    "--js-flags=--expose-gc",
    "--enable-precise-memory-info",
]
PLAIN = "from glow.models import Sequential\nimport time, torch\ntorch.set_num_threads(1)\n"
PLAIN += BUILD + "model = Sequential(list(model.layers), seed=0)\n"
PLAIN += "model.compile(Adam(learning_rate=4e-4), loss='cross_entropy', metrics=['accuracy'])\n"
# Prints when fit was called and when its last batch saw the wish to stop.
STOPPED = """
print('called', time.time())
history = model.fit(x, y, batch_size=512, epochs=10**6, validation_split=0.2)
print('returned', time.time())
"""
LONG = "model.fit(x[:512], y[:512], batch_size=512, epochs={}, initial_epoch=0);"
# Silent and shown trainings in turn, so that a busy neighbour slows both.
COST = """
import statistics
def seconds(verbose):
    began = time.perf_counter()
    model.fit(x, y, batch_size=512, epochs=150, initial_epoch=0, validation_split=0.2,
              verbose=verbose)
    return time.perf_counter() - began
seconds(0), seconds('auto')
ratios = [seconds('auto') / seconds(0) for _ in range(5)]
print('ratios', *(f'{ratio:.3f}' for ratio in ratios))
"""
HEAP = "() => { gc(); gc(); return performance.memory.usedJSHeapSize / 1e6; }"


def main(epochs):
    """Measure everything and print it."""
    home = Path(tempfile.mkdtemp(prefix="glow-measure-"))
    with Lab(home) as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), headless=True, args=SWITCHES
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(600_000)
        tab = LabPage(page, lab)
        answers = [answer(tab) for _ in range(CLICKS)]
        for name, times in zip(NAMES, zip(*answers, strict=True), strict=True):
            print(
                f"{name:>12}: median {statistics.median(times):.0f} ms, worst {max(times):.0f} ms"
            )
        print(f"{'cost':>12}: {cost(tab)}")
        print(f"{'heap':>12}: {heap(tab, epochs)}")
        lab.shut_down_kernels()
        browser.close()
    shutil.rmtree(home, ignore_errors=True)


def answer(tab):
    """Milliseconds from fit to its first frame, from a click on Stop to its sign and to the end."""
    tab.write_notebook("stop.ipynb", [PLAIN, STOPPED])
    tab.open("stop.ipynb")
    tab.page.evaluate(WATCH_OUTPUT, 1)
    tab.run_all()
    tab.page.locator("[data-testid=glow-stop]:enabled").wait_for()
    time.sleep(2)
    clicked = tab.page.evaluate("Date.now()")
    feedback = tab.page.evaluate(CLICK, "glow-stop")["milliseconds"]
    tab.wait_until_done()
    moments = dict(re.findall(r"(called|returned) ([\d.]+)", tab.text_of_output(1)))
    first = seen(tab)["first"] - 1000 * float(moments["called"])
    stop = 1000 * float(moments["returned"]) - clicked
    tab.lab.shut_down_kernels()
    return first, feedback, stop


def cost(tab):
    """Time of a shown training over that of a silent one."""
    tab.write_notebook("cost.ipynb", [PLAIN, COST])
    tab.open("cost.ipynb")
    tab.run_all()
    tab.wait_until_done(600)
    ratios = [float(r) for r in tab.text_of_output(1).split("ratios")[-1].split()]
    tab.lab.shut_down_kernels()
    return f"median {100 * statistics.median(ratios) - 100:+.1f} %, all {ratios}"


def heap(tab, epochs):
    """Growth of the page's heap, after collection, over a long training."""
    tab.write_notebook("heap.ipynb", [PLAIN, LONG.format(epochs)])
    tab.open("heap.ipynb")
    tab.run_all()
    tab.page.locator(".glow-metric-curves .bqplot").first.wait_for()
    began, sizes = time.monotonic(), [tab.page.evaluate(HEAP)]
    while tab.page.evaluate("window.done") is False:
        time.sleep(2)
        sizes.append(tab.page.evaluate(HEAP))
    state = tab.by_id("glow-progress").inner_text().split("\n")
    whole = f"{epochs} / {epochs}" in state and "Done" in state
    kept = "kept" if whole and "rate" not in tab.text_of_output(1) else "LOST"
    quarters = ", ".join(f"{sizes[len(sizes) * i // 4]:.1f}" for i in range(4))
    return (
        f"{quarters}, {sizes[-1]:.1f} MB over {epochs} epochs in "
        f"{time.monotonic() - began:.0f} s; final state {kept}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
