"""What the plane and the explorer cost a page: run by hand, prints tables.

    python tests/ui/measure_explorer.py [kept] [exact] [frames] [tasks] [weight]

Without a name it measures everything, in about twenty minutes. A real JupyterLab in a real
Chromium, which draws in software; the 12-bit network (12-10-7-5-4-3-2, tanh), recorded 300 times.
Figures depend on the machine; those of a loaded one are upper bounds, but for the processor time
of tasks and frames, which leaves out what other programs do. What the display of a training costs
is measured by measure.py, what is saved by measure_sizes.py.
"""

import contextlib
import gzip
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from conftest import FEWER_SAMPLES, train
from lab import Lab
from measure import SWITCHES
from pages import LabPage
from planes import FRAMES, deep_document, saved
from playwright.sync_api import TimeoutError as TooLate
from playwright.sync_api import sync_playwright
from sliders import MOVE, positions_of
from tasks import Busy, longest_task
from test_families import CHOOSE, COMPLETE, DRAWN, FAMILIES, IS_DRAWN, LEARNERS, LET_GO
from test_families import every_family as every_family_of

from glow import estimators
from glow.dynamics import Recording
from glow_widgets import save_html

RELEASES = (0.437, 0.21)
PATIENCE_MS = 20_000
MOVED = 120
PAGE = "standalone.js"
STATIC = Path(__file__).parents[2] / "glow_widgets" / "labextension" / "static"
EXPLORE = """
from glow import estimators
from glow.dynamics import Recording
from glow_widgets import EstimatorExplorer
recording = Recording.open({path!r})
explorer = EstimatorExplorer({{"tanh": recording}}, [estimators.get(n) for n in {names!r}])
explorer
"""
# Plays the epochs for a while; returns frames and paintings a second.
PLAY = """async milliseconds => {
  const plane = document.querySelector('[data-testid=glow-plane]');
  document.querySelector('[data-testid=glow-play]').click();
  const [began, before] = [performance.now(), Number(plane.dataset.revision)];
  let frames = 0;
  while (performance.now() - began < milliseconds) {
    await new Promise(requestAnimationFrame);
    frames += 1;
  }
  const seconds = (performance.now() - began) / 1000;
  document.querySelector('[data-testid=glow-play]').click();
  return [frames / seconds, (Number(plane.dataset.revision) - before) / seconds, frames];
}"""


class Bench:
    """A browser, a JupyterLab and the recordings that everything is measured on."""

    def __init__(self, home, lab, browser):
        self.home, self.lab, self.browser = home, lab, browser
        self.recordings = train(home / "recordings")

    def tab(self):
        """A new tab."""
        page = self.browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(120_000)
        return LabPage(page, self.lab)

    def show(self, tab, document):
        """Show a document in JupyterLab's viewer."""
        (self.lab.root / "measured.glow.json").write_text(json.dumps(document))
        tab.command("docmanager:open", path="measured.glow.json")
        drawn(tab.page)

    def every_family(self):
        """A document with a curve along every slider of every family."""
        return every_family_of(Recording.open(self.recordings / "fewest"))


def drawn(page):
    """Wait until there is a plane."""
    page.locator("[data-testid=glow-plane]:not([data-revision='0'])").first.wait_for()


def table(title, heads, rows):
    """Print a table of Markdown."""
    print(f"\n### {title}\n\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |", flush=True)


def kept(bench):
    """Slider to paint along kept curves of 300 epochs, in the viewer without a kernel."""
    tab = bench.tab()
    tab.open_home()
    bench.show(tab, bench.every_family())
    table(
        "Slider to paint, kept curves (ms)",
        ("family", "slider", "first", "median", "p95", "worst", "own time a move"),
        (
            (family, name, *moved(tab, family, name))
            for family in FAMILIES
            for name in (slider.name for slider in estimators.get(family).sliders)
        ),
    )
    tab.page.close()


def moved(tab, family, name):
    """First, median, 95th percentile and worst of a slider's moves; processor time of one."""
    tab.by_id("glow-estimator").select_option(label=family)
    slider = f"glow-slider-{name}"
    busy = Busy(tab.page)
    before = busy.milliseconds
    first, *times = tab.page.evaluate(MOVE, [slider, positions_of(tab.by_id(slider))])
    own = (busy.milliseconds - before) / (1 + len(times))
    tab.by_id(f"glow-reset-{name}").evaluate("button => button.click()")
    return tuple(f"{t:.0f}" for t in (first, *np.percentile(times, [50, 95, 100]), own))


def exact(bench):
    """Values that are not kept, estimated by the kernel when the slider rests."""
    tab = bench.tab()
    names = [*FAMILIES, *LEARNERS]
    cell = EXPLORE.format(path=str(bench.recordings / "few"), names=names)
    tab.write_notebook("exact.ipynb", [cell])
    tab.open("exact.ipynb")
    tab.run_all()
    drawn(tab.page)
    title = f"Values that are not kept, {FEWER_SAMPLES} samples"
    heads = ("family", "slider", "chosen to drawn (s)")
    heads += ("release to first epochs (ms)", "release to all 300 epochs (s)")
    table(title, heads, (row(tab, name) for name in names))
    tab.page.close()
    bench.lab.shut_down_kernels()


