"""Moving a slider moves the plane: measured in the page, from the input event to the paint."""

import numpy as np
import pytest

MOVES = 100
FIRST_MS, P95_MS, EXACT_MS = 500, 100, 1000

OPEN = """
from glow.dynamics import Recording
from glow.estimators import Binned, KDE
from glow_widgets import EstimatorExplorer
explorer = EstimatorExplorer({{"tanh": Recording.open({path!r})}}, [{estimator}])
explorer
"""
COMPLETE = "complete = explorer.wait(300)"
REPORT = "print(complete, explorer.estimator, explorer.plane.sizes['epoch'])"

# Sets a slider to each position in turn; returns the milliseconds until the plane was painted.
MOVE = """async ([slider, positions]) => {
  const input = document.querySelector(`[data-testid=${slider}]`);
  const plane = document.querySelector('[data-testid=glow-plane]');
  const painted = (before, started) => new Promise(resolve => {
    const observer = new MutationObserver(() => {
      if (plane.dataset.revision !== before) {
        observer.disconnect();
        resolve(performance.now() - started);
      }
    });
    observer.observe(plane, { attributes: true, attributeFilter: ['data-revision'] });
  });
  const times = [];
  for (const position of positions) {
    const done = painted(plane.dataset.revision, performance.now());
    input.value = position;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    times.push(await done);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  return times;
}"""


# Lets go of a slider at a position; returns the milliseconds until the plane shows its value.
RELEASE = """async ([slider, position]) => {
  const input = document.querySelector(`[data-testid=${slider}]`);
  const plane = document.querySelector('[data-testid=glow-plane]');
  input.value = position;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  const wanted = input.closest('.glow-setting').querySelector('.glow-number').value;
  const snapped = plane.dataset.value;
  const started = performance.now();
  input.dispatchEvent(new Event('change', { bubbles: true }));
  while (plane.dataset.value !== wanted && performance.now() - started < 10000) {
    await new Promise(requestAnimationFrame);
  }
  return { wanted, snapped, milliseconds: performance.now() - started };
}"""
NOT_KEPT = 48  # position on the slider: 50 bins


def open_explorer(tab, name, recording, estimator):
    """Run a notebook with an explorer until all of its curves are there."""
    cell = OPEN.format(path=str(recording), estimator=estimator)
    tab.write_notebook(name, [cell, COMPLETE, REPORT])
    tab.open(name)
    tab.run_all()
    tab.wait_until_done(300)


@pytest.mark.parametrize(
    ("estimator", "parameter", "recorded"),
    [("Binned(range='global')", "bins", "all"), ("KDE()", "variance", "few")],
    ids=["Binned", "KDE"],
)
def test_the_plane_follows_the_slider(
    tab, recordings, record_testsuite_property, estimator, parameter, recorded
):
    open_explorer(tab, f"follow-{parameter}.ipynb", recordings / recorded, estimator)
    slider = f"glow-slider-{parameter}"
    low, high, step = tab.range_of(slider)
    positions = np.random.default_rng(0).permutation(np.arange(low, high + step / 2, step))
    positions = np.resize(positions, MOVES + 1)  # neighbours differ, the seam included
    first, *times = tab.page.evaluate(MOVE, [slider, positions.tolist()])
    median, p95 = np.percentile(times, [50, 95])
    report = f"first {first:.0f}, median {median:.0f}, p95 {p95:.0f}, worst {max(times):.0f} ms"
    record_testsuite_property(f"slider to paint, {estimator}", report)
    print(f"{estimator}: {report}")
    tab.shot_of_output(0, f"explorer-{parameter}-light")
    tab.use_theme("JupyterLab Dark")
    tab.shot_of_output(0, f"explorer-{parameter}-dark")
    assert first <= FIRST_MS
    assert p95 <= P95_MS


def test_letting_go_shows_the_exact_plane(tab, recordings):
    open_explorer(tab, "exact.ipynb", recordings / "all", "Binned(range='global')")
    released = tab.page.evaluate(RELEASE, ["glow-slider-bins", NOT_KEPT])
    assert released["snapped"] != released["wanted"]
    assert released["milliseconds"] <= EXACT_MS
    tab.run_cell(2)
    assert f"bins={released['wanted']}" in tab.text_of_output(2)
    tab.shot_of_output(0, "explorer-exact")


def test_something_right_is_on_screen_before_all_is_computed(tab, recordings):
    cell = OPEN.format(path=str(recordings / "all"), estimator="Binned(), KDE()")
    tab.write_notebook("coarse.ipynb", [cell])
    tab.open("coarse.ipynb")
    tab.run_all()
    tab.by_id("glow-canvas").wait_for(timeout=20_000)
    tab.page.get_by_text("Estimating").wait_for()
    tab.shot_of_output(0, "explorer-coarse")