def row(tab, family):
    """One family: chosen, then let go of its first slider at several places."""
    estimator = estimators.get(family)
    began = time.monotonic()
    tab.page.evaluate(CHOOSE, estimator.label)
    with contextlib.suppress(TooLate):
        tab.page.wait_for_function(DRAWN, arg=estimator.label, timeout=PATIENCE_MS)
    shown = time.monotonic() - began
    if not tab.page.evaluate(IS_DRAWN, estimator.label):
        said = tab.page.locator(".glow-status-line").inner_text()
        cancel(tab)
        return family, "", f"not in {shown:.0f} ({said})", "", ""
    slider = next(iter(estimator.sliders), None)
    if slider is None:
        return family, "none", f"{shown:.1f}", "", ""
    released = [let_go(tab, f"glow-slider-{slider.name}", share) for share in RELEASES]
    first = ", ".join(f"{ms:.0f}" for ms, _ in released)
    return family, slider.name, f"{shown:.1f}", first, ", ".join(whole for _, whole in released)


def let_go(tab, slider, share):
    """Milliseconds until the exact plane is begun; seconds until it has all epochs, in words."""
    low, high, _ = tab.range_of(slider)
    began = time.monotonic()
    seen = tab.page.evaluate(LET_GO, [slider, round(low + share * (high - low))])
    try:
        tab.page.wait_for_function(COMPLETE, timeout=PATIENCE_MS)
        return seen["milliseconds"], f"{time.monotonic() - began:.1f}"
    except TooLate:
        cancel(tab)
        return seen["milliseconds"], f"> {PATIENCE_MS // 1000}"


def cancel(tab):
    """Give up what is computed, if anything is."""
    if tab.by_id("glow-cancel").is_visible():
        tab.by_id("glow-cancel").click()


def frames(bench):
    """Frames a second with 12 layers of 300 epochs while something moves."""
    page = bench.browser.new_page(viewport={"width": 1100, "height": 1000})
    page.goto(save_html(deep_document(), bench.home / "deep.html").as_uri())
    drawn(page)
    busy, rows = Busy(page), []
    for kind in ("pan", "slider", "play"):
        before = busy.milliseconds
        if kind == "play":
            rate, _, count = page.evaluate(PLAY, 4000)
        else:
            times = page.evaluate(FRAMES, [kind, MOVED])
            rate, count = 1000 / np.mean(times), len(times)
        rows.append((kind, f"{rate:.0f}", f"{(busy.milliseconds - before) / count:.1f}"))
    heads = ("while", "frames a second, on the wall", "the page's own time a frame (ms)")
    table("12 layers x 300 epochs", heads, rows)
    page.close()


def tasks(bench):
    """The longest task of the main thread in what a reader does."""
    tab = bench.tab()
    page = tab.page
    rows = []

    def watch(doing, act):
        with longest_task(bench.browser, page) as found:
            act()
            page.wait_for_timeout(1000)  # what a touch sets going for later
        rows.append((doing, f"{found[0]:.0f}"))

    tab.open_home()
    watch("open 12 layers x 300 epochs", lambda: bench.show(tab, deep_document()))
    watch("pan", lambda: page.evaluate(FRAMES, ["pan", MOVED]))
    watch("move through the epochs", lambda: page.evaluate(FRAMES, ["slider", MOVED]))
    watch("open the data table", lambda: open_table(page))
    watch("save a PNG", lambda: saved(page, "png"))
    tab.open_home()
    watch("open an explorer of every family", lambda: bench.show(tab, bench.every_family()))
    for family in FAMILIES:
        watch(f"choose {family}", lambda label=family: choose(tab, label))
    table("Longest task of the main thread", ("doing", "own time (ms)"), rows)
    page.close()


def choose(tab, label):
    """Choose an estimator by its label."""
    tab.by_id("glow-estimator").select_option(label=label)


def open_table(page):
    """Open the table of all values and wait for its last row."""
    page.get_by_test_id("glow-table-open").click()
    page.locator("[data-testid=glow-table][aria-busy=false] tbody tr").first.wait_for()


def weight(bench):
    """Bytes of the extension that a page loads, at its start and when it first shows a plane."""
    tab, asked = bench.tab(), []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.open_home()
    at_start = ours(asked)
    bench.show(tab, deep_document())
    with_plane = ours(asked) - at_start
    tab.page.close()
    rest = {path.name for path in STATIC.glob("*.js")} - at_start - with_plane - {PAGE}
    parts = {"at the start": at_start, "with a saved plane": with_plane}
    parts |= {"with a widget, at the most": rest, "to save a page": {PAGE}}
    table(
        "Weight of the extension (kB)",
        ("loaded", "raw", "gzip", "files"),
        ((when, *weigh(names), len(names)) for when, names in parts.items()),
    )


def ours(urls):
    """The files of the extension among these addresses."""
    return {Path(url.split("?")[0]).name for url in urls if "extensions/glow-widgets/static" in url}


def weigh(names):
    """Kilobytes of some files, as they are and compressed."""
    contents = [(STATIC / name).read_bytes() for name in names]
    packed = sum(len(gzip.compress(content)) for content in contents)
    return f"{sum(map(len, contents)) / 1000:.0f}", f"{packed / 1000:.0f}"


MEASURES = {each.__name__: each for each in (kept, exact, frames, tasks, weight)}


def main(names):
    """Measure what is named, or everything."""
    home = Path(tempfile.mkdtemp(prefix="glow-measure-"))
    with Lab(home) as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), headless=True, args=SWITCHES
        )
        bench = Bench(home, lab, browser)
        for name in names or MEASURES:
            MEASURES[name](bench)
        browser.close()
    shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
